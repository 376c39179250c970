"""RFC 6455 on a raw socket, through both gateways: what a peer may send, and what ends it how.

Each case names its clause. No library stands between, for one would not send such things.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import time
from collections.abc import Callable, Iterator

import pytest

from protocol_spec import codec
from tests.capture import HANDSHAKE, frame
from tests.running import RunningServer

HELLO = codec.Hello(codec.MAGIC, 1, 1, 0, 0, "raw").encode()
FIN, RSV1, RSV2, RSV3, MASKED = 0x80, 0x40, 0x20, 0x10, 0x80
CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
NO_MASK = bytes(4)
"""As a mask it changes nothing."""


def piece(first: int, payload: bytes = b"", length: bytes = b"") -> bytes:
    """A masked frame that begins with that byte; `length` instead of what it should be."""
    return bytes([first]) + (length or bytes([MASKED | len(payload)])) + NO_MASK + payload


def claims(first: int, length: int) -> bytes:
    """A frame of so many bytes, of which none comes."""
    return piece(first, length=bytes([MASKED | 127]) + struct.pack("!Q", length))


class RawPeer:
    def __init__(self, server: RunningServer) -> None:
        self.socket = socket.create_connection(("127.0.0.1", server.port), timeout=10)
        self._unread = b""

    def ask(self, request: bytes) -> bytes:
        """Sends a handshake; returns the head of the answer."""
        self.socket.sendall(request)
        while b"\r\n\r\n" not in self._unread:
            data = self.socket.recv(65536)
            if not data:
                break
            self._unread += data
        head, _, self._unread = self._unread.partition(b"\r\n\r\n")
        return head

    def hear(self) -> tuple[int, bytes] | None:
        """The next frame: opcode and payload. None where the connection is over."""
        head = self._read(2)
        if head is None:
            return None
        assert head[0] & 0x70 == 0  # No extension was agreed on (5.2).
        assert head[1] & MASKED == 0  # A server never masks (5.1).
        size = head[1]
        if size > 125:
            more = self._read(2 if size == 126 else 8)
            assert more is not None
            size = int.from_bytes(more)
        payload = self._read(size)
        assert payload is not None
        return head[0] & 15, payload

    def _read(self, count: int) -> bytes | None:
        while len(self._unread) < count:
            data = b""
            with contextlib.suppress(ConnectionResetError):
                data = self.socket.recv(65536)
            if not data:
                return None
            self._unread += data
        data, self._unread = self._unread[:count], self._unread[count:]
        return data

    def close_code(self) -> int:
        """Until the close frame: its code, 0 for none. Then the server hangs up (7.1.1)."""
        while (heard := self.hear()) is not None:
            opcode, payload = heard
            if opcode == CLOSE:
                payload[2:].decode()  # 5.5.1: the reason is UTF-8.
                assert len(payload) != 1
                # Who fails a connection need not wait for the answer (7.1.7).
                with contextlib.suppress(ConnectionResetError, BrokenPipeError):
                    self.socket.sendall(piece(FIN | CLOSE, payload[:2]))
                assert self.hear() is None
                return int.from_bytes(payload[:2])
        raise AssertionError("no close frame came")

    def is_welcome(self) -> bool:
        heard = self.hear()
        return heard is not None and heard[0] == BINARY and heard[1][0] == codec.Welcome.TYPE


@pytest.fixture
def peer(either_server: RunningServer) -> Iterator[RawPeer]:
    peer = RawPeer(either_server)
    assert peer.ask(HANDSHAKE + b"\r\n").startswith(b"HTTP/1.1 101 ")
    with peer.socket:
        yield peer
    assert either_server.failures() == []


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(
            piece(BINARY, HELLO[:5]) + piece(CONTINUATION, HELLO[5:9]) + piece(FIN, HELLO[9:]),
            id="5.4 a message in fragments",
        ),
        pytest.param(
            piece(BINARY) + piece(CONTINUATION) * 500 + piece(FIN, HELLO),
            id="5.4 fragments without a byte",
        ),
        pytest.param(piece(FIN | PONG, b"unasked") + piece(FIN | BINARY, HELLO), id="5.5.3 a pong"),
    ],
)
def test_what_is_allowed_is_heard(peer: RawPeer, data: bytes) -> None:
    peer.socket.sendall(data)
    assert peer.is_welcome()


def test_control_frames_come_between_fragments_and_are_answered(peer: RawPeer) -> None:
    """5.4, 5.5.2 and 5.5.3: a pong has its ping's bytes, up to 125 of them."""
    peer.socket.sendall(piece(BINARY, HELLO[:5]) + piece(FIN | PING, b"x" * 125))
    assert peer.hear() == (PONG, b"x" * 125)
    peer.socket.sendall(piece(FIN | PING) + piece(FIN, HELLO[5:]))
    assert peer.hear() == (PONG, b"")
    assert peer.is_welcome()


def test_bytes_may_come_one_at_a_time(either_server: RunningServer) -> None:
    """5.4: nothing is said of how the bytes of a frame are cut on the way."""
    peer = RawPeer(either_server)
    with peer.socket as crumbs:
        crumbs.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for each in HANDSHAKE + b"\r":
            crumbs.sendall(bytes([each]))
        assert peer.ask(b"\n").startswith(b"HTTP/1.1 101 ")
        for each in frame(HELLO, is_masked=True):
            crumbs.sendall(bytes([each]))
            time.sleep(0.001)
        assert peer.is_welcome()


@pytest.mark.parametrize(
    ("data", "codes"),
    [
        pytest.param(piece(FIN | RSV1 | BINARY, HELLO), {1002}, id="5.2 reserved bit 1"),
        pytest.param(piece(FIN | RSV2 | BINARY, HELLO), {1002}, id="5.2 reserved bit 2"),
        pytest.param(piece(FIN | RSV3 | BINARY, HELLO), {1002}, id="5.2 reserved bit 3"),
        pytest.param(piece(FIN | RSV1 | PING), {1002}, id="5.2 reserved bit of a ping"),
        *(
            pytest.param(piece(FIN | each, b"x"), {1002}, id=f"5.2 opcode {each:x}")
            for each in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15)
        ),
        pytest.param(piece(FIN, b"x"), {1002}, id="5.4 a continuation of nothing"),
        pytest.param(
            piece(BINARY, HELLO[:5]) + piece(FIN | BINARY, HELLO), {1002}, id="5.4 a message within"
        ),
        pytest.param(piece(PING, b"x"), {1002}, id="5.5 a ping in fragments"),
        pytest.param(
            piece(FIN | PING, b"x" * 126, bytes([MASKED | 126, 0, 126])),
            {1002},
            id="5.5 a ping of 126 bytes",
        ),
        pytest.param(frame(HELLO, is_masked=False), {1002}, id="5.1 a frame without a mask"),
        pytest.param(
            piece(FIN | TEXT, "всё".encode()), {1003}, id="7.4.1 text, which we do not accept"
        ),
        pytest.param(
            # 8.1 says to fail the connection; who accepts no text may say so instead.
            piece(FIN | TEXT, b"\xff\xfe"),
            {1003, 1007},
            id="8.1 text that is not UTF-8",
        ),
        pytest.param(
            piece(TEXT, b"\xd0") + piece(FIN, b"\xb2"), {1003}, id="8.1 a letter in two fragments"
        ),
        pytest.param(piece(FIN | CLOSE, b"\x03"), {1002}, id="5.5.1 a close with half a code"),
        pytest.param(
            piece(FIN | CLOSE, b"\x03\xe8\xff"), {1007}, id="5.5.1 a close with a bad reason"
        ),
        *(
            pytest.param(
                piece(FIN | CLOSE, struct.pack("!H", each)), {1002}, id=f"7.4.2 close code {each}"
            )
            for each in (0, 999, 1004, 1005, 1006, 1015, 2999, 5000)
        ),
        *(
            pytest.param(piece(FIN | BINARY, HELLO, each), {1002}, id=f"5.2 a length {what}")
            for what, each in (
                ("of 16 bits that needs 7", bytes([MASKED | 126]) + struct.pack("!H", len(HELLO))),
                ("of 64 bits that needs 7", bytes([MASKED | 127]) + struct.pack("!Q", len(HELLO))),
            )
        ),
        pytest.param(
            piece(FIN | BINARY, bytes(65535), bytes([MASKED | 127]) + struct.pack("!Q", 65535)),
            {1002},
            id="5.2 a length of 64 bits that needs 16",
        ),
        pytest.param(claims(FIN | BINARY, 65537), {1009}, id="7.4.1 more than is read"),
        pytest.param(claims(FIN | BINARY, (1 << 63) - 1), {1009}, id="5.2 the longest length"),
        pytest.param(
            # The highest bit must be 0: a fault, and too long as well.
            claims(FIN | BINARY, 1 << 63),
            {1002, 1009},
            id="5.2 a length with the highest bit",
        ),
        pytest.param(claims(FIN | BINARY, (1 << 64) - 1), {1002, 1009}, id="5.2 all bits"),
        pytest.param(claims(FIN | PING, 1 << 40), {1002, 1009}, id="5.5 a ping of a terabyte"),
    ],
)
def test_what_is_forbidden_closes_with_its_code(
    peer: RawPeer, data: bytes, codes: set[int]
) -> None:
    peer.socket.sendall(data)
    assert peer.close_code() in codes


@pytest.mark.parametrize("code", [1000, 1001, 3000, 4999])
def test_a_close_is_answered_with_its_own_code(peer: RawPeer, code: int) -> None:
    """5.5.1."""
    peer.socket.sendall(piece(FIN | CLOSE, struct.pack("!H", code) + b"bye"))
    assert peer.close_code() == code


def test_a_close_without_a_code_is_answered(peer: RawPeer) -> None:
    """5.5.1, and 7.4.2: 0 is no code, so that none is answered, or 1000."""
    peer.socket.sendall(piece(FIN | CLOSE))
    heard = peer.hear()
    assert heard in ((CLOSE, b""), (CLOSE, b"\x03\xe8"))
    assert peer.hear() is None


def test_what_a_peer_claims_is_not_made_room_for(either_server: RunningServer) -> None:
    """200 connections that claim as much as may come grow the server by no more than they sent."""
    before = either_server.process.memory_info().rss
    peers = []
    for _ in range(200):
        peers.append(RawPeer(either_server))
        assert peers[-1].ask(HANDSHAKE + b"\r\n").startswith(b"HTTP/1.1 101 ")
        peers[-1].socket.sendall(claims(FIN | BINARY, 65536))
    more = either_server.process.memory_info().rss - before
    for each in peers:
        each.socket.close()
    assert more < 200 * 65536
    assert either_server.failures() == []


def test_answers_to_the_pings_of_who_does_not_read_are_not_kept(
    peer: RawPeer, either_server: RunningServer
) -> None:
    """25 MB of pings, whose answers would be as many."""
    before = either_server.process.memory_info().rss
    pings = piece(FIN | PING, b"x" * 125) * 500
    # A slow machine's server may have lost its patience before all are sent.
    with contextlib.suppress(ConnectionError):
        for _ in range(400):
            peer.socket.sendall(pings)
    assert either_server.process.memory_info().rss - before < 12_000_000


def test_who_says_no_more_is_closed_in_time(peer: RawPeer) -> None:
    """A socket that is shut on one side is a client that says nothing more."""
    peer.socket.sendall(frame(HELLO, is_masked=True))
    peer.socket.shutdown(socket.SHUT_WR)
    while peer.hear() is not None:
        pass


def changed(old: bytes, new: bytes) -> bytes:
    assert old in HANDSHAKE
    return HANDSHAKE.replace(old, new)


KEY = b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"


@pytest.mark.parametrize(
    ("request_head", "statuses"),
    [
        pytest.param(changed(b"Version: 13", b"Version: 8"), {400, 426}, id="4.4 version 8"),
        pytest.param(changed(b"Version: 13", b"Version: 14"), {400, 426}, id="4.4 version 14"),
        pytest.param(changed(b"Sec-WebSocket-Version: 13\r\n", b""), {400, 426}, id="4.2.1 none"),
        pytest.param(HANDSHAKE + b"Sec-WebSocket-Version: 8\r\n", {400, 426}, id="4.2.1 both"),
        pytest.param(changed(KEY, b""), {400}, id="4.2.1 no key"),
        pytest.param(changed(b"dGhlIHNhbXBsZSBub25jZQ==", b"dGhl"), {400}, id="4.2.1 a short key"),
        pytest.param(changed(b"dGhlIHNhbXBsZSBub25jZQ==", b"?"), {400}, id="4.2.1 no base64"),
        pytest.param(HANDSHAKE + KEY, {400}, id="4.2.1 two keys"),
        pytest.param(changed(b"GET", b"POST"), {400, 405}, id="4.2.1 POST"),
        pytest.param(
            changed(b"Upgrade: websocket\r\n", b""), {400, 404, 426}, id="4.2.1 a request"
        ),
        pytest.param(changed(b"websocket", b"h2c"), {400, 404, 426}, id="4.2.1 another upgrade"),
    ],
)
def test_a_handshake_that_is_none_is_answered_in_http(
    either_server: RunningServer, request_head: bytes, statuses: set[int]
) -> None:
    peer = RawPeer(either_server)
    with peer.socket:
        answer = peer.ask(request_head + b"\r\n")
    assert int(answer.split(b" ")[1]) in statuses
    assert either_server.failures() == []


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda head: head.replace(b"websocket", b"WebSocket"), id="4.2.1 case"),
        pytest.param(
            lambda head: head.replace(b"Connection: Upgrade", b"Connection: keep-alive, Upgrade"),
            id="4.2.1 two words, as Firefox has them",
        ),
        pytest.param(lambda head: head + b"Sec-WebSocket-Extensions: foo, bar; baz\r\n", id="9.1"),
        pytest.param(
            lambda head: head + b"Sec-WebSocket-Extensions: permessage-deflate\r\n",
            id="9.1 an offered compression",
        ),
    ],
)
def test_a_handshake_may_be_written_otherwise(
    either_server: RunningServer, change: Callable[[bytes], bytes]
) -> None:
    peer = RawPeer(either_server)
    with peer.socket:
        answer = peer.ask(change(HANDSHAKE) + b"\r\n")
        assert answer.startswith(b"HTTP/1.1 101 ")
        assert b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" in answer  # 1.3
        assert b"extensions" not in answer.lower()
        peer.socket.sendall(frame(HELLO, is_masked=True))
        assert peer.is_welcome()
