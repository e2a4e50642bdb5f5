"""`redirects.yaml`: read, followed, and written again without losing a comment."""

import pytest

from builder import redirects
from builder.errors import ConfigError

NOTHING_LIVE = frozenset().__contains__
TEXT = """# head
# of the file

# why b moved
/b/: /c/  # in spring
# for a
/a/: /b/
# the end
"""


def test_entries_are_read_and_an_empty_file_has_none():
    """Paths as they are on disk: decoded."""
    text = '# x\n/a/: /b/\n"/%E5%85%B3/": /c/\n'

    assert redirects.parse(b"", "redirects.yaml") == {}
    assert redirects.parse(text.encode(), "redirects.yaml") == {"/a/": "/b/", "/关/": "/c/"}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a: /b/", "r.yaml:1: `old path` expected a site path such as `/replays/2022/01/13/k3f9q2m7xa/`, found `a`"),
        ("/a/: b", "r.yaml:1: `/a/` expected a site path such as `/replays/2022/01/13/k3f9q2m7xa/`, found `b`"),
        ("/a/: //evil.example/", ("r.yaml:1: `/a/` expected a site path such as `/replays/2022/01/13/k3f9q2m7xa/`,"
         " found `//evil.example/`")),
        ("/a/: /b/../../c/", ("r.yaml:1: `/a/` expected a site path such as `/replays/2022/01/13/k3f9q2m7xa/`,"
         " found `/b/../../c/`")),
        ("/a/: /%2e%2e/c/", ("r.yaml:1: `/a/` expected a site path such as `/replays/2022/01/13/k3f9q2m7xa/`,"
         " found `/%2e%2e/c/`")),
        ("/a/: /b/\n/a/: /c/", "r.yaml:2: `/a/` expected once, found again after line 1"),
        ("- /a/", "r.yaml:1: expected a mapping, found a list"),
    ],
)  # fmt: skip
def test_a_wrong_entry_is_told(text, sentence):
    """With its line."""
    with pytest.raises(ConfigError) as caught:
        redirects.parse(text.encode(), "r.yaml")
    assert caught.value.sentence == sentence


def held(table, live):
    """Return the redirects that hold now."""
    ends = {old: redirects.Table(table).target_of(old, live.__contains__) for old in table}
    return {old: end for old, end in ends.items() if end}


def test_chains_are_followed_and_live_paths_and_circles_left_out():
    """What holds now."""
    table = {"/a/": "/b/", "/b/": "/c/", "/x/": "/y/", "/y/": "/x/", "/live/": "/c/"}

    assert held(table, {"/live/", "/c/"}) == {"/a/": "/c/", "/b/": "/c/"}


def test_a_chain_ends_at_the_first_live_path():
    """A path that is live again is where readers want to go."""
    assert held({"/a/": "/b/", "/b/": "/c/"}, {"/b/"}) == {"/a/": "/b/"}


def test_merging_sorts_flattens_and_keeps_comments():
    """Comments stay above their line, beside it, at the head and at the end."""
    assert redirects.merge(TEXT, {"/c/": "/d/"}, NOTHING_LIVE) == (
        "# head\n# of the file\n\n# for a\n/a/: /d/\n# why b moved\n/b/: /d/  # in spring\n/c/: /d/\n# the end\n"
    )


@pytest.mark.parametrize("text", ["", TEXT, "# only a comment\n", "/z/: /y/\n", '"/关于/": /b/\n'])
@pytest.mark.parametrize("moved", [{"/c/": "/d/"}, {"/é/": "/x/"}, {"/a/": "/z/", "/q/": "/a/"}])
def test_merging_again_changes_nothing(text, moved):
    """Idempotent, whatever was there."""
    once = redirects.merge(text, moved, NOTHING_LIVE)

    assert redirects.merge(once, moved, NOTHING_LIVE) == once
    assert redirects.parse(once.encode(), "r").keys() >= moved.keys()


def test_merging_nothing_leaves_the_text_alone():
    """A person's order is a person's business until there is something to add."""
    assert redirects.merge("/b/: /c/\n/a/: /b/\n", {}, NOTHING_LIVE) == "/b/: /c/\n/a/: /b/\n"


def test_a_new_file_says_what_it_is():
    """The first redirect writes a head."""
    assert redirects.merge("", {"/a/": "/b/"}, NOTHING_LIVE) == redirects.HEAD + "/a/: /b/\n"


def test_an_entry_whose_path_is_live_again_stays_as_written():
    """It is ignored, not lost: it holds again when the page goes."""
    assert redirects.merge("/a/: /b/\n", {"/b/": "/c/"}, {"/a/", "/c/"}.__contains__) == "/a/: /b/\n/b/: /c/\n"


@pytest.mark.parametrize(
    "path",
    [
        "/zh/static/a.pdf",
        "/static/x.txt",
        "/assets/site.css",
        "/replays/2022/01/13/abc/poster.svg",
        "/.aftercast-output",
        "/a/.b/",
    ],
)
def test_a_path_that_a_file_may_have_is_refused(path):
    """A redirect is written there; it must not take the place of a copy, a picture or our own marker."""
    with pytest.raises(ConfigError, match="expected an address of pages, not of files"):
        redirects.parse(f"{path}: /vj/\n".encode(), "redirects.yaml")


def test_a_vj_may_be_called_as_a_folder_of_files_is():
    """A build may have written these lines itself."""
    text = b"/vj/static/2022-01/: /vj/static/\n/tags/assets/2022/: /tags/assets/\n"
    assert len(redirects.parse(text, "redirects.yaml")) == 2


def test_the_file_of_a_folder_means_the_folder():
    assert redirects.parse(b"/old/Index.html: /new/index.html\n/a.html: /static/b.pdf\n", "redirects.yaml") == {
        "/old/": "/new/", "/a.html": "/static/b.pdf",
    }  # fmt: skip
