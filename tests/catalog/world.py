"""Invented records and a source folder to put them into; and everything a catalog holds, as plain values."""

from __future__ import annotations

import json
import random
from pathlib import Path

from builder.catalog import Catalog, Inputs, Refresh, RefreshReport
from builder.model import Curation, Grouping, Media, PageKey, Vj
from builder.sessions import Rules
from builder.sources import SourceSettings

START_S = 1_642_089_600  # 2022-01-13 16:00 UTC
HOUR_S = 3600
OUTPUT = "site"
COS = tuple(
    f"{scheme}://bucket.cos.myqcloud.com{port}" for scheme, port in [("http", ""), ("https", ""), ("http", ":80")]
)


def callback(file_id: str, end_s: int, length_s: int | None = 1800, **more: object) -> dict[str, object]:
    """A recording notification; a field given as None is left out."""
    start = end_s - (length_s or 0)
    record: dict[str, object] = {
        "event_type": 100,
        "stream_id": "room1",
        "app": "push.example.com",
        "appname": "live",
        "file_id": file_id,
        "file_format": "mp4",
        "start_time": start,
        "end_time": end_s,
        "duration": length_s,
        "file_size": 1000,
        "video_url": f"http://1250000000.vod2.myqcloud.com/x/{file_id}/f0.mp4",
        "t": end_s + 610,
        "sign": "0" * 32,
    }
    return {name: value for name, value in (record | more).items() if value is not None}


def push(kind: str, at_s: int, sequence: str, **more: object) -> dict[str, object]:
    record = {"event_type": 1 if kind == "start" else 0, "stream_id": "room1", "app": "push.example.com"}
    return record | {"appname": "live", "event_time": at_s, "sequence": sequence} | more


def task(at_s: int, task_id: str, session_id: str, **more: object) -> dict[str, object]:
    record = {"event_type": 332, "stream_id": "room1", "domain": "push.example.com", "appname": "live"}
    return (
        record
        | {"event_time": at_s, "record_event": "record_ended", "task_id": task_id, "session_id": session_id}
        | more
    )


def deleted(*file_ids: str) -> dict[str, object]:
    return {"EventType": "FileDeleted", "FileDeleteEvent": {"FileIdSet": list(file_ids)}}


def lines(records: list[dict[str, object]]) -> str:
    return "".join(json.dumps(record) + "\n" for record in records)


class World:
    """A site's sources in a temporary folder, and its catalog."""

    def __init__(self, folder: Path) -> None:
        self.source = folder / "site_src"
        self.state = folder / "state"
        self.recordings = self.source / "recordings"
        self.recordings.mkdir(parents=True)
        self.asked: list[tuple[str | None, str | None]] = []

    def write(self, name: str, *records: dict[str, object]) -> Path:
        place = self.recordings / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(lines(list(records)), encoding="utf-8")
        return place

    def append(self, name: str, *records: dict[str, object]) -> None:
        with (self.recordings / name).open("a", encoding="utf-8") as file:
            file.write(lines(list(records)))

    def inputs(self, **rules: object) -> Inputs:
        media = rules.pop("media", Media())
        override = rules.pop("now_override_ms", None)
        return Inputs(self.source, SourceSettings(), rules_of(**rules), media, override)

    def refresh(
        self, catalog: Catalog, *, allow_removal: bool = True, allow_exposure: bool = True, **rules: object
    ) -> RefreshReport:
        def affected(_catalog: Catalog, before: object, after: object) -> list[PageKey]:
            names = [getattr(one, "id", None) for one in (before, after)]
            self.asked.append((names[0], names[1]))
            return [PageKey("watch", name) for name in names if name]

        return Refresh(
            catalog,
            self.inputs(**rules),
            affected,
            output_ids=(OUTPUT,),
            allow_removal=allow_removal,
            allow_exposure=allow_exposure,
        ).run()

    def run(self, **rules: object) -> tuple[RefreshReport, dict[str, object]]:
        """Open, refresh, look, close: what one command does."""
        with Catalog.open(self.state) as catalog:
            report = self.refresh(catalog, **rules)
            return report, contents(catalog)


def rules_of(
    *, vjs: tuple[Vj, ...] = (), curations: tuple[Curation, ...] = (), gap_ms: int = 300_000, **more: object
) -> Rules:
    return Rules(grouping=Grouping(gap_ms=gap_ms), vjs=vjs, curations=curations, slug_key=b"a key for tests", **more)


TABLES = {
    "sessions": "id, vj, stream, day, hour, weekday, start_ms, end_ms, duration_ms, listed, featured, visibility, "
    "tombstone, body",
    "recordings": "base, key, stream, told, span, start_ms, end_ms, expires_ms, url, task, usable, notices, session",
    "streams": "*",
    "pushes": "*",
    "findings": "*",
    "aliases": "*",
    "curated": "*",
    "session_tags": "*",
    "days": "*",
    "tags": "*",
    "vj_days": "*",
    "vj_hours": "*",
    "vjs": "*",
}


def contents(catalog: Catalog) -> dict[str, object]:
    """Everything the catalog derived, in an order of its own: equal for equal records, however they came."""
    found: dict[str, object] = {
        table: sorted(map(repr, catalog.connection.execute(f"SELECT {columns} FROM {table}")))
        for table, columns in TABLES.items()
    }
    found["counts"] = catalog.counts()
    found["now"] = (catalog.now_ms(), catalog.meta("expired_before_ms"), catalog.session_count())
    return found


def pending(catalog: Catalog) -> list[str]:
    rows = catalog.connection.execute("SELECT kind, name FROM pending ORDER BY kind, name")
    return [f"{kind} {name}" for kind, name in rows]


def random_records(rng: random.Random, count: int) -> list[dict[str, object]]:
    """Records of a few streams that touch each other in every way: gaps, links, lost apps, deletions, conflicts."""
    records: list[dict[str, object]] = []
    for number in range(count):
        room = f"room{rng.randrange(3)}"
        end = START_S + rng.randrange(0, 60 * HOUR_S, 150)
        length = rng.choice([None, 60, 600, 1800, 7200, 20 * HOUR_S])
        kind = rng.random()
        file_id = str(5200000000000000000 + rng.randrange(count))
        stream: dict[str, object] = {"stream_id": room}
        stream |= rng.choice([{}, {}, {}, {"app": None, "appname": None}, {"app": "other.example.com"}])
        if kind < 0.62:
            more: dict[str, object] = {}
            if rng.random() < 0.3:
                more["task_id"] = f"task{rng.randrange(6)}"
            if rng.random() < 0.15:
                more["callback_ext"] = json.dumps({"session_id": f"live{rng.randrange(4)}"})
            if rng.random() < 0.1:
                file_id = f"1250000000_{rng.randrange(6):032x}"
                more["video_url"] = f"{rng.choice(COS)}/{rng.randrange(3)}.mp4"
            if rng.random() < 0.1:
                more["file_format"] = "hls"
                more["video_url"] = f"http://1250000000.vod2.myqcloud.com/{rng.randrange(3)}/playlist.m3u8"
            if rng.random() < 0.06:
                more["video_url"] = f"http://elsewhere.example.com/{file_id}.mp4"
            if rng.random() < 0.1:
                more["t"] = None
            if rng.random() < 0.2:
                more["appid"] = rng.choice([1250000000, 1250000000, 1250000001])
            records.append(callback(file_id, end, length, **stream, **more))
        elif kind < 0.80:
            sequence = str(rng.randrange(8))
            stop = push(rng.choice(["start", "stop"]), end, sequence)
            records.append(stop | {name: value for name, value in stream.items() if value is not None})
        elif kind < 0.88:
            records.append(task(end, f"task{rng.randrange(6)}", f"live{rng.randrange(4)}", stream_id=room))
        elif kind < 0.94:
            records.append(deleted(file_id))
        elif kind < 0.97:
            records.append({"event_type": 321, "stream_id": room})
        else:
            records.append({"event_type": 100, "stream_id": room, "number": number})
    return records + rng.choices(records, k=count // 4)
