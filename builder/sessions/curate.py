"""Curation: what people say of one session, laid over what the records say.

Several files may speak of one session; each key should come from one of them only. Files that name a session by one
word and give one key are refused when rules are checked. Whether others meet only the records show, so here nothing is
refused: the first file counts, but what one of them hides stays hidden, and no former address is lost. `visibility`
may be said twice when it is the same word, because hiding follows the files: two hidden files may meet in one session.
`language` describes the text it stands beside and is no key of its own; `split`, `merge` and `window` are rules, and a
session may have many.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from builder.model import Curation, Trim, Visibility

NOTHING_SAID = Curation(source="")

GIVES: tuple[tuple[str, Callable[[Curation], object]], ...] = (
    ("title", lambda curation: curation.title),
    ("description", lambda curation: curation.description_html or curation.description_text),
    ("tags", lambda curation: curation.tags),
    ("featured", lambda curation: curation.featured),
    ("visibility", lambda curation: curation.visibility),
    ("chapters", lambda curation: curation.chapters),
    ("trim", lambda curation: curation.trim),
    ("vj", lambda curation: curation.vj),
    ("aliases", lambda curation: curation.aliases),
)
# What hides most comes first; of what shows nothing, the word that lets an address live which was published.
HIDING: tuple[Visibility, ...] = ("hidden", "draft", "unlisted", "public")
UNSEEN = HIDING[:2]  # nobody sees what is in such a session


def given_twice(one: Curation, two: Curation) -> list[str]:
    """Return the keys that two curations of one session both give."""
    return [
        key
        for key, gives in GIVES
        if gives(one) and gives(two) and not (key == "visibility" and one.visibility == two.visibility)
    ]


def merge(curations: Sequence[Curation]) -> Curation:
    """Merge the curations of one session, given by source, into one that says it all."""
    if not curations:
        return NOTHING_SAID
    if len(curations) == 1:
        return curations[0]
    giver: dict[str, Curation] = {}
    for curation in curations:
        for key, gives in GIVES:
            if gives(curation):
                giver.setdefault(key, curation)

    def of(key: str) -> Curation:
        return giver.get(key, NOTHING_SAID)

    said = {curation.visibility for curation in curations}
    return Curation(
        source=curations[0].source,
        title=of("title").title,
        language=of("title").language or of("description").language,
        description_html=of("description").description_html,
        description_text=of("description").description_text,
        tags=of("tags").tags,
        featured=of("featured").featured,
        visibility=next((word for word in HIDING if word in said), None),
        chapters=of("chapters").chapters,
        trim=_longest([curation.trim for curation in curations if curation.trim]),
        vj=of("vj").vj,
        aliases=tuple(dict.fromkeys(alias for curation in curations for alias in curation.aliases)),
    )


def _longest(trims: Sequence[Trim]) -> Trim | None:
    """Return the trim that hides whatever one of them hides."""
    if not trims:
        return None
    return Trim(
        head_seconds=max(trim.head_seconds for trim in trims),
        tail_seconds=max(trim.tail_seconds for trim in trims),
        from_ms=max((trim.from_ms for trim in trims if trim.from_ms is not None), default=None),
        to_ms=min((trim.to_ms for trim in trims if trim.to_ms is not None), default=None),
    )
