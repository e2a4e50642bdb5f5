"""From when to when a broadcast was on air: what its tracks hold, not what was set aside."""

from tests.build.sites import TestSite, callback

GROWN, DUPLICATE = "superseded", "duplicate"


def test_a_playlist_that_grew_does_not_stretch_the_broadcast(tmp_path, capsys):
    """The earlier state told 50 s that the later one does not hold: they are neither on air nor lost."""
    site = TestSite(tmp_path)
    site.append("a.jsonl", callback("alice", 1, 0, 100, form="hls", task_id="5"))
    address = site.session(capsys)["id"]
    site.append("a.jsonl", callback("alice", 2, 0, 700, form="hls", task_id="5", duration=650))

    site.build()
    session = site.session(capsys)

    (part,) = session["tracks"][0]["parts"]
    assert [other["why"] for other in session["others"]] == [GROWN]
    assert (session["start"], session["end"]) == (part["start"], part["end"])
    assert (session["duration"], session["id"]) == (650.0, address)
    assert "<dd>10 m 50 s, 100 %</dd>" in (site.places.output / "replays" / address / "index.html").read_text()


def test_a_repetition_does_not_stretch_the_broadcast(tmp_path, capsys):
    """What a file of the same picture showed for 19 s more is gone with it."""
    site = TestSite(tmp_path)
    site.append("a.jsonl", callback("alice", 1, 0, 100) + callback("alice", 2, 19, 100))

    session = site.session(capsys)

    (part,) = session["tracks"][0]["parts"]
    assert [other["why"] for other in session["others"]] == [DUPLICATE]
    assert (session["start"], session["end"]) == (part["start"], part["end"])
