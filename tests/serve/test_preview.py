"""The preview over raw sockets: files, ranges, hosts, hostile targets, the event stream."""

import asyncio
import errno
import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Container
from pathlib import Path

import pytest
import uvicorn

from builder.errors import ConfigError
from builder.serve import News, Preview, listen
from builder.serve.news import BUILDS_KEPT, PATHS_KEPT
from builder.serve.server import PreviewServer

HOSTILE = Path(__file__).parents[1] / "hostile"
PAGE = "<!doctype html><html><head><title>t</title></head><body>hello</body></html>"
BUILT = {"index.html", "a/index.html", "404.html", "clip.mp4", "list.m3u8", "one.ts", "seg.m4s", "v.flv", "v.aac",
         "link_to_secret", "link_abs", "link_loop", "fifo", "dirlink/x.txt"}  # fmt: skip


class Running:
    """The preview on a free port in a thread of its own."""

    def __init__(self, root: Path, built: Container[str] = BUILT) -> None:
        self.news = News()
        self.sockets = listen(0)
        self.port = self.sockets[0].getsockname()[1]
        up = threading.Event()
        preview = Preview(root, lambda: built, self.news, port=self.port)
        config = uvicorn.Config(preview, log_config=None, access_log=False, lifespan="off", http="h11", ws="none",
                                timeout_graceful_shutdown=2)  # fmt: skip
        self.server = PreviewServer(config, preview, up.set)
        self.thread = threading.Thread(target=lambda: asyncio.run(self.server.serve(self.sockets)))
        self.thread.start()
        assert up.wait(20)

    def close(self) -> None:
        self.server.should_exit = True
        self.thread.join(20)
        assert not self.thread.is_alive()

    def raw(self, request: bytes, *, timeout: float = 10) -> bytes:
        with socket.create_connection(("127.0.0.1", self.port), timeout=timeout) as connection:
            connection.sendall(request)
            answer = b""
            while chunk := connection.recv(65536):
                answer += chunk
            return answer

    def get(self, target: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
        lines = {"Host": f"127.0.0.1:{self.port}", **{k.replace("_", "-"): v for k, v in headers.items()}}
        head = f"{method} {target} HTTP/1.1\r\n" + "".join(f"{k}: {v}\r\n" for k, v in lines.items())
        return parsed(self.raw((head + "Connection: close\r\n\r\n").encode()))


def parsed(answer: bytes) -> tuple[int, dict[str, str], bytes]:
    head, _, body = answer.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    return int(first.split()[1]), {k.lower(): v for k, v in (line.split(": ", 1) for line in lines)}, body


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    home = tmp_path_factory.mktemp("preview")
    (home / "secret.txt").write_text("CANARYPREVIEW0001")
    root = home / "out"
    (root / "a").mkdir(parents=True)
    for name in ("index.html", "a/index.html", "404.html"):
        (root / name).write_text(PAGE)
    (root / "clip.mp4").write_bytes(bytes(range(256)) * 40)
    for name in ("list.m3u8", "one.ts", "seg.m4s", "v.flv", "v.aac"):
        (root / name).write_bytes(b"x")
    (root / "link_to_secret").symlink_to("../secret.txt")
    (root / "link_abs").symlink_to("/etc/passwd")
    (root / "link_loop").symlink_to("link_loop")
    (root / "link_to_dir").symlink_to("..")
    (root / "dirlink").symlink_to("..")
    os.mkfifo(root / "fifo")
    for name in (".git/config", ".env", ".staging/x"):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text("CANARYPREVIEW0001")
    server = Running(root)
    yield server
    server.close()


def test_a_page_carries_the_reload_script_only_here(running):
    status, headers, body = running.get("/")

    assert status == 200
    assert headers["content-type"] == "text/html; charset=utf-8"
    assert b'<script src="/-/reload.js" data-builds="' in body
    assert b"hello" in body


def test_a_forgotten_slash_is_redirected_on_this_host(running):
    status, headers, _ = running.get("/a")

    assert (status, headers["location"]) == (308, "/a/")


def test_an_unknown_page_is_the_sites_own_404(running):
    status, _, body = running.get("/nothing/")

    assert status == 404
    assert b"hello" in body


@pytest.mark.parametrize(
    ("header", "status", "content_range", "length"),
    [
        ("bytes=0-9", 206, "bytes 0-9/10240", 10),
        ("bytes=10-", 206, "bytes 10-10239/10240", 10230),
        ("bytes=-5", 206, "bytes 10235-10239/10240", 5),
        ("bytes=10239-99999", 206, "bytes 10239-10239/10240", 1),
        ("bytes=10240-", 416, "bytes */10240", 0),
        ("bytes=-0", 416, "bytes */10240", 0),
        ("bytes=5-2", 200, None, 10240),
        ("bytes=0-1,4-5", 200, None, 10240),
        ("lines=0-1", 200, None, 10240),
        ("bytes=٣-٤", 200, None, 10240),
    ],
)
def test_one_range_is_answered_and_anything_else_ignored(running, header, status, content_range, length):
    got, headers, body = running.get("/clip.mp4", Range=header)

    assert (got, headers.get("content-range"), len(body)) == (status, content_range, length)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("list.m3u8", "application/vnd.apple.mpegurl"),
        ("one.ts", "video/mp2t"),
        ("seg.m4s", "video/iso.segment"),
        ("v.flv", "video/x-flv"),
        ("v.aac", "audio/aac"),
        ("clip.mp4", "video/mp4"),
    ],
)
def test_media_have_their_types(running, name, kind):
    assert running.get(f"/{name}")[1]["content-type"] == kind


def test_head_has_the_length_and_no_body(running):
    status, headers, body = running.get("/clip.mp4", method="HEAD")

    assert (status, headers["content-length"], body) == (200, "10240", b"")


TARGETS = [
    json.loads(line)
    for line in (HOSTILE / "preview_targets.txt").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]


def test_hostile_targets_reach_nothing(running):
    """Every target is answered in time, below 500, without the canary, and the server lives on."""
    assert len(TARGETS) == 86
    for target in TARGETS:
        request = f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1:{running.port}\r\nConnection: close\r\n\r\n"
        answer = running.raw(request.encode("utf-8", "surrogateescape"), timeout=5)
        assert answer.startswith(b"HTTP/1.1 "), target[:80]
        status, headers, body = parsed(answer)
        assert status < 500, target[:80]
        assert b"CANARY" not in answer, target[:80]
        assert b"root:" not in body, target[:80]
        assert headers.get("location", "/x").startswith("/"), target[:80]
        assert not headers.get("location", "/x").startswith("//"), target[:80]
        assert running.get("/")[0] == 200, target[:80]


def origin_rows():
    for number, line in enumerate((HOSTILE / "host_origin.tsv").read_text(encoding="utf-8").splitlines(), 1):
        if not line.startswith("#"):
            kind, host, origin, site, expect, _ = line.split("\t")
            yield pytest.param(kind, json.loads(host), json.loads(origin), site, expect, id=f"line{number}")


@pytest.mark.parametrize(("kind", "host", "origin", "site", "expect"), list(origin_rows()))
def test_hosts_and_origins(running, kind, host, origin, site, expect):
    """Each row of the corpus; its WebSocket rows become the event stream that we have instead."""
    if host is None:
        pytest.fail("the corpus names a host on every row")
    named = host.replace("8000", str(running.port))
    source = origin.replace("8000", str(running.port))
    method = {"OPTIONS-PNA": "OPTIONS", "POST": "POST", "PUT": "PUT", "CONNECT": "CONNECT"}.get(kind, "GET")
    target = {"WS": "/-/events", "SSE": "/-/events", "CONNECT": "evil.example:443"}.get(kind, "/")
    lines = [f"{method} {target} HTTP/1.1", f"Host: {named}"]
    lines += [f"Origin: {source}"] if source else []
    lines += [f"Sec-Fetch-Site: {site}"] if site else []
    lines += ["Access-Control-Request-Private-Network: true"] if kind == "OPTIONS-PNA" else []
    request = ("\r\n".join(lines) + "\r\nConnection: close\r\n\r\n").encode("latin-1")
    status, headers, _ = first_answer(running, request)

    assert not any(name.startswith("access-control-") for name in headers)
    if expect == "allow":
        assert status == 200
    elif expect == "deny":
        assert 400 <= status < 500
    elif expect == "no-cors":
        assert status == (405 if method == "OPTIONS" else 200)
    assert running.get("/")[0] == 200


def first_answer(running, request: bytes):
    """Read the head of the answer only: an event stream never ends."""
    with socket.create_connection(("127.0.0.1", running.port), timeout=10) as connection:
        connection.sendall(request)
        answer = b""
        while b"\r\n\r\n" not in answer and (chunk := connection.recv(4096)):
            answer += chunk
    return parsed(answer)


def test_another_site_cannot_include_our_files_as_scripts(running):
    assert running.get("/a/", Sec_Fetch_Site="cross-site", Sec_Fetch_Dest="script")[0] == 403
    assert running.get("/-/state", Sec_Fetch_Site="cross-site", Sec_Fetch_Dest="empty")[0] == 403


def test_events_say_when_a_build_changed_something(running):
    """The stream holds a counter and nothing else."""
    request = f"GET /-/events HTTP/1.1\r\nHost: 127.0.0.1:{running.port}\r\nSec-Fetch-Site: same-origin\r\n\r\n"
    with socket.create_connection(("127.0.0.1", running.port), timeout=10) as connection:
        connection.sendall(request.encode())
        before = running.news.builds
        seen = read_until(connection, f"data: {before}\n\n")
        running.news.building()
        running.news.built(["a/index.html"])
        seen += read_until(connection, f"data: {before + 1}\n\n")

    assert "data: " in seen


def read_until(connection: socket.socket, words: str) -> str:
    text = ""
    while words not in text:
        chunk = connection.recv(4096)
        assert chunk, f"the stream ended before {words!r}"
        text += chunk.decode()
    return text


def test_a_failed_build_is_told_and_gone_when_mended(running):
    running.news.failed("site_src/site.yaml:3: `title` expected text, found `[]`")
    told = json.loads(running.get("/-/state")[2])
    page = running.get("/missing/x.txt")
    running.news.built([])
    mended = json.loads(running.get("/-/state")[2])

    assert told["error"] == "site_src/site.yaml:3: `title` expected text, found `[]`"
    assert page[0] == 503
    assert b"site.yaml:3" in page[2]
    assert (mended["error"], mended["builds"] > told["builds"]) == ("", True)


def test_an_output_that_is_gone_is_told_in_a_page_that_comes_back(tmp_path):
    """Also while the catalog knows its files."""
    running = Running(tmp_path / "gone")
    known, unknown = running.get("/"), running.get("/nothing/")
    running.close()

    assert (known[0], unknown[0]) == (503, 503)
    assert b"<h1>There is no output</h1>" in known[2]
    assert b'<script src="/-/reload.js" data-builds="0" data-file=""' in known[2]


def test_the_state_names_the_files_that_changed_since_a_page_was_served(running):
    """A page reloads for its own files only; whoever cannot be told reloads for everything."""
    first = json.loads(running.get("/-/state")[2])["builds"]
    running.news.built(["a/index.html", "index.html"])
    running.news.built(["clip.mp4"])
    last = first + 2

    def changed(query):
        told = json.loads(running.get(f"/-/state{query}")[2])
        assert told["builds"] == last
        return told["changed"]

    assert changed(f"?since={first}") == ["a/index.html", "clip.mp4", "index.html"]
    assert changed(f"?since={first + 1}") == ["clip.mp4"]
    assert changed(f"?since={last}") == []
    assert [changed(query) for query in ("", f"?since={last + 1}", "?since=-1", "?since=x", "?since=1&since=2")] == [
        None
    ] * 5
    running.news.built(None)
    assert json.loads(running.get(f"/-/state?since={last}")[2])["changed"] is None
    body = running.get("/a/")[2]
    assert f'data-builds="{last + 1}" data-file="a/index.html"'.encode() in body
    assert b'data-file="404.html"' in running.get("/nothing/")[2]


def test_what_builds_changed_is_not_kept_for_ever():
    """Neither the paths of a large build nor those of the builds of a long day."""
    news = News()
    for number in range(BUILDS_KEPT + 1):
        news.built([f"{number}.html"])

    assert news.changed_since(0) is None
    assert len(news.changed_since(1)) == BUILDS_KEPT
    news.built([str(number) for number in range(PATHS_KEPT + 1)])
    assert news.changed_since(BUILDS_KEPT + 1) is None


def test_a_request_waits_for_the_running_build(running):
    running.news.building()
    timer = threading.Timer(0.3, lambda: running.news.built([]))
    timer.start()
    status, _, _ = running.get("/")
    timer.join()

    assert status == 200
    assert not running.news.is_building


def test_an_unknown_file_with_a_suffix_is_a_plain_404(running):
    status, headers, body = running.get("/x.png")

    assert (status, headers["content-type"], body) == (404, "text/plain; charset=utf-8", b"not found\n")


def test_a_port_in_use_is_said_as_the_receiver_says_it():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigError) as told:
            listen(port)

    assert told.value.sentence == f"cannot listen on `127.0.0.1` port {port}: address already in use"
    assert told.value.hint == "another program listens there; `--port 0` takes a free port"


def test_a_further_answer_on_a_connection_comes_at_once(running):
    """Its head and body are two pieces; the second must not wait for the peer, which is silent for 40 ms."""
    connection = http.client.HTTPConnection("127.0.0.1", running.port)
    taken = []
    for _ in range(6):
        before = time.perf_counter()
        connection.request("GET", "/")
        connection.getresponse().read()
        taken.append(time.perf_counter() - before)
    connection.close()

    assert min(taken[1:]) < 0.03


def test_a_machine_without_ipv6_is_served_on_ipv4_alone(monkeypatch):
    class WithoutIpv6(socket.socket):
        def __init__(self, family=-1, *arguments, **options):
            if family == socket.AF_INET6:
                raise OSError(errno.EAFNOSUPPORT, os.strerror(errno.EAFNOSUPPORT))
            super().__init__(family, *arguments, **options)

    monkeypatch.setattr(socket, "socket", WithoutIpv6)
    sockets = listen(0)
    for endpoint in sockets:
        endpoint.close()

    assert [endpoint.family for endpoint in sockets] == [socket.AF_INET]
    with pytest.raises(ConfigError, match="address family not supported"):
        listen(0, "::1")


@pytest.mark.parametrize(("host", "shown"), [("::1", "[::1]"), ("0:0:0:0:0:0:0:0", "[::]"), ("0.0.0.0", "0.0.0.0")])
def test_the_address_that_is_printed_is_one_that_answers(tmp_path, host, shown):
    """An IPv6 address stands in brackets, and as short as browsers say it, however it was given."""
    (tmp_path / "site_src").mkdir()
    command = [sys.executable, "-m", "builder", "serve", "--port", "0", "--host", host]
    process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    address = process.stdout.readline().strip()
    name, _, port = address.removeprefix("http://").removesuffix("/").rpartition(":")
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall(f"GET /-/nothing HTTP/1.1\r\nHost: {name}:{port}\r\nConnection: close\r\n\r\n".encode())
        status = connection.recv(100).split()[1]
    process.terminate()
    process.communicate(timeout=60)

    assert (name, status) == (shown, b"404")
