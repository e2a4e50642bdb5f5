"""A reader of the live output: walks every page reachable from `/` and says what is not whole or does not answer."""

import posixpath
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit


class Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            if name in {"href", "src"} and value:
                self.found.append(value)


def read(root: Path, name: str) -> bytes | None:
    try:
        return (root / name).read_bytes()
    except OSError:
        return None


def crawl(root: Path) -> list[str]:
    """Return what is wrong at this moment: half pages, dead links. An output without a home page is not there yet."""
    if read(root, "index.html") is None:
        return []
    wrong, seen, todo = [], set(), ["index.html"]
    while todo:
        name = todo.pop()
        if name in seen:
            continue
        seen.add(name)
        page = read(root, name)
        if page is None:
            continue  # judged where it is linked
        if name.endswith(".html"):
            if not page.rstrip().endswith(b"</html>"):
                wrong.append(f"half a page: {name}")
            for target in targets(name, page):
                if not answers(root, target) and read(root, name) == page:  # the page still says so: a dead link
                    wrong.append(f"dead link: {name} → {target}")
                todo.append(target)
    return wrong


def targets(name: str, page: bytes):
    links = Links()
    links.feed(page.decode("utf-8"))
    for url in links.found:
        parts = urlsplit(url)
        if parts.scheme or parts.netloc or not parts.path:
            continue
        path = posixpath.normpath(posixpath.join("/", posixpath.dirname(name), unquote(parts.path))).lstrip("/")
        yield posixpath.join(path, "index.html") if parts.path.endswith("/") or path in {"", "."} else path


def answers(root: Path, target: str) -> bool:
    return (root / target.removeprefix("./")).is_file()
