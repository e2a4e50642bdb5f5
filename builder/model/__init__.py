"""The values that flow through the program: frozen, without behaviour beyond small derived facts.

Vendor field names stop in `sources/`. Instants are integer milliseconds UTC and end in `_ms`; lengths end in
`_ms` or `_seconds`. Nothing here does I/O.
"""

from builder.model.base import (
    VERDICT_RANK,
    Counts,
    Format,
    Problem,
    StreamKey,
    Tombstone,
    Value,
    Verdict,
    Visibility,
)
from builder.model.content import (
    Captions,
    Chapter,
    Curation,
    Link,
    MarkdownPage,
    Storyboard,
    StreamClaim,
    Trim,
    Vj,
    Window,
)
from builder.model.facts import (
    NEVER_MS,
    Event,
    Filled,
    Ignored,
    Item,
    Notice,
    Precision,
    PushEvent,
    Recording,
    Rendition,
    Screenshot,
    TaskEvent,
    Told,
    is_library_id,
    whereabouts,
)
from builder.model.pages import (
    PageKey,
)
from builder.model.sessions import (
    Part,
    Reason,
    Session,
    SetAside,
    Track,
)

__all__ = [
    "NEVER_MS",
    "VERDICT_RANK",
    "Captions",
    "Chapter",
    "Counts",
    "Curation",
    "Event",
    "Filled",
    "Format",
    "Ignored",
    "Item",
    "Link",
    "MarkdownPage",
    "Notice",
    "PageKey",
    "Part",
    "Precision",
    "Problem",
    "PushEvent",
    "Reason",
    "Recording",
    "Rendition",
    "Screenshot",
    "Session",
    "SetAside",
    "Storyboard",
    "StreamClaim",
    "StreamKey",
    "TaskEvent",
    "Told",
    "Tombstone",
    "Track",
    "Trim",
    "Value",
    "Verdict",
    "Visibility",
    "Vj",
    "Window",
    "is_library_id",
    "whereabouts",
]
