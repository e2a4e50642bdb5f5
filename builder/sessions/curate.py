"""Curation: what people say of one session, laid over what the records say.

Several files may speak of one session; each key may come from one of them only. `visibility` may be said twice when it
is the same word, because hiding follows the files: two hidden files may meet in one session. `language` describes the
text it stands beside and is no key of its own; `split`, `merge` and `window` are rules, and a session may have many.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from builder.errors import ConfigError
from builder.model import Curation

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


def merge(curations: Sequence[Curation]) -> Curation:
    """Merge the curations of one session, given by source, into one that says it all.

    Raises `ConfigError` when two of them give one key.
    """
    if not curations:
        return NOTHING_SAID
    if len(curations) == 1:
        return curations[0]
    giver: dict[str, Curation] = {}
    for curation in curations:
        for key, gives in GIVES:
            if not gives(curation):
                continue
            first = giver.setdefault(key, curation)
            if first is not curation and not (key == "visibility" and first.visibility == curation.visibility):
                raise ConfigError(
                    f"{curation.source}: `{key}` is given by {first.source} too, for the same session",
                    hint="keep the key in one of the two files",
                )

    def of(key: str) -> Curation:
        return giver.get(key, NOTHING_SAID)

    return Curation(
        source=curations[0].source,
        title=of("title").title,
        language=of("title").language or of("description").language,
        description_html=of("description").description_html,
        description_text=of("description").description_text,
        tags=of("tags").tags,
        featured=of("featured").featured,
        visibility=of("visibility").visibility,
        chapters=of("chapters").chapters,
        trim=of("trim").trim,
        vj=of("vj").vj,
        aliases=of("aliases").aliases,
    )
