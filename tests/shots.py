"""Take pictures of every kind of page, for people to look at: `make shots`.

Serves the built site on loopback (with byte ranges, so that media can be sought), takes the fullest page of each kind
in each language at three widths in both schemes, and writes PNG files into `shots/`. It says what no picture may have:
a page wider than its window, a script error, a refused request.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import sys
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

WIDTHS = (360, 768, 1280)
HEIGHT = 800
SCHEMES = ("light", "dark")
SETTLED_MS = 250
REFRESH = re.compile(r'<meta http-equiv="refresh"[^>]*>')
LOAD_ALL = """async () => {
  const images = [...document.images];
  for (const image of images) image.loading = "eager";
  await Promise.all(images.map((image) => image.decode().catch(() => null)));
}"""

# The first pattern that matches a page's path (without the language) names its kind.
KINDS = (
    ("home", r"index\.html"),
    ("not-found", r"404\.html"),
    ("years", r"replays/index\.html"),
    ("year", r"replays/\d{4}/index\.html"),
    ("month", r"replays/\d{4}/\d\d/index\.html"),
    ("day", r"replays/\d{4}/\d\d/\d\d/index\.html"),
    ("hour", r"replays/\d{4}/\d\d/\d\d/\d\d(h|-\d\d).*/index\.html"),
    ("watch", r"replays/\d{4}/\d\d/\d\d/\w{10}/index\.html"),
    ("vjs", r"vj/index\.html"),
    ("vjs-unnamed", r"vj/in/.*index\.html"),
    ("vj", r"vj/[^/]+/index\.html"),
    ("vj-month", r"vj/[^/]+/\d{4}.*/index\.html"),
    ("tags", r"tags/index\.html"),
    ("tag", r"tags/[^/]+/index\.html"),
    ("page", r"[^/]+/index\.html"),
)


class Files(SimpleHTTPRequestHandler):
    """A folder over HTTP, single byte ranges included."""

    def log_message(self, *args: object) -> None:
        """Stay quiet: the pictures are the output."""

    def do_GET(self) -> None:
        asked = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        path = Path(self.translate_path(self.path))
        if not asked or not path.is_file():
            super().do_GET()
            return
        size = path.stat().st_size
        first, last = int(asked[1]), min(int(asked[2] or size - 1), size - 1)
        if first > last:
            self.send_error(416)
            return
        self.send_response(206)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Range", f"bytes {first}-{last}/{size}")
        self.send_header("Content-Length", str(last - first + 1))
        self.end_headers()
        with path.open("rb") as file:
            file.seek(first)
            try:
                self.wfile.write(file.read(last - first + 1))
            except ConnectionError:  # a player that sought on does not want the rest
                self.close_connection = True


@contextmanager
def served(folder: Path):
    """Serve a folder on loopback; yields its address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Files, directory=str(folder))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def chosen_pages(site: Path) -> dict[str, str]:
    """Return name → path of the fullest page of each kind and language."""
    found: dict[str, tuple[int, str]] = {}
    for page in sorted(site.rglob("*.html")):
        relative = page.relative_to(site).as_posix()
        language, _, rest = relative.partition("/")
        is_translated = bool(re.fullmatch(r"[a-z]{2}(-\w+)?", language)) and language != "vj" and bool(rest)
        kind = kind_of(rest if is_translated else relative, page)
        name = f"{kind}-{language}" if is_translated else kind
        size = page.stat().st_size
        if size > found.get(name, (0, ""))[0]:
            found[name] = (size, relative)
    return {name: path for name, (_, path) in sorted(found.items())}


def kind_of(path: str, page: Path) -> str:
    text = page.read_text(encoding="utf-8")
    if 'http-equiv="refresh"' in text:
        return "redirect"
    kind = next((name for name, pattern in KINDS if re.fullmatch(pattern, path)), "other")
    if kind == "watch" and "<aftercast-player" not in text:
        return "tombstone"
    if kind == "watch" and '"audio":false' not in text:
        return "watch-audio"
    return kind


def hold(page: Page, address: str, file: Path) -> None:
    """Let a page that leads elsewhere stay when it is opened: its refresh and its script are left out."""
    text = REFRESH.sub("", file.read_text(encoding="utf-8"))
    page.route(address, lambda route: route.fulfill(body=text, content_type="text/html; charset=utf-8"))
    page.route("**/redirect.*.js", lambda route: route.fulfill(body="", content_type="text/javascript"))


def take(browser: Browser, address: str, name: str, file: Path, target: Path) -> list[str]:
    """Take the pictures of one page; return what is wrong with it."""
    wrong: list[str] = []
    for width in WIDTHS:
        for scheme in SCHEMES:
            size = {"width": width, "height": HEIGHT}
            page = browser.new_page(viewport=size, color_scheme=scheme)

            def heard(message: ConsoleMessage, place: str = f"{name} {width}") -> None:
                if message.type == "error":
                    wrong.append(f"{place}: {message.text}")

            page.on("console", heard)
            page.on("pageerror", lambda error, place=f"{name} {width}": wrong.append(f"{place}: {error}"))
            if name.startswith("redirect"):
                hold(page, address, file)
            page.goto(address, wait_until="load")
            page.evaluate(LOAD_ALL)
            page.wait_for_timeout(SETTLED_MS)
            over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            if over > 0:
                wrong.append(f"{name} {width}: {over} px wider than the window")
            page.screenshot(path=target / f"{name}-{width}-{scheme}.png", full_page=True)
            page.close()
    return wrong


def take_without_scripts(browser: Browser, address: str, name: str, target: Path) -> None:
    """Take a page as it is without scripts, and as it prints."""
    page = browser.new_page(viewport={"width": 1280, "height": HEIGHT}, java_script_enabled=False)
    page.goto(address, wait_until="load")
    page.screenshot(path=target / f"{name}-1280-without-scripts.png", full_page=True)
    page.emulate_media(media="print", color_scheme="dark")
    page.set_viewport_size({"width": 768, "height": HEIGHT})
    page.screenshot(path=target / f"{name}-768-print.png", full_page=True)
    page.close()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--site", type=Path, default=Path("output"), help="the built site")
    parser.add_argument("--shots", type=Path, default=Path("shots"), help="where the pictures go")
    parser.add_argument("--only", default="", help="only pages whose name contains this")
    options = parser.parse_args()
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if not chromium or not (options.site / "index.html").is_file():
        sys.stderr.write("expected Chromium and a built site: run `make site` first\n")
        return 2
    options.shots.mkdir(parents=True, exist_ok=True)
    flags = ["--no-sandbox"] if os.geteuid() == 0 else []
    wrong: list[str] = []
    with served(options.site) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=flags)
        for name, path in chosen_pages(options.site).items():
            if options.only not in name:
                continue
            url = address + path.removesuffix("index.html")
            wrong += take(browser, url, name, options.site / path, options.shots)
            if name.startswith(("watch", "day", "home", "vj")):
                take_without_scripts(browser, url, name, options.shots)
            sys.stdout.write(f"{name}: {path}\n")
        browser.close()
    found = "\n".join(dict.fromkeys(wrong)) or f"nothing wrong; the pictures are in {options.shots}/"
    sys.stdout.write(found + "\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
