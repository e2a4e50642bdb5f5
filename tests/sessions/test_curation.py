"""What people say of sessions: naming, merging, chapters, pictures."""

from __future__ import annotations

import pytest

from builder.model import Chapter, Screenshot, Trim, Window
from tests.sessions.making import DEMO, HOUR, curation, made, ms, rec, rulebook


def only(recordings, *curations, **more):
    (session,) = made(recordings, rulebook(curations=curations, **more))
    return session


PAIR = [rec("a", 0, 600, title="first", tags=("x", "y")), rec("b", 600, 1200, title="second", tags=("y",))]


def test_records_tell_the_title_of_the_earliest_and_all_tags():
    session = only(PAIR)

    assert (session.title, session.tags, session.language) == ("first", ("x", "y"), "")


def test_a_person_beats_the_records():
    said = curation(
        "replays/a.md", "b", title="决赛", language="zh", tags=("b", "a", "a"), featured=True, vj="carol",
        description_html="<p>Hi</p>", description_text="Hi", trim=Trim(5, 7), aliases=("/old/", "/older/"),
    )  # fmt: skip

    session = only(PAIR, said)

    assert (session.title, session.language, session.tags) == ("决赛", "zh", ("a", "b"))
    assert (session.featured, session.vj, session.trim) == (True, "carol", Trim(5, 7))
    assert (session.description_html, session.description_text) == ("<p>Hi</p>", "Hi")
    assert session.aliases == ("/old/", "/older/")
    assert session.curated_by == ("replays/a.md",)
    assert (session.whole.start_ms, session.whole.end_ms) == (ms(0), ms(1200))
    assert (session.start_ms, session.end_ms) == (ms(5), ms(1193))


def test_two_files_for_one_session_merge():
    session = only(PAIR, curation("replays/a.md", "a", title="T"), curation("replays/b.md", "b", tags=("t",)))

    assert (session.title, session.tags) == ("T", ("t",))
    assert session.curated_by == ("replays/a.md", "replays/b.md")


TITLED, SAID = {"title": "A", "language": "en"}, {"description_html": "<p>"}


@pytest.mark.parametrize(
    ("one", "two", "expected"),
    [
        (TITLED, {"title": "B", "language": "zh"}, TITLED),
        (SAID, {"description_text": "x"}, SAID | {"description_text": ""}),
        ({"tags": ("a",)}, {"tags": ("b",)}, {"tags": ("a",)}),
        ({"featured": True}, {"featured": True}, {"featured": True}),
        ({"visibility": "public"}, {"visibility": "unlisted"}, {"visibility": "unlisted"}),
        ({"visibility": "hidden"}, {"visibility": "public"}, {"visibility": "hidden", "tombstone": "hidden"}),
        ({"visibility": "hidden"}, {"visibility": "draft"}, {"visibility": "hidden", "tombstone": "hidden"}),
        ({"chapters": (Chapter("a", 1),)}, {"chapters": (Chapter("b", 2),)}, {"chapters": ((1000, "a"),)}),
        ({"trim": Trim(1, 5)}, {"trim": Trim(3, 2)}, {"trim": Trim(3, 5)}),
        ({"vj": "a"}, {"vj": "b"}, {"vj": "a"}),
        ({"aliases": ("/a/", "/c/")}, {"aliases": ("/b/", "/c/")}, {"aliases": ("/a/", "/b/", "/c/")}),
    ],
)
def test_of_one_key_from_two_files_the_first_counts_but_nothing_is_shown_or_lost(one, two, expected):
    session = only(PAIR, curation("replays/b.md", "b", **two), curation("replays/a.md", "a", **one))

    assert {name: getattr(session, name) for name in expected} == expected


def test_two_hidden_files_may_meet_in_one_session():
    hidden = [curation(f"replays/{key}.md", key, visibility="hidden") for key in "ab"]

    assert only(PAIR, *hidden).tombstone == "hidden"


def test_a_curation_may_name_its_session_by_address_or_by_a_former_one():
    late = rec("0", -700, -100, announced=99_999)
    first, third = rec("a", 0, 600), rec("b", 800, 1400, announced=1_000)
    middle = rec("m", 600, 800, announced=5_000)
    apart = made([first, third], rulebook(gap=60))
    addresses = [session.id for session in apart]
    everything = [first, third, middle, late]

    for named in (*addresses, f"/replays/{addresses[0]}/"):
        found = made(everything, rulebook(gap=150, curations=[curation("replays/a.md", address=named, title="T")]))
        assert [session.title for session in found] == ["T"]
    assert found[0].id == addresses[0]


def test_a_window_names_its_session():
    session = only(PAIR, curation("replays/w.md", window=Window("demo", ms(0), ms(9000)), title="T"))

    assert session.title == "T"
    assert [reason.rule for reason in session.reasons] == ["window"]


def test_told_chapters_are_in_session_time():
    chapters = (
        Chapter("wall", at_ms=ms(300)),
        Chapter("start", at_seconds=0),
        Chapter("end", at_seconds=1200),
        Chapter("beyond", at_seconds=1200.001),
        Chapter("before", at_ms=ms(-1)),
        Chapter("half", at_seconds=0.5),
    )

    session = only(PAIR, curation("replays/c.md", "a", chapters=chapters))

    assert session.chapters == ((0, "start"), (500, "half"), (300_000, "wall"), (1_200_000, "end"))


def test_suggested_chapters_are_clock_times_in_the_zone():
    """At each part, and with the new picture where it changes."""
    parts = [
        rec("a", 0, 600, resolution="640x480"),
        rec("b", 605, 1200, resolution="640x480"),
        rec("c", 1300, 1900, resolution="1280x720"),
    ]

    session = only(parts, zone="Asia/Shanghai")

    assert session.chapters == ((0, "20:00"), (605_000, "20:10"), (1_300_000, "20:21 · 1280×720"))
    assert only([rec("a", 0, 600)]).chapters == ()


def test_at_most_sixty_chapters_are_suggested_and_holes_come_first():
    parts = [rec(f"{n:03}", n * 600, n * 600 + (500 if n == 70 else 600)) for n in range(80)]

    chapters = only(parts).chapters

    assert len(chapters) == 60
    assert (71 * 600_000, "23:50") in chapters


SHOTS = [
    Screenshot(DEMO, ms(at), f"http://{host}/{at}.jpg")
    for at, host in ((-5, "media.example.com"), (10, "media.example.com"), (119, "media.example.com"),
                     (120, "elsewhere.example.net"), (130, "media.example.com"), (700, "media.example.com"))
]  # fmt: skip


@pytest.mark.parametrize(
    ("shots", "posters", "picture"),
    [
        (SHOTS, "provider", "130.jpg"),  # the first one after a tenth whose host is listed
        (SHOTS[:4], "provider", "119.jpg"),
        (SHOTS[:1], "provider", "c.jpg"),
        (SHOTS, "generated", ""),
    ],
)
def test_a_poster_is_the_first_settled_screenshot(shots, posters, picture):
    pair = [rec("a", 0, 600), rec("b", 600, 1200, cover_url="http://media.example.com/c.jpg")]

    (session,) = made(pair, rulebook(posters=posters), screenshots=tuple(shots))

    assert session.poster_url == (f"https://media.example.com/{picture}" if picture else "")


def test_notifications_are_counted_with_their_copies():
    (session,) = made(PAIR, notices={"a": 3})

    assert session.notices == 4


def test_sessions_of_one_curation_may_be_several():
    pair = [rec("a", 0, 600), rec("b", HOUR * 3, HOUR * 4)]
    found = made(pair, rulebook(curations=[curation("replays/t.md", "a", "b", title="T")]))

    assert [session.title for session in found] == ["T", "T"]
