"""When content was on air: told starts, ends and lengths in every relation."""

from __future__ import annotations

import pytest

from builder.model import Recording, StreamKey
from builder.sessions import interval, join_interval

END = 1_000_000_000  # seconds
DAY = 86_400


def recording(start, length):
    return Recording(
        "1",
        StreamKey("demo"),
        "mp4",
        END * 1000,
        END * 1000,
        start_ms=None if start is None else round((END + start) * 1000),
        duration_ms=None if length is None else round(length * 1000),
    )


@pytest.mark.parametrize(
    ("start", "length", "content", "reaches", "flags"),
    [
        # told start, told length, content start, where neighbours are sought from; all before the end, in seconds
        (-154, 154, -154, -154, ()),
        (None, 154, -154, -154, ()),
        (-154, None, -154, -154, ()),
        (0, None, 0, 0, ()),
        (0.001, None, 0, 0, ("bad_times",)),
        (10_020, None, 0, 0, ("bad_times",)),  # the vendor's inverted sample
        (None, None, 0, 0, ("bad_times",)),
        (-154, 0, -154, -154, ()),  # a length of 0 tells nothing
        (10_020, 60, -60, -60, ("time_mismatch",)),
        (10, 45, -45, -45, ()),
        (-100, 160, -160, -160, ()),
        (-100, 160.001, -160.001, -160.001, ("time_mismatch",)),
        (-220, 160, -160, -220, ()),
        (-220.001, 160, -160, -220.001, ("time_mismatch",)),
        (-DAY - 60, 60, -60, -DAY - 60, ("time_mismatch",)),  # a stall of a day is believed, no longer one
        (-DAY - 61, 60, -60, -60, ("time_mismatch",)),
        (-366 * DAY, None, -366 * DAY, -366 * DAY, ()),
        (-366 * DAY - 1, None, 0, 0, ("bad_times",)),  # a start of zero would cover decades
        (-154, 367 * DAY, -154, -154, ()),
    ],
)
def test_content_ends_where_writing_ended_and_is_as_long_as_told(start, length, content, reaches, flags):
    found = interval(recording(start, length))

    assert found == (round((END + content) * 1000), END * 1000, flags)
    assert join_interval(recording(start, length)) == (round((END + reaches) * 1000), END * 1000)


@pytest.mark.parametrize(
    ("wall", "length", "mismatch"),
    [
        (336, 268, True),
        (5, 14, False),
        (61, 63, False),
        (253, 255, False),
        (254, 183, True),
        (436.26, 434, False),
        (1.08, 3, False),
        (105.66, 107, False),
        (59.58, 60, False),
    ],
)
def test_lengths_seen_in_the_wild_deviate_without_harm(wall, length, mismatch):
    """The deviations of real payloads: −71 to +9 seconds between the told length and the told times."""
    start, end, flags = interval(recording(-wall, length))

    assert (start, end) == ((END - length) * 1000, END * 1000)
    assert ("time_mismatch" in flags) == mismatch
    assert join_interval(recording(-wall, length))[0] == round((END - max(wall, length)) * 1000)
