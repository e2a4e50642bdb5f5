"""The rooms and the arrows between them: imports point one way, and nobody reaches into a neighbour's private names."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2] / "builder"
BASE = {"model", "errors", "memory", "parent"}
# room → the rooms it may import from, beside itself and the base; what is not named may import everything below it
ALLOWED = {
    "model": set(),
    "errors": set(),
    "flush": set(),
    "lock": set(),
    "places": set(),
    "progress": set(),
    "snapshot": set(),
    "wording": set(),
    "addresses": set(),
    "base_path": set(),
    "secret_names": set(),
    "media": {"secret_names"},
    "sources": {"fields", "libyaml", "media", "secret_names"},
    "sessions": {"addresses"},
    "explain": {"addresses", "dates", "sessions", "wording"},
    "catalog": {"addresses", "flush", "media", "progress", "sessions", "sources", "wording"},
    "content": {"addresses", "base_path", "config", "fields", "inside", "prose", "redirects", "sessions", "strict_yaml"}
    | {"wording"},
    "drawing": {"addresses", "dates"},
    "pages": {"addresses", "catalog", "config", "content", "dates", "drawing", "messages", "redirects", "sessions"},
    "site_problems": {"addresses", "config", "content", "inside", "pages", "redirects", "sessions"}
    | {"snapshot", "wording"},
    "render": {"dates", "messages", "pages", "program", "prose"},
    "output": {"flush", "places"},
    "press": {"catalog", "content", "inside", "output", "pages", "render"},
    "check": set(),
    "listening": set(),
    "serve": {"listening"},
    "watch": {"snapshot"},
    "collect": {"listening", "secret_names", "sources"},
    "pull": {"flush", "sessions", "sources", "wording"},
}
OWN = {"builder.drawing.svg"}  # modules that only their own room imports
LONGEST = 350  # lines; at that size a module is split by noun


def imports(path: Path):
    """Yield (room, imported names) for every import of the package in a file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "builder":
            parts = node.module.split(".")
            rooms = [parts[1]] if len(parts) > 1 else [name.name for name in node.names]
            for room in rooms:
                yield room, node.module, [name.name for name in node.names]
        elif isinstance(node, ast.Import):
            for name in node.names:
                if name.name.startswith("builder."):
                    yield name.name.split(".")[1], name.name, []


def room_of(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


MODULES = sorted(path for path in ROOT.rglob("*.py") if "_vendor" not in path.parts and "_theme" not in path.parts)


def test_imports_point_one_way():
    """A room imports only rooms that the table allows, nobody imports the command line, no private names."""
    wrong = []
    for path in MODULES:
        room, shown = room_of(path), path.relative_to(ROOT).as_posix()
        for other, module, names in imports(path):
            if other in {room, "__version__"} or other in BASE:
                continue
            if room in ALLOWED and other not in ALLOWED[room]:
                wrong.append(f"{shown}: {room} may not import {module}")
            if other == "cli" and room not in {"cli", "__main__"}:
                wrong.append(f"{shown}: only `cli` prints and exits")
            if OWN & {module, *(f"{module}.{name}" for name in names)}:
                wrong.append(f"{shown}: {module} is for its own room")
            wrong += [f"{shown}: reaches into {module} for {name}" for name in names if name.startswith("_")]

    assert [line for line in wrong if "__version__" not in line] == []


def test_modules_are_small_and_say_what_they_own():
    """At most 350 lines, and a docstring at the head."""
    wrong = []
    for path in MODULES:
        text = path.read_text(encoding="utf-8")
        tree = ast.parse(text)
        if len(text.splitlines()) > LONGEST:
            wrong.append(f"{path.relative_to(ROOT)}: {len(text.splitlines())} lines")
        if tree.body and not ast.get_docstring(tree):
            wrong.append(f"{path.relative_to(ROOT)}: no docstring")

    assert wrong == []


def test_only_the_command_line_prints():
    """No `print`, no `click.echo`, no `sys.exit` outside `cli/`."""
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in MODULES
        if room_of(path) not in {"cli", "__main__"} and path.name != "__main__.py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"print", "click.echo", "sys.exit", "exit"}
    ]
    assert found == []


def test_text_is_marked_safe_in_one_room():
    """`Markup` is made only by the renderer, and no template says `|safe`."""
    makers = [
        path.relative_to(ROOT).as_posix()
        for path in MODULES
        if "Markup(" in path.read_text(encoding="utf-8") and room_of(path) != "render"
    ]
    templates = [
        path.name
        for path in (ROOT.parent / "templates").rglob("*.html")
        if "|safe" in path.read_text(encoding="utf-8").replace(" ", "")
    ]
    assert (makers, templates) == ([], [])
