"""The title that a recording brings, unless a recorder made it of the stream's name and times."""

from __future__ import annotations

import re

from builder.model import Recording

_NO_WORD = re.compile(r"[\W\d_]+")
_ENDING = re.compile(r"\.[A-Za-z0-9]{2,4}\Z", re.ASCII)
_LIVE = "直播"  # in front of the names of slices (DOMAIN 3.2)


def title_of(recording: Recording) -> str:
    """Return what a viewer may read as a title, "" for a name that a template made.

    Templates are free (DOMAIN 3.3, `BasicInfo.Name`), so there is no form to know one by. One that holds the id of the
    stream, and besides names of it, numbers and signs alone, tells nothing but what must not be published.
    """
    title, stream = recording.title, recording.stream
    if stream.stream_id not in title:
        return title
    rest = _ENDING.sub("", title)
    for name in sorted({stream.stream_id, stream.app, stream.appname, _LIVE} - {""}, key=len, reverse=True):
        rest = rest.replace(name, " ")
    return title if _NO_WORD.sub("", rest) else ""
