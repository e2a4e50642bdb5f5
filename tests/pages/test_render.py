"""Templates: overrides, refusals with file and line, digests; messages; dates; addresses; assets."""

import os
import pickle
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from jinja2 import Environment

from builder import messages, shrink
from builder.addresses import tag_of
from builder.assets import collect_assets
from builder.dates import Dates, duration_attribute, offset_words, offsets_over, session_clock
from builder.errors import ConfigError
from builder.messages import Messages
from builder.model import PageKey
from builder.pages import KINDS, kind_named
from builder.pages.paths import relative
from builder.render import Renderer
from builder.render.fragments import Fragments
from tests.pages.support import DAY, HOUR, MINUTE, T0, THEME, ZONE, build, session, site, theme

DAY_KEY = PageKey("day", "2022-01-13", "en")


@pytest.fixture
def own(tmp_path):
    """Write a site's own templates; return a renderer over them."""

    def write(**files):
        for name, text in files.items():
            path = tmp_path / "templates" / name.replace("__", "/").replace("_html", ".html")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        words, assets = theme()
        folders = [tmp_path / "templates", THEME]
        if "messages/en.yaml" in files:
            words = messages.load(folders, list(words))
        return Renderer(folders, words, assets, stays=True)

    return write


def page(renderer, key=DAY_KEY):
    made = site([session("a", title="<b>")])
    kind = kind_named(key.kind)
    return renderer.render(kind, kind.data(made, key), key.language, kind.path(made, key)).decode()


def test_one_block_can_be_overridden(own):
    """The rest of the page stays the theme's."""
    text = page(
        own(day_html='{% extends "default/day.html" %}{% block list %}<p>{{ page.count }} here</p>{% endblock %}')
    )

    assert "<p>1 here</p>" in text
    assert 'class="guide"' in text
    assert "<article" not in text


def test_what_is_added_to_the_head_of_all_pages_is_in_all_of_them(own):
    """The pages that load a script of their own have a head block too; it is added to, not put in place of the site's."""
    added = '<link rel="me" href="https://me.example/">'
    renderer = own(base_html='{% extends "default/base.html" %}{% block head %}' + added + "{% endblock %}")
    made = site([session("a", title="x", tags=("t",))])
    without = set()
    for kind in KINDS:
        if kind.template.endswith(".html") and kind.name not in {"redirect", "former"}:  # these extend nothing
            for key in kind.keys(made):
                value = kind.data(made, key)
                if value is not None and added not in renderer.render(kind, value, key.language, "/").decode():
                    without.add(kind.name)

    assert without == set()


def test_a_whole_file_can_be_overridden(own):
    """A partial that the theme's pages import is the site's own everywhere."""
    text = page(own(base_html="{% block main %}{% endblock %}"))

    assert text.lstrip().startswith('<div class="lead">')


def test_values_are_escaped_in_overrides_too(own):
    """There is no way around escaping: the filter that would be one does not exist."""
    assert "&lt;b&gt;" in page(own(day_html="{{ page.cards[0].title.text }}"))
    with pytest.raises(ConfigError, match=r"^templates/day\.html:1: .*safe"):
        page(own(day_html="{{ page.cards[0].title.text | safe }}"))


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("\n{{ page.nothing }}", r"templates/day\.html:2: `DayPage` has no attribute 'nothing'$"),
        ("{{ nothing }}", r"templates/day\.html:1: 'nothing' is undefined"),
        ("\n\n{% if %}", r"templates/day\.html:3: expected an expression"),
        ("{{ page.day | markup }}", r"templates/day\.html:1: `markup` expects a picture or sanitised HTML, found str"),
        ("\n{{ page.count / 0 }}", r"templates/day\.html:2: division by zero$"),
        ("{{ page.cards[7].url[0] }}", r"templates/day\.html:1: .*undefined|.*no element 7"),
        ('\n{% extends "day.html" %}', r"templates/day\.html:2: expected an end, found a template or macro that leads"),
        ("{% macro m() %}\n{{ m() }}{% endmacro %}{{ m() }}", r"templates/day\.html:2: expected an end"),
        ('{% include "partials/none.html" %}', r"templates/day\.html:1: .*|templates/day\.html: expected the template"),
    ],
)
def test_errors_name_the_template_and_the_line(own, source, sentence):
    """A mistake in a template is a configuration error with its place."""
    with pytest.raises(ConfigError, match=sentence):
        page(own(day_html=source))


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ('<p>\n{{ "x.css" | asset }}', "templates/day.html:2: expected the asset `x.css`, found none"),
        ("\n\n{% include 'partials/x.html' %}", "templates/day.html:3: expected the template `partials/x.html`, found none"),
        ('{% extends "default/dayy.html" %}', "templates/day.html:1: expected the template `default/dayy.html`, found none"),
    ],
)  # fmt: skip
def test_what_a_template_needs_and_is_not_there_is_told_with_the_place_that_names_it(own, source, sentence):
    with pytest.raises(ConfigError) as caught:
        own(day_html=source).theme_digest(kind_named("day"), "en")
    assert caught.value.sentence == sentence


def test_text_with_a_language_and_a_vj_print_as_text_and_a_list_has_a_length(own):
    made = page(own(day_html="{{ page.cards[0].title }}; {{ page.cards[0].vj }}; {{ page.cards | length }};"))

    assert "Run(" not in made
    assert made.endswith("; 1;")
    assert "&lt;b&gt;" in made


PIECE = (
    "{% for each in page.cards %}{% cache each.start_ms %}"
    "{{ each.start_ms | clock }} {{ each.url | url }} {{ each.title.text }};"
    "{% endcache %}{% endfor %}"
)


def test_a_cached_piece_is_printed_anew_for_another_value_page_or_frame(own):
    """And for nothing else: the title is not among the values that it says it depends on."""
    renderer = own(day_html=PIECE)

    def printed(title, key=DAY_KEY, start_ms=T0, **frame):
        made = site([session("a", title=title, start_ms=start_ms, day="2022-01-13")], **frame)
        kind = kind_named("day")
        return renderer.render(kind, kind.data(made, key), key.language, kind.path(made, key)).decode()

    first = printed("one")

    assert first == f"20:34 {tag_of('a')}/ one;"
    assert printed("two") == first
    assert printed("three", start_ms=T0 + MINUTE) == f"20:35 {tag_of('a')}/ three;"
    assert printed("four", timezone="Europe/Paris").startswith("13:34 ")
    assert printed("five", PageKey("day", "2022-01-13", "zh")).endswith("five;")
    assert printed("six") == first


def test_a_cached_piece_of_markup_is_none_of_the_same_text(own):
    """Words that are markup equal the text that has to be escaped; and 1 equals true."""
    source = (
        "{% macro piece(words) %}{% cache words %}<i>{{ words }}</i>{% endcache %}{% endmacro %}"
        "{% set bold %}<b>{% endset %}"
        "{{ piece(bold) }}{{ piece(page.cards[0].title.text) }}{{ piece(1) }}{{ piece(true) }}"
    )

    assert page(own(day_html=source)) == "<i><b></i><i>&lt;b&gt;</i><i>1</i><i>True</i>"


def test_two_cached_pieces_on_one_line_are_two(own):
    assert page(own(day_html="{% cache page.day %}A{% endcache %}{% cache page.day %}B{% endcache %}")) == "AB"


def test_pieces_are_kept_up_to_a_size_and_only_by_who_stays():
    environment = Environment(extensions=[Fragments])
    kept = environment.extensions[Fragments.identifier]
    calls = []
    template = environment.from_string("{% cache n %}{{ note(n) }}{{ 'x' * size }}{% endcache %}")
    given = {
        "path": "/",
        "base_path": "",
        "t": Messages("en", {}),
        "site": None,
        "note": lambda n: calls.append(n) or "",
    }

    def show(*numbers, size=50_000):
        calls.clear()
        for n in numbers:
            template.render(n=n, size=size, **given)
        return list(calls)

    assert show(1, 1) == [1, 1]
    kept.is_keeping = True
    assert show(1, 1, 2, 1) == [1, 2]
    assert show(3, 3, size=70_000) == [3, 3]
    assert show(*range(10, 200)) == list(range(10, 200))
    assert show(199, 1) == [1]


def test_a_cached_piece_needs_values_that_can_be_compared(own):
    with pytest.raises(ConfigError, match=r"^templates/day\.html:1: .*unhashable"):
        page(own(day_html="{% cache [page.day] %}x{% endcache %}"))


def sentences(renderer):
    return [problem.sentence for problem in renderer.problems(KINDS)]


def test_computed_names_are_refused(own):
    """A page depends on what its template names, so the names must be plain."""
    with pytest.raises(ConfigError, match="plain name of a template, found a computed one"):
        own(day_html="{% include page.day %}").theme_digest(kind_named("day"), "en")
    with pytest.raises(ConfigError, match="plain name, found a computed one"):
        own(day_html="{{ page.day | asset }}").theme_digest(kind_named("day"), "en")


def test_unknown_blocks_are_reported(own):
    """A block that the theme does not have would be dropped silently."""
    renderer = own(
        day_html='{% extends "default/day.html" %}{% block lists %}{% endblock %}{% block list %}{% endblock %}'
    )

    assert sentences(renderer) == [
        "templates/day.html: expected a block of `day.html`, found `lists`; did you mean `list`?"
    ]


def test_a_template_that_no_page_uses_is_reported(own):
    """Its name is misspelt, or nothing includes it; messages and assets are none."""
    renderer = own(
        wach_html="x",
        day_html='{% include "partials/mine.html" %}',
        partials__mine_html="used",
        partials__other_html="unused",
        assets__logo_html="",
        messages__note_html="",
    )

    sentence = "expected the name of a template, found one that no page uses"
    assert sentences(renderer) == [
        f"templates/partials/other.html: {sentence}",
        f"templates/wach.html: {sentence}; did you mean `watch.html`?",
    ]


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("messages/zh.yml", "a name that ends in `.yaml`"),
        ("messages/zh.YAML", "a name that ends in `.yaml`"),
        ("message/zh.yaml", "its place right in `templates/messages/`"),
        ("messages/mine/zh.yaml", "its place right in `templates/messages/`"),
        ("zh.yaml", "its place right in `templates/messages/`"),
        ("messages/de.yaml", "the name of a language of the site (en, zh)"),
        ("site.css", "its place in `templates/assets/`"),
        ("asset/mine.js", "its place in `templates/assets/`"),
    ],
)
def test_words_and_styles_that_nothing_reads_are_reported(own, name, wanted):
    """Their name or place is not quite right; the site would be as if they were not there."""
    assert sentences(own(**{name: ""})) == [f"templates/{name}: expected {wanted}; the file is not read"]


@pytest.mark.parametrize(
    "name", ["messages/zh.yaml", "assets/site.css", "assets/x.yaml", "README.md", "messages/.zh.yml", ".git/x.css"]
)
def test_files_that_are_read_or_have_nothing_to_do_with_pages_are_not_reported(own, name):
    assert sentences(own(**{name: ""})) == []


def test_a_style_sheet_that_a_template_includes_is_read(own):
    assert own(**{"mine.css": "", "day.html": '{% include "mine.css" %}'}).problems(KINDS) == []


def test_links_out_of_the_templates_are_not_followed(own, tmp_path):
    """A template that is a link to elsewhere does not count."""
    (tmp_path / "secret.html").write_text("secret")
    renderer = own(partials__x_html="x")
    (tmp_path / "templates" / "day.html").symlink_to(tmp_path / "secret.html")

    assert "secret" not in page(renderer)


def test_the_digest_of_a_template_holds_what_it_needs(own):
    """A partial changes the digest of the pages that import it; one that nobody names changes none."""
    digests = {kind.name: own().theme_digest(kind, "en") for kind in KINDS}
    other = own(partials__alone_html="x")
    assert {kind.name: other.theme_digest(kind, "en") for kind in KINDS} == digests

    source = (THEME / "partials" / "macros.html").read_text(encoding="utf-8")
    changed = own(partials__macros_html=source + "<!-- more -->")
    differing = {kind.name for kind in KINDS if changed.theme_digest(kind, "en") != digests[kind.name]}
    assert {"home", "day", "watch", "vj"} <= differing
    assert not differing & {"poster", "redirect", "tombstone", "not_found"}


def test_a_renderer_can_be_sent_to_another_process(own):
    """What a worker gets makes the same bytes."""
    renderer = own()

    assert page(pickle.loads(pickle.dumps(renderer))) == page(renderer)


def test_two_builds_give_the_same_bytes():
    """Nothing in a page depends on anything but the site."""
    sessions = [session("a"), session("b", vj="s-0123456789abcdef", start_ms=T0 + DAY, tags=("x", "y"))]

    assert build(site(sessions)) == build(site(list(reversed(sessions))))


# --- messages ---


def test_messages_choose_plurals_and_mark_thousands():
    """One and other in English, one form in Chinese."""
    words = messages.load([THEME], ["en", "zh"])

    assert [words["en"]("broadcasts", n=n) for n in (0, 1, 2, 1284)] == [
        *("0 broadcasts", "1 broadcast", "2 broadcasts", "1,284 broadcasts"),
    ]
    assert [words["zh"]("broadcasts", n=n) for n in (1, 2)] == ["1 场", "2 场"]


def test_every_message_has_its_places_in_both_languages():
    """A translation uses only places that the original has."""
    words = messages.load([THEME], ["en", "zh"])
    for key in words["en"].keys():  # noqa: SIM118  not a mapping
        if key.startswith("dates."):
            continue  # all patterns of dates know the same places
        known = words["en"].places(key)
        assert words["zh"].places(key) <= known | ({"m"} if "mm" in known else set()), (
            key
        )  # minutes of one digit or two


def test_a_site_replaces_single_messages(tmp_path):
    """What it leaves out stays; what does not exist is a mistake."""
    own = tmp_path / "messages"
    own.mkdir()
    (own / "en.yaml").write_text("nav: {home: Now}\n")
    assert messages.load([tmp_path, THEME], ["en"])["en"]("nav.home") == "Now"
    assert messages.load([tmp_path, THEME], ["en"])["en"]("nav.vjs") == "VJs"


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("\ndates: {months: [a]}\n", "2: `dates.months` expected a list of 12 words"),
        ("nav: Home\n", "1: `nav` expected a mapping"),
        ("nav:\n  home: {many: x}\n", "2: `nav.home` expected a text or `one` and `other`"),
        ("- a\n", "1: expected a mapping of messages"),
        ("footer:\n  zone: In {zne}\n", "2: `footer.zone` expected a known placeholder, found `{zne}`"),
        ("skip: Skip {n}\n", "1: `skip` expected a known placeholder, found `{n}`"),
        (
            'vjs_count: {one: "{n} teacher", other: "{m} teachers"}\n',
            "1: `vjs_count` expected a known placeholder, found `{m}`",
        ),
        (
            'lengths: {minutes_seconds: "{h}:{m}:{ss}"}\n',
            "1: `lengths.minutes_seconds` expected a known placeholder, found `{h}`",
        ),
        (
            'dates: {day_comma_clock: "{y} {date}"}\n',
            "1: `dates.day_comma_clock` expected a known placeholder, found `{y}`",
        ),
        (
            'dates: {weekdays_narrow: ["{d}", T, W, T, F, S, S]}\n',
            "1: `dates.weekdays_narrow` expected a known placeholder, found `{d}`",
        ),
        ('since: "Since {Date}"\n', "1: `since` expected a known placeholder, found `{Date}`"),
        ('since: "Since { date }"\n', "1: `since` expected a known placeholder, found `{ date }`"),
        ('vjs_count: {one: "a {} VJ", other: VJs}\n', "1: `vjs_count` expected a known placeholder, found `{}`"),
        ('zones: {Etc/UTC: "{home}"}\n', "1: `zones.Etc/UTC` expected a known placeholder, found `{home}`"),
    ],
)
def test_a_mistake_in_messages_is_told_with_its_line(tmp_path, text, error):
    own = tmp_path / "messages"
    own.mkdir()
    (own / "en.yaml").write_text(text)

    with pytest.raises(ConfigError) as found:
        messages.load([tmp_path, THEME], ["en"])

    assert str(found.value).endswith(f"/messages/en.yaml:{error}")


def test_messages_that_there_are_not_are_left_out_and_reported(own):
    """Those of another version of the theme, or misspelt: all at once, whatever they are; the others count."""
    text = """\
nav:
  home: Now
  hom: Now
dates:
  month_short: "{m} of {yy}"
gone:
  with: {one: a, other: b}
zones: {Etc/UTC: London, Asia/Shanghai: [a]}
nav.home: Now
"""
    renderer = own(**{"messages/en.yaml": text})

    assert sentences(renderer) == [
        "templates/messages/en.yaml:3: expected a known message, found `nav.hom`, which is left out; did you mean `nav.home`?",
        "templates/messages/en.yaml:5: expected a known message, found `dates.month_short`, which is left out; did you mean `dates.months_short`?",
        "templates/messages/en.yaml:6: expected a known message, found `gone`, which is left out",
        "templates/messages/en.yaml:8: expected a known message, found `zones.Asia/Shanghai`, which is left out",
        "templates/messages/en.yaml:9: expected a known message, found `nav.home`, which is left out; write `home` below `nav`",
    ]
    assert renderer.messages["en"]("nav.home") == "Now"
    assert renderer.messages["en"].section("zones")["Etc/UTC"] == "London"
    assert not renderer.messages["en"].has("nav.hom")


def test_the_theme_has_no_messages_that_there_are_not(own):
    assert [words.unknown for words in own().messages.values()] == [[], []]


@pytest.mark.parametrize(
    "text",
    [
        'dates: {day: "{y}-{m}-{d}"}\n',
        'lengths: {hours_minutes: "{h}:{m}"}\n',
        'lengths: {whole_hours: "{h}:{mm}"}\n',
        "vjs_count: {one: a VJ, other: VJs}\n",
        "zones: {Etc/UTC: London}\n",
    ],
)
def test_what_is_filled_in_may_stand_where_english_has_no_use_for_it(tmp_path, text):
    (tmp_path / "messages").mkdir()
    (tmp_path / "messages" / "en.yaml").write_text(text)

    assert messages.load([tmp_path, THEME], ["en"])["en"]


def test_an_unknown_placeholder_is_told_with_the_known_ones(tmp_path):
    (tmp_path / "messages").mkdir()
    (tmp_path / "messages" / "en.yaml").write_text("device: {local: '{clock} here'}\n")

    with pytest.raises(ConfigError) as found:
        messages.load([tmp_path, THEME], ["en"])
    assert found.value.hint == "known: `{time}`"


def test_a_language_without_messages_is_an_error():
    """The hint says which file to write."""
    with pytest.raises(ConfigError, match="expected a language with messages, found `fr`") as error:
        messages.load([THEME], ["fr"])
    assert "templates/messages/fr.yaml" in error.value.hint


@pytest.mark.parametrize("language", ["zh-Hant", "zh-TW", "zh-hk", "zh-Hant-MO"])
def test_traditional_chinese_is_not_taken_for_the_simplified_of_the_theme(tmp_path, language):
    """Both are `zh`, but `lang` would tell readers and screen readers of a script that the page is not in."""
    with pytest.raises(ConfigError, match=f"expected a language with messages, found `{language}`") as error:
        messages.load([tmp_path, THEME], [language])
    assert error.value.hint == (
        f"write templates/messages/{language}.yaml; what it leaves out stays simplified Chinese, as all of it with `zh`"
    )

    (tmp_path / "messages").mkdir()
    (tmp_path / "messages" / f"{language}.yaml").write_text("nav: {vjs: 主播們}\n", encoding="utf-8")
    assert messages.load([tmp_path, THEME], [language])[language]("nav.vjs") == "主播們"


def test_a_regional_language_uses_the_messages_of_its_language():
    """zh-Hans reads zh."""
    assert messages.load([THEME], ["zh-Hans"])["zh-Hans"]("nav.vjs") == "主播"


# --- dates ---


@pytest.fixture(scope="module")
def dates():
    words = messages.load([THEME], ["en", "zh"])
    return {language: Dates(words[language], "Asia/Shanghai") for language in words}


@pytest.mark.parametrize(
    ("ms", "english", "chinese"),
    [
        (0, "0 s", "0 秒"),
        (59_999, "59 s", "59 秒"),
        (160_000, "2 m 40 s", "2 分 40 秒"),
        (599_000, "9 m 59 s", "9 分 59 秒"),
        (600_000, "10 m", "10 分钟"),
        (47 * MINUTE, "47 m", "47 分钟"),
        (HOUR, "1 h 00 m", "1 小时"),
        (206 * MINUTE + 16_000, "3 h 26 m", "3 小时 26 分"),
        (1284 * HOUR, "1,284 h 00 m", "1,284 小时"),
        (65 * MINUTE, "1 h 05 m", "1 小时 5 分"),
    ],
)
def test_lengths_show_seconds_below_ten_minutes(dates, ms, english, chinese):
    """And never more than two parts."""
    assert (dates["en"].length(ms), dates["zh"].length(ms)) == (english, chinese)


@pytest.mark.parametrize(
    ("ms", "english"),
    [(226_890, "3 m 47 s"), (226_499, "3 m 46 s"), (59_700, "1 m 00 s"), (3_599_600, "1 h 00 m 00 s"), (400, "0 s")],
)
def test_exact_lengths_are_those_that_the_player_writes(dates, ms, english):
    """It rounds to the nearest second: one page never tells two lengths of one loss."""
    assert dates["en"].exact_length(ms) == english


@pytest.mark.parametrize(
    ("hour", "english", "chinese"),
    [
        (0, "Early Friday", "星期五凌晨"),
        (4, "Early Friday", "星期五凌晨"),
        (5, "Friday morning", "星期五上午"),
        (12, "Friday afternoon", "星期五下午"),
        (18, "Friday evening", "星期五晚间"),
        (22, "Friday night", "星期五深夜"),
    ],
)
def test_a_broadcast_without_a_name_is_called_by_its_part_of_the_day(dates, hour, english, chinese):
    """What begins after midnight belongs to the morning that comes: "Sunday night" would be a day late."""
    at_ms = int(datetime(2022, 1, 14, hour, 30, tzinfo=ZoneInfo(ZONE)).timestamp() * 1000)

    assert dates["en"].title(at_ms).startswith(english)
    assert dates["zh"].title(at_ms).endswith(chinese)


def test_dates_are_those_of_the_zone(dates):
    """Weekday, day, month and year in the order of the language; clocks of 24 hours."""
    assert dates["en"].write("day", T0) == "Thu 13 Jan 2022"
    assert dates["zh"].write("day", T0) == "2022\u00a0年 1\u00a0月 13\u00a0日周四"
    assert dates["en"].write("day_long", "2022-01-13") == "Thursday 13 January 2022"
    assert dates["en"].write("month", "2022-01") == "January 2022"
    assert dates["en"].write("year", "2022") == "2022"
    assert dates["en"].clock(T0) == "20:34"
    assert dates["en"].day_and_clock(T0) == "Thu 13 Jan 2022, 20:34"
    assert dates["en"].weekday_and_clock(T0 + 220 * MINUTE) == "Fri 00:14"
    assert dates["en"].iso(T0) == "2022-01-13T20:34:54+08:00"
    assert dates["en"].offset(T0) == "UTC+8"
    assert dates["en"].title(T0) == "Thursday evening, 13 January 2022"
    assert dates["zh"].title(T0) == "2022\u00a0年 1\u00a0月 13\u00a0日星期四晚间"


def test_small_words():
    """Machine lengths, session clocks, offsets, sizes."""
    assert duration_attribute(12_376_000) == "PT3H26M16S"
    assert duration_attribute(0) == "PT0S"
    assert session_clock(3731.9) == "1:02:11"
    assert [offset_words(minutes) for minutes in (0, 480, -210)] == ["UTC", "UTC+8", "UTC−3:30"]


def test_a_changed_clock_within_a_broadcast_is_found_to_the_second():
    """Berlin sets its clocks on 27 March 2022 at 01:00 UTC."""
    berlin = Dates(messages.load([THEME], ["en"])["en"], "Europe/Berlin")
    change = 1648342800000

    assert offsets_over(berlin, change - 5 * HOUR, change + 9 * HOUR) == [(change - 5 * HOUR, 60), (change, 120)]


def test_sizes(dates):
    """Decimal units, one digit for gigabytes."""
    assert [dates["en"].size(n) for n in (1, 402_000_000, 1_900_000_000)] == ["1 KB", "402 MB", "1.9 GB"]


# --- addresses ---


@pytest.mark.parametrize(
    ("from_page", "target", "expected"),
    [
        ("/", "/", "./"),
        ("/", "/vj/a/", "vj/a/"),
        ("/vj/a/", "/", "../../"),
        ("/vj/a/", "/vj/b/", "../b/"),
        ("/vj/a/", "/vj/a/", "./"),
        ("/vj/a/", "/vj/a/#x", "#x"),
        ("/vj/a/", "/vj/a/2022-01/", "2022-01/"),
        ("/vj/a/2022-01/", "/vj/a/", "../"),
        ("/replays/2022/01/13/x/", "/replays/2022/01/13/#x", "../#x"),
        ("/404.html", "/assets/site.css", "assets/site.css"),
        ("/old", "/", "./"),
    ],
)
def test_addresses_are_relative_to_the_page(from_page, target, expected):
    """As short as the common part allows."""
    assert relative(from_page, target) == expected


# --- assets ---


def test_assets_get_names_by_content_leaves_first(tmp_path):
    """A changed module changes the names of all that lead to it; comments go; a site's own file wins."""
    for folder, name, text in (
        ("theme", "a.js", '/* why */\nimport { b } from "./sub/b.js";\nimport("./sub/c.js");\n'),
        ("theme", "sub/b.js", "export const b = 1; // one\n"),
        ("theme", "sub/c.js", 'import "./b.js";\n'),
        ("theme", "x.css", "a { background: url(i.svg); }\n"),
        ("theme", "i.svg", "<svg/>"),
        ("own", "i.svg", "<svg id='own'/>"),
    ):
        path = tmp_path / folder / "assets" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (tmp_path / "static").mkdir()
    (tmp_path / "static" / "logo.svg").write_text("<svg/>")
    (tmp_path / "static" / ".hidden").write_text("x")
    (tmp_path / "static" / os.fsdecode(b"\xff.svg")).write_text("<svg/>")
    (tmp_path / "static" / "out").symlink_to(tmp_path / "theme" / "assets" / "a.js")
    folders = [tmp_path / "own", tmp_path / "theme"]
    first = {asset.name: asset for asset in collect_assets(folders, tmp_path / "static", tmp_path)}

    assert list(first) == ["a.js", "i.svg", "static/logo.svg", "sub/b.js", "sub/c.js", "x.css"]
    b, c = (first[name].path.rpartition("/")[2] for name in ("sub/b.js", "sub/c.js"))
    assert first["a.js"].data.decode() == f'import{{b}}from"./sub/{b}";import("./sub/{c}");\n'
    assert first["sub/c.js"].data.decode() == f'import"./{b}";\n'
    assert b"own" in first["i.svg"].data
    assert f"url(./{first['i.svg'].path.rpartition('/')[2]})" in first["x.css"].data.decode()
    assert first["static/logo.svg"].url == "/static/logo.svg"

    (tmp_path / "theme" / "assets" / "sub" / "b.js").write_text("export const b = 2;\n")
    second = {asset.name: asset for asset in collect_assets(folders, tmp_path / "static", tmp_path)}
    assert [name for name in first if first[name].path != second[name].path] == ["a.js", "sub/b.js", "sub/c.js"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('const a = "// no"; // yes', 'const a="// no";\n'),
        ("const a = '/* no */'; /* yes */ b", "const a='/* no */'; b\n"),
        ("const r = /[/*]\\/\\/x/g; // yes", "const r=/[/*]\\/\\/x/g;\n"),
        ("const h = a / b / c; // yes", "const h=a/ b/ c;\n"),
        ("const t = `// ${ /* yes */ x } /* no */`;", "const t=`// ${ x} /* no */`;\n"),
        ("const t = `a\n  b ${`c // ${d}`}`;\n\n\n  e();", "const t=`a\n  b ${`c // ${d}`}`;e();\n"),
        ("if (/^a\\/b/.test(x)) {\n  // yes\n  y();\n}", "if(/^a\\/b/.test(x)){y();}\n"),
        ("a\n/* over\nlines */\nb", "a\nb\n"),
        ("a + +b - -c", "a+ +b- -c\n"),
        ("a(\n  b,\n  c\n)\nd", "a(b,c)\nd\n"),
        (
            "class A {\n  #on = 1;\n  is(b) { return #on in b && b.#off(b.#on, '#on'); }\n}",
            "class A{#a=1;is(b){return #a in b&&b.#b(b.#a,'#on');}}\n",
        ),
        ("x = (a)\n  ? b\n  : c\n++y", "x=(a)?b:c\n++y\n"),
        ("const SEAM = 1.5;\nif (a - -SEAM < b.SEAM) return SEAM;", "if(a- -1.5<b.SEAM)return 1.5;\n"),
        ("const A = 1;\nconst B = 2;\nexport { A, B };", "const A=1;const B=2;export{A,B};\n"),
        ("const A = 1;\nf(A, { B, A: 2 });", "const A=1;f(A,{B,A:2});\n"),
        ("const a = /x=/\nb\n`c`\n.5", "const a=/x=/\nb\n`c`\n.5\n"),
    ],
)
def test_comments_go_and_code_stays(text, expected):
    """Strings, templates and regular expressions are left alone."""
    assert shrink.javascript(text) == expected


def test_style_sheets_lose_comments_and_indentation():
    """Strings in them stay."""
    assert shrink.css('/* x */\na {\n  content: "/* no */";\n}\n\n') == 'a {\ncontent: "/* no */";\n}\n'


def test_a_missing_or_circular_import_is_an_error(tmp_path):
    """With the file that names it."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "a.js").write_text('import "./none.js";')
    with pytest.raises(ConfigError, match=r"templates/assets/a\.js: expected the file `\./none\.js`, found none"):
        collect_assets([tmp_path], tmp_path / "none", tmp_path / "none")
    (tmp_path / "assets" / "a.js").write_text('import "./a.js";')
    with pytest.raises(ConfigError, match=r"circle of imports, found a\.js → a\.js"):
        collect_assets([tmp_path], tmp_path / "none", tmp_path / "none")
