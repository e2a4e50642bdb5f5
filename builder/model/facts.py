"""What sources tell (notices, events) and what the catalog makes of it (recordings)."""

from __future__ import annotations

from typing import Literal

from builder.model.base import Format, Problem, Status, StreamKey, Value, Verdict


class Rendition(Value, frozen=True):
    """Another encoding of a recording: a transcode that the provider lists beside the original."""

    url: str
    format: Format
    width: int = 0
    height: int = 0
    bitrate_bps: int = 0
    size_bytes: int = 0
    duration_ms: int = 0


_DEFAULT_PORTS = {"http": ":80", "https": ":443"}


def whereabouts(url: str) -> str:
    """Return where a stored address leads: one file is told over http and https, and with the port that both imply."""
    scheme, _, place = url.partition("://")
    if ":" not in place:  # nearly always
        return place
    host, slash, path = place.partition("/")
    return host.removesuffix(_DEFAULT_PORTS.get(scheme, "/")) + slash + path


def is_library_id(file_id: str) -> bool:
    """Say whether a file id is the media library's, whose files never share an address; a recorder counts 1, 2, 3."""
    return len(file_id) in (19, 20) and file_id.isdecimal()


class Told(Value, frozen=True, array_like=True):
    """Layer 1 of a notice: facts taken whole from one notification, but for three gaps (DESIGN, `catalog.merge`)."""

    stream: StreamKey
    format: Format
    end_ms: int  # always known: a record without any time is quarantined
    start_ms: int | None = None  # when the recorder began writing; may lie after end (DOMAIN 1.3)
    duration_ms: int | None = None  # media length; None when absent or 0
    size_bytes: int | None = None
    url: str = ""  # passed RELIABILITY R11's grammar; scheme and host as told
    bps: int = 0  # kbps of a transcoded rendition that was recorded; 0 = original
    resolution: str = ""  # "640x480"
    codec: str = ""


class Precision(Value, frozen=True, array_like=True):
    """How far the facts of a source that rounds may lie from the truth; equal within it is no contradiction."""

    times_ms: int = 0  # of start and end
    length_ms: int = 0
    size_bytes: int = 0


class Filled(Value, frozen=True, array_like=True):
    """Layer 2 of a notice: taken from the newest notice that has them. Empty means "says nothing"."""

    expires_ms: int | None = None  # None says nothing; NEVER means the provider said "never"
    cover_url: str = ""
    renditions: tuple[Rendition, ...] = ()
    title: str = ""
    tags: tuple[str, ...] = ()
    task_id: str = ""
    session_id: str = ""
    url: str = ""  # of a notice that tells no facts; used where those who tell them know no address


NEVER_MS = 2**62  # "2038-01-19 11:14:07" in lists, "9999-12-31T23:59:59Z" in the API (DOMAIN trap 14)


class Notice(Value, frozen=True, array_like=True):
    """One statement about one recording, as one source told it. The identity fields decide the recording."""

    file_id: str = ""
    appid: str = ""
    told: Told | None = None  # None: the notice only fills or changes the status (FileDeleted)
    filled: Filled = Filled()
    status: Status | Literal["normal", "archived"] = ""  # "" says nothing; "normal" takes older statements back
    stated_ms: int = 0  # when layer 2 and the status were true: UpdateTime, event time, else 0
    verdict: Verdict = "batch"  # the receiver's verdict; everything read from archives is "batch"
    t: int | None = None  # unix seconds; it tells when the message was sent, and ranks it where `has_sign`
    signed: Literal["", "good", "bad"] = ""  # offline signature check; provenance only
    flags: tuple[str, ...] = ()  # sorted: `coerced`, `masked_sign`, `unknown_suffix` …
    has_sign: bool = False  # a whole `sign` stands beside `t`; only `signed` says whether it is right
    precision: Precision | None = None  # None: as exact as it is told


class PushEvent(Value, frozen=True):
    """A push began or ended (events 1 and 0). Equal `sequence` on one stream means one push."""

    stream: StreamKey
    kind: Literal["start", "stop"]
    at_ms: int
    sequence: str = ""
    errcode: int = 0
    flags: tuple[str, ...] = ()


class TaskEvent(Value, frozen=True):
    """What the recorder said about a task (event 332): ties a task id to a session id."""

    stream: StreamKey
    kind: str  # started, failed, paused, resumed, error, ended
    at_ms: int
    task_id: str = ""
    session_id: str = ""
    flags: tuple[str, ...] = ()


class Screenshot(Value, frozen=True):
    """A picture of the stream at one moment (event 200)."""

    stream: StreamKey
    at_ms: int
    url: str
    width: int = 0
    height: int = 0
    flags: tuple[str, ...] = ()


class Ignored(Value, frozen=True):
    """A well-formed message of a kind we do not use; counted, never an error."""

    kind: str  # "event 321", "NewFileUpload without times" …


Event = PushEvent | TaskEvent | Screenshot
Item = Notice | PushEvent | TaskEvent | Screenshot | Ignored | Problem


class Recording(Value, frozen=True):
    """One media file: the merge of every notice about it, independent of their order."""

    key: str  # identity: the file id, else `url:…`, else `row:…`
    stream: StreamKey  # wildcards already resolved where exactly one (app, appname) is known
    format: Format
    end_ms: int
    announced_ms: int  # DESIGN "Anchor": earliest t − 600 s when not before the end, else the end
    file_id: str = ""
    start_ms: int | None = None
    duration_ms: int | None = None
    size_bytes: int | None = None
    url: str = ""  # as stored; `media.public_url` makes the published one
    bps: int = 0
    resolution: str = ""
    codec: str = ""
    expires_ms: int | None = None
    cover_url: str = ""
    renditions: tuple[Rendition, ...] = ()
    title: str = ""
    tags: tuple[str, ...] = ()
    task_id: str = ""
    session_id: str = ""
    status: Status = ""
    flags: tuple[str, ...] = ()
