"""Everything of a site that a build needs, loaded once and again when its files change.

A one-shot build loads it and is done; `watch` and `serve` keep it, so that a new record costs no reading of
profiles and no compiling of templates. Each worker process of a parallel build gets a copy, so that all pages are made
of the same things whatever is written to the folder meanwhile.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from builder import inside, messages, redirects
from builder.assets import Asset, collect_assets
from builder.catalog import Catalog, Inputs
from builder.config import SITE_FILE, SiteConfig
from builder.content import Content, read_written
from builder.content.strays import curation_names, unread_curation
from builder.errors import ConfigError
from builder.memory import Memory, digest_of_parts
from builder.model import Problem
from builder.pages import KINDS, Site
from builder.pages.site import static_name
from builder.places import Places
from builder.program import code_digest
from builder.render import Renderer
from builder.sessions import Rules
from builder.snapshot import Snapshot, facts_of, scan
from builder.sources import SourceSettings
from builder.sources.callback_keys import callback_keys_if_any

EPOCH_VARIABLE = "SOURCE_DATE_EPOCH"


class Workshop:
    """A site's configuration, content and theme.

    `environ` is where keys come from. `stays`: this process builds again and again (`watch`, `serve`).
    """

    config: SiteConfig
    content: Content
    assets: tuple[Asset, ...]
    renderer: Renderer
    redirects: redirects.Table
    redirects_seen: Snapshot  # their file as it was when they were read, with what builds wrote by then

    def __init__(self, places: Places, environ: Mapping[str, str], *, stays: bool = False) -> None:
        self.places = places
        self.stays = stays
        self.environ = dict(environ)  # which a copy for another process takes along
        self.cache = places.state / "templates"
        self.memory = Memory(self.cache)
        self.program = code_digest(self.memory)
        self._theme_stamp: tuple[tuple[str, ...], Snapshot] | None = None
        self.load()

    def load(self) -> None:
        """Read everything but the records; errors name file, line and field."""
        kinds = [kind.name for kind in KINDS]
        written = read_written(self.places.source, self.environ, kinds=kinds, memory=self.memory, program=self.program)
        self.config, self.content = written.config, written.content
        self.load_redirects()
        self.load_theme()

    def load_theme(self) -> None:
        """Read templates, messages and assets, unless no file of them changed since the last time."""
        templates = self.places.templates
        static = self.places.source / "static"
        stamp = (self.config.languages, scan([*templates, static]))
        if stamp == self._theme_stamp:
            return
        self.messages = messages.load(templates, self.config.languages, self.memory, self.program)
        self.assets = collect_assets(templates, static, memory=self.memory, program=self.program)
        self.addresses = {asset.name: asset.url for asset in self.assets}
        self.renderer = Renderer(templates, self.messages, self.addresses, cache=self.cache, stays=self.stays)
        self._theme_stamp = stamp

    def load_redirects(self, more: Mapping[str, str] | None = None) -> None:
        """Read `redirects.yaml`; `more` are lines that it would have."""
        file = str(self.places.source / redirects.FILE)
        facts = facts_of(file)  # before it is read: an edit in between is then a change
        self.redirects_seen = {file: facts} if facts else {}
        raw = inside.read(self.places.source, redirects.FILE, redirects.MAX_BYTES) or b""
        name = inside.shown_name(self.places.source, redirects.FILE)
        base = self.config.left_out
        made_of = digest_of_parts([self.program, base, raw])
        made = partial(redirects.parse, raw, name, base)
        table = self.memory.recall("redirects", made_of, dict[str, str], made) if raw else {}
        self.redirects = redirects.Table({**table, **(more or {})}, self.config.languages)

    def site(self, catalog: Catalog) -> Site:
        """Return what pages are given, as the catalog stands."""
        return Site(
            catalog=catalog,
            config=self.config,
            content=self.content,
            messages=self.messages,
            now_ms=self.now_override_ms() or catalog.now_ms(),
            assets=self.addresses,
            redirects=self.redirects,
            source=self.places.source,
            named=self.renderer.named_fields,
        )

    def inputs(self) -> Inputs:
        """Return what reading and grouping need."""
        config = self.config
        return Inputs(
            source=self.places.source,
            settings=SourceSettings(keys=callback_keys_if_any(self.environ)),
            rules=Rules(
                grouping=config.grouping,
                zone=config.timezone,
                day_starts_at_minutes=config.day_starts_at_minutes,
                vjs=self.content.vjs,
                curations=self.content.curations,
                slug_key=config.slug_key.encode(),
                posters=config.media.posters,
            ),
            media=config.media,
            now_override_ms=self.now_override_ms(),
            unread=unread_curation(self.places.source, self.content.problems),
            names=curation_names(self.places.source),
        )

    def problems(self) -> list[Problem]:
        """Return what is wrong with what people wrote, templates and messages too."""
        return [*self.content.problems, *self.renderer.problems(KINDS)]

    def warnings(self) -> list[str]:
        """Return what the operator should know on every build."""
        found = []
        if not (self.places.source / SITE_FILE).exists():
            found.append("site.yaml: expected the settings of the site, found no file: all are the defaults")
        if self.config.slug_key_derived:
            found.append(
                "site.yaml: no `slug_key`: the addresses of streams without a profile can be guessed; "
                "`aftercast init` writes one, or set `AFTERCAST_SLUG_KEY`"
            )
        base = urlsplit(self.config.base_url).path[1:].partition("/")[0]
        if any(page.slug == base for page in self.content.pages):
            found.append(
                f"pages/: `{base}` is the name of the base path too: an address that begins with `/{base}/` is taken "
                "as it is written, for something below that page"
            )
        return found

    def now_override_ms(self) -> int | None:
        text = self.environ.get(EPOCH_VARIABLE, "")
        if not text:
            return None
        if not (text.isascii() and text.isdigit() and len(text) <= 12):
            raise ConfigError(f"`{EPOCH_VARIABLE}` expected unix seconds, found `{text[:40]}`")
        return int(text) * 1000

    def digests(self) -> dict[str, str]:
        """Return a digest per input that is not a record: what changed between two builds is told by their names."""
        found = {"config": digest_of(self.config), "redirects": self.redirects_digest()}
        for kind in KINDS:
            for language in ("", *self.config.languages):
                found[f"theme {kind.name} {language}".rstrip()] = self.renderer.theme_digest(kind, language)
        found |= {f"content {name}": digest for name, digest in self.content.digests}
        there = {asset.name for asset in self.assets}
        for vj in self.content.vjs:  # a profile shows its pictures only while they are there
            missing = [url for url in (vj.photo, vj.banner) if url and static_name(url) not in there]
            if missing:
                found[f"content {vj.source}"] += f" without {' '.join(missing)}"
        found |= {f"asset {asset.path}": asset.digest for asset in self.assets}
        return found

    def redirects_digest(self) -> str:
        return digest_of([sorted(self.redirects.targets.items()), self.redirects.former_languages])


def digest_of(value: object) -> str:
    """Return a digest of any encodable value; sets are sorted first."""
    return hashlib.blake2b(msgspec.json.encode(value, order="deterministic"), digest_size=12).hexdigest()


def source_folders(places: Places) -> list[Path]:
    """Return the folders whose files a build depends on."""
    return [places.source, *places.templates]
