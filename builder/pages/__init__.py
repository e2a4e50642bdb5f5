"""Page kinds: what pages there are, which of them a changed session touches, and what each one shows.

Nothing here renders or touches the disk. A page's value is all that its template sees.
"""

from builder.pages.attachment import AttachmentKind
from builder.pages.former import Former
from builder.pages.kind import Kind
from builder.pages.poster import Poster
from builder.pages.redirect import REDIRECT
from builder.pages.site import Site
from builder.pages.standing import BROADCASTS, PAGES

# Pages that others lead to come first; the home page, which leads to all, last.
KINDS: tuple[Kind, ...] = (Poster(), AttachmentKind(), *BROADCASTS, REDIRECT, Former(), *PAGES)
_BY_NAME = {kind.name: kind for kind in KINDS}


def kind_named(name: str) -> Kind:
    """Return a page kind by its name."""
    return _BY_NAME[name]


__all__ = ["KINDS", "Kind", "Site", "kind_named"]
