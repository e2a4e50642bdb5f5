"""Bytes → notices, events, problems. Vendor field names stop in this room; it groups nothing and guesses nothing.

`find_sources` lists the files, `read` turns one into entries, `fits` and `identity_of` know a file after rotation.
"""

from builder.sources.files import FOLDER, SourceFile, denial, find_sources, identity_of
from builder.sources.lines import Entry, Group
from builder.sources.reader import SourceSettings, read
from builder.sources.resume import Resume, fits

__all__ = [
    "FOLDER",
    "Entry",
    "Group",
    "Resume",
    "SourceFile",
    "SourceSettings",
    "denial",
    "find_sources",
    "fits",
    "identity_of",
    "read",
]
