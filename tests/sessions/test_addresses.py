"""Tags, broadcast days, session ids, private slugs, anchors and former addresses."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from builder.addresses import (
    BroadcastDays,
    address_clash,
    load_zone,
    parse_session_id,
    private_slug,
    session_id,
    session_path,
    tag_of,
)
from builder.errors import ConfigError
from builder.model import StreamKey
from builder.sessions import aliases
from tests.sessions.making import HOUR, curation, made, members, rec, rulebook


def test_a_tag_is_ten_unmistakable_characters():
    """Checked by hand: the first 50 bits of BLAKE2b-56 over the key's bytes, five bits a character."""
    assert tag_of("5200000000000000002") == "".join(
        "0123456789abcdefghjkmnpqrstvwxyz"[int(bits, 2)] for bits in _fives("5200000000000000002")
    )
    assert len({tag_of(str(n)) for n in range(10_000)}) == 10_000
    assert len(tag_of("\ud800 直播")) == 10


def _fives(key):
    from hashlib import blake2b

    bits = "".join(f"{byte:08b}" for byte in blake2b(key.encode(), digest_size=7).digest())
    return [bits[n : n + 5] for n in range(0, 50, 5)]


@pytest.mark.parametrize(
    ("wall", "zone", "starts", "day"),
    [
        ("2022-01-13T23:59:59.999+08:00", "Asia/Shanghai", 0, "2022-01-13"),
        ("2022-01-14T00:00:00+08:00", "Asia/Shanghai", 0, "2022-01-14"),
        ("2022-01-14T03:59:59.999+08:00", "Asia/Shanghai", 240, "2022-01-13"),
        ("2022-01-14T04:00:00+08:00", "Asia/Shanghai", 240, "2022-01-14"),
        ("2022-01-01T00:30:00+00:00", "America/New_York", 0, "2021-12-31"),
        # the clock goes from 02:00 to 03:00 and, in autumn, back from 03:00 to 02:00
        ("2022-03-27T01:59:59.999+01:00", "Europe/Berlin", 150, "2022-03-26"),
        ("2022-03-27T03:00:00+02:00", "Europe/Berlin", 150, "2022-03-27"),
        ("2022-10-30T02:29:00+02:00", "Europe/Berlin", 150, "2022-10-29"),
        ("2022-10-30T02:30:00+02:00", "Europe/Berlin", 150, "2022-10-30"),
        ("2022-10-30T02:29:00+01:00", "Europe/Berlin", 150, "2022-10-29"),
        ("2022-10-30T23:59:59+01:00", "Europe/Berlin", 0, "2022-10-30"),
        ("2024-02-29T12:00:00+05:45", "Asia/Kathmandu", 0, "2024-02-29"),
        ("1969-12-31T23:59:59.999+00:00", "UTC", 0, "1969-12-31"),
    ],
)
def test_a_broadcast_day_is_read_from_the_local_clock(wall, zone, starts, day):
    ms = round(datetime.fromisoformat(wall).timestamp() * 1000)

    assert BroadcastDays(load_zone(zone), starts).day(ms) == day


def test_days_agree_with_the_calendar_through_a_year_of_changes():
    days, zone = BroadcastDays(load_zone("America/St_Johns")), ZoneInfo("America/St_Johns")

    for quarter in range(0, 365 * 96, 7):
        ms = 1_640_995_200_000 + quarter * 900_000
        moment = datetime.fromtimestamp(ms / 1000, zone)
        assert (days.day(ms), days.clock(ms)) == (moment.date().isoformat(), moment.strftime("%H:%M"))


@pytest.mark.parametrize(
    "name", ["Mars/Olympus", "Europe", "", "../etc/passwd", "tzdata.zi", "Europe/Berlin/", "\u212aanal"]
)
def test_an_unknown_zone_is_refused(name):
    with pytest.raises(ConfigError) as caught:
        load_zone(name)

    assert str(caught.value) == f"expected a time zone such as `Europe/Berlin`, found `{name}`"


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        ("2022/01/13/k3f9q2m7xa", ("2022-01-13", "k3f9q2m7xa")),
        ("/replays/2022/01/13/k3f9q2m7xa/", ("2022-01-13", "k3f9q2m7xa")),
        ("2022/02/30/k3f9q2m7xa", None),
        ("2022/01/13/k3f9q2m7xi", None),
        ("2022/01/13/k3f9q2m7x", None),
        ("", None),
    ],
)
def test_session_ids_are_read_back(text, parsed):
    assert parse_session_id(text) == parsed
    if parsed:
        assert session_id(*parsed) == "2022/01/13/k3f9q2m7xa"
        assert session_path(session_id(*parsed)) == "/replays/2022/01/13/k3f9q2m7xa/"


def test_private_slugs_depend_on_the_key_and_on_every_byte():
    stream = StreamKey("demo", "push.example.com", "live")
    others = [StreamKey("demo"), StreamKey("demo", "push.example.com"), StreamKey("Demo", "push.example.com", "live")]

    slugs = {private_slug(one, b"key") for one in (stream, *others)} | {private_slug(stream, b"other")}

    assert len(slugs) == 5
    assert all(len(slug) == 18 and slug.startswith("s-") for slug in slugs)
    assert private_slug(stream, b"k" * 65) != private_slug(stream, b"k" * 64)


def test_an_equal_pair_on_one_day_is_an_error_naming_both():
    clash = address_clash("2022/01/13/k3f9q2m7xa", "2", "1")

    assert str(clash) == "the recordings `1` and `2` would both have the address `/replays/2022/01/13/k3f9q2m7xa/`"


def ids(*days_and_keys):
    return [session_id(day, tag_of(key)) for day, key in days_and_keys]


def test_the_anchor_is_what_was_announced_first():
    """Set aside or deleted recordings count, ties go to the lower key; the date is that of its content start."""
    night = [
        rec("b", 11 * HOUR, 12.5 * HOUR, announced=50_000),
        rec("a", 12.5 * HOUR, 13 * HOUR, announced=50_000),
        rec("0", 11 * HOUR, 13 * HOUR, announced=60_000, fmt="hls"),
    ]
    first = rec("z", 11 * HOUR, 12.4 * HOUR, announced=49_999, status="deleted")

    assert made(night)[0].id == ids(("2022-01-13", "a"))[0]
    assert made([*night, first])[0].id == ids(("2022-01-12", "z"))[0]


def test_the_calendar_day_is_that_of_the_zone():
    one = rec("a", 11.9 * HOUR, 13 * HOUR)

    assert made([one])[0].day == "2022-01-12"
    assert made([one], rulebook(zone="Asia/Shanghai"))[0].day == "2022-01-13"
    assert made([one], rulebook(zone="Asia/Shanghai", day_starts_at_minutes=480))[0].day == "2022-01-12"


def test_a_late_file_that_closes_a_gap_leaves_the_younger_address_as_an_alias():
    trio = [rec("a", 0, 600), rec("c", 1200, 1800), rec("b", 600, 1200, announced=9000)]

    (session,) = made(trio)

    assert session.id == ids(("2022-01-12", "a"))[0]
    assert list(session.aliases) == ids(("2022-01-12", "c"))


def test_files_that_came_in_order_leave_no_alias():
    assert made([rec(str(n), n * 600, n * 600 + 600) for n in range(5)])[0].aliases == ()


def test_an_earlier_file_announced_late_keeps_the_address():
    pair = [rec("a", 600, 1200), rec("b", 0, 600, announced=5000)]

    (session,) = made(pair)

    assert (session.id, session.aliases) == (ids(("2022-01-12", "a"))[0], ())


def test_a_session_that_grew_too_long_keeps_both_addresses_live():
    """After 24 hours the second day gets an address of its own; the first keeps what it had."""
    slices = [rec(f"{n:02}", n * 3600, (n + 1) * 3600) for n in range(26)]

    first, second = made(slices)

    assert (first.id, first.aliases) == (ids(("2022-01-12", "00"))[0], ())
    assert (second.id, second.aliases) == (ids(("2022-01-13", "12"))[0], ())


def test_two_thousand_recordings_cut_and_shuffled_are_quick():
    """Forty days without a break, announced in no order: quadratic work would take minutes."""
    slices = [rec(f"{n:04}", n * 1800, (n + 1) * 1800, announced=(n * 7919) % 2003 * 60) for n in range(2000)]

    sessions = made(slices)

    assert len(sessions) == 43 or len(sessions) == 42
    assert sum(len(session.recordings) for session in sessions) == 2000
    assert members(made(slices[:2])) == ["0000 0001"]


def test_many_splits_of_one_broadcast_are_quick(monkeypatch):
    """Each parts one segment, and only that is looked at again; all of it each time would be 45,000 arrivals."""
    arrive, arrived = aliases.Replay._arrive, []
    monkeypatch.setattr(aliases.Replay, "_arrive", lambda self, step: arrived.append(step) or arrive(self, step))
    slices = [rec(f"{n:03}", n * 600, (n + 1) * 600, announced=(n + 1) * 600) for n in range(300)]
    splits = tuple(f"{n:03}" for n in range(1, 300))

    sessions = made(slices, book=rulebook(curations=[curation("replays/a.md", "000", split_before=splits)]))

    assert [session.recordings for session in sessions] == [(f"{n:03}",) for n in range(300)]
    assert not any(session.aliases for session in sessions)
    assert len(arrived) <= 3 * 300
