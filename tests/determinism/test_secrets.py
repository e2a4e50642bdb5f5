"""No planted string in any published byte or line said by a build, in whatever field the provider's messages hold it."""

import base64
import html
import json
import os
from pathlib import Path
from urllib.parse import quote

from builder.cli import run
from tests.build.sites import SITE, callback

LEAKS = json.loads((Path(__file__).parents[1] / "hostile" / "leak_canaries.json").read_text(encoding="utf-8"))
QUERY = "txSecret=CANARYTXSECRET1&txTime=CANARYTXTIME1&sign=CANARYSIGN1&token=CANARYTOKEN1&sig=CANARYSIG01&us=CANARYPASSWORD1"
STREAM = "CANARYPREVIEW_13800138000"
PLANTED = {
    "sign": "a7ef2c1b86100dafdcce7d632f398bd2",
    "stream_param": QUERY,
    "callback_ext": '{"session_id":"CANARYSIGN2","token":"CANARYTOKEN2"}',
    "user_ip": "203.0.113.77",
    "node": "203.0.113.77",
    "task_id": "CANARYTOKEN3",
    "sequence": "CANARYSIGN3",
    "errmsg": "CANARYPASSWORD2 from 203.0.113.77",
    "record_temp_id": "CANARYTOKEN4",
    "unknown": {"deep": ["CANARYPASSWORD3"]},
}


def messages() -> list[str]:
    """Return a message of every kind, its private fields planted."""
    url = "http://1250000000.vod2.myqcloud.com/a/1/f0.mp4?" + QUERY
    push = {
        "appid": 1250000000,
        "app": "push.example.com",
        "appname": "live",
        "stream_id": STREAM,
        "channel_id": STREAM,
    }
    push |= {"event_time": 1642089600, "t": 1642090200, **PLANTED}
    lines = [
        callback(STREAM, 1, 0, 600, **{**PLANTED, "video_url": url}),
        callback(STREAM, 1, 0, 601, **{**PLANTED, "video_url": url}),
        callback(STREAM, 2, 900, 600, form="hls", **PLANTED),
        callback("alice", 3, 9_000, 600, **PLANTED),
        callback(STREAM, 4, 0, 600, **{**PLANTED, "video_url": "http://elsewhere.example.net/x.mp4?" + QUERY}),
        callback(STREAM, 5, 0, 600, **{**PLANTED, "video_url": "http://u:CANARYPASSWORD@1.vod.myqcloud.com/x.mp4"}),
        callback("bob", 7, 20_000, 600, **{**PLANTED, "video_url": "http://1.vod2.myqcloud.com/a;accessToken=CANARYTOKEN1;usersig=CANARYSIG01/f.mp4"}),
        callback(STREAM, 6, 0, 600, **{**PLANTED, "file_size": "CANARYTOKEN5"}),
        json.dumps({"event_type": 1, **push}) + "\n",
        json.dumps({"event_type": 0, "push_duration": "1000", **push}) + "\n",
        json.dumps({"event_type": 332, "record_event": "record_start_succeeded", "record_detail": "CANARYSIGN4", **push}) + "\n",
        json.dumps({"event_type": 200, "create_time": 1642089600, "pic_url": "/a.jpg", "pic_full_url": "http://1.vod.myqcloud.com/a.jpg?" + QUERY, **push}) + "\n",
        json.dumps({"event_type": 321, **push}) + "\n",
        '{"stream_id":"' + STREAM + '","sign":"CANARYSIGN5"\n',
        "203.0.113.77 - - POST /CANARYTOKEN6?sign=CANARYSIGN6 13800138000\n",
    ]  # fmt: skip
    media = {
        "MediaInfoSet": [
            {
                "FileId": "5200000000000000009",
                "BasicInfo": {
                    "Name": "Night",
                    "CreateTime": "2022-01-13T16:10:00Z",
                    "UpdateTime": "2022-01-13T16:10:00Z",
                    "MediaUrl": "http://1250000000.vod2.myqcloud.com/a/9/f0.mp4?" + QUERY,
                    "CoverUrl": "http://1250000000.vod2.myqcloud.com/a/9/c.jpg?" + QUERY,
                    "SourceInfo": {"SourceType": "Record", "SourceContext": "CANARYTOKEN7"},
                },
                "MetaData": {"Duration": 600, "Size": 1000},
            }
        ],
        "RequestId": "CANARYTOKEN8",
    }
    return [*lines, json.dumps(media) + "\n"]


def forms(canary: str) -> set[bytes]:
    """Return the canary as it stands and in every code that a page or a log could write it in."""
    raw = canary.encode()
    spelled = {canary, quote(canary, safe=""), "".join(f"%{byte:02x}" for byte in raw), html.escape(canary)}
    spelled |= {"".join(f"&#{byte};" for byte in raw), "".join(f"\\u{byte:04x}" for byte in raw)}
    spelled |= {base64.b64encode(b"x" * shift + raw)[4:-4].decode() for shift in range(3)}
    return {text.encode() for text in spelled if len(text) > 6}


CANARIES = {canary: forms(canary) for canary in LEAKS["canaries"]}


def leaked(data: bytes) -> list[str]:
    lower = data.lower()
    return [canary for canary, spelled in CANARIES.items() if any(form.lower() in lower for form in spelled)]


def test_nothing_planted_is_published_or_said(tmp_path, monkeypatch, capfd):
    """Keys, signatures, push parameters, addresses of people, stream ids: in no file and no line."""
    monkeypatch.setenv("AFTERCAST_SLUG_KEY", "CANARYPASSWORD9")
    monkeypatch.setenv("AFTERCAST_CALLBACK_KEYS", "hostile-corpus-key")
    source = tmp_path / "site_src"
    (source / "recordings").mkdir(parents=True)
    (source / "site.yaml").write_text(SITE)
    (source / "recordings" / "log.txt").write_text("".join(messages()))
    folders = ["--source", os.fspath(source)]
    codes = [
        run(["build", "--dry-run", *folders]),
        run(["build", "--json", "--explain", *folders]),
        run(["build", "--clean", "--strict", *folders]),
        run(["check", *folders]),
        run(["sessions", "--json", *folders]),
        run(["problems", "list", *folders]),
        run(["problems", "list", "--json", *folders]),
    ]
    said = capfd.readouterr()
    published = [path for path in (tmp_path / "output").rglob("*") if path.is_file()]

    assert codes == [0, 0, 3, 0, 0, 0, 0], said.err
    assert leaked(said.out.encode() + said.err.encode()) == []
    assert not {path.name: found for path in published if (found := leaked(path.read_bytes()))}
    assert not [path for path in published if leaked(path.as_posix().encode())]
    assert len(published) > 30
    assert "set aside" in said.err


def test_the_search_finds_what_it_looks_for():
    """Every form of every planted string is found when it is there."""
    for canary, spelled in CANARIES.items():
        for form in spelled:
            assert canary in leaked(b"<p>" + form + b"</p>")
