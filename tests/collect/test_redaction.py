"""Redaction: which texts become hashes, in the receiver and in files that are already there."""

from __future__ import annotations

import errno
import functools
import gzip
import io
import json
import os
import re
import signal
import subprocess
import sys
import time
import tracemalloc
from pathlib import Path
from unittest import mock
from urllib.parse import quote

import msgspec
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from builder.cli import cli
from builder.collect import rewriting
from builder.collect.disk import Disk
from builder.collect.keys import redaction_key
from builder.collect.line import decode, encode
from builder.collect.redaction import hashed, redacted, scrub
from builder.collect.rewriting import redact_folder
from builder.errors import ConfigError, StorageError
from builder.model import Notice, Problem
from builder.sources import SourceSettings, find_sources, limits, read
from builder.sources.records import items_of
from builder.sources.strict_json import strict_object, strict_value
from tests.collect.support import DAY, HOSTILE, KEY, body_of, running
from tests.sources.cookies import COOKIES

HASH_KEY = b"k" * 32
CANARIES = json.loads((HOSTILE / "leak_canaries.json").read_text(encoding="utf-8"))["canaries"][:8]
H = functools.partial(hashed, key=HASH_KEY)
PUSH = "txSecret=CANARYTXSECRET1&txTime=68C2B0D0&record=mp4"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (PUSH, f"txSecret={H('CANARYTXSECRET1')}&txTime={H('68C2B0D0')}&record=mp4"),
        ("record=mp4%7Chls&title=Evening", "record=mp4%7Chls&title=Evening"),
        ("TXSECRET=a;tx%53ecret=b", f"TXSECRET={H('a')};tx%53ecret={H('b')}"),
        ("uid=42&phone=13800138000", f"uid={H('42')}&phone={H('13800138000')}"),
        ("CANARYTOKEN", H("CANARYTOKEN")),
        ("title=a%26txSecret%3Dx", f"title={H('a%26txSecret%3Dx')}"),
        ("title=a=b", f"title={H('a=b')}"),
        ("a=&&=", "a=&&="),
        ("", ""),
    ],
)
def test_push_parameters_are_hashed_unless_they_are_harmless(text: str, kept: str) -> None:
    """`stream_param` is what integrators put anything into."""
    assert json.loads(redacted({"stream_param": text}, HASH_KEY)) == {"stream_param": kept}


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (
            f"rtmp://a/live/x?{PUSH}",
            f"rtmp://a/live/x?txSecret={H('CANARYTXSECRET1')}&txTime={H('68C2B0D0')}&record=mp4",
        ),
        ("http://v/a.mp4?t=5f&us=ab&sign=cd", f"http://v/a.mp4?t={H('5f')}&us={H('ab')}&sign={H('cd')}"),
        ("u=rtmp%3A%2F%2Fa%3FtxSecret%3Dabc%26x%3D1", f"u=rtmp%3A%2F%2Fa%3FtxSecret%3D{H('abc')}%26x%3D1"),
        ("txSecret%253Dabc%2526x", f"txSecret%253D{H('abc')}%2526x"),
        ('{"url":"rtmp://a?token=abc"}', f'{{"url":"rtmp://a?token={H("abc")}"}}'),
        ("txSecret=ab%26cd&x=1", f"txSecret={H('ab%26cd')}&x=1"),
        ("txSecret%3Dabc=def", f"txSecret%3D{H('abc=def')}"),
        ("t=5 is a time, a=b", "t=5 is a time, a=b"),
        ("no parameters here", "no parameters here"),
    ],
)
def test_secrets_in_other_texts_are_hashed(text: str, kept: str) -> None:
    """Addresses, texts inside texts, other spellings of a name; what is no secret stays."""
    assert scrub(text, HASH_KEY) == kept


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("srt://d:9000?streamid=#!::r=live/a,txSecret=X,txTime=Y", "srt://d:9000?streamid=#!::r=live/a,txSecret={X},txTime={Y}"),
        ("r%3Dlive%2Fa%2CtxSecret%3DX%2Cm%3Dpublish", "r%3Dlive%2Fa%2CtxSecret%3D{X}%2Cm%3Dpublish"),
        ("tx_secret=X&accessToken=X&session-token=X", "tx_secret={X}&accessToken={X}&session-token={X}"),
        ("user[api_key]=X;Secret.Key = X", "user[api_key]={X};Secret.Key = {X}"),
        ("txSecret: X, token:X", "txSecret: {X}, token:{X}"),
        ("txSecret\uff1dX", "txSecret\uff1d{X}"),
        ("Authorization: Bearer X", "Authorization: Bearer {X}"),
        ("rtmp://user:X@host/live", "rtmp://user:{X}@host/live"),
        (r'"a":"rtmp:\/\/user:X@host\/live"', r'"a":"rtmp:\/\/user:{X}@host\/live"'),
        ("Cookie: a=b; c=d; X", "Cookie: {a=b; c=d; X}"),
        ('Set-Cookie: a="b"; Path=/; HttpOnly and so on', 'Set-Cookie: {a="b"; Path=/; HttpOnly and so on}'),
        ("said {'password': 'X', \"token\":\"X\"", "said {'password': '{X}', \"token\":\"{X}\""),
        (r'said \"token\":\"a\\\"b\", \"c\":1', r'said \"token\":\"{a\\\"b}\", \"c\":1'),
        ('{"token":1,"token":X,"a":2}', '{"token":"{1}","token":"{X}","a":2}'),
        ("%22token%22%3A%22X%22", "%22token%22%3A%22{X}%22"),
        ("%2522to%256ben%2522%253A%2522X%2522", "%2522to%256ben%2522%253A%2522{X}%2522"),
        ("token[0]=X", "token[0]={X}"),
        ("password=a,b and token=X,", "password={a,b} and token={X},"),
    ],
)  # fmt: skip
def test_secrets_are_found_however_they_are_written(text: str, kept: str) -> None:
    """The comma form of SRT, JSON that cannot be parsed, sentences, passwords in addresses, codes of any depth."""
    assert scrub(text, HASH_KEY) == re.sub(r"\{([XY1]|a[^}]*b|a=[^}]*)\}", lambda found: H(found[1]), kept)


@pytest.mark.parametrize(
    "head", ["Cookie: ", "Set-Cookie: ", "Cookie2: ", "http_cookie=", "$http_cookie=", "cookie_jar="]
)
@pytest.mark.parametrize("cookies", COOKIES)
def test_cookies_are_hidden_to_the_end_of_their_line(head: str, cookies: str) -> None:
    """However untidy they are; also in JSON that is a text, and a second time nothing changes."""
    text = f"GET / HTTP/1.1\r\n{head}{cookies}\r\nHost: a"
    kept = text.replace(cookies, H(cookies))

    assert scrub(text, HASH_KEY) == kept == scrub(kept, HASH_KEY)
    assert json.loads(scrub(json.dumps({"headers": text}), HASH_KEY)) == {"headers": kept}


@pytest.mark.parametrize(
    ("before", "value", "after"),
    [
        ('{"token":', '[1,"X"', ""),
        ('{"token": ', '{"a":[[1],"X"]', ""),
        ('{"token":', '[1,{"a":"]"},"it\'s"]', ',"b":[2'),
        (r"said {\"token\":", r"{\"a\":[\"}\\\"\"]}", r", \"b\":[]"),
        ("{'token':", "['X']", " and 'a':["),
        ("%7B%22token%22%3A", "%5B%22X%22%5D", "%2C%22b%22%3A1"),
    ],
)
def test_an_array_or_object_in_broken_json_is_hidden_as_a_whole(before: str, value: str, after: str) -> None:
    """To its end, or to the end of a text that was cut short; in quotes like those of its name."""
    quote = re.search(r"""\\?["']|%22""", before)[0]

    assert scrub(before + value + after, HASH_KEY) == f"{before}{quote}{H(value)}{quote}{after}"


@pytest.mark.parametrize(
    "text",
    [
        "tokenizer=fast&key_frame_interval=2&monkey=1&secretary=x&design=y",
        "key: C major, sign: none, auth: off",
        "token://host/a, http://token:80/a",
        "no token, no password",
        "http://v/\u4f60%E4%BD%A0/a.mp4?x=%7C",
        '{"tokenizer": "fast",  "n": 1.0}',
        "token=&password:",
        "cookies: with chocolate, http://host:80/a@b",
    ],
)
def test_harmless_words_stay(text: str) -> None:
    """A name is compared as a whole; a text without secrets keeps its form."""
    assert scrub(text, HASH_KEY) == text


@pytest.mark.parametrize(
    ("member", "kept"),
    [
        ({"txSecret": "X", "token": 5, "key_frame_interval": 2}, {"txSecret": H("X"), "token": H("5"), "key_frame_interval": 2}),
        ({"a": [{"password": "X"}], "auth": True}, {"a": [{"password": H("X")}], "auth": H("true")}),
        ({"api_key": {"a": ["X", None, ""], "b": 1.5}}, {"api_key": {"a": [H("X"), None, ""], "b": H("1.5")}}),
        ({"stream_param": {"txSecret": "X", "phone": 1, "record": "mp4"}}, {"stream_param": {"txSecret": H("X"), "phone": H("1"), "record": "mp4"}}),
        ({"stream_param": {"title": "token:X", "vj": "a", "mix": 1}}, {"stream_param": {"title": f"token:{H('X')}", "vj": "a", "mix": 1}}),
        ({"stream_param": ["a=X", 7]}, {"stream_param": [f"a={H('X')}", H("7")]}),
        ({"streamParam": "foo=X"}, {"streamParam": f"foo={H('X')}"}),
        ({"stream_param": '{"phone":"X","a":"b=c"}'}, {"stream_param": H('{"phone":"X","a":"b=c"}')}),
        ({"callback_ext": '{"token":"X","n":{"stream_param":"foo=X"}}'}, {"callback_ext": f'{{"token":"{H("X")}","n":{{"stream_param":"foo={H("X")}"}}}}'}),
        ({"a": json.dumps(json.dumps({"token": "X"}))}, {"a": json.dumps(json.dumps({"token": H("X")}, separators=(",", ":")))}),
        ({"txSecret=X": 1}, {f"txSecret={H('X')}": 1}),
        ({"a": {"sign": "X"}}, {"a": {"sign": H("X")}}),
    ],
)  # fmt: skip
def test_members_with_a_secret_name_are_hashed(member: object, kept: object) -> None:
    """At any depth, in JSON inside texts, whatever the scalar; null and the empty text tell nothing."""
    assert json.loads(redacted(member, HASH_KEY)) == kept


@pytest.mark.parametrize(
    "message",
    [
        {"sign": "ab", "t": 1757066192},
        {"body": {"event_type": 100, "sign": "ab", "t": 1757066192}},
        {"body": '{"event_type":100, "sign":"ab", "t":1757066192}'},
        {"body": 'POST / {"event_type":100, "sign":"ab", "t":1757066192}'},
        {"title": "Password: the movie", "stream_id": "token: 5", "task_id": '{"token":1}'},
        {"video_url": "http://v.example.com/token=1/txSecret:2,key=3%26token%3D4/a.mp4"},
    ],
)
def test_what_the_builder_uses_stays(message: dict[str, object]) -> None:
    """The message's own signature, in an envelope too; names and titles; the path of an address."""
    assert json.loads(redacted(message, HASH_KEY)) == message


NAMED = st.sampled_from(
    ["txSecret", "tx_time", "token", "accessToken", "X-Api-Key", "session_token", "passwd", "PASSWORD"]
)
PLANTED = st.from_regex(r"CANARY[A-Za-z0-9]{1,9}", fullmatch=True)
PLACES = (
    lambda name, secret: {name: secret},
    lambda name, secret: {"a": [{name: secret}]},
    lambda name, secret: {"a": f"b=c&{name}={secret}&d=e"},
    lambda name, secret: {"a": f"{name}: {secret}, and more"},
    lambda name, secret: {"a": quote(quote(f"rtmp://h/b?{name}={secret}&x=1", safe=""), safe="")},
    lambda name, secret: {"a": json.dumps(json.dumps({"b": [{name: secret}]}))},
    lambda name, secret: {"a": json.dumps({name: secret})[:-1]},
    lambda name, secret: {"a": json.dumps({name: [1, {"b": secret}]})[:-2]},
    lambda name, secret: {"stream_param": {"title": f"{name}:{secret}"}},
    lambda name, secret: {"callback_url": f"http://h.example.com/{name}={secret}/x"},
    lambda name, secret: {"play_url": f"http://h.example.com/live;{name}={secret}/x.m3u8"},
    lambda name, secret: {"pushUrl": f"https://h.example.com/live/x%3F{name}%3D{secret}"},
    lambda name, secret: {"push_url": f"srt://d:9000?streamid=#!::h=d,{name}={secret},m=publish"},
    lambda name, secret: {"callback_ext": json.dumps({"session_id": "s1", name: secret})},
    lambda name, secret: {"stream_param": f"record=mp4&{name}={secret}"},
    lambda name, secret: {"video_url": f"http://v.example.com/token=1/b.mp4?{name}={secret}"},
)
SCALARS = st.none() | st.booleans() | st.integers(0, 2**53) | st.text("ab=:,;&%3D2\"'\\{} token", max_size=20)
BODIES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
)


@given(
    st.lists(st.tuples(st.sampled_from(PLACES), NAMED, PLANTED), max_size=4),
    BODIES,
    st.text('ab:, token"{}', min_size=1, max_size=20),
)
def test_redaction_hides_every_secret_and_changes_no_item(places, extra, stream) -> None:
    """Any body: no planted secret stays, the builder sees the same, a second time changes nothing."""
    message = json.loads(body_of(
        "5200000000000000002", file_format="mp4", start_time=1757060000, end_time=1757061800, duration=1800,
        video_url="http://v.example.com/b.mp4", stream_id=stream, extra=extra,
    ))  # fmt: skip
    for place, name, secret in places:
        message |= place(name, secret)
    text = redacted(message, HASH_KEY)

    assert "CANARY" not in text
    assert redacted(json.loads(text), HASH_KEY) == text
    assert [without_excerpt(item) for item in items_of(text.encode(), (KEY,))] == [
        without_excerpt(item) for item in items_of(json.dumps(message).encode(), (KEY,))
    ]


def without_excerpt(item: object) -> object:
    """A problem shows the beginning of its record, which redaction may change."""
    return msgspec.structs.replace(item, excerpt="") if isinstance(item, Problem) else item


@given(st.text("ab=:,;&?#/%23D5\"'\\{}[] \u4f60@token", max_size=60))
def test_scrubbing_twice_changes_nothing(text: str) -> None:
    """What a hash stands in is found again, and is a hash already."""
    once = scrub(text, HASH_KEY)

    assert scrub(once, HASH_KEY) == once


def test_other_values_stay_as_they_are() -> None:
    """Large numbers, nested values, half a surrogate pair (which only ASCII can hold)."""
    message = {
        "file_id": 16093425727657168197,
        "size": 1.5,
        "a": [None, True, {"stream_param": "k=v"}],
        "s": "\ud800直",
    }
    text = redacted(message, HASH_KEY)

    assert text == (
        '{"file_id":16093425727657168197,"size":1.5,"a":[null,true,{"stream_param":"k='
        + H("v")
        + '"}],"s":"\\ud800\\u76f4"}'
    )


def test_redacting_twice_changes_nothing() -> None:
    """A hash stays itself."""
    once = redacted({"stream_param": PUSH, "u": f"rtmp://a?{PUSH}"}, HASH_KEY)

    assert redacted(json.loads(once), HASH_KEY) == once


def test_equal_secrets_have_equal_hashes_and_other_keys_others() -> None:
    """That is what a keyed hash is for."""
    assert H("a") == hashed("a", HASH_KEY) != hashed("a", b"other")
    assert H("a") != H("b")
    assert len(H("a")) == 18


def test_the_receiver_stores_redacted_lines(tmp_path: Path) -> None:
    """`--redact`: the line says so, its checksum is right, and the signature was checked before."""
    body = body_of("1", stream_param=PUSH)
    with running(tmp_path, redact=functools.partial(redacted, key=HASH_KEY)) as receiver:
        assert receiver.post(body) == 200

    content = (tmp_path / f"{DAY}.jsonl").read_bytes()
    stored = decode(content.strip())
    assert stored.redacted
    assert stored.body == redacted(json.loads(body), HASH_KEY)
    assert b"CANARYTXSECRET" not in content


@pytest.mark.parametrize(
    ("pairs", "kept"),
    [
        ([{"name": "txSecret", "value": "CANARY"}], [{"name": "txSecret", "value": H("CANARY")}]),
        ({"Field": "access_token", "Value": {"a": ["CANARY"]}}, {"Field": "access_token", "Value": {"a": [H("CANARY")]}}),
        ({"key": "txSecret", "value": "CANARY"}, {"key": H("txSecret"), "value": H("CANARY")}),
        ([["tx_secret", "CANARY"], ["record", "mp4"]], [["tx_secret", H("CANARY")], ["record", "mp4"]]),
        ('[["token","CANARY"]]', f'[["token","{H("CANARY")}"]]'),
        ({"name": "evening", "value": "music"}, {"name": "evening", "value": "music"}),
        ([["a", "b"], ["token"], ["token", "a", "b"]], [["a", "b"], ["token"], ["token", "a", "b"]]),
        ({"TagSet": ["key", "C major"]}, {"TagSet": ["key", "C major"]}),
    ],
)  # fmt: skip
def test_the_receiver_redacts_names_and_values_in_pairs(pairs: object, kept: object, tmp_path: Path) -> None:
    """A name beside its value means what a name over it does; what is redacted stays as it is the second time."""
    with running(tmp_path, redact=functools.partial(redacted, key=HASH_KEY)) as receiver:
        assert receiver.post(body_of("1", extra=pairs)) == 200
    stored = json.loads(decode((tmp_path / f"{DAY}.jsonl").read_bytes().strip()).body)

    assert stored["extra"] == kept
    assert json.loads(redacted(stored, HASH_KEY)) == stored


def test_the_key_comes_from_the_environment() -> None:
    """Its own, or from the first callback key; without either there is no redaction."""
    own = redaction_key({"AFTERCAST_REDACT_KEY": "a", "AFTERCAST_CALLBACK_KEYS": "b"})
    derived = redaction_key({"AFTERCAST_CALLBACK_KEYS": "b,c"})

    assert own == redaction_key({"AFTERCAST_REDACT_KEY": "a"})
    assert derived == redaction_key({"AFTERCAST_CALLBACK_KEYS": "b"})
    assert own != derived
    with pytest.raises(ConfigError):
        redaction_key({})


def redact(source: Path, **environ: str) -> tuple[int, str, str]:
    outcome = CliRunner().invoke(cli, ["redact", "--source", str(source)], env={"AFTERCAST_REDACT_KEY": "k"} | environ)
    return outcome.exit_code, outcome.stdout, outcome.stderr


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three stored files: two plain, one compressed; with a line of somebody else and one that is redacted already."""
    folder = tmp_path / "recordings" / "callbacks"
    folder.mkdir(parents=True, mode=0o700)
    line = encode(1, "fresh", json.dumps({"file_id": "1", "stream_param": PUSH}))
    (folder / "2025-09-04.jsonl").write_bytes(line + b'{"event_type":100}\n')
    (folder / "2025-09-05.jsonl").write_bytes(line + encode(2, "late", "{}", redacted=True))
    (folder / "2025-09-05.jsonl").chmod(0o600)
    (folder / "2025-09-03.jsonl.gz").write_bytes(gzip.compress(line, mtime=0))
    (folder / ".cut-2025-09-05.jsonl-9-0").write_bytes(b"torn")
    return folder


def test_stored_files_are_redacted_in_place(folder: Path) -> None:
    """Every whole line of ours; the rest is left and said; a second run changes nothing."""
    code, out, err = redact(folder.parents[1])
    contents = {path.name: path.read_bytes() for path in folder.iterdir()}
    again = redact(folder.parents[1])[1]

    assert code == 0
    assert (
        out
        == "2025-09-03.jsonl.gz: 1 redacted, 0 before\n2025-09-04.jsonl: 1 redacted, 0 before\n2025-09-05.jsonl: 1 redacted, 1 before\n"
    )
    assert err == (
        f"aftercast: `{folder / '2025-09-04.jsonl'}`: 1 line was not written by the receiver, left as found\n"
        "aftercast: torn tails kept aside may hold secrets: .cut-2025-09-05.jsonl-9-0\n"
        "hint: nothing in them was acknowledged; delete them when you do not need them\n"
    )
    assert (
        again
        == "2025-09-03.jsonl.gz: 0 redacted, 1 before\n2025-09-04.jsonl: 0 redacted, 1 before\n2025-09-05.jsonl: 0 redacted, 2 before\n"
    )
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == contents
    assert not any(b"CANARYTXSECRET" in content for content in contents.values())
    assert b"CANARYTXSECRET" not in gzip.decompress(contents["2025-09-03.jsonl.gz"])
    assert contents["2025-09-04.jsonl"].endswith(b'}\n{"event_type":100}\n')
    assert [decode(line).verdict for line in contents["2025-09-05.jsonl"].splitlines()] == ["fresh", "late"]
    assert (folder / "2025-09-05.jsonl").stat().st_mode & 0o777 == 0o600


def test_a_compressed_file_that_is_not_whole_is_left_as_found(folder: Path) -> None:
    """A copy that broke off: one sentence that names it, no half file, nothing beside it."""
    path = folder / "2025-09-03.jsonl.gz"
    path.write_bytes(path.read_bytes()[:-9])
    broken, names = path.read_bytes(), sorted(entry.name for entry in folder.iterdir())
    with pytest.raises(StorageError, match="is not whole, it was left as found"):
        list(redact_folder(folder, HASH_KEY))

    assert path.read_bytes() == broken
    assert sorted(entry.name for entry in folder.iterdir()) == names


def test_a_file_that_is_not_whole_holds_no_other_up(folder: Path) -> None:
    """Two broken copies, the first of all files and another: the rest is redacted, all notes are there, exit 5 names both."""
    whole = (folder / "2025-09-03.jsonl.gz").read_bytes()
    (folder / "2025-09-03.jsonl.gz").write_bytes(whole[:-9])
    (folder / "2025-09-04.jsonl.gz").write_bytes(b"no gzip")
    (folder / "notes.txt").touch()
    outcome = subprocess.run(
        [sys.executable, "-m", "builder", "redact", "--source", str(folder.parents[1])],
        env={**os.environ, "AFTERCAST_REDACT_KEY": "k"},
        check=False,
        capture_output=True,
        text=True,
    )

    assert outcome.returncode == 5
    assert outcome.stdout == "2025-09-04.jsonl: 1 redacted, 0 before\n2025-09-05.jsonl: 1 redacted, 1 before\n"
    assert f"`{folder / 'notes.txt'}` was passed over" in outcome.stderr
    assert "torn tails kept aside" in outcome.stderr
    assert outcome.stderr.endswith(
        f"aftercast: `{folder / '2025-09-03.jsonl.gz'}` is not whole, it was left as found; "
        f"`{folder / '2025-09-04.jsonl.gz'}` is not whole, it was left as found\n"
        "hint: move it away or repair it, and run this again\n"
    )
    assert (folder / "2025-09-03.jsonl.gz").read_bytes() == whole[:-9]


def test_a_file_that_cannot_be_read_holds_no_other_up(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that fails in one place: the system's word, then the others."""
    is_open = rewriting.opened

    def failing(path: Path) -> io.BufferedIOBase:
        if path.name == "2025-09-04.jsonl":
            raise OSError(errno.EIO, "Input/output error", str(path))
        return is_open(path)

    monkeypatch.setattr(rewriting, "opened", failing)
    outcome = CliRunner().invoke(cli, ["redact", "--source", str(folder.parents[1])], env={"AFTERCAST_REDACT_KEY": "k"})

    assert isinstance(outcome.exception, StorageError)
    assert outcome.exception.sentence == f"failed to redact `{folder / '2025-09-04.jsonl'}`: input/output error"
    assert outcome.stdout.splitlines() == [
        "2025-09-03.jsonl.gz: 1 redacted, 0 before",
        "2025-09-05.jsonl: 1 redacted, 1 before",
    ]


def test_a_large_file_is_redacted_line_by_line(tmp_path: Path) -> None:
    """Memory follows the longest line, not the file."""
    line = encode(1, "fresh", json.dumps({"file_id": "1", "stream_param": PUSH, "extra": "x" * 2_000}))
    (tmp_path / "2025-09-04.jsonl").write_bytes(line * 2_000)
    tracemalloc.start()
    try:
        report = list(redact_folder(tmp_path, HASH_KEY))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert [one.redacted for one in report] == [2_000]
    assert peak < 1_000_000, "the file has four million bytes"


def test_what_a_killed_redaction_left_is_removed_by_the_next(folder: Path) -> None:
    """A copy of a day, half of it in clear; nobody is told that it was passed over, and what is not ours stays."""
    killing = "import os, signal; os.fchmod = lambda *_: os.kill(os.getpid(), signal.SIGKILL)"
    command = ["redact", "--source", str(folder.parents[1])]
    killed = subprocess.run(
        [sys.executable, "-c", f"{killing}; from builder.cli import run; run({command!r})"],
        env={**os.environ, "AFTERCAST_REDACT_KEY": "k"},
        check=False,
    )
    (folder / ".2025-09-03.jsonl.mine.tmp").touch()
    left = [path.name for path in folder.glob(".*.tmp")]
    code, _, said = redact(folder.parents[1])

    assert killed.returncode == -9
    assert len(left) == 2
    assert code == 0
    assert [path.name for path in folder.glob(".*.tmp")] == [".2025-09-03.jsonl.mine.tmp"]
    assert [line for line in said.splitlines() if "passed over" in line and ".mine.tmp" not in line] == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_redaction_that_is_told_to_stop_leaves_nothing(number: signal.Signals, folder: Path) -> None:
    """The copy of a day may be in clear; the day itself stays as it was."""
    stopping = f"import os; os.fchmod = lambda *_: os.kill(os.getpid(), {int(number)})"
    command = ["redact", "--source", str(folder.parents[1])]
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    stopped = subprocess.run(
        [sys.executable, "-c", f"import sys; {stopping}; from builder.cli import run; sys.exit(run({command!r}))"],
        env={**os.environ, "AFTERCAST_REDACT_KEY": "k"}, check=False, capture_output=True, text=True,
    )  # fmt: skip

    assert stopped.returncode == 130
    assert stopped.stderr.strip() == "aftercast: interrupted"
    assert {path.name: path.read_bytes() for path in folder.iterdir() if path.name != ".lock"} == before


def test_a_redaction_goes_on_where_the_end_of_the_terminal_is_ignored(folder: Path) -> None:
    """As `nohup` has it."""
    ignoring = "import os, signal; signal.signal(signal.SIGHUP, signal.SIG_IGN)"
    hanging = "os.fchmod = lambda *_: os.kill(os.getpid(), signal.SIGHUP)"
    command = ["redact", "--source", str(folder.parents[1])]
    done = subprocess.run(
        [sys.executable, "-c", f"{ignoring}; {hanging}; from builder.cli import run; raise SystemExit(run({command!r}))"],
        env={**os.environ, "AFTERCAST_REDACT_KEY": "k"}, check=False, capture_output=True, text=True,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr


def test_redaction_is_refused_while_a_receiver_runs(folder: Path) -> None:
    """Replacing the file under an open segment would lose what is appended to it."""
    disk = Disk()
    lock = disk.lock(folder)
    outcome = CliRunner().invoke(cli, ["redact", "--source", str(folder.parents[1])], env={"AFTERCAST_REDACT_KEY": "k"})
    disk.close(lock)

    assert outcome.exception.exit_code == 6
    assert b"CANARYTXSECRET" in (folder / "2025-09-05.jsonl").read_bytes()


def test_redaction_names_what_it_does_not_look_at(folder: Path) -> None:
    """A log that was copied beside the receiver's folder keeps its secrets."""
    (folder.parent / "a.jsonl").write_text("{}\n", encoding="utf-8")

    code, _, said = redact(folder.parents[1])

    assert code == 0
    assert f"`{folder.parent / 'a.jsonl'}` and what else is outside `{folder}` was not looked at" in said


def test_every_file_below_the_folder_that_is_not_redacted_is_named(folder: Path) -> None:
    """Sub-folders, other names, other packings, a link: one line each, what to do, and no failure."""
    line = (folder / "2025-09-05.jsonl").read_bytes()
    (folder / "2025").mkdir()
    names = (
        ".2025-09-05.jsonl.ab.tmp",
        "2025-09-01.json",
        "2025-09-01.jsonl.1",
        "2025-09-02.log.gz",
        "2025/2025-01-01.jsonl",
    )
    for name in names:
        (folder / name).write_bytes(line)
    (folder / "2025-09-06.jsonl").symlink_to(folder / "2025-09-05.jsonl")

    code, out, err = redact(folder.parents[1])

    assert code == 0
    assert out.count("\n") == 3
    told = [said for said in err.splitlines() if "passed over" in said]
    assert told == [
        f"aftercast: `{folder / name}` was passed over and may hold secrets"
        for name in (names[0], names[4], *names[1:4], "2025-09-06.jsonl")
    ]
    assert err.endswith(
        "hint: only `*.jsonl` and `*.jsonl.gz` in the folder itself are redacted: unpack other files, "
        "move them there as YYYY-MM-DD.jsonl under a free name, and run this again\n"
    )
    assert all((folder / name).read_bytes() == line for name in names)


def test_very_many_files_that_are_not_redacted_are_counted(folder: Path) -> None:
    """A screen of names, then a number."""
    for number in range(30):
        (folder / f"{number:02}.json").touch()

    err = redact(folder.parents[1])[2]

    assert err.count("was passed over") == 24
    assert f"aftercast: and 6 more files below `{folder}`\n" in err


def test_lines_of_an_older_redaction_are_redacted_again(folder: Path) -> None:
    """They say that they are redacted, but an older version did not know this way to write a secret."""
    path = folder / "2025-09-05.jsonl"
    path.write_bytes(encode(1, "fresh", '{"token":"CANARYTOKEN"}', redacted=True))

    assert "2025-09-05.jsonl: 1 redacted, 0 before\n" in redact(folder.parents[1])[1]
    assert b"CANARYTOKEN" not in path.read_bytes()


def test_lines_that_an_older_redaction_made_too_long_are_records_again(folder: Path) -> None:
    """It wrote one hash for each item of a list; no build accepts such a record."""
    path = folder / "2025-09-05.jsonl"
    body = json.dumps({"file_id": "1", "token": [H(str(number)) for number in range(9_000)]})
    path.write_bytes(encode(1, "fresh", body, redacted=True))

    assert "2025-09-05.jsonl: 1 redacted, 0 before\n" in redact(folder.parents[1])[1]
    assert len(decode(path.read_bytes()).body) < limits.RECORD_BYTES < len(body)


def test_nothing_to_redact_is_no_error(tmp_path: Path) -> None:
    """A site that never received anything."""
    assert redact(tmp_path) == (0, "", f"aftercast: `{tmp_path}/recordings/callbacks` does not exist, nothing to do\n")


def test_what_the_reader_sees_stays_the_same() -> None:
    """Layer by layer: the recording's own fields are untouched by redaction."""
    message = {
        "event_type": 100,
        "file_id": "1",
        "video_url": "http://a.example.com/b.mp4",
        "start_time": 5,
        "t": 7,
        "sign": "x",
    }

    assert json.loads(redacted(message | {"stream_param": PUSH}, HASH_KEY)) | {"stream_param": 0} == message | {
        "stream_param": 0
    }


def test_canaries_of_the_corpus_do_not_survive() -> None:
    """Every message of the corpus that holds a planted secret in a push parameter."""
    for row in (HOSTILE / "bad_callbacks.jsonl").read_text(encoding="utf-8").splitlines():
        message = json.loads(row)
        if any(canary in str(message.get("stream_param")) for canary in CANARIES):
            text = redacted({"stream_param": message["stream_param"]}, HASH_KEY)
            assert not any(canary in text for canary in CANARIES), text


@pytest.mark.parametrize(
    "text",
    [
        "%" * 60_000,
        "%25" * 20_000,
        'token="' * 8_000,
        "token,=" * 8_000,
        "://a:" * 12_000,
        '["' * 30_000,
        '"key":[' * 8_000,
        '"key":["' * 8_000,
        '"key":[],' * 7_000,
        "a=" * 30_000,
        "a%3D" * 15_000,
        "a%25" * 15_000 + "=b",
        "=&" * 30_000,
        "cookie:" * 9_000,
        'cookie:a="' * 6_000,
        "cookie:\n" * 8_000 + "=",
    ],
)
def test_long_texts_take_little_time(text: str) -> None:
    """A body of 64 KB of delimiters: no pattern here may run away."""
    began = time.process_time()
    scrub(text, HASH_KEY)
    redacted({"stream_param": text}, HASH_KEY)

    assert time.process_time() - began < 2


def test_a_redacted_record_stays_within_the_limit_of_a_record() -> None:
    """Chinese text does not grow, and ten thousand parameters get one hash instead of ten thousand."""
    chinese = redacted({"title": "直" * 20_000}, HASH_KEY)
    many = {"stream_param": "&".join(f"k{n}=v" for n in range(9_000))}
    text = redacted(many, HASH_KEY)

    assert len(chinese.encode()) < 65_536
    assert json.loads(text) == {"stream_param": H(many["stream_param"])}
    assert json.loads(redacted({"a": "token=x&" * 7_000}, HASH_KEY)) == {"a": H("token=x&" * 7_000)}


RECORDING = {
    "file_id": "5200000000000000002",
    "file_format": "mp4",
    "start_time": 1757060000,
    "end_time": 1757061800,
    "duration": 1800,
    "video_url": "http://v.example.com/b.mp4",
}
BEGINNING = body_of(**RECORDING).decode()[:-1]  # of a notification to which more is added


def filled(unit: str, start: str = ',"a":[', end: str = "]}") -> bytes:
    """Return a body of exactly the limit: as many units as there is room for."""
    count = (limits.RECORD_BYTES - len(BEGINNING + start + end) + 1) // (len(unit) + 1)
    body = BEGINNING + start + ",".join([unit] * count) + end
    return body.encode() + b" " * (limits.RECORD_BYTES - len(body))


@pytest.mark.parametrize(
    "body",
    [
        filled("1", ',"token":['),
        filled('{"key":1}'),
        filled('{"key":"CANARY1"}'),
        filled('{"key":[1e15,1e15]}'),
        filled('"key=1"'),
        filled('{"key=1":2}'),
        filled('["a","token:CANARY1"]'),
        filled('"key=1&key=1&key=1"', ',"title":['),
        filled('"http://h/?key=1"', ',"url":['),
        filled('"rtmp://h:1@h"'),
        filled(r'"{\"key\":1}"'),
        filled(r'"\"key\":1"'),
        filled('{"a":"b","sign":1}'),
        filled('"a=1"', ',"stream_param":['),
        filled('{"a":1}', ',"stream_param":['),
        filled(r'{\"key\":1}', r',"callback_ext":"{\"session_id\":\"s1\",\"list\":[', ']}"}'),
        filled("1e15", ',"token":1,"a":['),
    ],
)  # fmt: skip
def test_a_record_that_was_within_the_limit_is_within_it_redacted(body: bytes) -> None:
    """However short the secrets and however many; nothing of them is left, and a second time changes nothing."""
    text = redacted(strict_object(body), HASH_KEY)

    assert len(body) == limits.RECORD_BYTES >= len(text.encode())
    assert "CANARY" not in text
    assert redacted(strict_object(text.encode()), HASH_KEY) == text
    assert [without_excerpt(item) for item in items_of(text.encode(), (KEY,))] == [
        without_excerpt(item) for item in items_of(body, (KEY,))
    ]


TOKENS = st.sampled_from(["1e15", "1.5e-7", "12E4", "0.10", "-2e0", "7", "0", "true", "null", '"CANARY"', "1e22"])
MEMBERS = st.sampled_from(["token", "key=CANARY", "a", "title", "stream_param", "video_url", "sign", "callback_ext"])
WRITTEN = st.recursive(  # JSON as it may be written, which is often shorter than as Python writes it
    TOKENS | st.text("ab=:,;&?%3D2\"'\\{}[]\u4f60 keyCANARY://@", max_size=30).map(lambda text: json.dumps(text, ensure_ascii=False)),
    lambda inner: st.lists(inner, max_size=4).map(lambda items: "[" + ",".join(items) + "]")
    | st.dictionaries(MEMBERS, inner, max_size=4).map(lambda items: "{" + ",".join(f'"{name}":{item}' for name, item in items.items()) + "}")
    | inner.map(lambda text: json.dumps(text, ensure_ascii=False)),
)  # fmt: skip


@given(st.dictionaries(MEMBERS, WRITTEN, min_size=1, max_size=6))
def test_redaction_makes_no_message_longer_where_there_is_no_room(members: dict[str, str]) -> None:
    """With a limit of just its own length; and a second time changes nothing there either."""
    body = "{" + ",".join(f'"{name}":{item}' for name, item in members.items()) + "}"
    with mock.patch.object(limits, "RECORD_BYTES", len(body.encode())):
        text = redacted(strict_value(body), HASH_KEY)
        again = redacted(strict_value(text), HASH_KEY)

    assert len(text.encode()) <= len(body.encode())
    assert again == text


@pytest.mark.parametrize(
    "member",
    [
        {"video_url": "http://v.example.com/b.mp4?" + "key=1&" * 330},
        {"stream_id": "key=1&" * 80},
        {"key=1&" * 40: 1},
    ],
)
def test_what_the_builder_uses_stays_within_its_own_limits(member: dict[str, object]) -> None:
    """An address of two thousand characters, an id of five hundred, a name of 250: each would be refused if it grew."""
    text = redacted(json.loads(body_of(**{**RECORDING, **member})), HASH_KEY)
    (item,) = items_of(text.encode(), (KEY,))

    assert "key=1" not in text
    assert isinstance(item, Notice)


@pytest.mark.parametrize("is_redacted", [False, True])
def test_the_builder_reads_what_the_receiver_wrote(tmp_path: Path, is_redacted: bool) -> None:
    """The same notice from a line as received and from a redacted one, with the rank of its verdict."""
    body = body_of(
        "5200000000000000002", file_format="mp4", start_time=1757060000, end_time=1757061800, duration=1800, file_size=9,
        video_url="http://1250000000.vod2.myqcloud.com/a/b.mp4?sign=x", stream_param=PUSH, channel_id="stream_test",
    )  # fmt: skip
    redact = functools.partial(redacted, key=HASH_KEY) if is_redacted else None
    with running(tmp_path / "recordings" / "callbacks", redact=redact) as receiver:
        assert receiver.post(body) == 200
    (source,) = find_sources(tmp_path)
    (entry,) = read(source, None, SourceSettings())

    assert isinstance(entry.item, Notice)
    assert entry.item.verdict == "fresh"
    assert "b.mp4" in str(entry.item)
    assert "CANARY" not in str(entry.item)
