"""Problems speak in codes of a closed list, and never tell a secret."""

import json
import re
from pathlib import Path

import pytest

from builder.sources.redact import excerpt

ROOT = Path(__file__).parents[2]
CANARIES = json.loads((ROOT / "tests/hostile/leak_canaries.json").read_text(encoding="utf-8"))["canaries"]


def test_every_code_is_documented():
    """docs/problems.md is the list: what the code can say stands there."""
    documented = set(
        re.findall(r"^\| `([a-z_]+)` \|", (ROOT / "docs/problems.md").read_text(encoding="utf-8"), re.MULTILINE)
    )
    used = set()
    for path in [*(ROOT / "builder/sources").glob("*.py"), ROOT / "builder/media.py"]:
        text = path.read_text(encoding="utf-8")
        used |= set(re.findall(r'(?:Error|Problem|_refused)\(\s*"([a-z]+_[a-z_]+|checksum|conflict)"', text))
        used |= set(re.findall(r'"(record_too_long|bad_json|line_too_long|bad_url|media_suffix)"', text))

    assert len(used) > 20
    assert used <= documented
    assert documented - used <= {
        "media_host", "too_short", "conflict", "curation_unmatched", "chapter_outside", "trim_too_long", "trim_outside", "address_moved", "bidi_control", "bad_sign", "content_unread",
        "address_dropped", "alias_taken", "claims_alike", "overwritten", "target_missing",
        "one_tag", "cue_outside", "curation_twice", "featured_unmatched", "seconds_moved", "no_front_matter",
    }  # fmt: skip  # told by other rooms


SECRETS = {"stream_param": "txSecret=CANARYTXSECRET1&txTime=CANARYTXTIME1&phone=13800138000", "sign": "CANARYSIGN1",
           "t": 1642090198, "user_ip": "203.0.113.77", "video_url": "http://a.example.com/x.mp4?tx%53ecret=CANARYTXSECRET2&token=CANARYTOKEN1",
           "SourceContext": "rtmp://a.example.com/live/x?TXSECRET=CANARYTXSECRET3"}  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(SECRETS),
        json.dumps(SECRETS, separators=(",", ":")),
        json.dumps(SECRETS, indent=2),
        json.dumps({"body": json.dumps(SECRETS)}),
        json.dumps({"body": json.dumps({"body": json.dumps(SECRETS)})}),
        "203.0.113.77 - POST /cb?token=CANARYTOKEN2 " + json.dumps(SECRETS),
        json.dumps(SECRETS).replace('"', "\\x22"),
        json.dumps(SECRETS)[:180],
        "event=1&txSecret=CANARYTXSECRET4&sign=a7ef2c1b86100dafdcce7d632f398bd2;password=CANARYPASSWORD1",
        "rtmp://a.example.com/live/x?txSecret=CANARYTXSECRET5 a7ef2c1b86100dafdcce7d632f398bd2",
        "stream_param=txSecret%3DCANARYTXSECRET6%26txTime%3DCANARYTXTIME6",
        "'sign': 'CANARYSIGN2', 'txSecret': 'CANARYTXSECRET7'",
    ],
    ids=range(12),
)
def test_excerpts_tell_no_secret(text):
    """Whatever the spelling and however often it is escaped."""
    told = excerpt(text.encode())

    assert [canary for canary in CANARIES if canary in told] == []
    assert told


def test_excerpts_are_short_and_printable():
    """They are printed on terminals."""
    told = excerpt(b"a\x1b[2J\x00\xff\xe2\x80\xae" + b"x" * 10_000)

    assert told.startswith("a\\u001b[2J\\u0000\\xff\\u202e")
    assert len(told) < 2200
