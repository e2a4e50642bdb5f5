"""Merging notices: three layers, whatever the order, however often."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from builder.catalog.merge import identity, merge
from builder.model import NEVER_MS, Filled, Notice, StreamKey, Told

ROOM = StreamKey("room1", "push.example.com", "live")
END = 1_642_089_598_618
URL = "http://1250000000.vod2.myqcloud.com/a/f0.mp4"


def told(**more):
    values = {
        "stream": ROOM,
        "format": "mp4",
        "end_ms": END,
        "start_ms": END - 154_000,
        "duration_ms": 154_000,
        "url": URL,
    }
    return Told(**(values | more))


def notice(**more):
    return Notice(**({"file_id": "52", "told": told(), "t": 1_642_090_198} | more))


def only(notices):
    (merged,) = merge(notices)
    return merged


def test_facts_come_whole_from_the_most_trusted_notice():
    """Rank first, then the smaller t, then bytes: never a mix of two notices."""
    fresh = notice(verdict="fresh", t=1_700_000_000, told=told(size_bytes=5))
    late = notice(verdict="late", t=1_600_000_000, told=told(size_bytes=6, resolution="640x480"))
    batch = notice(t=None, told=told(size_bytes=4))

    for order in itertools.permutations([fresh, late, batch]):
        recording = only(order).recording
        assert (recording.size_bytes, recording.resolution) == (5, "")


def test_of_equal_rank_the_earlier_t_wins_and_none_is_last():
    early, later, none = (notice(t=t, told=told(size_bytes=t or 1), has_sign=True) for t in (100, 200, None))

    assert only([none, later, early]).recording.size_bytes == 100
    assert only([none, later]).recording.size_bytes == 200


def test_a_time_without_a_signature_announces_and_ranks_last():
    """Among those that nobody signed the one that tells most stands, whatever its time."""
    signed = notice(t=1_642_090_200, has_sign=True, told=told(size_bytes=9))
    early, fuller = notice(t=1_642_090_199), notice(t=1_642_090_900, told=told(size_bytes=7, bps=1))

    assert only([early, fuller, signed]).recording.size_bytes == 9
    assert only([early, fuller, signed]).recording.announced_ms == 1_642_089_599_000
    assert only([early, fuller]).recording.size_bytes == 7


@pytest.mark.parametrize("poorer", [told(url=""), told(stream=StreamKey("")), told(url="", duration_ms=None)])
def test_of_equal_rank_the_one_with_stream_and_address_wins(poorer):
    """An archived file or a list that names no stream does not take away what a notification told."""
    richer = told(size_bytes=9, resolution="640x480", codec="h264", bps=1)
    for order in itertools.permutations([notice(t=None, told=richer), notice(t=None, told=poorer)]):
        merged = only(order)
        assert merged.recording.url == URL
        assert merged.recording.stream == ROOM
        assert merged.conflict == ()


@pytest.mark.parametrize(("early", "late"), list(itertools.product(("http", "https"), repeat=2)))
def test_a_growing_playlist_is_as_long_as_its_longest_self(early, late):
    """Same address and start, later end: the later statement is the whole file, and nothing contradicts."""
    first = told(format="hls", url=f"{early}://h.myqcloud.com/p.m3u8")
    grown = told(format="hls", url=f"{late}://h.myqcloud.com/p.m3u8", end_ms=END + 60_000, duration_ms=214_000)
    for notices in itertools.permutations([notice(verdict="fresh", told=first), notice(told=grown)]):
        merged = only(notices)
        assert (merged.recording.end_ms, merged.recording.duration_ms) == (END + 60_000, 214_000)
        assert merged.recording.url == grown.url
        assert merged.conflict == ()


def test_a_sliced_file_does_not_grow():
    notices = [notice(verdict="fresh"), notice(told=told(end_ms=END + 60_000))]

    merged = only(notices)
    assert merged.recording.end_ms == END
    assert merged.conflict == ("end_ms",)


def test_other_facts_are_filled_from_the_newest_statement_that_has_them():
    old = notice(stated_ms=1, filled=Filled(title="old", cover_url="http://h.example.com/c.jpg", expires_ms=5))
    new = notice(stated_ms=2, filled=Filled(title="new", expires_ms=NEVER_MS))

    for order in ([old, new], [new, old]):
        recording = only(order).recording
        assert (recording.title, recording.cover_url, recording.expires_ms) == (
            "new",
            "http://h.example.com/c.jpg",
            NEVER_MS,
        )


@pytest.mark.parametrize(
    ("statements", "status"),
    [
        ([("deleted", 1)], "deleted"),
        ([("deleted", 1), ("normal", 2)], ""),
        ([("normal", 1), ("forbidden", 2)], "forbidden"),
        ([("forbidden", 3), ("deleted", 3), ("normal", 3)], "deleted"),
        ([("", 9), ("forbidden", 1)], "forbidden"),
    ],
)
def test_status_holds_from_the_newest_statement(statements, status):
    notices = [notice()] + [notice(told=None, status=word, stated_ms=at) for word, at in statements]

    for order in itertools.permutations(notices):
        assert only(order).recording.status == status


@pytest.mark.parametrize(
    ("statements", "flags"),
    [
        ([("archived", 1)], ("archived",)),
        ([("archived", 1), ("normal", 2)], ()),
        ([("normal", 1), ("archived", 2), ("", 9)], ("archived",)),
        ([("forbidden", 1), ("archived", 2)], ("archived",)),
    ],
)
def test_cold_storage_holds_from_the_newest_statement_whoever_told_the_facts(statements, flags):
    """The notification tells the facts; the list that came later alone knows where the file lies."""
    notices = [notice(verdict="fresh", t=1)]
    notices += [notice(told=told(url=""), status=word, stated_ms=at) for word, at in statements]

    for order in itertools.permutations(notices):
        recording = only(order).recording
        assert (recording.status, recording.flags, recording.url) == ("", flags, URL)


@pytest.mark.parametrize(
    ("t", "announced_ms"),
    [(None, END), (1_545_030_873, END), (1_642_090_198, END), (1_642_090_199, 1_642_089_599_000)],
)
def test_a_recording_is_announced_ten_minutes_before_t_but_not_before_its_end(t, announced_ms):
    assert only([notice(t=t)]).recording.announced_ms == announced_ms


def test_the_earliest_t_of_all_notices_announces():
    assert only([notice(t=1_642_099_999), notice(t=1_642_090_300)]).recording.announced_ms == 1_642_089_700_000


def test_notices_that_leave_out_or_round_do_not_conflict():
    """A source without app, fractions of seconds or https tells the same facts."""
    poorer = told(
        stream=StreamKey("room1"), end_ms=1_642_089_598_000, size_bytes=None, url=URL.replace("http:", "https:")
    )

    assert only([notice(verdict="fresh", told=told(size_bytes=7)), notice(told=poorer)]).conflict == ()


def test_a_playlist_weighed_alone_does_not_contradict_the_weight_of_all_its_pieces():
    alone, whole = (told(format="hls", size_bytes=size) for size in (1349, 31_900_000))

    assert only([notice(verdict="fresh", told=alone), notice(told=whole)]).conflict == ()


def test_a_conflict_names_the_fields_and_counts_the_losers():
    losers = [notice(told=told(duration_ms=99_000, size_bytes=2)), notice(told=told(stream=StreamKey("room2")))]

    merged = only([notice(verdict="fresh", told=told(size_bytes=1)), *losers, losers[0]])
    assert merged.conflict == ("duration_ms", "size_bytes", "stream")
    assert (merged.losers, merged.notices) == (3, 4)


def test_appid_separates_only_where_both_are_told():
    """Two accounts: two recordings; the one with the smaller number keeps the plain key and the notices without."""
    one, two, none = notice(appid="125"), notice(appid="126"), notice(appid="")

    assert [merged.recording.key for merged in merge([none, two])] == ["52"]
    merged = merge([two, none, one])
    assert [(each.recording.key, each.notices) for each in merged] == [("52", 2), ("52@126", 1)]


def test_a_statement_without_facts_is_about_every_recording_of_the_file():
    gone = notice(told=None, status="deleted")

    statuses = [merged.recording.status for merged in merge([notice(appid="125"), notice(appid="126"), gone])]
    assert statuses == ["deleted", "deleted"]


def test_nobody_told_the_facts():
    assert only([notice(told=None, status="deleted")]).recording is None


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (notice(), "52"),
        (notice(file_id=""), "url:1250000000.vod2.myqcloud.com/a/f0.mp4"),
        (notice(file_id="", told=told(url="https://a.example.com/x.mp4")), "url:a.example.com/x.mp4"),
        (notice(file_id="", told=told(url="https://a.example.com:443/x.mp4")), "url:a.example.com:443/x.mp4"),
        (notice(file_id="", told=None), ""),
    ],
)
def test_identity_is_the_file_id_else_the_address(one, expected):
    assert identity(one) == expected


def test_without_file_id_and_address_the_facts_are_the_identity():
    plain = notice(file_id="", told=told(url=""))

    assert identity(plain).startswith("row:")
    assert identity(plain) == identity(notice(file_id="", told=told(url="", duration_ms=1)))
    assert identity(plain) != identity(notice(file_id="", told=told(url="", start_ms=1)))


NOTICES = st.builds(
    Notice,
    file_id=st.just("52"),
    appid=st.sampled_from(["", "", "125", "126"]),
    told=st.none()
    | st.builds(
        Told,
        stream=st.sampled_from([ROOM, StreamKey("room1"), StreamKey("room2"), StreamKey("")]),
        format=st.sampled_from(["mp4", "hls", "other"]),
        end_ms=st.sampled_from([END, END + 1000]),
        start_ms=st.sampled_from([None, END - 9000]),
        duration_ms=st.sampled_from([None, 8000]),
        url=st.sampled_from(["", URL]),
    ),
    filled=st.builds(Filled, title=st.sampled_from(["", "a", "b"]), expires_ms=st.sampled_from([None, 1, NEVER_MS])),
    status=st.sampled_from(["", "deleted", "forbidden", "normal"]),
    stated_ms=st.integers(0, 2),
    verdict=st.sampled_from(["fresh", "late", "batch"]),
    t=st.sampled_from([None, 1_642_090_198, 1_642_099_999]),
    flags=st.sampled_from([(), ("coerced",), ("masked_sign",), ("end_from_creation",), ("no_stream",)]),
    has_sign=st.booleans(),
)
WHOLE = told(size_bytes=5, bps=1, resolution="640x480", codec="h264")
LESS = {
    "stream": [ROOM, StreamKey("room1"), StreamKey("room1", "push.example.com"), StreamKey("")],
    "format": ["mp4", "other"],
    "start_ms": [END - 154_000, None],
    "duration_ms": [154_000, None],
    "size_bytes": [5, None],
    "url": [URL, ""],
    "bps": [1, 0],
    "resolution": ["640x480", ""],
    "codec": ["h264", ""],
}
PARTIAL = st.fixed_dictionaries({name: st.sampled_from(values) for name, values in LESS.items()})
GUESS = PARTIAL.map(lambda less: notice(t=None, told=told(**less, end_ms=END + 77_777), flags=("end_from_creation",)))


@settings(max_examples=60, deadline=None)
@given(st.lists(NOTICES, min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_merge_is_commutative_and_idempotent(notices, rng):
    """Any order gives the same recordings, and notices told again change nothing but the count."""
    shuffled = notices + rng.choices(notices, k=2)
    rng.shuffle(shuffled)

    assert [each.recording for each in merge(shuffled)] == [each.recording for each in merge(notices)]


@settings(max_examples=150, deadline=None)
@given(
    st.lists(PARTIAL.map(lambda less: notice(t=None, told=told(**less))) | GUESS, min_size=1, max_size=6),
    st.randoms(use_true_random=False),
)
def test_among_equals_the_one_that_tells_most_stands(partial, rng):
    """Whatever others leave out or guess, in any order, told again or not: no fact is lost and nothing contradicts."""
    notices = [notice(t=None, told=WHOLE), *partial, *rng.choices(partial, k=2)]
    rng.shuffle(notices)

    merged = only(notices)

    expected = only([notice(t=None, told=WHOLE)]).recording
    assert merged.recording == expected
    assert merged.conflict == ()


@settings(max_examples=100, deadline=None)
@given(st.lists(GUESS, min_size=1, max_size=3), PARTIAL)
def test_a_guessed_end_never_stands_against_a_told_one(guesses, less):
    """Also where the guess knows stream and address and the other does not."""
    (merged,) = merge([*guesses, notice(t=None, told=told(**less))])

    assert merged.recording.end_ms == END
    assert "end_from_creation" not in merged.recording.flags
    assert merged.conflict == ()


@settings(max_examples=200, deadline=None)
@given(
    st.lists(NOTICES.filter(lambda one: one.told and "end_from_creation" not in one.flags), min_size=1, max_size=4),
    st.lists(NOTICES.map(lambda one: replace(one, told=one.told or told(), flags=("end_from_creation",))), max_size=3),
)
def test_guesses_move_no_told_times(telling, guessing):
    """Also where a playlist has grown, and where a guess equals what is told."""
    telling, guessing = ([replace(one, appid="") for one in notices] for notices in (telling, guessing))

    plain, beside = only(telling).recording, only([*guessing, *telling]).recording

    assert (beside.start_ms, beside.end_ms) == (plain.start_ms, plain.end_ms)
    assert plain.duration_ms in (None, beside.duration_ms)
    assert "end_from_creation" not in beside.flags
