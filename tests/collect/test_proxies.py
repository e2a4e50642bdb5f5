"""The recipe for Caddy as it stands in the guide, in front of a receiver: only what is stored is answered 200."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import socket
import ssl
import subprocess
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

from tests.collect.support import DEADLINE, body_of, request_of, running

GUIDE = Path(__file__).parents[2] / "docs" / "collect.md"
RECIPE = re.compile(r"^## Behind Caddy\n\n((?:    .*\n|\n)+)", re.MULTILINE)
NAME = "hooks.example.com"
OPTIONS = "{{\nadmin off\nhttp_port {}\nhttps_port {}\nlocal_certs\nskip_install_trust\n}}\n"  # of a machine of its own
TLS = ssl.create_default_context()
TLS.check_hostname = False
TLS.verify_mode = ssl.CERT_NONE


def free_ports() -> tuple[int, int]:
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as other:
        return one.getsockname()[1], other.getsockname()[1]


def post(port: int, host: str, *, is_plain: bool = False) -> int:
    """Post a notification, over TLS with the right name in its greeting; returns the status."""
    with socket.create_connection(("127.0.0.1", port), timeout=DEADLINE) as connection:
        line = connection if is_plain else TLS.wrap_socket(connection, server_hostname=NAME)
        with line:
            line.sendall(request_of(body_of()).replace(b"Host: 127.0.0.1", f"Host: {host}".encode()))
            return int(line.recv(4096).split(b" ")[1])


@contextlib.contextmanager
def caddy(folder: Path, receiver: int) -> Iterator[tuple[int, int]]:
    """Run the recipe until the block ends; gives its ports for HTTP and for HTTPS."""
    found = RECIPE.search(GUIDE.read_text(encoding="utf-8"))
    assert found is not None
    plain, safe = free_ports()
    recipe = textwrap.dedent(found[1]).replace("127.0.0.1:8080", f"127.0.0.1:{receiver}")
    (folder / "Caddyfile").write_text(OPTIONS.format(plain, safe) + recipe, encoding="utf-8")
    process = subprocess.Popen(
        ["caddy", "run", "--adapter", "caddyfile", "--config", folder / "Caddyfile"],
        env=os.environ | {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)},
        stderr=subprocess.DEVNULL,
    )
    try:
        began = time.monotonic()
        while True:
            with contextlib.suppress(OSError):  # it listens, then makes its certificate
                post(safe, NAME)
                break
            assert time.monotonic() - began < DEADLINE, "Caddy does not answer"
            time.sleep(0.05)
        yield plain, safe
    finally:
        process.terminate()
        process.wait(DEADLINE)


def test_behind_caddy_only_what_is_stored_is_answered_200(tmp_path: Path, record_property) -> None:
    """Left to itself Caddy answers 200 to a name that it does not know, and the provider takes that for stored."""
    if shutil.which("caddy") is None:
        record_property("not tried", "the recipe for Caddy needs Caddy")
        return
    with running(tmp_path / "callbacks") as receiver, caddy(tmp_path, receiver.port) as (plain, safe):
        before = len(receiver.bodies())

        assert post(safe, NAME) == 200
        assert post(safe, "203.0.113.9") == 404
        assert post(plain, "203.0.113.9", is_plain=True) == 404
        assert post(plain, NAME, is_plain=True) == 308
        assert len(receiver.bodies()) == before + 1
