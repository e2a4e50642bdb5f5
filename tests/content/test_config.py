"""`site.yaml`: defaults, every key, and what is said of a wrong one."""

import pytest

from builder.config import SiteConfig, load_config, parse_config
from builder.errors import ConfigError, StorageError
from builder.model import Grouping, Media
from builder.yaml_tree import COLON, STAR


def parse(text: str, environ=None) -> SiteConfig:
    return parse_config(text.encode(), "site_src/site.yaml", environ or {})


def error(text: str) -> tuple[str, str]:
    with pytest.raises(ConfigError) as caught:
        parse(text)
    return caught.value.sentence, caught.value.hint


def test_no_file_an_empty_one_and_a_comment_are_the_defaults(tmp_path):
    """A site starts without settings."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "site.yaml").write_bytes(b"")
    (tmp_path / "none").mkdir()

    configs = [load_config(tmp_path / "empty", {}), load_config(tmp_path / "none", {}), parse("# nothing\n")]

    key = configs[0].slug_key
    assert len(key) == 32
    assert all(config == SiteConfig(slug_key=key, slug_key_derived=True) for config in configs)


def test_every_key_is_read():
    """The whole table of the guide."""
    config = parse(
        "title: 直播回放\nbase_url: https://Replays.example.com/a/b\nlanguages: [zh, en-GB]\ntimezone: Asia/Shanghai\n"
        "day_starts_at: 04:00\ngrouping: {gap: 5m, min_length: 30, max_length: 1h30m}\n"
        "media:\n  hosts: ['*.myqcloud.com', VOD.example.com]\n  posters: provider\n"
        "  rewrite:\n    https://vod.example.com/: /static/media/\n    http://1.vod2.myqcloud.com/x/: https://cdn.example.com/\n"
        "outputs: {tag: false, vj: true}\nslug_key: not-a-secret-here\npublic_stream_ids: true\nauthor: A\ndescription: D\n"
        "nav: [{label: About, url: /about/}, {label: Shop, url: 'https://shop.example.com/'}]\nfooter: F\n"
    )

    assert config == SiteConfig(
        title="直播回放",
        base_url="https://replays.example.com/a/b/",
        languages=("zh", "en-GB"),
        timezone="Asia/Shanghai",
        day_starts_at_minutes=240,
        grouping=Grouping(gap_ms=300_000, min_length_ms=30_000, max_length_ms=5_400_000),
        media=Media(
            hosts=("*.myqcloud.com", "vod.example.com"),
            rewrite=(
                ("https://1.vod2.myqcloud.com/x/", "https://cdn.example.com/"),
                ("https://vod.example.com/", "/static/media/"),
            ),
            posters="provider",
        ),
        outputs_off=frozenset({"tag"}),
        slug_key="not-a-secret-here",
        public_stream_ids=True,
        author="A",
        description="D",
        nav=(("About", "/about/"), ("Shop", "https://shop.example.com/")),
        footer="F",
        left_out="/a/b/",
    )


@pytest.mark.parametrize(
    ("written", "ms"),
    [
        ("300", 300_000),
        ("5m", 300_000),
        ("1h", 3_600_000),
        ("1h2m3s", 3_723_000),
        ("0", 0),
        ("24h", 86_400_000),
        ("1.5", 1_500),
    ],
)
def test_lengths_are_seconds_or_letters(written, ms):
    """A plain number is seconds."""
    assert parse(f"grouping: {{gap: {written}}}").grouping.gap_ms == ms


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("grouping: {gap: -3}", "`grouping.gap` expected a duration such as `5m`, found `-3`"),
        ("grouping: {gap: 5 minutes}", "`grouping.gap` expected a duration such as `5m`, found `5 minutes`"),
        ("grouping: {gap: 25h}", "`grouping.gap` expected a duration of at most `24h`, found `25h`"),
        ("grouping: 5m", "`grouping` expected a mapping, found `5m`"),
        ("title: [a]", "`title` expected text, found a list"),
        ("title: {}", "`title` expected words in a language of the site, found none"),
        ("title: {en: }", "`title.en` expected text, found nothing"),
        ("title: {en: A, fr: B}", "`title` expected one of the site's languages (`en`), found `fr`"),
        ("nav: [{label: {fr: B}, url: /a/}]", "`nav.label` expected one of the site's languages (`en`), found `fr`"),
        ("title:", "`title` expected text, found nothing"),
        ('title: ""', "`title` expected words, found none"),
        ('title: {en: " "}', "`title` expected words, found none"),
        ('nav: {"": /about/}', "`nav.` expected a label before the address, found none"),
        ('nav: [{label: "", url: /about/}]', "`nav.label` expected words, found none"),
        ("language: en\nlanguages: [en]", "`language` expected one of `language` and `languages`, found both"),
        ("languages: [en, en]", "`languages` expected at least one language, each once, found `en, en`"),
        ("languages: []", "`languages` expected at least one language, each once, found ``"),
        ("language: English", "`language` expected a language such as `en` or `zh`, found `English`"),
        ("timezone: Mars/Olympus", "`timezone` expected a time zone such as `Asia/Shanghai`, found `Mars/Olympus`"),
        ("timezone: ../etc/passwd", "`timezone` expected a time zone such as `Asia/Shanghai`, found `../etc/passwd`"),
        ("day_starts_at: 4", "`day_starts_at` expected a time of day such as `04:00`, found `4`"),
        ("public_stream_ids: yes", "`public_stream_ids` expected `true` or `false`, found `yes`"),
        (
            "media: {hosts: ['*']}",
            "`media.hosts` expected a host name such as `vod.example.com` or `*.example.com`, found `*`",
        ),
        (
            "media: {rewrite: {ftp://a/: /b/}}",
            "`media.rewrite` expected address prefixes such as `https://vod.example.com/`, found `ftp://a/`",
        ),
        (
            "media: {rewrite: {https://a.example/: ../b/}}",
            (
                "`media.rewrite.https://a.example/` expected an address such as `https://example.com/`"
                " or a site path such as `/about/`, found `../b/`"
            ),
        ),
        ("media: {posters: both}", "`media.posters` expected one of `generated`, `provider`, found `both`"),
        ("slug_key: abc123", "`slug_key` expected text of at least 8 characters, found 6"),
        ("slug_key:", "`slug_key` expected text of at least 8 characters, found 0"),
        ("slug_key: [a]", "`slug_key` expected text of at least 8 characters, found something else"),
        (f"slug_key: {'k' * 5000}", "`slug_key` expected at most 4000 characters, found 5000"),
        (
            "base_url: replays.example.com",
            "`base_url` expected an address such as `https://replays.example.com/`, found `replays.example.com`",
        ),
        (
            "base_url: https://a@b.example/",
            "`base_url` expected an address such as `https://replays.example.com/`, found one with a user name",
        ),
        (
            "base_url: https://b.example/?x=1",
            (
                "`base_url` expected an address such as `https://replays.example.com/` without a query,"
                " found `https://b.example/?x=1`"
            ),
        ),
        (
            "nav: {Home: 'javascript:alert(1)'}",
            (
                "`nav.Home` expected an address such as `https://example.com/` or a site path such as `/about/`,"
                " found `javascript:alert(1)`"
            ),
        ),
    ],
)
def test_a_wrong_value_is_told_with_place_field_expectation_and_finding(text, sentence):
    """One line, the place first, expected before found."""
    assert error(text)[0] == f"site_src/site.yaml:1: {sentence}"


@pytest.mark.parametrize(
    ("text", "name", "hint"),
    [
        ("tilte: x", "tilte", "did you mean `title`?"),
        ("media: {host: x}", "media.host", "did you mean `hosts`?"),
        ("grouping: {gpa: 5}", "grouping.gpa", "did you mean `gap`?"),
        ("media: {zebra: 1}", "media.zebra", "known: hosts, posters, rewrite"),
    ],
)
def test_an_unknown_key_suggests_the_nearest(text, name, hint):
    """A slip of the fingers is found at once."""
    assert error(text) == (f"site_src/site.yaml:1: expected a known key, found `{name}`", hint)


def test_a_zone_that_is_nearly_right_is_suggested():
    """The zones are those of tzdata."""
    assert error("timezone: Asia/Shangai")[1] == "did you mean `Asia/Shanghai`?"


@pytest.mark.parametrize(
    ("zone", "meant"),
    [
        ("Asia/Beijing", "Asia/Shanghai"),
        ("Beijing", "Asia/Shanghai"),
        ("Asia/BeiJing", "Asia/Shanghai"),
        ("Asia/Shenzhen", "Asia/Shanghai"),
        ("Asia/Mumbai", "Asia/Kolkata"),
        ("America/San_Francisco", "America/Los_Angeles"),
    ],
)
def test_a_city_that_is_no_zone_gets_the_one_it_lives_by(zone, meant):
    """Not the one that is near in letters: `Asia/Brunei` is near to Beijing in nothing else."""
    assert error(f"timezone: {zone}")[1] == f"did you mean `{meant}`?"


def test_words_name_the_languages_of_the_site():
    sentence, hint = error("languages: [zh-CN, en]\ntitle: {zh: 直播}")
    assert sentence == "site_src/site.yaml:2: `title` expected one of the site's languages (`zh-CN`, `en`), found `zh`"
    assert hint == ""

    assert error("languages: [zh-CN, en]\ntitle: {zh-cn: 直播}")[1] == "did you mean `zh-CN`?"


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("author：夜猫科技\ntimezone: UTC\n", "line 1 has the full-width `：` after its key: write `: `, half-width"),
        ("title: a\nmedia：\n  posters: x\n", "line 2 has the full-width `：` after its key: write `: `, half-width"),
        ("title：My site\n", "line 1 has the full-width `：` after its key: write `: `, half-width"),
        ("grouping:\n  gap：10m\n", "line 2 has the full-width `：` after its key: write `: `, half-width"),
        (
            "base-url：https://a.example\ntitle: x\n",
            "line 1 has the full-width `：` after its key: write `: `, half-width",
        ),
        ("title: a\nmedia:\n  hosts: [*.example.com]\n", STAR),
        ("title: a\nmedia:\n  hosts:\n  - *.example.com\n", STAR),
        ("title: *starry\n", STAR),
        ("title: a\ngrouping:\n\tgap: 5\n", "indent with blanks: YAML takes no tabs"),
        ("title: a\n\tauthor: b\n", "indent with blanks: YAML takes no tabs"),
        ("title: a\nauthor: 夜猫：科技: b\n", COLON),
    ],
)
def test_a_slip_of_the_keyboard_is_named(text, hint):
    """What the parser says of it is about the line after, or about a character that nobody sees."""
    assert error(text)[1] == hint


@pytest.mark.parametrize("zone", ["UTC+8", "CST", "GMT+8", "EDT"])
def test_an_offset_is_no_zone_and_none_that_is_hours_away_is_suggested(zone):
    sentence, hint = error(f"timezone: {zone}")

    assert sentence.endswith(f"`timezone` expected a time zone such as `Asia/Shanghai`, found `{zone}`")
    assert hint.startswith("zones have the names of places: ")


@pytest.mark.parametrize(
    ("name", "found", "hint"),
    [
        ("site.yml", "`site.yml`", "rename that file"),
        ("mine/site.yaml", "`mine/`", "give `--source {source}/mine`"),
    ],
)
def test_settings_that_lie_elsewhere_are_not_taken_for_none(tmp_path, name, found, hint):
    source = tmp_path / "site_src"
    (source / name).parent.mkdir(parents=True)
    (source / name).write_text("title: x\n")

    with pytest.raises(ConfigError) as caught:
        load_config(source, {})

    assert caught.value.sentence == f"site_src/site.yaml: expected the settings here, found them in {found}"
    assert caught.value.hint == hint.format(source=source)


def test_text_with_a_colon_wants_quotes():
    sentence, hint = error("title: Live: the evening")

    assert sentence == "site_src/site.yaml:1: expected YAML: mapping values are not allowed in this context"
    assert hint == 'text that holds a colon and a blank stands in quotes: title: "Live: the evening"'


def test_the_line_is_that_of_the_value():
    """Also deep inside."""
    assert error("# head\ntitle: x\nmedia:\n  hosts:\n    - a.example\n    - b_c.example\n")[0].startswith(
        "site_src/site.yaml:6: `media.hosts` expected a host name"
    )


def test_outputs_are_checked_against_the_page_kinds_when_these_are_known():
    """A misspelt kind would otherwise stay on in silence."""
    with pytest.raises(ConfigError, match="expected page kinds, found `tagg`") as caught:
        parse_config(b"outputs: {tagg: false}", "site.yaml", {}, kinds=("tag", "tags", "vj"))
    assert caught.value.hint == "did you mean `tags`?" or caught.value.hint == "did you mean `tag`?"


def test_the_environment_beats_the_file_and_nothing_is_derived_then():
    """The key may stay out of the file."""
    config = parse("slug_key: from-the-file", {"AFTERCAST_SLUG_KEY": "from-outside"})

    assert (config.slug_key, config.slug_key_derived) == ("from-outside", False)


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("abc", "text of at least 8 characters, found 3"),
        (" " * 8, "text of at least 8 characters, found 0"),
        ("k" * 5000, "at most 4000 characters, found 5000"),
    ],
)
def test_a_key_of_the_environment_is_held_to_the_rule_of_one_of_the_file(key, said):
    with pytest.raises(ConfigError) as caught:
        parse("", {"AFTERCAST_SLUG_KEY": key})

    assert caught.value.sentence == f"the environment: `AFTERCAST_SLUG_KEY` expected {said}"


def test_entries_of_the_navigation_may_be_told_by_language():
    config = parse(
        "languages: [en, zh]\nnav: [{label: {en: Enrol, zh: 报名}, url: /enrol/}, {label: Help, url: /help/}]"
    )

    assert config.nav == (((("en", "Enrol"), ("zh", "报名")), "/enrol/"), ("Help", "/help/"))


def test_a_derived_key_depends_on_the_address_alone():
    """Two sites do not share slugs; the same site keeps its own."""
    one, same, other = parse("title: a"), parse("title: b"), parse("base_url: https://other.example.com/")

    assert one.slug_key == same.slug_key != other.slug_key
    assert one.slug_key_derived


def test_the_key_is_in_no_message():
    """Secrets are not printed, also when they are wrong."""
    sentence, hint = error("slug_key: [s3cr3t-key-value]")

    assert "s3cr3t" not in sentence + hint


def test_a_link_out_of_the_source_is_refused(tmp_path):
    """Content from others must not reach the machine's files."""
    (tmp_path / "secret.yaml").write_text("title: x\n")
    source = tmp_path / "site_src"
    source.mkdir()
    (source / "site.yaml").symlink_to(tmp_path / "secret.yaml")

    with pytest.raises(ConfigError) as caught:
        load_config(source, {})

    assert (
        caught.value.sentence == "site_src/site.yaml: expected a file inside the source folder, found a link out of it"
    )


def test_a_file_that_the_system_does_not_open_is_told_in_small_letters(tmp_path):
    """As every other failure of the system is."""
    (tmp_path / "site.yaml").symlink_to("site.yaml")

    with pytest.raises(StorageError, match=r"/site\.yaml`: too many levels of symbolic links$"):
        load_config(tmp_path, {})


def test_a_link_inside_the_source_and_a_linked_source_are_fine(tmp_path):
    """Where the folder lies is the owner's business."""
    real = tmp_path / "real"
    real.mkdir()
    (real / "settings.yaml").write_text("title: x\n")
    (real / "site.yaml").symlink_to("settings.yaml")
    (tmp_path / "site_src").symlink_to(real)

    assert load_config(tmp_path / "site_src", {}).title == "x"


def test_more_than_the_limit_is_refused(tmp_path):
    """Settings are small."""
    (tmp_path / "site.yaml").write_bytes(b"#" * (256 * 1024 + 1))

    with pytest.raises(ConfigError, match="expected at most 262144 bytes, found 262145"):
        load_config(tmp_path, {})


def test_a_source_that_is_not_there_says_how_to_begin(tmp_path):
    """The most common mistake of the first minute."""
    with pytest.raises(
        ConfigError, match=r"nowhere: expected the folder of a site's sources, found nothing$"
    ) as caught:
        load_config(tmp_path / "nowhere", {})
    assert "aftercast init" in caught.value.hint
