"""A field that no template of a page names is not made, and no byte tells the difference."""

import msgspec
import pytest

from builder.model import PageKey
from builder.pages import KINDS, kind_named
from builder.render import Renderer
from tests.pages.support import DAY, ROOT, T0, THEME, rich, session, site, theme

SESSIONS = (rich(), session("a"), session("b", vj="s-0123456789abcdef", start_ms=T0 + DAY, tags=("x", "y")))
BENCH = ROOT / "benchmarks" / "theme"


def rendered(renderer, *, narrow):
    """Render every page, from whole values or from those that hold what the templates name: path → bytes."""
    made = site(SESSIONS)
    if narrow:
        made = type(made)(**{**vars(made), "named": renderer.named_fields, "cache": {}})
    pages = {}
    for kind in KINDS:
        for key in kind.keys(made):
            if (value := kind.data(made, key)) is not None:
                path = kind.path(made, key)
                pages[path] = renderer.render(kind, value, key.language, path)
    return pages


@pytest.mark.parametrize("folders", [[THEME], [BENCH, THEME]], ids=["our theme", "a theme that shows little"])
def test_pages_are_the_same_bytes_without_what_they_do_not_name(folders):
    """The rendering sees no difference."""
    renderer = Renderer(folders, *theme())

    assert rendered(renderer, narrow=True) == rendered(renderer, narrow=False)


def value_of(folders, kind="day", name="2022-01-13"):
    made = site(SESSIONS)
    renderer = Renderer(folders, *theme())
    made = type(made)(**{**vars(made), "named": renderer.named_fields, "cache": {}})
    return kind_named(kind).data(made, PageKey(kind, name, "en"))


@pytest.mark.parametrize(
    ("source", "is_drawn"),
    [
        ("{{ page.day }}", False),
        ("{{ page.lanes | count }}", True),
        ('{{ page["lanes"] | count }}', True),
        ('{% include "partials/own.html" %}', True),
        ("{% set name = page.day %}{{ page[name] }}", True),
        ("{% set name = page.day %}{{ page | attr(name) }}", True),
        ("{{ page | json_block }}", True),
        ('{{ page.cards | map(attribute="anchor") | join }}', False),
        ("{{ {10: 1}[page.day | count] }}", False),
    ],
)
def test_a_field_is_made_where_a_template_may_print_it(tmp_path, source, is_drawn):
    """Named plainly, as text, by a partial, or by a name that only the run of the template tells."""
    (tmp_path / "partials").mkdir()
    (tmp_path / "partials" / "own.html").write_text("{{ page.lanes | count }}")
    (tmp_path / "day.html").write_text(source)
    value = value_of([tmp_path, THEME])

    assert bool(value.lanes) is is_drawn
    assert value.cards


def test_what_little_a_theme_shows_is_little_to_make():
    """The theme of the benchmarks shows titles and times: nothing is drawn for it."""
    day, watch = value_of([BENCH, THEME]), value_of([BENCH, THEME], "watch", rich().id)

    assert (day.lanes, day.filters, day.hours) == ((), (), None)
    assert {(card.strip.markup, card.badges, card.chapters) for card in day.cards} == {("", (), ())}
    assert (watch.tape.markup, watch.player, watch.facts, watch.versions) == ("", None, (), ())
    assert watch.parts
    assert len(msgspec.json.encode(watch)) < len(msgspec.json.encode(value_of([THEME], "watch", rich().id))) / 3
