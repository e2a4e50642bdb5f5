"""Connections: keep-alive, pipelining, time limits, slow and silent senders, too many of them."""

from __future__ import annotations

import contextlib
import resource
import socket
import threading
import time
from pathlib import Path

import pytest

from builder.collect.crowd import Crowd, peer_of
from builder.collect.disk import Disk
from builder.collect.limits import Limits
from tests.collect.support import DEADLINE, Line, Running, body_of, request_of, running, stored_bodies

QUICK = Limits(request_seconds=0.3, idle_seconds=0.2, linger_seconds=0.2)


def test_one_connection_takes_many_requests(tmp_path: Path) -> None:
    """Keep-alive: good and refused ones, each judged alone."""
    bodies = [body_of("1"), body_of("2", key=b"forged"), b"{", body_of("3")]
    with running(tmp_path) as receiver:
        line = Line(receiver.port)
        statuses = []
        for body in bodies:
            line.send(request_of(body))
            statuses.append(line.answer().status)
        line.close()

    assert statuses == [200, 403, 400, 200]


def test_pipelined_requests_are_answered_in_order(tmp_path: Path) -> None:
    """Five hundred at once, cut into pieces that fit no border, by length and in chunks."""
    bodies = [body_of(str(number)) for number in range(250)]
    chunked = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n"
    stream = b"".join(request_of(body) + chunked % (len(body), body) for body in bodies)
    with running(tmp_path) as receiver:
        line = Line(receiver.port)
        sender = threading.Thread(
            target=lambda: [line.send(stream[at : at + 997]) for at in range(0, len(stream), 997)]
        )
        sender.start()
        statuses = [line.answer().status for _ in range(500)]
        sender.join()
        line.close()
        stored = receiver.bodies()

    assert statuses == [200] * 500
    assert stored == [body.decode() for body in bodies for _ in range(2)]


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_a_connection_is_closed_when_asked(tmp_path: Path, version: str) -> None:
    """HTTP/1.0 without a word, HTTP/1.1 with `Connection: close`."""
    extra = ["Connection: close"] if version == "1.1" else []
    request = request_of(body_of(), "/", *extra).replace(b"HTTP/1.1", f"HTTP/{version}".encode())
    with running(tmp_path) as receiver:
        line = Line(receiver.port)
        line.send(request)
        answer = line.answer()

        assert answer.status == 200
        assert "connection: close" in answer.head
        assert line.is_closed()
        line.close()


def test_a_connection_that_both_sides_ended_is_gone_at_once(tmp_path: Path) -> None:
    """Not only after the linger: a sender that opens one for each notification would soon have too many."""
    with running(tmp_path, limits=Limits(linger_seconds=DEADLINE)) as receiver:
        for number in range(3):
            assert receiver.post(body_of(str(number)), "/", "Connection: close") == 200
        deadline = time.monotonic() + 5
        while (connections := receiver.metric("connections")) > 1 and time.monotonic() < deadline:
            time.sleep(0.01)

    assert connections == 1  # the one that asks


def test_an_empty_line_before_a_request_is_ignored(tmp_path: Path) -> None:
    """Some senders end a body with a line end of their own."""
    with running(tmp_path) as receiver:
        line = Line(receiver.port)
        line.send(request_of(body_of("1")) + b"\r\n" + request_of(body_of("2")))
        statuses = [line.answer().status, line.answer().status]
        line.close()

    assert statuses == [200, 200]


def test_continue_is_said_when_the_sender_waits_for_it(tmp_path: Path) -> None:
    """The body is sent only after the interim answer."""
    body = body_of()
    with running(tmp_path) as receiver:
        line = Line(receiver.port)
        line.send(request_of(body, "/", "Expect: 100-continue")[: -len(body)])
        interim = line._until(b"\r\n\r\n")
        line.send(body)
        answer = line.answer()
        line.close()

    assert interim == b"HTTP/1.1 100 Continue"
    assert answer.status == 200


def test_a_sender_that_ends_its_half_is_answered(tmp_path: Path) -> None:
    """A whole request and then no more: 200. Half a request and then no more: 400, at once."""
    with running(tmp_path) as receiver:
        statuses = []
        for content in (request_of(body_of()), request_of(body_of())[:-5]):
            line = Line(receiver.port)
            line.send(content)
            line.socket.shutdown(socket.SHUT_WR)
            statuses.append(line.answer().status)
            line.close()

    assert statuses == [200, 400]


def test_everything_whole_is_answered_before_the_end(tmp_path: Path) -> None:
    """Three requests and a half at once, and then no more: three times 200, 400, the end."""
    bodies = [body_of(str(number)) for number in range(4)]
    with running(tmp_path) as receiver:
        line = Line(receiver.port)
        line.send(b"".join(request_of(body) for body in bodies)[:-5])
        line.socket.shutdown(socket.SHUT_WR)
        statuses = [line.answer().status for _ in range(4)]
        assert line.answer() is None
        line.close()
        assert receiver.bodies() == [body.decode() for body in bodies[:3]]

    assert statuses == [200, 200, 200, 400]


def test_refusals_at_once_are_answered_in_order_too(tmp_path: Path) -> None:
    """Thousands that need no disk, in one go, and then no more: each has its answer, and nothing piles up inside."""
    refused = [request_of(b"{"), request_of(body_of(key=b"forged")), request_of(b"x", "/", "Content-Encoding: gzip")]
    with running(tmp_path) as receiver:
        line = Line(receiver.port)

        def send() -> None:
            line.send(b"".join(refused * 1_000))
            line.socket.shutdown(socket.SHUT_WR)

        sender = threading.Thread(target=send)
        sender.start()
        statuses = [line.answer().status for _ in range(3_000)]
        sender.join()
        assert line.answer() is None
        line.close()

    assert statuses == [400, 403, 415] * 1_000


def test_a_reset_in_the_middle_leaves_nothing(tmp_path: Path) -> None:
    """The sender is gone; nothing is stored and the next one is answered."""
    with running(tmp_path) as receiver:
        line = Line(receiver.port)
        line.send(request_of(body_of("1"))[:-5])
        line.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        line.close()
        assert receiver.post(body_of("2")) == 200
        assert receiver.bodies() == [body_of("2").decode()]


@pytest.mark.parametrize("sent", [b"POST / HT", request_of(body_of())[:-5], b"\r\n\r\n"], ids=["head", "body", "blank"])
def test_a_request_that_does_not_end_is_given_up(tmp_path: Path, sent: bytes) -> None:
    """408 where there is half a request, a plain close where there is none."""
    with running(tmp_path, limits=QUICK) as receiver:
        line = Line(receiver.port)
        line.send(sent)
        answer = line.answer()
        assert line.is_closed()
        line.close()

    assert (answer.status if answer else None) == (None if sent == b"\r\n\r\n" else 408)


def test_a_byte_now_and_then_does_not_stretch_the_time(tmp_path: Path) -> None:
    """The limit is for the whole request, whatever trickles in; also for blank lines on a kept connection."""
    with running(tmp_path, limits=QUICK) as receiver:
        line = Line(receiver.port)
        line.send(request_of(body_of()))
        assert line.answer() is not None
        line.socket.settimeout(0.02)
        closed = False
        deadline = time.monotonic() + DEADLINE
        while not closed and time.monotonic() < deadline:
            try:
                line.socket.sendall(b"\r\n")
                closed = not line.socket.recv(100)
            except TimeoutError:
                continue
            except ConnectionError:
                closed = True
        line.close()

    assert closed


def test_an_idle_connection_is_closed_without_a_word(tmp_path: Path) -> None:
    """Between requests nobody waits for an answer."""
    with running(tmp_path, limits=Limits(idle_seconds=0.1)) as receiver:
        line = Line(receiver.port)
        line.send(request_of(body_of()))
        assert line.answer().status == 200
        assert line.answer() is None
        line.close()


class SlowDisk(Disk):
    """A disk whose sync hangs until it is let go."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.is_waiting = threading.Event()

    def sync_data(self, handle: int) -> None:
        self.is_waiting.set()
        assert self.go.wait(DEADLINE)
        super().sync_data(handle)


def test_a_disk_that_hangs_is_a_503_in_time_and_health_is_answered_meanwhile(tmp_path: Path) -> None:
    """The event loop never waits for the disk; what is stored in the end may be sent again, which does no harm."""
    disk = SlowDisk()
    with running(tmp_path, limits=Limits(request_seconds=1), disk=disk) as receiver:
        line = Line(receiver.port)
        line.send(request_of(body_of()))
        healths = {receiver.get("/-/health").status for _ in range(3)}
        answer = line.answer()
        line.close()
        disk.go.set()

    assert answer.status == 503
    assert healths == {200}
    assert stored_bodies(tmp_path) == [body_of().decode()]


def test_a_disk_that_hangs_for_ever_does_not_hold_up_the_end(tmp_path: Path) -> None:
    """Told to stop, the receiver waits for what is in flight, but not longer than it promises."""
    disk = SlowDisk()
    with running(tmp_path, disk=disk, stop_seconds=0.3) as receiver:
        line = Line(receiver.port)
        line.send(request_of(body_of()))
        assert disk.is_waiting.wait(DEADLINE)
    assert line.answer().status == 503
    assert line.is_closed()
    line.close()
    disk.go.set()


def test_while_a_disk_hangs_the_receiver_is_unready_and_lays_nothing_up(tmp_path: Path) -> None:
    """Whoever watches must hear of it, and what comes meanwhile is refused at once; then it goes on by itself."""
    disk = SlowDisk()
    with running(tmp_path, disk=disk, stuck_seconds=0.2) as receiver:
        first = Line(receiver.port)
        first.send(request_of(body_of("1")))
        assert disk.is_waiting.wait(DEADLINE)
        deadline = time.monotonic() + DEADLINE
        while receiver.get("/-/health").status == 200:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        metrics = receiver.get("/-/metrics").body.decode()
        refused = receiver.post(body_of("2"))
        disk.go.set()
        answer = first.answer().status
        first.close()
        taken = receiver.post(body_of("3"))
        health = receiver.get("/-/health").status

    assert "aftercast_collect_ready 0\n" in metrics
    assert (refused, answer, taken, health) == (503, 200, 200, 200)
    assert [text for text in receiver.said if "disk" in text] == [
        "the disk has not answered for 0.2 s, refusing until it does"
    ]
    assert stored_bodies(tmp_path) == [body_of("1").decode(), body_of("3").decode()]


def test_a_refused_upload_can_be_sent_to_its_end(tmp_path: Path) -> None:
    """The sender of a megabyte reads its 413 instead of a reset, although nothing of the body was wanted."""
    with running(tmp_path) as receiver:
        answer = receiver.exchange(request_of(b"x" * 1_000_000))

    assert answer.status == 413


def test_a_client_that_does_not_read_is_not_served_on(tmp_path: Path) -> None:
    """A million pipelined requests whose answers nobody reads: they stop being taken, memory stays small."""
    request = b"GET /-/metrics HTTP/1.1\r\nHost: a\r\n\r\n"
    with running(tmp_path) as receiver:
        line = Line(receiver.port)
        line.socket.settimeout(1)
        sent = 0
        with contextlib.suppress(OSError):
            while sent < 50_000_000:
                sent += line.socket.send(request * 1000)
        assert sent < 50_000_000
        assert receiver.post(body_of()) == 200
        line.close()


def hold(port: int, count: int) -> list[socket.socket]:
    """Open connections that send the beginning of a request and then nothing."""
    held = []
    for _ in range(count):
        held.append(socket.create_connection(("127.0.0.1", port), timeout=DEADLINE))
        with contextlib.suppress(ConnectionError):
            held[-1].sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Le")
    return held


def posts_among_slow_ones(receiver: Running, slow: int) -> list[float]:
    """Hold `slow` connections, post on connections old and new, and return how long each answer took."""
    kept = Line(receiver.port)
    held = hold(receiver.port, slow)
    seconds = []
    for number in range(60):
        if number % 3 == 0:
            held += hold(receiver.port, 5)
        began = time.monotonic()
        if number % 2:
            assert receiver.post(body_of(str(number))) == 200
        else:
            kept.send(request_of(body_of(str(number))))
            answer = kept.answer()
            if answer is None:  # it was the longest without a request
                kept.close()
                kept = Line(receiver.port)
                kept.send(request_of(body_of(str(number))))
                answer = kept.answer()
            assert answer.status == 200
        seconds.append(time.monotonic() - began)
    kept.close()
    for connection in held:
        connection.close()
    return sorted(seconds)


def test_good_posts_are_answered_among_200_slow_connections(tmp_path: Path) -> None:
    """Two hundred and more: past the limit of 256 the one that waits longest makes room."""
    with running(tmp_path) as receiver:
        assert len(posts_among_slow_ones(receiver, 200)) == 60
        assert receiver.metric("connections") <= 256
        assert receiver.metric("evictions_total") > 0


@pytest.mark.torture
def test_good_posts_are_answered_within_a_second_among_2000_slow_connections(tmp_path: Path) -> None:
    """The promise of the documentation, with its figure."""
    with running(tmp_path) as receiver:
        assert posts_among_slow_ones(receiver, 2_000)[-1] < 1.0


def test_no_file_handle_left_is_counted_and_no_error(tmp_path: Path) -> None:
    """One refusal a second, also with many in the row; the one that waits longest makes room; the end is in order."""
    with running(tmp_path) as receiver:
        held = hold(receiver.port, 3)
        assert receiver.post(body_of()) == 200  # so they have been accepted
        waiting = [socket.socket() for _ in range(20)]
        before = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(one.fileno() for one in waiting) + 1, before[1]))
        try:
            for one in waiting:
                one.connect(("127.0.0.1", receiver.port))
            assert held[0].recv(1) == b""
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, before)
        assert 1 <= receiver.metric('refusals_total{reason="file_handles"}') < 10
    for one in [*held, *waiting]:
        one.close()

    assert len(receiver.said) == 1  # the one it stored


class Guest:
    """A connection of the table."""

    def __init__(self) -> None:
        self.is_evicted = False

    def evict(self) -> None:
        self.is_evicted = True


def test_the_longest_without_a_request_makes_room() -> None:
    """Not the oldest connection; never one whose request is being stored."""
    crowd = Crowd(Limits(connections=3))
    guests = [Guest() for _ in range(6)]
    for guest in guests[:3]:
        assert crowd.admit(guest, "127.0.0.1")
    crowd.starts(guests[0])
    crowd.finishes(guests[0])
    crowd.starts(guests[1])
    assert crowd.admit(guests[3], "127.0.0.1")
    assert crowd.admit(guests[4], "127.0.0.1")

    assert [guest.is_evicted for guest in guests] == [True, False, True, False, False, False]
    for busy in (guests[3], guests[4]):
        crowd.starts(busy)
    assert not crowd.admit(guests[5], "127.0.0.1")
    crowd.leave(guests[1])
    assert crowd.admit(guests[5], "127.0.0.1")


def test_a_public_address_holds_32_connections_and_a_proxy_all() -> None:
    """A private or loopback address is where a proxy is; an IPv6 sender has a whole network of addresses."""
    crowd = Crowd(Limits())
    assert all(crowd.admit(Guest(), "9.9.9.9") for _ in range(32))
    assert not crowd.admit(Guest(), "9.9.9.9")
    last = Guest()
    assert crowd.admit(last, "9.9.9.8")
    assert all(crowd.admit(Guest(), f"2606:4700:1:2::{number}") for number in range(1, 33))
    assert not crowd.admit(Guest(), "2606:4700:1:2:ffff::1")
    assert all(crowd.admit(Guest(), "10.1.2.3") for _ in range(256))
    assert len(crowd) == 256


@pytest.mark.parametrize(
    ("address", "peer"),
    [
        ("9.9.9.9", "9.9.9.9"),
        ("::ffff:9.9.9.9", "9.9.9.9"),
        ("2606:4700:1:2:3:4:5:6", "2606:4700:1:2::/64"),
        ("127.0.0.1", ""),
        ("::1", ""),
        ("::ffff:127.0.0.1", ""),
        ("172.17.0.1", ""),
        ("fd00::1", ""),
        ("fe80::1%eth0", ""),
        ("100.64.0.1", ""),
        (None, ""),
        ("", ""),
        ("/run/socket", ""),
    ],
)
def test_peers_are_counted_by(address: str | None, peer: str) -> None:
    """Public addresses, IPv6 by its network, nothing else."""
    assert peer_of(address) == peer


def test_refused_connections_leave_no_count() -> None:
    """After everybody has left, nobody is counted."""
    crowd = Crowd(Limits(connections_per_peer=1))
    first, second = Guest(), Guest()
    assert crowd.admit(first, "9.9.9.9")
    assert not crowd.admit(second, "9.9.9.9")
    crowd.leave(second)
    crowd.leave(first)
    crowd.leave(first)

    assert len(crowd) == 0
    assert crowd.admit(second, "9.9.9.9")
