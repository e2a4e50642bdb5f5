"""The demo's records: the table of shows, told in the provider's formats, with the disorder that real logs have.

Lines come late, twice and shuffled, some are bad, and one month is a request log instead of JSON Lines. The order is
drawn from a fixed seed, so the files are the same each time.
"""

from __future__ import annotations

import csv
import io
import json
import random
import zlib
from collections import defaultdict
from datetime import UTC, timedelta
from typing import Any

from builder.demo import messages
from builder.demo.messages import Body
from builder.demo.schedule import APRIL, MARCH, MAY, SHOWS, SLICE_SECONDS, MediaFile, Run, Show

SEED = 20260530
NEVER = "9999-12-31T23:59:59Z"
NAMES = {"2026-04-04 23:30:30": ("Midnight crates, part 7", ("vinyl", "night"))}
EXPIRES = {"2026-03-26 08:00:00": "2026-04-02T08:00:00Z"}
CONSOLE_HEAD = (
    *(
        "媒体文件名称",
        "创建时间",
        "更新时间",
        "过期时间",
        "媒体文件分类 ID",
        "媒体文件分类名称",
        "媒体文件分类路径",
        "封面图片地址",
    ),
    *(
        "媒体文件来源",
        "媒体文件存储",
        "媒体文件标签",
        "直播转录制文件(VID)",
        "音视频地址",
        "文件 ID",
        "文件大小",
        "时长",
    ),
)
NEUTRAL_HEAD = ("stream", "id", "format", "start", "end", "duration", "size", "url", "title")


def files() -> dict[str, str]:
    """Return every file of `recordings/`, name → text."""
    chance = random.Random(SEED)
    by_place: dict[str, list[Show]] = defaultdict(list)
    for show in SHOWS:
        by_place[show.place].append(show)
    written = {place: _text(place, shows, chance) for place, shows in by_place.items()}
    written["callbacks/vod-events.jsonl"] = _line(_deletion())
    return dict(sorted(written.items()))


def _text(place: str, shows: list[Show], chance: random.Random) -> str:
    """Tell of the shows of one file in that file's format."""
    if place in {MARCH, APRIL, MAY}:
        return _month(place, shows, chance)
    told = [(show, file) for show in shows for run in show.runs for file in run.files]
    match shows[0].shape:
        case "received":
            return "".join(_received(messages.callback(show, file)) for show, file in told)
        case "filelist":
            output = {"all_count": len(told), "file_list": [messages.listed(show, file) for show, file in told]}
            answer = {"errmsg": "return successfully!", "message": "return successfully!", "ret": 0, "retcode": 0}
            return json.dumps({**answer, "output": output}, indent=1) + "\n"
        case "export":
            answer = {"TotalCount": len(told), "MediaInfoSet": [_info(show, file) for show, file in told]}
            return json.dumps({**answer, "RequestId": "00000000-0000-4000-8000-000000000001"}, indent=1) + "\n"
        case "lines":
            return "".join(_line(_info(show, file)) for show, file in told)
        case "console":
            return "\ufeff" + _table(CONSOLE_HEAD, [_console_row(show, file) for show, file in told])
        case "neutral":
            return _table(NEUTRAL_HEAD, [_neutral_row(show, file) for show, file in told])
    return "".join(json.dumps(messages.callback(show, file), indent=2) + "\n" for show, file in told)


def _month(place: str, shows: list[Show], chance: random.Random) -> str:
    """Write a month of callbacks: March in order, April shuffled, May as a request log whose last show came first."""
    bodies = [body for show in shows for body in _bodies(show)]
    lines = [_line(body).rstrip("\n") for body in bodies] + _bad_lines(place, shows[0])
    if place == APRIL:
        chance.shuffle(lines)
    if place != MAY:
        return "\n".join(lines) + "\n"
    late = lines.pop(max(number for number, body in enumerate(bodies) if body["event_type"] == 100))
    return "".join(
        f'203.0.113.{20 + number % 3} - - [{_stamp(number)}] "POST /callback HTTP/1.1" 200 {line}\n'
        for number, line in enumerate([late, *lines])
    )


def _stamp(number: int) -> str:
    return f"{1 + number // 3:02d}/May/2026:{12 + number % 3:02d}:00:{number % 60:02d} +0800"


def _bodies(show: Show) -> list[Body]:
    """Return the callbacks of a show in the order of their happening."""
    bodies: list[Body] = []
    for run in show.runs:
        sequence = str(messages.number_of(run.name) % 10**18)
        if show.shape in {"v3", "2025"}:
            bodies.append(messages.push(show, run.start - timedelta(seconds=5), sequence, starts=True))
            bodies.append(messages.screenshot(show, run.start + timedelta(seconds=run.seconds // 10)))
        bodies += [
            messages.callback(show, file) for file in sorted(run.files, key=lambda file: (file.end, file.format))
        ]
        if show.shape in {"v3", "2025"}:
            end = run.start + timedelta(seconds=run.seconds)
            bodies.append(messages.push(show, end, sequence, starts=False, length=run.seconds))
    match show.shape:
        case "twice":
            bodies += [_from_task(show, file) for run in show.runs for file in run.files]
        case "retries":
            bodies += [body for body in bodies for _ in range(2)]
        case "growing":
            bodies[:0] = [_shorter(show, run, part) for run in show.runs for part in (3, 2)]
    return bodies


def _from_task(show: Show, file: MediaFile) -> Body:
    """Tell of the same minutes once more, recorded by a task beside the template, a second shorter."""
    body = messages.callback(show, file)
    other = f"52858908{file.file_id[8:]}"
    body |= {"file_id": other, "record_file_id": other, "task_id": "api-task-0001", "record_temp_id": ""}
    body |= {"video_url": body["video_url"].replace(file.file_id, other), "duration": file.seconds - 1}
    return body


def _shorter(show: Show, run: Run, part: int) -> Body:
    """Tell of an HLS file as it stood at an interruption: the same beginning, a fraction of the length."""
    file = run.files[0]
    length = run.seconds // part
    other = f"5285890{part}{file.file_id[8:]}"
    body = messages.callback(show, file)
    body |= {"file_id": other, "record_file_id": other, "duration": length, "file_size": body["file_size"] // part}
    return messages.signed(
        body | {"end_time": messages.seconds_of(file.start) + length}, file.start + timedelta(seconds=length + 10)
    )


def _bad_lines(place: str, show: Show) -> list[str]:
    """Return records that no one can use: each is set aside, with its reason, and harms nothing."""
    file = show.runs[0].files[0]
    body = messages.callback(show, file)
    if place == MARCH:
        return [
            _line(body)[:180],
            _line(body | {"file_id": "5285890700000000001", "end_time": "half past eight"}).rstrip(),
        ]
    if place == APRIL:
        script = body | {"file_id": "5285890700000000002", "video_url": "javascript:alert(1)"}
        stranger = body | {"file_id": "5285890700000000003", "video_url": "http://media.example.net/f0.mp4"}
        return [_line(script).rstrip(), _line(stranger).rstrip()]
    other = {"event_type": 321, "stream_id": show.stream, "abnormal_event": [], "data_time": 1777640400000}
    return [_line(other).rstrip()]


def _info(show: Show, file: MediaFile) -> Body:
    name, tags = NAMES.get(show.start, (messages.default_name(show, file), ()))
    return messages.media_info(show, file, name=name, tags=tags, expires=EXPIRES.get(show.start, NEVER))


def _deletion() -> Body:
    """Tell that the files of the show that was exported as lines are gone, and the middle slice of the sliced one."""
    gone = [file.file_id for show in SHOWS if show.shape == "lines" for run in show.runs for file in run.files]
    gone += [show.runs[0].files[1].file_id for show in SHOWS if show.slice_seconds < SLICE_SECONDS]
    return {"EventType": "FileDeleted", "FileDeleteEvent": {"FileIdSet": gone}}


def _received(body: Body) -> str:
    """Write a body as our own receiver logs it."""
    text = json.dumps(body, separators=(",", ":"))
    received_ms = (body["t"] - 600) * 1000 + 250
    crc = f"{zlib.crc32(f'{received_ms} fresh {text}'.encode()):08x}"
    return _line({"received_ms": received_ms, "verdict": "fresh", "crc": crc, "body": text})


def _console_row(show: Show, file: MediaFile) -> tuple[Any, ...]:
    made = f"{file.end + timedelta(seconds=20):%Y-%m-%d %H:%M:%S}"
    names = (messages.default_name(show, file), made, made, "", "0", "其他", "其他", "")
    url, size = messages.url_of(show, file), messages.size_of(file)
    return (*names, "直播录制", "标准存储", "", "", url, file.file_id, size, file.seconds)


def _neutral_row(show: Show, file: MediaFile) -> tuple[Any, ...]:
    start, end = (f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" for moment in (file.start, file.end))
    size, url = messages.size_of(file), f"https://{show.host}/{file.path}"
    return (show.stream, file.file_id, file.format, start, end, file.seconds, size, url, "录音棚开放日")


def _table(head: tuple[str, ...], rows: list[tuple[Any, ...]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([head, *rows])
    return text.getvalue()


def _line(value: Body) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False) + "\n"
