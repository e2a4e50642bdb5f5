"""Files in a site's own `templates/` that nothing reads: words and styles whose name or place is not quite right."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import PurePosixPath

OF_WORDS = frozenset({".yaml", ".yml"})
OF_ASSETS = frozenset(
    {".css", ".js", ".mjs", ".png", ".jpg", ".jpeg", ".webp", ".avif", ".gif", ".ico", ".woff", ".woff2"}
)


def unread(names: Collection[str], languages: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield (name, what was expected) for files that look like messages or assets and are read as none."""
    codes = {*languages, *(language.partition("-")[0] for language in languages)}
    for name in names:
        path = PurePosixPath(name)
        ending = path.suffix.lower()
        if ending in OF_ASSETS:
            yield name, "its place in `templates/assets/`"
        if ending not in OF_WORDS:
            continue
        if path.parts[:-1] != ("messages",):
            yield name, "its place right in `templates/messages/`"
        elif path.stem not in codes:
            yield name, f"the name of a language of the site ({', '.join(languages)})"
        elif path.suffix != ".yaml":
            yield name, "a name that ends in `.yaml`"
