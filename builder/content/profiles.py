"""Profiles of VJs: `vjs/<slug>.md`."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from builder import fields
from builder.base_path import below
from builder.config import gap, labelled_by
from builder.content.front import ContentFile, refuse_shown_streams
from builder.content.slugs import VJ_SLUGS, check_slug, former
from builder.fields import Fields, Place
from builder.model import HUES, Link, StreamClaim, Vj
from builder.prose import Prose
from builder.strict_yaml import Mapping, Node

KEYS = (
    "name",
    "photo",
    "banner",
    "links",
    "streams",
    "aliases",
    "featured",
    "gap",
    "hue",
    "language",
)
_STREAM_KEYS = ("stream", "glob", "app", "appname", "from", "until", "gap")


def vj_of(file: ContentFile, prose: Prose, *, zone: ZoneInfo) -> Vj:
    """Make a VJ of a profile."""
    refuse_shown_streams(file)
    front = file.fields(KEYS)
    slug = check_slug(file, file.stem, VJ_SLUGS)
    if slug.startswith("s-"):
        raise file.error("a name that does not begin with `s-`, as those of streams without a profile do", f"`{slug}`")
    links: tuple[tuple[str, str], ...] = front.get("links", labelled_by(fields.text), ())
    return Vj(
        slug=slug,
        name=front.get("name", fields.text, slug),
        photo=front.get("photo", _picture, ""),
        banner=front.get("banner", _picture, ""),
        links=tuple(Link(label, url) for label, url in links),
        streams=front.all("streams", _claim(zone)),
        aliases=front.all("aliases", former("/vj/")),
        featured=front.all("featured", fields.token),
        gap_ms=front.get("gap", gap, None),
        hue=front.get("hue", fields.whole(0, HUES - 1), None),
        language=front.get("language", fields.text, ""),
        bio_html=prose.to_html(file.body),
        source=file.source,
    )


def _claim(zone: ZoneInfo) -> fields.Parser[StreamClaim]:
    """Make a parser of one claim: an exact id, or a mapping of a `stream` or a `glob`, narrowed by app and time."""

    def parse(node: Node, place: Place) -> StreamClaim:
        if not isinstance(node, Mapping):
            return StreamClaim(fields.token(node, place))
        told = Fields(node, place, _STREAM_KEYS)
        if ("stream" in told) == ("glob" in told):
            raise place.error(node, "one of `stream` and `glob`", found="both" if "stream" in told else "neither")
        from_ms = told.get("from", fields.instant(zone), None)
        until_ms = told.get("until", fields.instant(zone), None)
        if from_ms is not None and until_ms is not None and from_ms >= until_ms:
            raise told.error("until", "a moment after `from`")
        if "gap" in told and "glob" in told:
            raise told.error("gap", "a `stream` beside it", found="a `glob`")
        return StreamClaim(
            pattern=told.need("glob" if "glob" in told else "stream", fields.token),
            exact="glob" not in told,
            app=told.get("app", fields.token, ""),
            appname=told.get("appname", fields.token, ""),
            from_ms=from_ms,
            until_ms=until_ms,
            gap_ms=told.get("gap", gap, None),
        )

    return parse


def _picture(node: Node, place: Place) -> str:
    """Read the path of a picture in `static/`; pages make no request to others, so an address elsewhere is refused."""
    expected = "a picture of the site such as `/static/alice.jpg`"
    written = fields.scalar(node, place, expected).text.strip()
    if not below(written, place.base).startswith("/static/"):
        hint = "put the picture into `static/`: pages ask no other host" if "://" in written else ""
        raise place.error(node, expected, hint=hint)
    return fields.site_path(node, place)
