"""The shortcut for plain broadcasts gives what the general path gives."""

from hypothesis import given
from hypothesis import strategies as st

from builder.model import Curation
from builder.sessions import Island
from builder.sessions.assembling import Assembler
from tests.sessions.making import DEMO, public, rec, rulebook
from tests.sessions.test_properties import GRID, THOROUGH, books, events, recordings


class General(Assembler):
    """The general path alone."""

    def _plain(self, island):
        return None


@st.composite
def evenings(draw):
    """Draw recordings that follow each other, as nearly all do, now and then with something special about one."""
    found, at = [], 0
    for number in range(draw(st.integers(1, 8))):
        at += draw(st.sampled_from((0, 0, 1, 9, 10, 40, 299, 300, 301, 4000)))
        length = draw(st.sampled_from((3, 60, 600, 1800, 90_000)))
        special = draw(
            st.sampled_from(
                ({},) * 12
                + (
                    {"fmt": "hls"}, {"fmt": "dash"}, {"flags": ("coerced",)}, {"title": "A"}, {"tags": ("b",)},
                    {"expires_ms": 5}, {"status": "deleted"}, {"resolution": "640x480"}, {"bps": 500}, {"url": ""},
                    {"url": "http://media.example.com/same.mp4"}, {"host": "elsewhere.example.net"}, {"length": None},
                    {"announced": 0}, {"task_id": "t"}, {"session_id": "s"}, {"told": 10**7}, {"length": 0},
                )
            )
        )  # fmt: skip
        found.append(rec(f"{number:02}", at, at + length, **special))
        at += length - draw(st.sampled_from((0,) * 9 + (1,)))
    return tuple(found)


@st.composite
def said(draw):
    """Draw what people may say: mostly nothing."""
    kinds = ("recordings", "merge", "split_before")
    names = tuple(draw(st.lists(st.integers(0, 7).map("{:02}".format), unique=True, min_size=1, max_size=3)))
    curation = Curation("replays/a.md", title="Said", **{draw(st.sampled_from(kinds)): names})
    gap, length = draw(st.sampled_from((0, 300))), draw(st.sampled_from((600, 3600, 86_400)))
    return rulebook(
        gap=gap,
        max_length=length,
        min_length=draw(st.sampled_from((0, 0, 60))),
        curations=[curation] if draw(st.integers(0, 3)) == 0 else (),
        posters=draw(st.sampled_from(("generated", "generated", "provider"))),
    )


@THOROUGH
@given(evenings(), said(), st.randoms(use_true_random=False))
def test_the_shortcut_gives_what_the_general_path_gives_of_evenings(found, book, chance):
    notices = {one.key: chance.randrange(2, 9) for one in found if chance.random() < 0.3}
    island = Island(found, notices=notices)

    assert Assembler(island, book, public).run() == General(island, book, public).run()


@THOROUGH
@given(recordings(), events(), books())
def test_the_shortcut_gives_what_the_general_path_gives_of_anything(found, told, book):
    island = Island(found, *told)

    assert Assembler(island, book, public).run() == General(island, book, public).run()


def test_an_ordinary_evening_takes_the_shortcut(monkeypatch):
    """Or the tests above would compare nothing."""
    evening = tuple(rec(f"{number:02}", number * GRID, number * GRID + 590) for number in range(4))
    monkeypatch.setattr(Assembler, "_session", None)

    (session,) = Assembler(Island(evening), rulebook(), public).run()

    assert session.stream == DEMO
    assert len(session.tracks[0].parts) == 4


def test_an_address_that_people_speak_of_is_not_plain():
    evening = (rec("01", 0, 590),)
    (session,) = Assembler(Island(evening), rulebook(), public).run()
    book = rulebook(curations=[Curation("replays/a.md", address=session.id, title="Said")])

    assert Assembler(Island(evening), book, public).run()[0].title == "Said"
