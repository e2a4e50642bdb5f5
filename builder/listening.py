"""Sockets that servers of ours listen on."""

from __future__ import annotations

import contextlib
import errno
import ipaddress
import socket

from builder.errors import ConfigError, reason_of


def authority(host: str, port: int) -> str:
    """Return a host and a port as addresses and `Host` headers have them: an IPv6 address short and in brackets."""
    with contextlib.suppress(ValueError):  # a name
        host = str(ipaddress.ip_address(host))
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def bound_socket(host: str, port: int, option: str = "--port") -> socket.socket:
    """Return a socket that has the address; one that cannot be had is a mistake of the command line.

    It is told its protocol: asyncio sets TCP_NODELAY only where that is TCP, and without it an answer in two pieces
    waits 40 ms for the peer.
    """
    with contextlib.ExitStack() as closing:
        try:
            family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
            sock = closing.enter_context(socket.socket(family, kind, protocol))
        except OSError as error:
            raise ConfigError(f"cannot listen on `{host}`: {reason_of(error)}") from error
        except UnicodeError as error:  # an empty or too long label, which Python finds before the system is asked
            raise ConfigError(f"`--host` expected an address or a host name, found `{host[:80]}`") from error
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind(address)
        except OSError as error:
            is_busy = error.errno == errno.EADDRINUSE
            raise ConfigError(
                f"cannot listen on `{host}` port {port}: {reason_of(error)}",
                hint=f"another program listens there; `{option} 0` takes a free port" if is_busy else "",
            ) from error
        closing.pop_all()
    return sock
