"""Records inside arrays, pretty print and responses; what is torn; the limits, each with its name."""

import gzip
import json
import tracemalloc

import pytest

from builder.model import Notice, Problem
from builder.sources import SourceSettings, limits, read


def shape(items):
    return [item.code if isinstance(item, Problem) else "ok" for item in items]


def numbered(callback, count):
    return [callback(file_id=str(i), record_file_id=str(i)) for i in range(count)]


@pytest.mark.parametrize(
    "write",
    [
        json.dumps,
        lambda records: json.dumps(records, separators=(",", ":")) + "\n",
        lambda records: json.dumps(records, indent=4),
        lambda records: json.dumps(records, indent="\t").replace("\n", "\r\n"),
        lambda records: "[\n" + ",\n".join(map(json.dumps, records)) + "\n]\n",
        lambda records: "[\n" + "\n,".join(map(json.dumps, records)) + "\n]\n",
        lambda records: "\n".join(json.dumps(record, indent=2) for record in records),
        lambda records: "".join(json.dumps(record, indent=2) for record in records),
        lambda records: "".join(map(json.dumps, records)) + "\n",
        lambda records: " ".join(map(json.dumps, records)),
        lambda records: "\n\n".join(map(json.dumps, records)) + "\n",
        lambda records: json.dumps(records[:3]) + "\n" + "\n".join(map(json.dumps, records[3:])),
        lambda records: json.dumps(records, indent=0),
    ],
    ids=range(13),
)
@pytest.mark.parametrize(
    "pack",
    [str.encode, lambda text: gzip.compress(text.encode(), mtime=0), lambda text: b"\xef\xbb\xbf" + text.encode()],
)
def test_every_container_gives_the_same_records(folder, callback, write, pack):
    """Each entry's offset is where its record begins."""
    records = numbered(callback, 6)
    text = write(records)
    folder.write("one", pack(text))

    entries = folder.entries("one")

    assert [entry.item for entry in entries] == [folder.item(json.dumps(record)) for record in records]
    plain = pack(text) if not pack(text).startswith(b"\x1f\x8b") else text.encode()
    decoder = json.JSONDecoder()
    assert [decoder.raw_decode(plain[entry.offset :].decode())[0] for entry in entries] == records
    assert [plain[: entry.offset].count(b"\n") + 1 for entry in entries] == [entry.line for entry in entries]


PRETTY_BAD = '{\n  "event_type": 100,\n  "app": yourapp,\n  "x": {\n    "y": 1\n  }\n}'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"event_type":100\n%a\n%b\n', ["bad_json", "ok", "ok"]),
        ('{"event_type":\n%a\n%b\n', ["bad_json", "ok", "ok"]),
        ('{"event_type":100,\n%a\n%b\n', ["bad_json", "ok", "ok"]),
        ('{"event_type":[\n%a\n%b\n', ["bad_json", "ok", "ok"]),
        ('{"event_ty\n%a\n%b\n', ["bad_json", "ok", "ok"]),
        ("{\n%a\n%b\n", ["bad_json", "ok", "ok"]),
        ("[\n%a\n%b\n", ["ok", "ok", "bad_json"]),
        ("[%a,\n{\n%b\n]\n", ["ok", "bad_json", "ok"]),
        ("%a}\n%b\n", ["bad_json", "ok"]),
        ("%a x\n%b\n", ["bad_json", "ok"]),
        ("%a%b x\n", ["ok", "bad_json"]),
        ("[%a,%b] x\n", ["ok", "ok", "bad_json"]),
        ("[%a,nothing,%b]\n", ["ok", "bad_json", "ok"]),
        ('[%a,{"a" 1},%b]\n%a\n', ["ok", "bad_json", "ok"]),
        ("x\n%a\n<html>\n%b\n", ["bad_json", "ok", "bad_json", "ok"]),
        (f"{PRETTY_BAD}\n%a\n{PRETTY_BAD}\n%b", ["bad_json", "ok", "bad_json", "ok"]),
        ('{\n"event_type":100,\n"app":yourapp,\n"x":5\n}\n%a\n%b', ["bad_json", "ok", "ok"]),
        ('{"event_type":100,\n"app":yourapp,\n"x":5\n}\n%a\n%b', ["bad_json", "ok", "ok"]),
        ('[\n  {\n    "a": yourapp\n  },\n  %a,\n  {\n    "b" 1\n  },\n  %b\n]\n%a\n', ["bad_json", "ok", "bad_json", "ok", "ok"]),
        ('[\n  {\n    "a": 1,\n  {\n    "event_type": 321\n  },\n  %b\n]\n', ["bad_json", "ok", "ok"]),
        ('{"a":"b\nc"}\n%a\n', ["bad_json", "bad_json", "ok"]),
        ("%a\n" + "\x00" * 100 + "\n%b\n", ["ok", "bad_json", "ok"]),
        ("{]\n%a\n[}\n%b\n", ["bad_json", "ok", "bad_json", "ok"]),
        ("]\n%a\n}\n%b\n", ["bad_json", "ok", "bad_json", "ok"]),
        ("[[%a],%b]\n", ["not_an_object", "ok"]),
        ('[%a,5,null,"x",-1.5,true,%b]\n', ["ok", *["not_an_object"] * 5, "ok"]),
        ('[\n  %a,\n  5,\n  null,\n  "x",\n  %b\n]\n', ["ok", *["not_an_object"] * 3, "ok"]),
        ("5\nnull\n%a\n", ["not_an_object", "not_an_object", "ok"]),
    ],
)  # fmt: skip
def test_a_broken_record_spoils_itself_only(folder, callback, text, expected):
    """Reading goes on at the next line that can start a record; inside an array at the next element."""
    first, second = numbered(callback, 2)
    content = text.replace("%a", json.dumps(first)).replace("%b", json.dumps(second))
    items = folder.items(gzip.compress(content.encode(), mtime=0))

    assert shape(items) == expected
    assert shape(folder.items(content)) == expected


def test_a_record_that_is_too_long_and_torn_is_one_problem(folder):
    """The rest of it is not there, and its beginning is too long to be read again."""
    item = folder.item('{\n"a":1,\n"b":[\n' + "1,\n" * limits.RECORD_BYTES)

    assert (item.code, item.message) == ("bad_json", "the text ends inside a record")


def test_a_large_response_gives_its_records_in_bounded_memory(folder, callback):
    """The limit is per record; a response is read as a stream, on one line or on many."""
    row = {"EventTime": "x", "EventType": 100, "ResultCode": 0}
    rows = [{**row, "Request": json.dumps(record)} for record in numbered(callback, 800)]
    for indent in (None, 1):
        text = json.dumps({"Response": {"Padding": "x" * 70_000, "DataInfoList": rows, "PageNum": 1}}, indent=indent)
        folder.write("one", text)
        tracemalloc.start()
        count = sum(isinstance(entry.item, Notice) for entry in read(folder.file("one"), None, SourceSettings()))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert count == 800
        assert peak < 12 * limits.MB


def test_responses_in_one_another_are_not_kept(folder):
    """Whatever stands beside their records: what is open is as small as its excerpt."""
    line = '{"Padding":"' + "x" * 400_000 + '","EventSet":[\n'
    folder.write("one", line * 60)
    tracemalloc.start()
    problem = [entry.item for entry in read(folder.file("one"), None, SourceSettings())][-1]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert problem.message == "the text ends inside an array"
    assert peak < 12 * limits.MB


@pytest.mark.parametrize(
    ("text", "code", "limit"),
    [
        ('{"event_type":100,"x":"' + "y" * limits.RECORD_BYTES + '"}', "record_too_long", "65536"),
        ('{\n"event_type":100,\n"x":"' + "y" * limits.RECORD_BYTES + '"\n}', "record_too_long", "65536"),
        ("[" + '{"event_type":100,"x":"' + "y" * limits.RECORD_BYTES + '"}]', "record_too_long", "65536"),
        ('{"a":' * 17 + "1" + "}" * 17, "record_too_deep", "16"),
        ('{"event_type":100,"x":' + "[" * 16 + "]" * 16 + "}", "record_too_deep", "16"),
        ('{"event_type":100,"x":' + "[" * 4000 + "]" * 4000 + "}", "record_too_deep", "16"),
        ("{" + ",".join(f'"k{i}":0' for i in range(513)) + "}", "too_many_keys", "512"),
        ('{"' + "k" * 257 + '":0}', "too_many_keys", "256"),
        ('{"event_type":' + "1" * 21 + "}", "bad_number", "20"),
        ('text {"event_type":100,"x":"' + "y" * limits.LOG_LINE_BYTES + '"}', "record_too_long", "524288"),
        ('{"received_ms":1,"verdict":"fresh","crc":"0","body":"' + "y" * limits.LOG_LINE_BYTES + '"}', "record_too_long", "524288"),
    ],
    ids=range(11),
)  # fmt: skip
def test_past_a_limit_there_is_one_problem_and_reading_goes_on(folder, line, text, code, limit):
    """The message names the limit, the offset is the record's."""
    folder.write("one", f"{line()}\n{text}\n{line()}\n")

    entries = folder.entries("one")

    assert shape(entry.item for entry in entries) == ["ok", code, "ok"]
    assert limit in entries[1].item.message
    assert entries[1].item.offset == entries[1].offset == len(line()) + 1 + text.startswith("[")


@pytest.mark.parametrize(
    "text",
    [
        '{"event_type":321,"x":' + "[" * 14 + "]" * 14 + "}",
        "{" + ",".join(f'"k{i}":0' for i in range(511)) + ',"event_type":321}',
        '{"event_type":321,"' + "k" * 256 + '":12345678901234567890}',
        '{"event_type":321,"x":"' + "y" * (limits.RECORD_BYTES - 25) + '"}',
    ],
    ids=range(4),
)
def test_at_a_limit_the_record_is_still_read(folder, text):
    """The last value that is allowed."""
    assert shape(folder.items(text + "\n")) == ["ok"]


def test_a_line_that_is_too_long_is_skipped_by_its_length(folder, line, monkeypatch):
    """Nothing of it is held; the lines around it are read."""
    monkeypatch.setattr(limits, "LINE_BYTES", 3 * limits.MB)
    folder.write("one", f"{line()}\n{'x' * (5 * limits.MB)}\n{line()}\n" + "[" + "y" * (4 * limits.MB))

    entries = folder.entries("one")

    assert shape(entry.item for entry in entries) == ["ok", "line_too_long", "ok", "line_too_long"]
    assert [entry.line for entry in entries] == [1, 2, 3, 4]
    assert str(3 * limits.MB) in entries[1].item.message


def test_a_file_that_is_too_large_is_read_up_to_the_limit(folder, line, monkeypatch):
    """One problem; the records before stand, as those of a packed file do."""
    monkeypatch.setattr(limits, "FILE_BYTES", 2 * len(line() + "\n") + 100)
    *whole, problem = folder.items((line() + "\n") * 4)

    assert shape(whole) == ["ok", "ok"]
    assert (problem.code, problem.quarantined, problem.offset) == ("file_too_large", True, limits.FILE_BYTES)
    assert str(limits.FILE_BYTES) in problem.message


def test_gzip_has_limits_of_ratio_and_size(folder, line, monkeypatch):
    """What came before the limit stands."""
    good = (line() + "\n").encode()
    assert shape(folder.items(gzip.compress(good + b" " * (30 * limits.MB), mtime=0))) == ["ok", "gzip_ratio"]
    assert shape(folder.items(gzip.compress(good + b" " * 900_000, mtime=0))) == ["ok"]
    monkeypatch.setattr(limits, "GZIP_BYTES", 100_000)
    assert shape(folder.items(gzip.compress(good * 1000, mtime=0)))[-1] == "gzip_too_large"


def test_torn_gzip_gives_what_it_holds(folder, line):
    """A packed file that was cut off is read up to the cut."""
    packed = gzip.compress(
        "\n".join(line(file_id=str(i), record_file_id=str(i)) for i in range(3000)).encode(), mtime=0
    )
    codes = shape(folder.items(packed[: len(packed) // 2]))

    assert codes.count("ok") > 500
    assert codes[-1] == "bad_gzip"
    assert shape(folder.items(gzip.compress(f"{line()}\n{line()}\n".encode(), mtime=0)[:-9])) == [
        "ok",
        "ok",
        "bad_gzip",
    ]
    assert shape(folder.items(gzip.compress(f"{line()}\n".encode(), mtime=0) + b"\0" * 1024)) == ["ok"]


def test_a_record_indented_as_a_vendor_page_prints_it_is_one_problem(folder, line):
    """Wide blanks are no JSON; the record is skipped whole and the next one is read."""
    pretty = json.dumps(json.loads(line()), indent=1)
    bad = pretty.replace('\n "', '\n\u3000"')

    items = folder.items(f"{bad}\n{pretty}\n")
    assert [type(item) for item in items] == [Problem, Notice]


@pytest.mark.parametrize(
    "text",
    [
        '{"output":{"file_list":[}\n]}}\n',
        '\n\t{"output":{"file_list":[}\n}\n}\n]}}\n',
        '{"output":{"file_list":[{]\n}]}}\n',
    ],
)
def test_a_response_whose_array_is_torn_hides_nothing_behind_it(folder, line, text):
    """The response stays open until its own end; found by the property of growing files, which it made crash."""
    items = folder.items(text + line() + "\n")

    assert [type(item) for item in items[:-1]] == [Problem] * (len(items) - 1)
    assert len(items) > 1
    assert type(items[-1]) is Notice
