"""Page kinds: what pages there are, which of them a changed session touches, and what each one shows.

Nothing here renders or touches the disk. A page's value is all that its template sees.
"""

from builder.pages.attachment import AttachmentKind
from builder.pages.day import Day
from builder.pages.former import Former
from builder.pages.home import Home
from builder.pages.kind import Kind
from builder.pages.month import Month
from builder.pages.not_found import NotFound
from builder.pages.page import Page
from builder.pages.poster import Poster
from builder.pages.redirect import Redirect
from builder.pages.site import Site
from builder.pages.tag import Tag
from builder.pages.tags import Tags
from builder.pages.tombstone import TombstoneKind
from builder.pages.vj import VjKind
from builder.pages.vj_month import VjMonth
from builder.pages.vjs import Vjs
from builder.pages.watch import Watch
from builder.pages.year import Year
from builder.pages.years import Years

# Pages that others lead to come first; the home page, which leads to all, last.
KINDS: tuple[Kind, ...] = (
    Poster(),
    AttachmentKind(),
    Watch(),
    TombstoneKind(),
    Redirect(),
    Former(),
    Page(),
    Tag(),
    Tags(),
    VjMonth(),
    VjKind(),
    Vjs(),
    Day(),
    Month(),
    Year(),
    Years(),
    NotFound(),
    Home(),
)
_BY_NAME = {kind.name: kind for kind in KINDS}


def kind_named(name: str) -> Kind:
    """Return a page kind by its name."""
    return _BY_NAME[name]


__all__ = ["KINDS", "Kind", "Site", "kind_named"]
