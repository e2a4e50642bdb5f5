"""What hiding, deletion, blocking and expiry make of sessions."""

from __future__ import annotations

import pytest

from builder.model import NEVER_MS
from tests.sessions.making import curation, made, ms, rec, rulebook


def only(recordings, book=None):
    (session,) = made(recordings, book)
    return session


@pytest.mark.parametrize(
    ("statuses", "stone", "there"),
    [
        (("", ""), "", "ab"),
        (("deleted", ""), "", "b"),
        (("forbidden", ""), "", "b"),
        (("deleted", "deleted"), "deleted", ""),
        (("forbidden", "deleted"), "forbidden", ""),
    ],
)
def test_a_session_stands_while_something_of_it_is_there(statuses, stone, there):
    pair = [rec("a", 0, 600, status=statuses[0]), rec("b", 600, 1200, status=statuses[1])]

    session = only(pair)

    assert session.tombstone == stone
    assert session.listed == (not stone)
    assert "".join(part.key for track in session.tracks for part in track.parts) == there
    assert session.recordings == ("a", "b")
    assert [(other.key, other.why) for other in session.others] == [
        (key, status) for key, status in zip("ab", statuses, strict=True) if status
    ]
    assert (session.flags == (stone,)) == bool(stone)


def test_the_address_stays_when_its_file_goes():
    whole = only([rec("a", 0, 600), rec("b", 600, 1200)])
    rest = only([rec("a", 0, 600, status="deleted"), rec("b", 600, 1200)])

    assert rest.id == whole.id
    assert (rest.start_ms, rest.end_ms) == (ms(600), ms(1200))


def test_a_duplicate_takes_the_place_of_a_deleted_file():
    session = only([rec("a", 0, 600, status="deleted"), rec("b", 0, 590)])

    assert [part.key for part in session.tracks[0].parts] == ["b"]
    assert [(other.key, other.why) for other in session.others] == [("a", "deleted")]


def test_a_protected_rendition_does_not_keep_a_session_alive():
    assert only([rec("a", 0, 600, status="deleted"), rec("d", 0, 600, fmt="dash")]).tombstone == "deleted"
    assert only([rec("d", 0, 600, fmt="dash")]).tombstone == ""
    assert only([rec("d", 0, 600, fmt="dash", status="forbidden")]).tombstone == "forbidden"


@pytest.mark.parametrize(
    ("expires", "now", "stone"),
    [(999, 1000, "expired"), (1000, 1000, ""), (999, None, ""), (None, 1000, "")],
)
def test_an_expiry_before_the_instant_has_passed(expires, now, stone):
    one = rec("a", 0, 600, expires_ms=None if expires is None else ms(expires))

    session = only([one], rulebook(expired_before_ms=None if now is None else ms(now)))

    assert session.tombstone == stone
    assert session.expires_ms == (ms(expires) if expires and not stone else None)


def test_never_is_no_expiry():
    session = only([rec("a", 0, 600, expires_ms=NEVER_MS), rec("b", 600, 1200, expires_ms=ms(9000))])

    assert session.expires_ms == ms(9000)
    assert only([rec("a", 0, 600, expires_ms=NEVER_MS)], rulebook(expired_before_ms=2**63)).tombstone == ""


@pytest.mark.parametrize(
    ("visibility", "stone", "listed"),
    [("public", "", True), ("unlisted", "", False), ("draft", "", False), ("hidden", "hidden", False)],
)
def test_visibility_follows_the_file(visibility, stone, listed):
    """The hidden file is one of two; where the other goes, hiding goes."""
    book = rulebook(curations=[curation("replays/v.md", "b", visibility=visibility)])

    session = only([rec("a", 0, 600), rec("b", 600, 1200)], book)

    assert (session.visibility, session.tombstone, session.listed) == (visibility, stone, listed)


def test_hidden_outweighs_what_became_of_the_files():
    book = rulebook(curations=[curation("replays/v.md", "a", visibility="hidden")])

    assert only([rec("a", 0, 600, status="deleted")], book).tombstone == "hidden"


def test_a_tombstone_has_no_chapters_and_no_poster():
    pair = [rec("a", 0, 600, cover_url="http://media.example.com/c.jpg"), rec("b", 700, 1200)]
    book = rulebook(posters="provider", curations=[curation("replays/v.md", "a", visibility="hidden")])

    session = only(pair, book)

    assert (session.chapters, session.poster_url) == ((), "")
