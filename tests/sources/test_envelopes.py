"""What stands around a record: request logs, envelopes, the receiver's log, gzip; and files that hold no records."""

import gzip
import json

import pytest

from builder.model import Ignored, Notice, Problem
from builder.sources.receiver import checksum


def laid_out(body):
    return json.dumps(json.loads(body), ensure_ascii=False, indent=1)


def test_the_official_callback_log_repeats_failed_tries(folder, line):
    """Each `Request` is a callback as it was posted."""
    row = {"EventTime": "2022-01-13T15:59:58Z", "EventType": 100, "Request": line(), "Response": "", "ResultCode": 1}
    items = folder.items(json.dumps({"Response": {"DataInfoList": [row, {**row, "ResultCode": 0}], "PageNum": 1}}))

    assert items[0] == items[1]
    assert items[0].told.duration_ms == 154000


@pytest.mark.parametrize(
    "wrap",
    [
        json.dumps,
        lambda body: json.dumps({"body": body, "headers": {}}),
        lambda body: json.dumps({"time": 5, "request": json.loads(body)}),
        lambda body: json.dumps({"Request": body}),
        lambda body: json.dumps({"body": json.dumps({"body": body})}),
        lambda body: "Sep  5 17:46:32 host app[123]: " + body,
        lambda body: "2025-09-05 INFO body=" + body,
        lambda body: "2025-09-05 {trace} body: " + body,
        lambda body: '203.0.113.9 "POST /cb" 200 ' + json.dumps(body),
        lambda body: '203.0.113.9 "POST /cb" 200 ' + json.dumps(body) + ' "agent"',
        lambda body: '203.0.113.9 "-" "' + body.replace("\\", "\\x5C").replace('"', "\\x22") + '" 5',
        lambda body: "[" + body + "]",
        lambda body: "[2025-09-05 17:46:32] app.INFO: " + body,
        lambda body: "[123] " + body,
        lambda body: body.replace("\\", "\\x5C").replace('"', "\\x22"),
        lambda body: '"' + body.replace("\\", "\\x5C").replace('"', "\\x22") + '"',
        lambda body: json.dumps({"request": "POST /cb HTTP/1.1", "status": "200", "request_body": body}),
        lambda body: "2025-09-05 INFO callback" + body,
        lambda body: "2025-09-05 [INFO]" + body,
        lambda body: "2025-09-05 " + "{a} {} " * 30 + '{"k": 1}, ' * 30 + body,
        lambda body: 'context={} 203.0.113.9 "POST /cb" 200 ' + json.dumps(body),
        lambda body: '- "' + laid_out(body).replace("\\", "\\x5C").replace('"', "\\x22").replace("\n", "\\x0A") + '" 5',
        lambda body: laid_out(body).replace("\\", "\\x5C").replace('"', "\\x22").replace("\n", "\\x0D\\x0A"),
        lambda body: json.dumps({"body": [json.loads(body)]}),
        lambda body: json.dumps({"Request": f" [{body}]"}),
    ],
    ids=range(25),
)
def test_a_request_log_gives_the_bodies_back(folder, line, wrap):
    """Text then an object, JSON in a string, envelopes, both of nginx's escapes."""
    for text in (line(), line(stream_id="直播")):
        assert folder.item(wrap(text) + "\n") == folder.item(text)


@pytest.mark.parametrize("cells", range(11, 23))
@pytest.mark.parametrize(
    "wrap",
    [
        lambda body: "2022-01-13 16:00:00 INFO " + body,
        lambda body: "2022-01-13 16:00:00,123 INFO " + body,
        lambda body: "app: " + body,
        lambda body: "stream:  " + body,
        lambda body: "id: 12 " + body,
        lambda body: '203.0.113.9 "POST /cb" 200 ' + json.dumps(body),
        lambda body: '203.0.113.9 "POST /cb" 200 "http://a.example/" ' + json.dumps(body),
        lambda body: '203.0.113.9 "http://a.example/" "' + body.replace('"', "\\x22") + '"',
        lambda body: "203.0.113.9,http://a.example/," + laid_out(body).replace('"', "\\x22").replace("\n", "\\x0A"),
        lambda body: "http://a.example/," + laid_out(body).replace('"', "\\x22").replace("\n", "\\x0D\\x0A\\x09"),
        lambda body: "203.0.113.9,http://a.example/ " + json.dumps(laid_out(body)),
        lambda body: f"203.0.113.9 {json.dumps(laid_out(body))}",
    ],
    ids=range(12),
)
def test_a_log_is_no_table_whatever_it_counts(folder, line, wrap, cells):
    """Not by its commas (an export has sixteen columns), nor by a word and a colon (as YAML has)."""
    whole = json.loads(line())
    needed = [
        "event_type",
        "app",
        "stream_id",
        "file_id",
        "file_format",
        "start_time",
        "end_time",
        "duration",
        "video_url",
        "t",
        "sign",
    ]
    names = [*needed, *(name for name in whole if name not in needed)][:cells]
    body = {name: whole[name] for name in names}
    text = wrap(json.dumps(body)) + "\n"

    first, second = folder.items(text * 2)

    assert type(first) is Notice
    assert first == second == folder.item(json.dumps(body))


@pytest.mark.parametrize(
    "line",
    [
        "203.0.113.9,{'a': 1, ",
        "203.0.113.9,%7B%0A%20%22a%22:1,",
        "203.0.113.9,{\\u000a \\u0022a\\u0022: 1,",
        "203.0.113.9,http://a.example/,GET /,200,",
        "203.0.113.9,http://a.example/,GET /,200,0,0,0,0,0,0,0,0,0,1642089445000,",
    ],
)
def test_a_line_that_names_no_file_where_an_export_does_is_no_table(folder, line):
    """Sixteen cells and an address are not enough; nor are the commas of an object, however it is written."""
    text = line + ",".join(["0"] * (16 - line.count(",")))

    assert [(item.code, item.line) for item in folder.items(f"{text}\n{text}\n")] == [("bad_json", 1), ("bad_json", 2)]


@pytest.mark.parametrize("wrap", [lambda bodies: bodies, json.dumps], ids=["array", "text"])
def test_an_envelope_of_several_bodies_gives_each(folder, line, wrap):
    """One that is none, or that cannot be used, spoils no neighbour; each has a place of its own."""
    bodies = [json.loads(line()), 7, {"event_type": 100, "file_id": "8"}, line(file_id="9")]
    first, second, third, last = folder.items(json.dumps({"body": wrap(bodies)}) + "\n")

    assert (first, last) == (folder.item(line()), folder.item(line(file_id="9")))
    assert (second.code, third.code, third.file_id) == ("not_an_object", "missing_field", "8")
    assert (second.line, third.line, third.offset - second.offset) == (1, 1, 1)


ANSWERS = {
    "MediaInfoSet": [{"FileId": "5", "BasicInfo": {"Status": "Forbidden"}}, 7, {"FileId": "6", "BasicInfo": {}}],
    "NotExistFileIdSet": ["5", None, "6"],
    "EventSet": [{"EventType": "FileDeleted", "FileDeleteEvent": {"FileIdSet": ["5", "6"]}}, {"EventType": "Other"}],
    "DataInfoList": [{"Request": '{"event_type":321}'}, {"Request": "POST / HTTP/1.1"}],
    "file_list": None,
    "TaskList": [],
}


@pytest.mark.parametrize("name", ANSWERS)
@pytest.mark.parametrize(
    "wrap",
    [
        lambda answer: json.dumps({"body": answer}),
        lambda answer: json.dumps({"body": f"[{answer}]"}),
        lambda answer: "2022-01-13 got " + answer,
        lambda answer: '- "' + answer.replace("\\", "\\x5C").replace('"', "\\x22") + '"',
        json.dumps,
    ],
    ids=range(5),
)
def test_an_answer_in_a_text_is_read_as_one_that_is_not(folder, name, wrap):
    """In a text of an envelope, or behind words on a line of a log: not a record of it is lost in silence."""
    for answer in ({"Response": {name: ANSWERS[name]}}, {name: ANSWERS[name]}):
        found, expected = (folder.items(text) for text in (wrap(json.dumps(answer)) + "\n", json.dumps(answer)))
        assert [getattr(item, "code", item) for item in found] == [
            getattr(item, "code", item) for item in expected or [Ignored("empty response")]
        ]


def test_a_record_that_broke_off_before_another_is_told(folder, line):
    """A glued object stands behind text; behind the beginning of a record it would hide that this one is lost."""
    torn = line()[:-40].rstrip("0123456789")
    assert [type(item) for item in folder.items(f"x {torn}1{line()}\n")] == [Problem]


@pytest.mark.parametrize(
    "text",
    ["INFO {torn}INFO {whole}", "INFO {other} {whole}", "INFO {torn}={whole}", "INFO {torn} {text}", "INFO {other} {text}",
     "{text} {text}", "- {hex} {hex}", "INFO {whole} {hex}", "INFO {text} x={other}"],
)  # fmt: skip
def test_a_line_with_more_than_one_record_is_refused_as_a_whole(folder, line, text):
    """Nothing on it is taken: what is not taken could not be told otherwise."""
    whole = line()
    more = {"whole": whole, "torn": whole[: len(whole) // 2], "other": line(file_id="7"), "text": json.dumps(whole)}
    more["hex"] = '"' + whole.replace('"', "\\x22") + '"'
    for name, words in more.items():
        text = text.replace(f"{{{name}}}", words)
    (item,) = folder.items(text + "\n")

    assert (type(item), item.code) == (Problem, "bad_json")


@pytest.mark.parametrize("before", ['{"user":5} ', 'ip={"a":"b"} file_id=7 ', '"{\\"code\\":0}" '])
def test_other_words_and_objects_beside_a_record_are_no_records(folder, line, before):
    assert folder.item(f"INFO {before}{line()}\n") == folder.item(line())


@pytest.mark.parametrize(
    "text",
    [
        "/* x */%s", ")]}',%s", "callback(%s)", "x %s y", "\x1b[31m %s", "%s//x", "{%s", '"%s', "x %s}",
        '"-" "{\\x22event_type\\x22:100" 5', "event_type=100&file_id=5", "<html>%s</html>", "'%s'",
    ],
)  # fmt: skip
def test_other_text_around_an_object_is_refused(folder, line, text):
    """What is no known form may be a torn record with a whole one behind it."""
    items = folder.items((text % line() if "%s" in text else text) + "\n")
    assert [type(item) for item in items] == [Problem]


def logged(body, *, verdict="fresh", received_ms=1757065592123, **more):
    frame = {"received_ms": received_ms, "verdict": verdict, "crc": checksum(received_ms, verdict, body), "body": body}
    return json.dumps({**frame, **more}, separators=(",", ":"), ensure_ascii=False)


@pytest.mark.parametrize(("verdict", "rank"), [("fresh", "fresh"), ("late", "late"), ("unsigned", "batch")])
def test_a_line_of_our_receiver_has_the_rank_of_its_arrival(folder, line, verdict, rank):
    """The body is read as any callback is."""
    for body in (line(), line(stream_id="直播"), line(new="field")):
        notice = folder.item(logged(body, verdict=verdict) + "\n")
        assert notice.verdict == rank
        assert notice.told == folder.item(body).told


def test_what_counts_of_a_refused_body_has_the_rank_of_its_arrival(folder):
    event = {"EventType": "FileDeleted", "FileDeleteEvent": {"FileIdSet": ["5", None, "6"]}}

    problem, *gone = folder.items(logged(json.dumps(event)) + "\n")

    assert problem.code == "missing_field"
    assert [(notice.file_id, notice.verdict) for notice in gone] == [("5", "fresh"), ("6", "fresh")]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda text: text.replace("fresh", "late"), "checksum"),
        (lambda text: text.replace('demo\\"', 'Demo\\"', 1), "checksum"),
        (lambda text: text[:-5], "bad_json"),
        (lambda text: text.replace('"crc"', '"other"'), "bad_json"),
    ],
)
def test_a_damaged_line_of_our_receiver_is_quarantined(folder, line, change, code):
    """The checksum covers time, verdict and body."""
    assert folder.item(change(logged(line())) + "\n").code == code


def test_what_our_receiver_redacted_is_still_read(folder, line):
    """Events and bad bodies in the log are what they are elsewhere."""
    assert folder.item(logged(line(), redacted=True) + "\n").verdict == "fresh"
    assert folder.item(logged('{"event_type":321}') + "\n") == Ignored("event 321")
    assert folder.item(logged('{"event_type":100}') + "\n").code == "missing_field"
    assert folder.item(logged("not json", verdict="odd") + "\n").code == "bad_field"


@pytest.mark.parametrize("text", ["", "\n\n", " \t\n", "[]", "[ ]\n", '{"MediaInfoSet":[],"TotalCount":0}', "\ufeff"])
def test_nothing_is_no_record(folder, text):
    """Blank files and empty pages of an answer give no entry."""
    assert folder.items(text) == []


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ('{"a":1}'.encode("utf-16"), "bad_encoding"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "unknown_file"),
        (gzip.compress(gzip.compress(b"{}", mtime=0), mtime=0), "bad_gzip"),
        (b"\x1f\x8b\x08garbage", "bad_gzip"),
        ("媒体文件名称,文件ID,音视频地址\n".encode() + b"\xff\xff\xff,5,6\n", "bad_encoding"),
    ],
)
def test_a_file_that_is_no_text_is_one_problem(folder, content, code):
    """One bad file never hides another, and is not reported by its lines."""
    assert [item.code for item in folder.items(content)] == [code]


def test_gzip_is_read_like_its_content(folder, line):
    """Also in several members."""
    content = gzip.compress(f"{line()}\n".encode(), mtime=0) + gzip.compress(f"{line()}".encode(), mtime=0)
    assert folder.items(content) == [folder.item(line())] * 2
