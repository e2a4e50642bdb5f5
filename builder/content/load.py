"""The order in which content is read, and what the pieces must agree on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import msgspec

from builder import inside
from builder.addresses import load_zone
from builder.config import SITE_FILE, SiteConfig
from builder.content.beside import read_beside
from builder.content.curation import alias_at, curation_of, former_paths, tag_problems
from builder.content.front import FOLDERS, ContentFile, direction_problems, read_content_file, unfenced_problems
from builder.content.profiles import KEYS as PROFILE_KEYS
from builder.content.profiles import vj_of
from builder.content.slugs import Claims
from builder.content.standing import KEYS as PAGE_KEYS
from builder.content.standing import page_of
from builder.content.strays import misplaced_problems, stray_problems, unpublished_problems
from builder.fields import Place, nearest
from builder.model import Captions, Curation, MarkdownPage, Problem, Storyboard, Value, Vj
from builder.prose import Prose, without_address
from builder.redirects import FILE as REDIRECTS_FILE
from builder.redirects import MAX_BYTES, below_root
from builder.sessions import Rules, check_rules
from builder.strict_yaml import shown_text
from builder.wording import count

Holder = TypeVar("Holder", Vj, Curation, MarkdownPage)


class Content(Value, frozen=True):
    """All that people wrote for a site, each part sorted by its file's name."""

    vjs: tuple[Vj, ...] = ()
    curations: tuple[Curation, ...] = ()
    pages: tuple[MarkdownPage, ...] = ()
    captions: tuple[Captions, ...] = ()
    storyboards: tuple[Storyboard, ...] = ()
    digests: tuple[tuple[str, str], ...] = ()  # (relative path, digest) of every file read
    problems: tuple[Problem, ...] = ()


def load_content(source: Path, config: SiteConfig) -> Content:
    """Read profiles, curation and pages; the first mistake is a `ConfigError` naming file, line and field."""
    zone, prose = load_zone(config.timezone), Prose(config.left_out)
    files = {folder: _read_folder(source, folder, config.left_out) for folder in FOLDERS}
    vjs = tuple(vj_of(file, prose, zone=zone) for file in files["vjs"])
    curations = tuple(curation_of(file, prose, zone=zone) for file in files["replays"])
    pages = tuple(page_of(file, prose, languages=config.languages) for file in files["pages"])
    _check_addresses(files, vjs, pages, curations, config.languages)
    _check_languages(files["pages"], pages)
    vjs = tuple(_in_first_tree(vj, config.languages) for vj in vjs)
    pages = tuple(_in_first_tree(page, config.languages) for page in pages)
    curations = tuple(_in_first_tree(curation, config.languages, alias_at) for curation in curations)
    _check_broadcasters(files["replays"], curations, vjs)
    check_rules(Rules(vjs=vjs, curations=curations), _places(files["vjs"] + files["replays"]))
    beside = read_beside(source, {curation.source for curation in curations})
    everything = [file for folder in files.values() for file in folder]
    return Content(
        vjs=vjs,
        curations=curations,
        pages=pages,
        captions=beside.captions,
        storyboards=beside.storyboards,
        digests=tuple(sorted([*((file.source, file.digest) for file in everything), *beside.digests])),
        problems=(
            *_direction_problems(source),
            *(problem for folder in files for problem in stray_problems(source, folder)),
            *misplaced_problems(source),
            *unpublished_problems(source),
            *(problem for file in everything for problem in file.problems),
            *(problem for file in files["vjs"] for problem in unfenced_problems(file, PROFILE_KEYS)),
            *(problem for file in files["pages"] for problem in unfenced_problems(file, PAGE_KEYS)),
            *(problem for file in files["replays"] for problem in tag_problems(file)),
            *_address_problems(prose, files["vjs"], (vj.bio_html for vj in vjs)),
            *_address_problems(prose, files["replays"], (curation.description_html for curation in curations)),
            *_address_problems(prose, files["pages"], (page.html for page in pages)),
            *beside.problems,
        ),
    )


def _read_folder(source: Path, folder: str, base: str) -> list[ContentFile]:
    return [read_content_file(source, relative, base) for relative in inside.names(source, folder, ".md")]


def _address_problems(prose: Prose, files: Iterable[ContentFile], markups: Iterable[str]) -> Iterator[Problem]:
    for file, markup in zip(files, markups, strict=True):
        if number := without_address(markup):
            what = count(number, "link or picture is", "links and pictures are")
            first = next(iter(prose.without_address(file.body)), "")
            found = f"`{_shown_address(first)}`" if first else "another"
            message = f"expected an address that may be published, found {found}; {what} shown without one"
            yield Problem("address_dropped", message, source=file.source, line=_line_of(first, file))


def _shown_address(address: str) -> str:
    """Return an address without what may be secret in it: a user's name, a query."""
    return shown_text(re.sub(r"//[^/]*@", "//", address.partition("?")[0]))


def _line_of(address: str, file: ContentFile) -> int:
    at = file.body.find(address) if address else -1
    return file.body_line + file.body.count("\n", 0, at) if at >= 0 else 0


def _direction_problems(source: Path) -> Iterable[Problem]:
    for name in (SITE_FILE, REDIRECTS_FILE):
        raw = inside.read(source, name, MAX_BYTES)
        if raw:
            yield from direction_problems(raw, name)


def _check_addresses(
    files: dict[str, list[ContentFile]],
    vjs: Iterable[Vj],
    pages: Iterable[MarkdownPage],
    curations: Iterable[Curation],
    languages: Sequence[str],
) -> None:
    """Let each profile and page claim its address first, then its former ones; of a replay only these are known yet."""
    holders = [
        *((file, f"/vj/{vj.slug}/", vj.aliases) for file, vj in zip(files["vjs"], vjs, strict=True)),
        *((file, f"/{page.slug}/", page.aliases) for file, page in zip(files["pages"], pages, strict=True)),
    ]
    claims = Claims(languages)
    for file, address, _ in holders:
        claims.claim(address, address, file)
    for file, address, aliases in holders:
        for alias in aliases:
            claims.claim(alias, address, file, field="aliases")
            if alias == address:
                raise file.error("former addresses in `aliases`", f"the address itself, `{alias}`", field="aliases")
    for file, curation in zip(files["replays"], curations, strict=True):
        for path in former_paths(curation):
            claims.claim(path, file.name, file, field="aliases")


def _check_languages(files: Iterable[ContentFile], pages: Iterable[MarkdownPage]) -> None:
    """Refuse two files of one page that are both of one language, or both of every one."""
    seen: dict[tuple[str, str], ContentFile] = {}
    for file, page in zip(files, pages, strict=True):
        first = seen.setdefault((page.slug, page.language), file)
        if first is not file:
            found = f"`{page.language or 'every language'}`"
            raise file.error(f"another language than that of {first.name}", found, field="language")


def _in_first_tree(holder: Holder, languages: Sequence[str], alias_at: Callable[[str], str] = str) -> Holder:
    """Return a holder of former addresses with none below the root of a language: they lead on in every one."""
    aliases = tuple(alias_at(below_root(alias, languages)) for alias in holder.aliases)
    return holder if aliases == holder.aliases else msgspec.structs.replace(holder, aliases=aliases)


def _check_broadcasters(files: Iterable[ContentFile], curations: Iterable[Curation], vjs: Iterable[Vj]) -> None:
    slugs = {vj.slug for vj in vjs}
    for file, curation in zip(files, curations, strict=True):
        if curation.vj and curation.vj not in slugs and not curation.vj.startswith("s-"):
            node = next(value for key, value in file.pairs() if key == "vj")
            hint = nearest(curation.vj, slugs) if slugs else ""
            raise Place(file.name, "vj").error(node, "the slug of a profile in `vjs/`", hint=hint)


def _places(files: Iterable[ContentFile]) -> Callable[[str, str], str]:
    """Return what names a field of a file as messages do: `site_src/vjs/alice.md:3`."""
    by_source = {file.source: file for file in files}

    return lambda source, field: by_source[source].place(field)
