"""What people say: VJ profiles, curation of replays, pages of prose. Reads `vjs/`, `replays/` and `pages/`.

Every error is a `ConfigError` that names the file, the line and the field; the first one stops. What is only odd, such
as letters that hide others, becomes a `Problem`. Grouping is decided elsewhere: nothing here knows a recording.
"""

from builder.content.load import Content, load_content
from builder.content.written import read_written

__all__ = ["Content", "load_content", "read_written"]
