"""Addresses of pages: pure functions from a page's name to its path under the site's root.

Names of folders come from a closed alphabet: dates, tags of sessions, profile slugs (checked when they are read) and
`tag_slug`, which makes a distinct, harmless name of any text.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b32encode

HINT_LIMIT = 40
_PLAIN = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_TAGGED = re.compile(r".*-[a-z2-7]{10}")
_PERIOD = re.compile(r"(?:(\d{4})(?:/(\d\d)(?:/(\d\d)(?:/(\d\d)h(?:/(\d\d)m)?)?)?)?)?", re.ASCII)
_CUT = re.compile(r"\d{4}-\d\d(?:-\d\d)?", re.ASCII)
_YEAR = re.compile(r"\d{4}", re.ASCII)
_RESERVED = re.compile(r"in|con|prn|aux|nul|com\d|lpt\d|index")


def tree(language: str, languages: tuple[str, ...]) -> str:
    """Return the root of a language's pages: "/" for the first, "/zh/" for a further one."""
    return "/" if language in ("", languages[0]) else f"/{language}/"


def tag_slug(tag: str) -> str:
    """Return the folder name of a tag: itself when it is plain, else a hint and a hash that no other tag shares."""
    if len(tag) <= HINT_LIMIT and _PLAIN.fullmatch(tag) and not _TAGGED.fullmatch(tag) and not _RESERVED.fullmatch(tag):
        return tag
    digest = hashlib.blake2b(tag.encode("utf-8", "surrogatepass"), digest_size=10, person=b"tag").digest()
    hint = re.sub(r"[^a-z0-9]+", "-", tag.lower() if tag.isascii() else "").strip("-")[:HINT_LIMIT].strip("-")
    return f"{hint or 't'}-{b32encode(digest).decode().lower()[:10]}"


def relative(page: str, target: str) -> str:
    """Return `target` (a site path, perhaps with a fragment) as seen from the page at `page`."""
    path, mark, fragment = target.partition("#")
    if path == page:
        return mark + fragment if fragment else "./"
    folder = page[: page.rfind("/") + 1]
    ups = 0
    while not path.startswith(folder):
        folder = folder[: folder.rfind("/", 0, -1) + 1]
        ups += 1
    rest = path[len(folder) :]
    steps = "../" * ups + rest
    if not steps or (not ups and ":" in rest.partition("/")[0]):
        steps = f"./{rest}"
    return steps + mark + fragment


def of(kind: str, name: str) -> str:
    """Return the address of a page under the root of its language: `of("day", "2022-01-13")` is replays/2022/01/13/."""
    match kind:
        case "home":
            return ""
        case "years" | "year" | "month" | "day":
            return _period(name)
        case "watch" | "tombstone":
            return f"replays/{name}/"
        case "poster":
            return f"replays/{name}/poster.svg"
        case "attachment":
            return f"replays/{name}"
        case "vjs" | "tags":
            folder = "vj" if kind == "vjs" else "tags"
            return f"{folder}/in/{name}/" if name else f"{folder}/"
        case "vj":
            return f"vj/{name}/"
        case "vj_month":
            slug, _, period = name.partition("/")
            return f"vj/{slug}/{_cut_period(period)}"
        case "tag":
            period, _, tag = name.partition("|")
            return f"tags/{tag_slug(tag)}/" + (_cut_period(period) if period else "")
        case "page":
            return f"{name}/"
        case "not_found":
            return "404.html"
    raise ValueError(kind)


def read(path: str) -> tuple[str, str]:
    """Return (kind, name) of what an address means, whether there is such a page or not: the inverse of `of`.

    `path` is below the root of its language. A tag is named by its folder, since that may be all that is left of it.
    What no kind of list, broadcast or page of prose is called gives ("", path).
    """
    match path.rstrip("/").split("/"):
        case [""]:
            return "home", ""
        case ["replays", *parts] if (period := _name_of_period(parts)) is not None:
            return {0: "years", 4: "year", 7: "month"}.get(len(period), "day"), period
        case ["replays", *date, tag] if len(date) == 3 and _name_of_period(date):
            return "watch", "/".join([*date, tag])
        case ["vj" | "tags" as folder]:
            return f"{folder.rstrip('s')}s", ""
        case ["vj" | "tags" as folder, "in", prefix]:
            return f"{folder.rstrip('s')}s", prefix
        case ["vj", slug]:
            return "vj", slug
        case ["vj", slug, *parts] if _is_cut_period("-".join(parts)):
            return "vj_month", f"{slug}/{'-'.join(parts)}"
        case ["tags", folder, *parts] if not parts or _is_cut_period("-".join(parts)) or _YEAR.fullmatch(parts[0]):
            return "tag", f"{'-'.join(parts)}|{folder}"
        case ["404.html"]:
            return "not_found", ""
        case [slug]:
            return "page", slug
    return "", path


def _name_of_period(parts: list[str]) -> str | None:
    """Return the name of a period of the calendar by its folders, the inverse of `_period`; None when it is none."""
    found = _PERIOD.fullmatch("/".join(parts))
    if found is None:
        return None
    year, month, day, hour, minute = found.groups()
    date = "-".join(part for part in (year, month, day) if part)
    return date + (f"T{hour}" if hour else "") + (f":{minute}" if minute else "")


def _is_cut_period(period: str) -> bool:
    return _CUT.fullmatch(period) is not None


def _period(name: str) -> str:
    """Write "", "2022", "2022-01", "2022-01-13", "2022-01-13T21" or "2022-01-13T21:05" as folders."""
    if len(name) <= 10:
        return "replays/" + (name.replace("-", "/") + "/" if name else "")
    day, _, time = name.partition("T")
    hour, _, minute = time.partition(":")
    return _period(day) + f"{hour}h/" + (f"{minute}m/" if minute else "")


def _cut_period(period: str) -> str:
    """Write the piece of a cut list: "2022/", "2022-01/" or, of one day, "2022-01/13/"."""
    return f"{period[:7]}/{period[8:]}/" if len(period) == 10 else f"{period}/"
