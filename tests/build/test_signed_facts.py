"""Where two notifications of one file contradict each other, the first signed one counts."""

import pytest

from tests.build.sites import BASE_MS, TestSite, callback, difference

SIGN = "0123456789abcdef" * 2
LONG = callback("alice", 1, 0, 600, t=BASE_MS + 5_000, sign=SIGN)
SHORT_AND_EARLY = {"stream": "alice", "number": 1, "start": 0, "length": 500, "t": BASE_MS + 1_200}


@pytest.mark.parametrize(
    ("sign", "seconds"), [(SIGN, 500), (None, 600), ("", 600), (f"{SIGN[:12]}{'*' * 8}{SIGN[20:]}", 600), ("ab", 600)]
)
@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_time_without_a_whole_signature_ranks_behind_signed_ones(tmp_path, capsys, sign, seconds, order):
    site = TestSite(tmp_path)
    lines = LONG, callback(**SHORT_AND_EARLY, sign=sign)
    for place in order:
        site.append("a.jsonl", lines[place])
        site.build()

    found = site.session(capsys)
    assert found["duration"] == seconds
    assert difference(site.tree(), site.clean_tree()) == []


def test_the_time_of_an_unsigned_notification_still_announces(tmp_path, capsys):
    """Who ranks last may have come first: the address is that of the file announced first."""
    found = []
    for number, early in enumerate((BASE_MS + 5_000, BASE_MS + 1_300)):
        site = TestSite(tmp_path / str(number))
        for file, start, t in ((1, 0, 5_000), (2, 600, 1_900)):
            site.append("a.jsonl", callback("alice", file, start, 600, t=BASE_MS + t, sign=SIGN))
        site.append("a.jsonl", callback("alice", 1, 0, 600, t=early))
        found += [session["id"] for session in site.sessions(capsys)]

    assert len(set(found)) == 2
