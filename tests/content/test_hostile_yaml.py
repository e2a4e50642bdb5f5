"""The corpus of bad YAML, as `site.yaml`: each file is refused with its reason and line, or read as the text it is.

The corpus nests example keys under `site:` and others that no real `site.yaml` has. Files whose point lies in the YAML
itself are given to the program as they are; files whose point lies in values are driven below the schema, or with
their keys moved to the real ones. Decided differently from the corpus' heads, and why:

- 25 and 26 (empty, only a comment) are the table of defaults, as an empty file is for every other reader of settings.
- 31 (direction controls) is refused in an address; in a title it is a warning in the build's report.
- 20 (keys in the file) is refused by its unknown keys, and the values are not repeated.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from builder import strict_yaml
from builder.config import SiteConfig, load_config, parse_config
from builder.content import load_content
from builder.errors import ConfigError

CORPUS = Path(__file__).parents[1] / "hostile" / "yaml_bad"
REFUSED = {
    "01_python_object_apply": (4, "expected no tags, found `tag:yaml.org,2002:python/object/apply:os.system`"),
    "02_python_object_new": (3, "expected no tags, found `tag:yaml.org,2002:python/object/new:tuple`"),
    "04_billion_laughs": (3, "expected no anchors, found `&a`"),
    "05_quadratic_blowup": (3, "expected no anchors, found `&s`"),
    "07_recursive_alias": (3, "expected no anchors, found `&nav`"),
    "10_duplicate_keys": (6, "`base_url` expected once, found again after line 4"),
    "11_surprising_scalars": (8, "expected text as a key, found the unquoted `on`"),
    "13_path_escape": (13, "expected text, found the control character U+0000"),
    "14_output_overlaps_source": (3, "expected a known key, found `site_src`"),
    "16_html_and_templates": (3, "expected a known key, found `site`"),
    "17_regex_dos": (4, "expected a known key, found `grouping.title_from`"),
    "19_numbers": (3, "expected a known key, found `collect`"),
    "20_secrets_in_config": (3, "expected a known key, found `collect`"),
    "22_include_tags": (3, "expected no tags, found `!include`"),
    "23_multi_document": (4, "expected one document, found a second one"),
    "28_latin1": (4, "expected UTF-8, found the byte 0xe9 at offset 88"),
    "29_control_chars": (4, "expected text, found the control character U+0000"),
    "31_bidi": (3, "expected a known key, found `site`"),
    "32_anchor_override": (3, "expected no anchors, found `&base`"),
    "34_bom": (3, "expected a known key, found `site`"),
    "35_crlf_nel": (4, "expected text, found the control character U+0085"),
}
ACCEPTED = {"25_empty", "26_only_comment"}
DEEP = {"08_deep_flow"}  # refused by the library's own limit or by ours, whichever is met first


def content(name: str) -> bytes:
    """Return the bytes of a corpus file; its NUL is kept as the sign for it, so that the file is text for git."""
    return (CORPUS / f"{name}.yaml").read_bytes().replace("\u2400".encode(), b"\0")


def read(name: str, folder: Path) -> SiteConfig:
    source = folder / "site_src"
    source.mkdir()
    (source / "site.yaml").write_bytes(content(name))
    return load_config(source, {})


def test_every_file_of_the_corpus_has_its_verdict():
    """No file is forgotten, also when the corpus grows."""
    assert {path.stem for path in CORPUS.glob("*.yaml")} == REFUSED.keys() | ACCEPTED | DEEP


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_the_file_is_refused_with_reason_and_line(name, tmp_path, monkeypatch):
    """The message names the file, the line and the reason; nothing is constructed and nothing is slow."""
    monkeypatch.chdir(tmp_path)
    line, reason = REFUSED[name]
    began = time.process_time()

    with pytest.raises(ConfigError) as caught:
        read(name, tmp_path)

    assert caught.value.sentence == f"site_src/site.yaml:{line}: {reason}"
    assert time.process_time() - began < 1
    assert "CANARY" not in caught.value.sentence + caught.value.hint
    assert not list(tmp_path.rglob("SHOULD_NOT_EXIST"))


@pytest.mark.parametrize("name", sorted(ACCEPTED))
def test_a_file_without_content_is_the_table_of_defaults(name, tmp_path):
    """A site needs no `site.yaml`."""
    assert read(name, tmp_path).title == "Replays"


def test_nesting_without_end_is_refused(tmp_path):
    """Three thousand lists are an error like any other."""
    with pytest.raises(ConfigError, match=r"^site_src/site\.yaml:3: "):
        read("08_deep_flow", tmp_path)


def test_the_corpus_needs_little_memory():
    """All files together stay under 200 MB in one fresh process."""
    code = (
        "import sys\nfrom pathlib import Path\nfrom builder import strict_yaml\nfrom builder.errors import ConfigError\n"
        "import resource\nresource.setrlimit(resource.RLIMIT_AS, (400 << 20, 400 << 20))\n"
        "for path in sorted(Path(sys.argv[1]).glob('*.yaml')):\n"
        "    text = path.read_bytes().replace('\u2400'.encode(), b'\\0')\n"
        "    try:\n        strict_yaml.load(text, path.name)\n    except ConfigError:\n        pass\n"
        "rows = Path('/proc/self/status').read_text().splitlines()\n"
        "print(next(row.split()[1] for row in rows if row.startswith('VmHWM:')))"
    )
    here = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(
        [sys.executable, "-c", code, str(CORPUS)], capture_output=True, text=True, env=here, check=True
    )

    assert int(done.stdout) < 200 * 1024  # KiB; `ru_maxrss` would tell that of the process which started this one


def moved(name: str) -> bytes:
    """Return a corpus file with what it nests under `site:` at the top, where the real keys are."""
    lines = content(name).split(b"\n")
    return b"\n".join(line.removeprefix(b"  ") for line in lines if line.strip() != b"site:")


def test_html_and_templates_are_text_byte_for_byte():
    """Nothing in a value is ever a template or markup."""
    text = moved("16_html_and_templates").replace(b"head_extra", b"# head_extra")

    config = parse_config(text, "site.yaml", {})

    assert config.title == "</title><script>pwn(1)</script>"
    assert config.description == "{{ 7*7 }}{% include '/etc/passwd' %}${7*7}"
    assert config.author == '"><img src=x onerror=pwn(1)>'
    assert config.footer == "`id` $(id)"


def test_a_byte_order_mark_is_ignored():
    """Editors write it; it is no content."""
    assert parse_config(moved("34_bom"), "site.yaml", {}).title == "bom"


def test_the_unquoted_words_of_yaml_are_refused_by_name():
    """`no`, a date and `~` are told, not guessed."""
    for line, found in (
        (b"title: no", "`no`"),
        (b"title: 2025-09-05", "`2025-09-05`"),
        (b"title: 12:30:45", "`12:30:45`"),
    ):
        with pytest.raises(ConfigError) as caught:
            parse_config(line, "site.yaml", {})
        assert caught.value.sentence == f"site.yaml:1: `title` expected text, found the unquoted {found}"
        assert caught.value.hint.endswith("in quotes")
    with pytest.raises(ConfigError, match="`title` expected text, found nothing"):
        parse_config(b"title: ~", "site.yaml", {})


@pytest.mark.parametrize(
    "key", ["on", "yes", "no", "12:30:45", "0123", "0x1F", "1_000", "1e3", ".inf", "null", "9192487266581821586"]
)
def test_a_key_that_could_be_something_else_is_refused(key):
    """Each of the surprising keys of the corpus is named."""
    with pytest.raises(ConfigError) as caught:
        strict_yaml.load(f"{key}: x".encode(), "a.yaml")

    assert caught.value.sentence == f"a.yaml:1: expected text as a key, found the unquoted `{key}`"


def test_direction_controls_in_an_address_are_refused_and_elsewhere_reported(tmp_path):
    """What a reviewer cannot see must not name a host; in words it is a warning with its line."""
    with pytest.raises(ConfigError, match=r"site\.yaml:2: `base_url` expected an address"):
        parse_config(
            b'# a\nbase_url: "https://good.example/\xe2\x80\xae/elpmaxe.live//:sptth\xe2\x80\xac"', "site.yaml", {}
        )
    source = tmp_path / "site_src"
    source.mkdir()
    (source / "site.yaml").write_text('# a\ntitle: "a\u2066b\u2069"\n', encoding="utf-8")

    content = load_content(source, load_config(source, {}))

    assert [(problem.code, problem.source, problem.line) for problem in content.problems] == [
        ("bidi_control", "site.yaml", 2)
    ]


@pytest.mark.parametrize(
    ("line", "field"),
    [
        (b"grouping: {gap: -1}", "grouping.gap"),
        (b"grouping: {gap: .nan}", "grouping.gap"),
        (b"grouping: {gap: 1e9}", "grouping.gap"),
        (b"grouping: {gap: 99999999999999999999999999999}", "grouping.gap"),
        (b"grouping: {max_length: 0}", "grouping.max_length"),
        (b"day_starts_at: 24:00", "day_starts_at"),
    ],
)
def test_numbers_out_of_range_name_the_field(line, field):
    """Every number has a range, and the message names the field."""
    with pytest.raises(ConfigError, match=rf"^site\.yaml:1: `{field}` expected a "):
        parse_config(line, "site.yaml", {})
