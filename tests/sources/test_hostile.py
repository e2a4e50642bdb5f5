"""The hostile corpora of tests/hostile, read as archives. Every entry has its verdict.

Where we decide differently from the corpus the entry is named here with the reason; DESIGN "Reading" wins over it.
"""

import json
from pathlib import Path

import pytest

from builder import media
from builder.model import Ignored, Notice, Problem
from builder.sources.strict_json import StrictJsonError, strict_object
from builder.sources.verify import signed, verify

HOSTILE = Path(__file__).parents[1] / "hostile"
KEY = b"hostile-corpus-key"

LINES_OTHERWISE = {
    18: ("accept", "nginx's default escapes are one of the forms of a request log when the whole body decodes"),
    99: ("wait", "a last line without its newline is half-written: it is no record until the newline is there"),
}
REPAIRED = {12: 2, 15: 1, 16: 2, 17: 1, 26: 1, 92: 1}  # records found where either verdict is right
NOT_REPAIRED = {
    5: "a byte order mark belongs to the start of a file only",
    6: "as line 5",
    49: "a number above 2^53 has passed through programs that round it",
    95: "a raw tab inside a string is no JSON",
}
CALLBACKS_OTHERWISE = {
    "end a day after t": "archives compare `t` with no other time",
    "file_size text": "integers may come as digits in every field but t and sign",
    "appid text": "integers may come as digits in every field but t and sign",
    "appid of another account": "no account is configured; the identity keeps accounts apart",
    "video_url host is a suffix trap": "the address is well formed; the host list decides at grouping (below)",
}
REJECTED_AS_ARCHIVE = {  # the receiver rejects all these; in an archive a wrong type of `t` or `sign` is a bad record
    "sign is 0", "sign is true", "sign is an object", "t as a string of digits, sign right for it",
    "t as a float, sign right for the integer", "t true, sign right for str(True)",
    "t empty string, sign right for the key alone", "t in Arabic-Indic digits: int() takes them",
    "t with spaces: int() takes them", "t with a leading plus", "t 0", "t negative", "t is 10**30",
}  # fmt: skip


def expected_lines():
    rows = (HOSTILE / "bad_json_lines.expect.tsv").read_text(encoding="utf-8").splitlines()
    return [(int(number), verdict) for number, verdict, *_ in (row.split("\t") for row in rows if row[:1] != "#")]


def callbacks():
    for row in (HOSTILE / "bad_callbacks.jsonl").read_bytes().split(b"\n"):
        if row.strip():
            body = json.loads(row)
            yield body.pop("_expect"), body.pop("_why"), body


def test_every_hostile_line_gets_its_verdict(folder):
    """Good lines between bad ones are read, and each bad one is a problem of its own."""
    folder.write("lines", (HOSTILE / "bad_json_lines.jsonl").read_bytes())
    found = {}
    for entry in folder.entries("lines"):
        found.setdefault(entry.line, []).append(entry.item)

    wrong = []
    for number, told in expected_lines():
        items = found.get(number, [])
        verdict = LINES_OTHERWISE[number][0] if number in LINES_OTHERWISE else told
        if verdict == "repair-or-quarantine":
            assert (number in REPAIRED) != (number in NOT_REPAIRED)
            verdict = "accept" if number in REPAIRED else "quarantine"
        good = [item for item in items if isinstance(item, Notice)]
        bad = [item for item in items if isinstance(item, Problem) and item.quarantined]
        right = {
            "accept": len(good) == len(items) == REPAIRED.get(number, 1),
            "quarantine": len(bad) == len(items) == 1,
            "skip": not items,
            "wait": not items,
        }[verdict]
        if not right:
            wrong.append((number, verdict, items))
    assert wrong == []


@pytest.mark.parametrize("number_verdict", expected_lines(), ids=lambda pair: str(pair[0]))
def test_every_hostile_line_gets_its_verdict_alone(folder, number_verdict):
    """A line's verdict does not depend on its neighbours: the same line between two good ones."""
    number, verdict = number_verdict
    lines = (HOSTILE / "bad_json_lines.jsonl").read_bytes().split(b"\n")
    good = lines[0]

    items = folder.items(b"\n".join([good, lines[number - 1], good, b""]))

    assert isinstance(items[0], Notice)
    assert isinstance(items[-1], Notice)
    between = items[1:-1]
    if verdict == "quarantine" and number != 18:
        assert [type(item) for item in between] == [Problem]
    elif verdict in ("accept", "skip"):
        assert [type(item) for item in between] == ([Notice] if verdict == "accept" else [])


@pytest.mark.parametrize(
    ("verdict", "why", "body"), list(callbacks()), ids=lambda value: value if type(value) is str else ""
)
def test_every_hostile_callback_gets_its_verdict(folder, verdict, why, body):
    """As a line of an archive: authenticity is only noted, everything else as the corpus says."""
    item = folder.item(json.dumps(body, ensure_ascii=False) + "\n", (KEY,))

    if why in CALLBACKS_OTHERWISE:
        assert isinstance(item, Notice)
    elif verdict == "quarantine" or why in REJECTED_AS_ARCHIVE:
        assert isinstance(item, Problem)
        assert item.quarantined
    elif verdict == "ignore":
        assert isinstance(item, Ignored)
    else:
        assert isinstance(item, Notice), item
        fresh = verdict != "reject" or why in ("expired by a day", CENTURY)
        assert item.signed == ("good" if fresh else "bad")


CENTURY = "t far in the future (year 2100): outside now + 600 s + skew even with a right sign"


@pytest.mark.parametrize(
    ("verdict", "why", "body"), list(callbacks()), ids=lambda value: value if type(value) is str else ""
)
def test_every_hostile_callback_is_authentic_or_not(verdict, why, body):
    """What the receiver decides by the signature and the clock, before it looks at any field."""
    try:
        message = strict_object(json.dumps(body, ensure_ascii=False).encode())
    except StrictJsonError:
        assert why == "t is 10**30"
        return

    found = verify((KEY,), message, 1757065592)

    assert found == {"reject": None, "late": "late"}.get(verdict, "fresh"), why


def test_every_signature_vector_gets_its_verdict():
    """The raw tokens go through the strict decoder first, as a body does."""
    for row in (HOSTILE / "sign_vectors.jsonl").read_text(encoding="utf-8").splitlines():
        vector = json.loads(row)
        keys = (vector["key"].encode(),)
        try:
            message = strict_object(f'{{"t":{vector["t"]},"sign":{vector["sign"]}}}'.encode())
            found = verify(keys, message, vector["now"])
        except ValueError as error:  # strict JSON's error is one, an empty key is another
            found = "refuse-to-start" if "empty" in str(error) else None
        wanted = {True: "fresh", False: None}.get(vector["ok"], vector["ok"])
        assert found == wanted, vector["why"]
        if wanted in ("fresh", "late"):
            assert signed(keys, message["t"], message["sign"]) == "good"


def hostile_urls():
    for row in (HOSTILE / "ssrf_urls.txt").read_text(encoding="utf-8").splitlines():
        if not row.startswith("#"):
            yield json.loads(row)
    for row in (HOSTILE / "xss_strings.txt").read_text(encoding="utf-8").splitlines():
        context, _, text = row.partition("\t")
        if context == "url":
            yield json.loads(text)


ON_THE_LISTED_HOST = {  # harmless: they stay on good.example, and what follows the path is dropped
    "\nhttps://good.example/v.mp4": "https://good.example/v.mp4",
    "https://good.example/?a=1&copy=2&lang=zh&lt=3": "https://good.example/",
}


@pytest.mark.parametrize("url", list(hostile_urls()))
def test_no_hostile_address_is_published(url):
    """An address is refused by the grammar, or by the host list, or it is what it seems."""
    try:
        clean = media.clean_url(url)
    except ValueError:
        clean = ""

    if url in ON_THE_LISTED_HOST:
        assert clean == ON_THE_LISTED_HOST[url]
    else:
        assert not clean or not media.host_is_listed(clean, ["good.example", "*.good.example"])
