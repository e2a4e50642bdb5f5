"""Borders: what becomes of a file that reaches from one replay into another."""

from itertools import permutations

import pytest

from builder.model import StreamClaim, Trim, Vj, Window
from tests.sessions.making import HOUR, curation, made, ms, rec, rulebook

SLICES = [rec(str(n), (n - 1) * 600, n * 600) for n in range(1, 7)]
WHOLE = rec("whole", 0, 3600, fmt="hls")


def told(sessions):
    """Return what is shown of each session, by start: its files, when it begins and ends, and its tombstone."""
    return [
        (" ".join(part.file_id for track in session.tracks for part in track.parts), session.start_ms, session.end_ms)
        if not session.tombstone
        else session.tombstone
        for session in sessions
    ]


def aside(sessions):
    return {other.key: other.why for session in sessions for other in session.others}


HALVES = [("1 2 3", ms(0), ms(1800)), ("4 5 6", ms(1800), ms(3600))]
SPLIT = curation("replays/split.md", "1", split_before=("4",))
WINDOW = curation("replays/window.md", window=Window("demo", ms(0), ms(1800)))
HANDOVER = (
    Vj("alice", "Alice", streams=(StreamClaim("demo", until_ms=ms(1800)),)),
    Vj("bob", "Bob", streams=(StreamClaim("demo", from_ms=ms(1800)),)),
)
PARTINGS = pytest.mark.parametrize(
    "parting", [{"curations": (SPLIT,)}, {"curations": (WINDOW,)}, {"vjs": HANDOVER}], ids=["split", "window", "claim"]
)


@PARTINGS
@pytest.mark.parametrize("visibility", ["hidden", "draft"])
@pytest.mark.parametrize(("unseen", "end"), [(0, 3600), (1, 3500)])
def test_no_file_shows_what_a_neighbour_hides(visibility, parting, unseen, end):
    """One HLS file lies over both halves, and its middle in the one that is shown."""
    hiding = curation("replays/hiding.md", "1" if unseen == 0 else "5", visibility=visibility)

    book = rulebook(curations=[*parting.get("curations", ()), hiding], vjs=parting.get("vjs", ()))

    found = made([*SLICES, rec("whole", 0, end, fmt="hls")], book)

    assert found[unseen].visibility == visibility
    shown = [session for session in found if session.visibility == "public"]
    assert told(shown) == [HALVES[1 - unseen]]
    assert aside(found) == {"whole": "withheld"}


@pytest.mark.parametrize("said", [{"visibility": "hidden"}, {"trim": Trim(head_seconds=900)}], ids=["hidden", "trim"])
@pytest.mark.parametrize("is_former", [False, True])
def test_what_is_hidden_by_its_address_is_hidden_from_its_neighbour_too(said, is_former):
    """The recording that the file names besides is of another broadcast, or none that there is."""
    late = rec("5", 2400, 3000, announced=9000)  # until it came, the last file was a replay of its own
    files = [*SLICES[:2], SLICES[3], late, SLICES[5], rec("whole", 0, 3500, fmt="hls", announced=9500)]
    _, second = made(files, rulebook(gap=100, curations=[SPLIT]))
    address = second.aliases[0] if is_former else second.id
    hiding = curation("replays/hiding.md", "elsewhere", address=address, **said)

    first, second = made(files, rulebook(gap=100, curations=[SPLIT, hiding]))

    assert second.curated_by == ("replays/hiding.md",)
    assert aside([first]) == {"whole": "withheld"}


def test_a_replay_of_which_only_such_a_file_is_left_is_hidden():
    hiding = curation("replays/hiding.md", "1", visibility="hidden")
    files = [*SLICES[:3], rec("whole", 0, 3700, fmt="hls", title="Told by a file that nobody sees")]

    for order in permutations(files):
        _, found = sorted(made(order, rulebook(curations=[WINDOW, hiding])), key=lambda one: len(one.recordings) == 1)
        assert (found.tombstone, found.tracks, found.title, found.recordings) == ("hidden", (), "", ("whole",))


@pytest.mark.parametrize(("over", "is_withheld"), [(10, False), (10.001, True)])
def test_slices_may_reach_into_what_is_hidden_by_a_seam(over, is_withheld):
    files = [*SLICES[:3], rec("late", 1800 - over, 3600, fmt="hls"), SLICES[3]]
    hiding = curation("replays/hiding.md", "1", visibility="hidden")

    found = made(files, rulebook(curations=[SPLIT, hiding]))

    assert aside(found) == ({"late": "withheld"} if is_withheld else {})


@pytest.mark.parametrize(("over", "is_withheld"), [(10, False), (10.001, True)])
def test_a_seam_at_each_end_is_no_more_than_a_seam(over, is_withheld):
    """Slices lap over both ends of a replay that lies between two hidden ones."""
    window = curation("replays/window.md", window=Window("demo", ms(1200), ms(2400)))
    hidden = curation("replays/hidden.md", "1", "5", visibility="hidden")
    files = [*SLICES[:2], rec("all", 1200 - over, 2410, fmt="hls"), *SLICES[4:]]

    found = made(files, rulebook(gap=100, curations=[window, hidden]))

    assert aside(found) == ({"all": "withheld"} if is_withheld else {})


@pytest.mark.parametrize(
    ("named", "trim", "is_withheld"),
    [
        ("5", Trim(head_seconds=900), True),
        ("5", Trim(from_ms=ms(2700)), True),
        ("5", Trim(from_ms=ms(9000)), True),
        ("5", Trim(tail_seconds=90), False),
        ("5", Trim(to_ms=ms(3490)), False),
        ("5", Trim(to_ms=ms(3489)), True),
        ("1", Trim(from_ms=ms(300), tail_seconds=60), False),
    ],
    ids=["head", "from", "all", "other end", "a seam", "more than a seam", "its own trim"],
)
def test_no_file_shows_what_a_trim_takes_away_from_a_neighbour(named, trim, is_withheld):
    """The first half lacks a slice, so that it needs the HLS file, which reaches into the second."""
    trimming = curation("replays/trim.md", named, trim=trim)

    first, _ = made([*SLICES[:2], *SLICES[3:], rec("whole", 0, 3500, fmt="hls")], rulebook(curations=[SPLIT, trimming]))

    assert aside([first]) == ({"whole": "withheld"} if is_withheld else {})


@pytest.mark.parametrize("trim", [Trim(tail_seconds=600), Trim(to_ms=ms(3000))])
def test_a_trim_counts_from_the_ends_of_what_is_shown(trim):
    """The second half lacks slices, so that its HLS file is shown: what the trim hides begins at its end, not theirs."""
    first, second = rec("first", 0, 1900, fmt="hls"), rec("second", 1750, 3600, fmt="hls")

    found = made([first, SLICES[3], second], rulebook(curations=[SPLIT, curation("replays/trim.md", "4", trim=trim)]))

    assert told(found) == [("first", ms(0), ms(1900)), ("second 4", ms(1750), ms(3000))]
    assert aside(found) == {}


def test_a_trim_counts_from_the_ends_without_what_is_withheld():
    """One file makes the first half end later, but shows what is hidden of the second; without it the trim hides more.

    That reaches back to where the second half's own file begins.
    """
    split = curation("replays/split.md", "1", split_before=("3",))
    said = [
        curation("replays/a.md", "1", trim=Trim(tail_seconds=900)),
        curation("replays/b.md", "3", trim=Trim(from_ms=ms(2000))),
    ]
    files = [*SLICES[:4], SLICES[5], rec("over", 0, 2300, fmt="hls"), rec("back", 800, 3600, fmt="flv")]

    assert aside(made(files[:-1], rulebook(curations=[split, *said]))) == {"over": "withheld"}
    assert aside(made(files, rulebook(curations=[split, *said]))) == {"over": "withheld", "back": "withheld"}


@PARTINGS
def test_replays_begin_and_end_at_their_border_where_slices_show_all(parting):
    found = made([*SLICES, WHOLE], rulebook(**parting))

    assert told(found) == HALVES
    assert aside(found) == {"whole": "repeated"}


@pytest.mark.parametrize(
    "slices",
    [
        [*SLICES[:1], *SLICES[2:]],
        [*SLICES[:5]],
        [rec(str(n), (n - 1) * 600, n * 600, fmt="flv") for n in range(1, 7)],
        [*SLICES[:5], rec("6", 3000, 3600, host="elsewhere.example.net")],
        [*SLICES[:5], rec("6", 3000, 3600, status="deleted")],
    ],
    ids=["gap on the other side", "gap on this side", "worse format", "not playable", "gone"],
)
def test_a_file_that_shows_more_than_the_slices_is_shown_over_the_border(slices):
    found = made([*slices, WHOLE], rulebook(curations=[SPLIT]))

    assert "whole" not in aside(found)
    assert any(part.key == "whole" for session in found for track in session.tracks for part in track.parts)


def test_a_broadcast_that_is_cut_into_days_is_told_once():
    """Forty hours from noon as MP4 of one hour and FLV of seven: the FLV files over midnight repeat what MP4 shows."""
    files = [rec(f"{n:02}", n * HOUR, (n + 1) * HOUR) for n in range(40)]
    files += [rec(f"flv{n}", n * 7 * HOUR, min(40, (n + 1) * 7) * HOUR, fmt="flv") for n in range(6)]

    found = made(files)

    hours = [(session.start_ms - ms(0)) / HOUR / 1000 for session in found]
    assert hours == [0, 12, 36]
    assert [session.tracks[0].format for session in found] == ["mp4"] * 3
    assert aside(found) == {"flv1": "repeated", "flv5": "repeated"}


def test_days_meet_where_slices_do():
    """MP4 slices of two hours meet at half past eleven at night, FLV of one hour at midnight."""
    files = [rec(f"{n:02}", n * 2 * HOUR - 1800, (n + 1) * 2 * HOUR - 1800) for n in range(20)]
    files += [rec(f"flv{n}", n * 5 * HOUR, (n + 1) * 5 * HOUR, fmt="flv") for n in range(7)]

    first, second, *_ = made(files)

    assert (first.end_ms, second.start_ms) == (ms(11.5 * HOUR), ms(11.5 * HOUR))
    assert (second.tracks[0].format, second.end_ms) == ("mp4", ms(35.5 * HOUR))


def test_a_file_alone_is_seen_by_its_neighbours_too():
    """It would make a plain replay, which needs to know nothing of others."""
    hiding = curation("replays/hiding.md", "4", visibility="hidden")
    whole = rec("whole", 0, 3500, fmt="hls")

    found = made([whole, *SLICES[3:]], rulebook(vjs=HANDOVER, curations=[hiding]))

    assert [(session.vj, session.tombstone) for session in found] == [("alice", "hidden"), ("bob", "hidden")]
    assert aside(found) == {"whole": "withheld"}


def test_a_file_is_not_repeated_by_one_that_gives_way_to_another():
    """Without files over the border the second one is shown, but the first, which has to be shown, is nearly equal."""
    window = curation("replays/window.md", window=Window("demo", ms(3600), ms(7200)))
    first, second = rec("1", 600, 4200), rec("2", 0, 3600)

    found = made(
        [first, second, rec("3", 0, 5400, fmt="hls"), rec("4", 3600, 7200, fmt="hls")], rulebook(curations=[window])
    )

    assert aside(found) == {"2": "duplicate"}
    assert found[0].start_ms == ms(0)


def test_a_replay_between_two_borders_is_not_left_without_its_only_file():
    """A window ends five seconds before the split; the middle of the file lies between."""
    window = curation("replays/window.md", window=Window("demo", ms(0), ms(1795)))

    found = made([*SLICES, rec("over", 597, 2997, fmt="hls")], rulebook(curations=[SPLIT, window]))

    assert [session.recordings for session in found] == [("1", "2", "3"), ("over",), ("4", "5", "6")]
    assert aside(found) == {}
