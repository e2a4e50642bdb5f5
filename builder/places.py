"""Where things are: the source, the output, the state folder, the theme and the site's own templates."""

from __future__ import annotations

import os
from pathlib import Path

from builder.errors import ConfigError
from builder.model import Value

MARKER = ".aftercast-output"  # in each folder that pages were published in
STATE_FOLDER = ".aftercast"


class Places(Value, frozen=True):
    """The folders of one site, absolute."""

    source: Path
    output: Path
    state: Path
    theme: Path
    overrides: Path | None = None  # the site's own `templates/`, which may be missing, or come while a watcher runs
    state_is_temporary: bool = False  # the usual place is not writable: a clean build each time

    @property
    def templates(self) -> list[Path]:
        """Return the folders of templates, the site's own before the theme."""
        return [self.overrides, self.theme] if self.overrides else [self.theme]

    @property
    def lock(self) -> Path:
        return self.state / "lock"


def find_places(source: Path, output: Path | None = None, state: Path | None = None) -> Places:
    """Resolve the folders; a source that is not a folder is a ConfigError."""
    need_source(source)
    origin = Path(os.path.abspath(source))  # noqa: PTH100  links in the path stay as the user wrote them
    wanted = Path(os.path.abspath(state)) if state else origin.parent / STATE_FOLDER / origin.name  # noqa: PTH100
    refuse_overlap(wanted, source)
    for folder in (wanted, *wanted.resolve().parents):
        if os.path.lexists(folder / MARKER):  # whatever command published there
            refuse_overlap(wanted, folder)
    usable = is_writable(wanted)
    if not usable and state is not None:
        raise ConfigError(f"{state}: expected a state folder that can be written, found one that cannot")
    theme, overrides = theme_folder(), origin.parent / "templates"
    return Places(
        source=origin,
        output=Path(os.path.abspath(output or origin.parent / "output")),  # noqa: PTH100
        state=wanted if usable else temporary_folder(),
        theme=theme,
        overrides=overrides if os.path.realpath(overrides) != os.path.realpath(theme) else None,
        state_is_temporary=not usable,
    )


def refuse_overlap(state: Path, folder: Path) -> None:
    """Refuse a state folder whose files would be published, read as records or taken for pages."""
    one, other = state.resolve(), folder.resolve()
    if one == other or one in other.parents or other in one.parents:
        raise ConfigError(
            f"{state}: expected a state folder apart, found one that overlaps `{folder}`",
            hint=f"give it a folder of its own with `--state`, such as `{STATE_FOLDER}` beside the source",
        )


def need_source(source: Path) -> None:
    """Raise `ConfigError` where there is no folder of sources."""
    if not source.is_dir():
        raise ConfigError(
            f"{source}: expected the folder of a site's sources, found {'a file' if source.exists() else 'nothing'}",
            hint="give it with `--source`, or start a site with `aftercast init DIR`",
        )


def temporary_folder() -> Path:
    import tempfile  # here: it brings random numbers and three kinds of archives, and is hardly ever needed

    return Path(tempfile.mkdtemp(prefix="aftercast-"))


def is_writable(folder: Path) -> bool:
    """Say whether the folder is there, or can be made, and takes files."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK | os.X_OK)


def theme_folder() -> Path:
    """Return the default theme: inside the package in a wheel, beside it in a checkout."""
    packaged = Path(__file__).parent / "_theme"
    return packaged if packaged.is_dir() else Path(__file__).parent.parent / "templates"
