"""What holds for any bytes: our own errors only, the fast door equals the strict one, cuts change nothing."""

import contextlib
import json
from itertools import cycle

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builder.model import Problem
from builder.sources import columns, csvtable, events, fast, lines, records, yamlrows
from builder.sources.fields import RefusedError
from builder.sources.redact import excerpt
from builder.sources.strict_json import StrictJsonError, _flat_object, strict_object, strict_value
from tests.sources.conftest import CALLBACK

pytestmark = pytest.mark.filterwarnings("error")
QUICK = settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))

odd_values = st.one_of(
    st.sampled_from([
        None, True, False, 0, -1, 1, 100, 200, 10**9, 10**9 - 1, 10**12, 2**31, 2**53 + 1, 2**63, 2**64 - 1, 2**64,
        10**19, 10**20, 10**21, 1.0, 1e300, "", " ", "100", "5.2E+18", "18e5", " demo ", "\u3000demo", "a\u0085", "a\n",
        "直播", "a\u200bb", "\ud83d\ude00", "http://A.example.com/x.mp4", "http://a.example.com/x.flv",
        "http://a.example.com/x", "http://a.example.com/x.html", "http://a/../x.mp4", "http://1.2.3.4/x.mp4",
        "https://a.example.com/a,b=c+d~/x.mp4", "http://a.example.com/.well/x.mp4", "MP4", " hls ", "m3u8", "x" * 600,
        '{"video_codec":"h264"}', '{"session_id":5}', "{", "null", "a*b", "back\\slash", 'quote"', "a/b", [], {}, [1], {"a": 1},
    ]),
    st.integers(), st.text(max_size=8),
)  # fmt: skip
names = st.sampled_from([*CALLBACK, "video_id", "vod2Flag", "unknown"])


@st.composite
def callback_lines(draw):
    """A callback, with a few fields changed, missing or told twice, in some spelling of JSON."""
    values = dict(CALLBACK)
    for name in draw(st.lists(names, max_size=3)):
        values[name] = draw(odd_values)
    for name in draw(st.lists(names, max_size=2)):
        values.pop(name, None)
    separators = draw(st.sampled_from([(",", ":"), (", ", ": "), (",", " : "), (" ,", ":\t"), ("\n,", ": ")]))
    text = json.dumps(values, ensure_ascii=draw(st.booleans()), separators=separators)
    for _ in range(draw(st.integers(0, 2))):
        kind = draw(st.sampled_from(["none", "twice", "negative zero", "escape", "slash", "cut", "insert", "blank"]))
        at = draw(st.integers(0, len(text)))
        if kind == "twice":
            name = draw(st.sampled_from([*CALLBACK, "\\u0074"]))
            text = text[:-1] + f',"{name}":{json.dumps(values.get(name, 5))}' + "}"
        elif kind == "negative zero":
            text = text.replace(draw(st.sampled_from([":0", ": 0", "154", "100"])), ":-0", 1)
        elif kind == "escape":
            text = text.replace(
                "demo", draw(st.sampled_from(["\\u0064emo", "demo\\n", "\\ud800", "demo\\\\", "de\x7fmo"])), 1
            )
        elif kind == "slash":
            text = text.replace("/", "\\/")
        elif kind == "cut":
            text = text[:at]
        elif kind == "insert":
            text = (
                text[:at]
                + draw(st.sampled_from([" ", "\t", "\r", '"', "\\", "-0", "{", "}", "[", ",", "0", "\u2028"]))
                + text[at:]
            )
        elif kind == "blank":
            text = " " + text + " \r"
    return text.encode("utf-8", "surrogatepass")


def entries(reader, chunks, *, is_final):
    """Return what a reader makes of chunks, those of groups too."""
    for found in reader.grouped(iter(chunks), is_final=is_final):
        yield from found.entries() if isinstance(found, lines.Group) else [found]


@settings(max_examples=1000, deadline=None, suppress_health_check=list(HealthCheck))
@given(callback_lines(), st.sampled_from([(), (b"examplekey",), (b"old", b"examplekey")]))
def test_the_fast_door_reads_exactly_what_the_strict_one_reads(line, keys):
    """Whatever the fast door accepts, the strict path accepts with the same result."""
    quick = fast.notice_of(line, keys)
    if quick is None:
        return
    assert events.event_of(strict_object(line), keys) == quick


@settings(max_examples=600, deadline=None, suppress_health_check=list(HealthCheck))
@given(callback_lines())
def test_a_plain_object_is_read_as_the_long_way_reads_it(line):
    """The short way through strict JSON takes nothing that the long way refuses or reads otherwise."""
    found = _flat_object(line)
    if found is not None:
        assert repr(found) == repr(strict_value(line.decode()))


@pytest.mark.parametrize(
    "line",
    [
        b'{"a":1,"a":1}', b'{"a":"x","a":"x"}', b'{"a":1,"a":"x"}', b'{"a":"x","a":1}', b'{"a":{},"a":1}', b'{"a":"\\"","a":"x"}',
        b'{"a":"\\\\","a":1}', b'{"a":-0}', b'{"a":1.0}',
        b'{"a":1e400}', b'{"a":18446744073709551616}', b'{"a":{}}', b'{"a":[]}', b"[]", b"5", b'{"a":"\\ud800"}',
        b'{"a":"\xed\xa0\x80"}', b"\xef\xbb\xbf{}", b'{"a":NaN}', b'{"a":"\x01"}', b'{"a":1}x', b'{"a":01}', b"",
        b'{"' + b"k" * 257 + b'":1}', b"{" + b",".join(b'"%d":1' % n for n in range(513)) + b"}",
    ],
    ids=lambda line: line[:24].decode("latin-1"),
)  # fmt: skip
def test_what_is_not_evidently_plain_goes_the_long_way(line):
    """Each of these is refused there, or needs a closer look."""
    assert _flat_object(line) is None


def test_a_plain_callback_is_read_the_short_way():
    """Or the short way would be no use."""
    assert _flat_object(json.dumps(CALLBACK).encode()) == CALLBACK


@QUICK
@given(st.lists(st.one_of(callback_lines(), st.just(json.dumps(CALLBACK, separators=(",", ":")).encode())), max_size=5))
def test_lines_read_together_give_what_each_gives(group):
    """Equal lengths of all are equal lengths of each."""
    found = fast.notices_of(group, (b"k",))

    assert found is None or found == [fast.notice_of(line, (b"k",)) for line in group]


def test_lines_are_read_together_only_when_each_holds_one_object():
    plain = json.dumps(CALLBACK, separators=(",", ":")).encode()
    spaced = json.dumps(CALLBACK).encode()
    twice = plain[:-1] + b',"t":1642090198}'

    assert fast.notices_of([plain, plain], ()) == [fast.notice_of(plain, ())] * 2
    for other in (plain + plain, spaced, twice, plain + b" ", b"", b"{}", b"{" + plain[1:-1] + b"}" + plain[:-1]):
        assert fast.notices_of([plain, other], ()) is None
    assert fast.notices_of([plain + plain[:-1], b"}"], ()) is None


@pytest.mark.parametrize("colon", [":", " :", "\t: "])
def test_a_key_told_twice_goes_the_strict_way_however_its_colon_stands(colon):
    line = json.dumps(CALLBACK)[:-1].encode() + b', "appname"' + colon.encode() + b'"other"}'

    assert fast.notice_of(line, ()) is None


def test_the_fast_door_is_open_for_what_is_common():
    """Else the property above would hold for nothing."""
    for separators in ((",", ":"), (", ", ": ")):
        for name in (*CALLBACK, "unknown"):
            values = {key: value for key, value in CALLBACK.items() if key != name}
            needed = ("event_type", "stream_id", "file_id", "file_format", "start_time", "end_time", "video_url")
            found = fast.notice_of(json.dumps(values, separators=separators).encode(), ())
            assert (found is None) == (name in needed)
    assert fast.notice_of(json.dumps({**CALLBACK, "stream_id": "直播"}, ensure_ascii=False).encode(), ()) is not None


@QUICK
@given(
    st.one_of(
        callback_lines(),
        st.binary(max_size=200),
        st.text(max_size=100).map(lambda text: text.encode("utf-8", "replace")),
    )
)
def test_any_bytes_are_read_without_an_exception(data):
    """Every door of the room, with whatever comes."""
    for entry in entries(lines.LineReader("x", (b"k",), 0, 0), [data], is_final=True):
        if isinstance(entry.item, Problem):
            assert entry.item.quarantined
            assert entry.item.message
            json.dumps(entry.item.excerpt).encode()
    records.items_of(data.strip() or b"{}", (), "MediaInfoSet")
    with contextlib.suppress(StrictJsonError):
        strict_object(data)
    layout = columns.layout_of(data)
    if layout is not None:
        list(csvtable.rows(lambda: iter([data]), layout))
    list(yamlrows.rows(lambda: iter([data])))
    excerpt(data)


json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=3), inner, max_size=3)),
    max_leaves=8,
)
vendor_keys = st.sampled_from(
    ["event_type", "EventType", "eventType", "FileId", "BasicInfo", "MetaData", "TranscodeInfo", "TranscodeSet", "Url", "SourceInfo",
     "LiveRecordInfo", "StreamId", "TagSet", "data", "fileInfo", "FileDeleteEvent", "FileIdSet", "FileUploadEvent", "MediaBasicInfo",
     "record_file_url", "vid", "start_time", "fileId", "fileName", "stream", "url", "start", "end", "duration", "size", "body", "Request",
     "MediaInfoSet", "file_list", "output", "Response", "DataInfoList", "NotExistFileIdSet"]
)  # fmt: skip
vendor_values = st.one_of(
    json_values, st.sampled_from([0, 1, 100, 200, 332, "100", "FileDeleted", "NewFileUpload", "s", "http://a.example.com/x.mp4", 1642089445]),
    st.dictionaries(vendor_keys, json_values, max_size=4), st.lists(st.dictionaries(vendor_keys, json_values, max_size=3), max_size=2),
)  # fmt: skip


@QUICK
@given(st.dictionaries(vendor_keys, vendor_values, max_size=6))
def test_any_types_under_the_vendors_keys_are_read_without_an_exception(values):
    """A key we know with a value nobody expects is a refused record."""
    data = json.dumps(values).encode()
    for indent in (data, json.dumps(values, indent=1).encode()):
        list(entries(lines.LineReader("x", (), 0, 0), [indent], is_final=True))
    with contextlib.suppress(RefusedError):
        events.event_of({"event_type": 100, **values}, ())


blanks = st.lists(st.sampled_from(["", "", " ", "\n", "\n  ", "\t", "\r\n", "\n\n"]), min_size=1, max_size=9)


def laid_out(value, blank):
    """Write a value as JSON, with whatever blank comes next between its tokens."""
    if isinstance(value, dict):
        pairs = [f"{json.dumps(key)}{blank()}:{blank()}{laid_out(item, blank)}" for key, item in value.items()]
        return "{" + blank() + f"{blank()},{blank()}".join(pairs) + blank() + "}"
    if isinstance(value, list):
        return "[" + blank() + f"{blank()},{blank()}".join(laid_out(item, blank) for item in value) + blank() + "]"
    return json.dumps(value)


@settings(QUICK, max_examples=400)
@given(
    st.integers(1, 4),
    st.sampled_from(["array", "objects", "response"]),
    st.sampled_from(["", "\n", " ", "\n\n"]),
    blanks,
    st.sampled_from([None, 1, 2, 4, "\t"]),
    st.sampled_from(["", "  ", "\t", "    "]),
    st.sampled_from(["", "  ", "\t", "    "]),
)
def test_valid_json_gives_all_its_records_however_it_is_laid_out(count, form, between, spread, indent, open_at, end_at):
    """With blanks anywhere, or as a program indents it, with braces that stand elsewhere than at their own indent."""
    told = [CALLBACK | {"file_id": f"52{number:017d}", "callback_ext": '{"a":[{}]}'} for number in range(count)]
    values = told if form != "response" else [{"EventType": 100, "Request": json.dumps(one)} for one in told]
    around = cycle(spread)
    written = [
        laid_out(one, lambda: next(around))
        if indent is None
        else open_at + json.dumps(one, indent=indent).removesuffix("}") + end_at + "}"
        for one in values
    ]
    if form == "response":
        text = '{"Response": {"DataInfoList": [\n' + f"{between},{between}".join(written) + "\n]}}"
    elif form == "array":
        text = "[" + between + f"{between},{between}".join(written) + between + "]"
        assert len(json.loads(text)) == count
    else:
        text = between.join(written)
    reader = lines.LineReader("recordings/x.json", (), 0, 0)

    found = [entry.item for entry in entries(reader, [text.encode()], is_final=True)]

    assert [getattr(item, "file_id", item) for item in found] == [one["file_id"] for one in told]


parts = st.sampled_from([
    json.dumps(CALLBACK), json.dumps(CALLBACK, indent=1), '{"event_type":321}', '{"event_type":', "{", "}", "[", "]", ",", "junk", "\r\n", "\n", "\n",
    '[{"event_type":321},', '{"event_type":321}]', '{"output":{"file_list":[', "]}}", '"text"', "x " + json.dumps(CALLBACK), "直播", "\ufeff", "{\n", "}\n",
])  # fmt: skip


@QUICK
@given(st.lists(parts, max_size=12).map("".join), st.lists(st.integers(1, 400), max_size=12))
def test_chunks_change_nothing(text, cuts):
    """How the bytes come from the disk is invisible."""
    data = text.encode()
    chunks, at = [], 0
    for cut in cuts:
        chunks.append(data[at : at + cut])
        at += cut
    chunks.append(data[at:])

    whole, pieces = (lines.LineReader("x", (), 0, 0), lines.LineReader("x", (), 0, 0))
    assert list(entries(pieces, chunks, is_final=False)) == list(entries(whole, [data], is_final=False))
    assert (pieces.offset, pieces.number, pieces.is_open) == (whole.offset, whole.number, whole.is_open)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(parts, max_size=10).map("".join), st.lists(st.integers(1, 600), max_size=6))
def test_a_growing_file_read_in_steps_equals_one_reading(tmp_path_factory, text, cuts):
    """At whatever byte the reader comes by, in the end it has each record once."""
    from tests.sources.conftest import Folder
    from tests.sources.test_resume import Tail

    tail, whole = (Tail(Folder(tmp_path_factory.mktemp("growing"))) for _ in range(2))
    data, at = text.encode(), 0
    tail.write(b"")
    for cut in [*cuts, len(data)]:
        tail.append(data[at : at + cut])
        at += cut
        tail.read()
    whole.write(data)
    whole.read()

    assert tail.rows == whole.rows
