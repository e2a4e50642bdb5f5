"""The shapes in which a provider tells of a recording: every generation of the callback, lists and exports."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

from builder.demo.schedule import APP, APPID, APPNAME, ZONE, MediaFile, Show

KEY = "examplekey"  # of the demo's signatures
KBPS = {"mp4": 1500, "hls": 1560, "flv": 1480, "aac": 96}
Body = dict[str, Any]


def seconds_of(moment: datetime) -> int:
    return int(moment.timestamp())


def signed(body: Body, sent: datetime) -> Body:
    """Add `t` and `sign` as the provider does: the expiry is ten minutes after the message was sent."""
    t = seconds_of(sent) + 600
    sign = hashlib.md5(f"{KEY}{t}".encode(), usedforsecurity=False).hexdigest()
    return {**body, "t": t, "sign": sign}


def number_of(text: str) -> int:
    return int(hashlib.sha256(text.encode()).hexdigest()[:15], 16)


def task_of(show: Show) -> str:
    return f"1828{number_of(show.stream + show.start) % 10**15:015d}"


def size_of(file: MediaFile) -> int:
    return KBPS[file.format] * 125 * file.seconds + number_of(file.file_id) % 90_000


def url_of(show: Show, file: MediaFile) -> str:
    return f"http://{show.host}/{file.path}"


def callback(show: Show, file: MediaFile) -> Body:
    """Tell of a file as an event 100, in the show's generation."""
    body: Body = {"event_type": 100, "stream_id": show.stream, "channel_id": show.stream, "file_id": file.file_id}
    body |= {"file_format": file.format, "file_size": size_of(file), "video_url": url_of(show, file)}
    body |= {"start_time": seconds_of(file.start) - 3, "end_time": seconds_of(file.end)}
    if show.shape == "v0":  # the sample everyone copies: it begins hours after its end, and tells no duration
        body |= {"start_time": body["end_time"] + 10_020, "video_id": f"{APPID}_{number_of(file.file_id):032x}"}
        return signed(body, file.end + timedelta(seconds=6))
    body |= {"appid": APPID, "duration": file.seconds}
    if show.shape == "v1.5":
        body |= {"vod2Flag": 1, "record_file_id": file.file_id, "task_id": task_of(show), "media_start_time": 1024}
        return signed(body, file.end + timedelta(seconds=8))
    if show.shape == "v2":
        body |= {
            "start_time_usec": 316441,
            "end_time_usec": 0,
            "task_id": task_of(show),
            "stream_param": "record=mp4|flv",
        }
        return signed(body, file.end + timedelta(seconds=12))
    body |= {"app": APP, "appname": APPNAME, "task_id": task_of(show), "record_bps": 0, "media_start_time": 3000}
    if show.shape != "2021":
        body |= {"start_time_usec": 316441, "end_time_usec": 0, "record_file_id": file.file_id, "stream_param": ""}
        extra = '{"video_codec":"h264","resolution":"1280x720"}'
        body["callback_ext"] = extra if file.format != "aac" else '{"resolution":"0x0"}'
    if show.shape in {"2025", "growing", "twice"}:
        body["record_temp_id"] = "1569000"
    return signed(body, file.end + timedelta(seconds=10))


def push(show: Show, moment: datetime, sequence: str, *, starts: bool, length: int = 0) -> Body:
    """Tell that a push began or ended."""
    body: Body = {"appid": APPID, "app": APP, "appname": APPNAME, "stream_id": show.stream, "channel_id": show.stream}
    body |= {"event_type": 1 if starts else 0, "event_time": seconds_of(moment), "sequence": sequence}
    body |= {
        "node": "192.0.2.10",
        "user_ip": "203.0.113.7",
        "stream_param": "",
        "set_id": 2,
        "width": 1280,
        "height": 720,
    }
    if not starts:
        body |= {
            "push_duration": str(length * 1000),
            "errcode": 1,
            "errmsg": "The push client actively stopped the push",
        }
    return signed(body, moment + timedelta(seconds=1))


def screenshot(show: Show, moment: datetime) -> Body:
    """Tell of a picture taken while the show was on."""
    local = moment.astimezone(ZONE)
    path = f"/{show.stream}/{show.stream}-screenshot-{local:%H-%M-%S}-640x352.jpg"
    body: Body = {"appid": APPID, "app": APP, "appname": APPNAME, "stream_id": show.stream, "channel_id": show.stream}
    body |= {"event_type": 200, "create_time": seconds_of(moment), "file_size": 41_532, "width": 640, "height": 352}
    body |= {"pic_url": path, "pic_full_url": f"http://shots-{APPID}.cos.ap-guangzhou.myqcloud.com{path}"}
    return signed(body, moment + timedelta(seconds=4))


def listed(show: Show, file: MediaFile) -> Body:
    """Tell of a file as an entry of Live_Tape_GetFilelist: text everywhere, times of China, no duration."""
    code = {"flv": "1", "hls": "2", "mp4": "3", "aac": "4"}[file.format]
    entry: Body = {"appid": str(APPID), "stream_id": show.stream, "file_id": file.file_id, "file_format": code}
    entry |= {"start_time": f"{file.start:%Y-%m-%d %H:%M:%S}", "end_time": f"{file.end:%Y-%m-%d %H:%M:%S}"}
    entry |= {
        "create_time": f"{file.end + timedelta(seconds=4):%Y-%m-%d %H:%M:%S}",
        "expire_time": "2038-01-19 11:14:07",
    }
    entry |= {"file_size": str(size_of(file)), "record_file_id": file.file_id, "record_file_url": url_of(show, file)}
    return entry | {"err_code": "0", "task_id": None, "task_sub_type": "0", "vid": "", "vod2Flag": "1"}


def media_info(show: Show, file: MediaFile, *, name: str, tags: tuple[str, ...], expires: str) -> Body:
    """Tell of a file as the media library does."""
    start, end = file.start.astimezone(UTC), file.end.astimezone(UTC)
    made = f"{end + timedelta(seconds=20):%Y-%m-%dT%H:%M:%SZ}"
    basic: Body = {"Name": name, "Description": "", "CreateTime": made, "UpdateTime": made, "ExpireTime": expires}
    basic |= {
        "ClassId": 0,
        "ClassName": "Other",
        "TagSet": list(tags),
        "Type": "hls" if file.format == "hls" else file.format,
    }
    basic |= {"MediaUrl": url_of(show, file), "CoverUrl": "", "Status": "Normal", "StorageClass": "STANDARD", "Vid": ""}
    basic["Category"] = "Audio" if file.format == "aac" else "Video"
    live = {"Domain": APP, "Path": APPNAME, "StreamId": show.stream}
    live |= {"RecordStartTime": f"{start:%Y-%m-%dT%H:%M:%SZ}", "RecordEndTime": f"{end:%Y-%m-%dT%H:%M:%SZ}"}
    basic["SourceInfo"] = {"SourceType": "Record", "SourceContext": "", "LiveRecordInfo": live, "TrtcRecordInfo": None}
    meta = {
        "Size": size_of(file),
        "Container": file.format,
        "Bitrate": KBPS[file.format] * 1000,
        "Duration": file.seconds,
    }
    meta |= {"Height": 720, "Width": 1280, "VideoDuration": file.seconds, "AudioDuration": file.seconds}
    return {"FileId": file.file_id, "BasicInfo": basic, "MetaData": meta, "TranscodeInfo": None, "ReviewInfo": None}


def default_name(show: Show, file: MediaFile) -> str:
    """Return the name that recordings get when no template names them: stream and times of China."""
    return f"{show.stream}_{file.start:%Y-%m-%d-%H-%M-%S}_{file.end:%Y-%m-%d-%H-%M-%S}"
