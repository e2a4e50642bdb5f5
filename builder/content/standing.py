"""Pages of prose: `pages/about.md` in every language, `pages/about.zh.md` in one."""

from __future__ import annotations

import re

from builder import fields
from builder.content.front import ContentFile
from builder.content.slugs import PAGE_SLUGS, check_slug, former
from builder.model import MarkdownPage
from builder.prose import Prose, to_text

_HEADING = re.compile(r"(?:#[ \t]+(?P<hash>[^\n]+?)[ \t#]*(?:\n+|\Z)|(?P<line>[^\s#>*+\-][^\n]*)\n=+[ \t]*(?:\n+|\Z))")
KEYS = ("title", "description", "nav", "language", "aliases")


def page_of(file: ContentFile, prose: Prose, *, languages: tuple[str, ...]) -> MarkdownPage:
    """Make a page of its file; a first heading is the title where the front matter tells none, or the same."""
    name, _, language = file.stem.partition(".")
    front = file.fields(KEYS)
    if not language:
        language = front.get("language", fields.text, "")
    if language and language not in languages:
        known = ", ".join(f"`{one}`" for one in languages)
        raise file.error(f"one of the site's languages ({known})", f"`{language}`", field="language")
    title, body = front.get("title", fields.text, ""), file.body
    heading = _HEADING.match(body)
    if heading:
        words = to_text(prose.to_html(heading["hash"] or heading["line"]))
        if title in ("", words):
            title, body = words, body[heading.end() :]
    return MarkdownPage(
        slug=check_slug(file, name, PAGE_SLUGS | {one.lower() for one in languages}),
        title=title or name.replace("-", " ").capitalize(),
        language=language,
        html=prose.to_html(body),
        description=front.get("description", fields.text, ""),
        nav=front.get("nav", fields.truth, default=False),
        aliases=front.all("aliases", former("/")),
        source=file.source,
    )
