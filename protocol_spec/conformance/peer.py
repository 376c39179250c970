"""A WebSocket that speaks bytes: what it heard, and how to wait for more.

It knows the codec, which golden vectors prove, and answers nothing by itself.
"""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import count
from typing import TypeVar
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.connection import Connection
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from protocol_spec import codec
from protocol_spec.codec import ErrorCode
from protocol_spec.conformance import wire
from protocol_spec.conformance.case import Failed, Verdict
from protocol_spec.generate.spec import load

WAIT_SECONDS = 10.0
"""For what comes at once on a good line: so long it may take on a bad one."""
LARGEST_SEEN = 1 << 20
NORMAL_CLOSURE = 1000
ABNORMAL_CLOSURE = 1006
TEXT_CLOSE_CODE = 1003
TRANSCRIPT_LINES = 60

M = TypeVar("M")
_tokens = count(0x0C0F0000)


@dataclass(frozen=True)
class Heard:
    message: codec.Message
    at: float
    """On the loop's clock, in seconds."""
    batch: int
    """Which WebSocket message it came in."""


class Peer:
    """Either end of a connection: the suite's, whoever is tested at the other."""

    def __init__(self, connection: Connection, other: str) -> None:
        self.connection = connection
        self.other = other
        """Whom we test, as the transcript calls it."""
        self.heard: list[Heard] = []
        self.batches: list[bytes] = []
        """The WebSocket messages as they came."""
        self.skipped: list[int] = []
        """Types that we do not know, and may skip."""
        self.close_verdict: Verdict | None = None
        self.close_text = ""
        self._lines: list[tuple[float, str, int]] = []
        """When, what, and how often in a row."""
        self._cursor = 0
        self._fault = ""
        self.is_left = False
        """We cut it ourselves: how it closed says nothing."""
        self._news = asyncio.Event()
        self.opened = time.monotonic()
        """In seconds."""
        self._reader = asyncio.create_task(self._read())

    async def send(self, *data: bytes) -> None:
        """One WebSocket message of these frames. To a closed connection nothing is sent."""
        message = b"".join(data)
        self._write_down(">", message)
        try:
            await self.connection.send(message)
        except ConnectionClosed:
            self._write_down(">", b"", "(the connection was closed already)")

    async def send_in_fragments(self, *parts: bytes) -> None:
        """One WebSocket message, cut."""
        for part in parts:
            self._write_down(">", part, "(a fragment)")
        await self.connection.send(list(parts))

    async def send_text(self, text: str) -> None:
        self._write_down(">", b"", f"text {text!r}")
        await self.connection.send(text)

    async def until(
        self,
        kind: type[M],
        where: Callable[[M], bool] = lambda message: True,
        seconds: float | None = None,
    ) -> M:
        """The next message of a kind that fits; what came before it is passed over.

        Raises Failed where an ERROR comes instead, the connection ends, or time is up.
        """
        wanted = title(kind)
        seconds = WAIT_SECONDS if seconds is None else seconds
        try:
            async with asyncio.timeout(seconds):
                while True:
                    while self._cursor < len(self.heard):
                        message = self.heard[self._cursor].message
                        self._cursor += 1
                        if isinstance(message, kind) and where(message):
                            return message
                        if isinstance(message, codec.Error) and kind is not codec.Error:
                            raise Failed(f"{named(message.code)} came instead of {wanted}")
                    self._check()
                    if self.is_closed:
                        raise Failed(f"{self.ending} instead of {wanted}")
                    await self._next()
        except TimeoutError:
            raise Failed(f"no {wanted} within {seconds:g} s") from None

    async def _next(self) -> None:
        self._news.clear()
        await self._news.wait()

    async def settle(self) -> list[codec.Message]:
        """What came until the answer to a PING of ours: nothing that was due before is missing."""
        first = self._cursor
        token = next(_tokens)
        await self.send(wire.ping(token))
        await self.until(codec.Pong, lambda pong: pong.token == token)
        return [each.message for each in self.heard[first : self._cursor - 1]]

    async def refused(
        self, code: ErrorCode, *, message: int | None = None, seconds: float | None = None
    ) -> codec.Error:
        """The next ERROR, which must be this one and leave the connection open."""
        error = await self.until(codec.Error, seconds=seconds)
        if error.code != code:
            raise Failed(f"{named(error.code)} came instead of {code.name}")
        if error.fatal:
            raise Failed(f"{code.name} is fatal")
        if message is not None and error.message != message:
            raise Failed(f"{code.name} is said of message {error.message}, not {message}")
        return error

    async def ended(
        self,
        code: ErrorCode,
        *,
        close_code: int = 0,
        message: int | None = None,
        seconds: float | None = None,
    ) -> codec.Error:
        """The fatal ERROR, which must be this one, and the close that belongs to it.

        How the connection closes is a verdict of its own.
        """
        error = None
        try:
            error = await self.until(codec.Error, seconds=seconds)
            while not error.fatal:
                error = await self.until(codec.Error, seconds=seconds)
        finally:
            await self._judge_end(close_code or 4000 + code, code.name, spoke=error is not None)
        if error.code != code:
            raise Failed(f"{named(error.code)} came instead of {code.name}")
        if message is not None and error.message != message:
            raise Failed(f"{code.name} is said of message {error.message}, not {message}")
        if self._cursor < len(self.heard):
            late = title(self.heard[self._cursor].message)
            raise Failed(f"{late} came after the fatal ERROR")
        return error

    async def closed(self, seconds: float | None = None) -> int:
        """Waits for the end of the connection; returns the close code, 1006 where none came."""
        seconds = WAIT_SECONDS if seconds is None else seconds
        try:
            async with asyncio.timeout(seconds):
                while not self.is_closed:
                    await self._next()
        except TimeoutError:
            raise Failed(f"not closed within {seconds:g} s") from None
        return self.close_code

    async def closed_with(self, code: int, seconds: float | None = None) -> None:
        """The end of the connection by a close frame, without any ERROR before it."""
        got = await self.closed(seconds)
        self.judge_close(Verdict.OK if got == code else Verdict.FAILED, f"closed with {got}")

    async def cut_off(self, seconds: float | None = None) -> None:
        """The end of the connection, with or without a close frame."""
        self.judge_close(Verdict.OK, f"closed with {await self.closed(seconds)}")

    async def _judge_end(self, code: int, reason: str, *, spoke: bool) -> None:
        try:
            got = await self.closed()
        except Failed as failure:
            self.judge_close(Verdict.FAILED, str(failure))
            return
        said = self.connection.close_reason
        if got == code and said == reason:
            self.judge_close(Verdict.OK, f"closed with {got} {said}")
        elif got == code:
            self.judge_close(Verdict.NON_STRICT, f"closed with {got}, but says {said!r}")
        elif got == ABNORMAL_CLOSURE and spoke:
            self.judge_close(Verdict.NON_STRICT, f"cut off, not closed with {code}")
        else:
            self.judge_close(Verdict.FAILED, f"closed with {got}, not with {code}")

    def judge_close(self, verdict: Verdict, text: str) -> None:
        self.close_verdict, self.close_text = verdict, text

    async def leave(self) -> None:
        """Closes as one should; the other side must have been there until now, and answer."""
        if self.is_left or self.close_verdict is not None:
            await self.connection.close()
            return
        if self.is_closed:
            self.judge_close(Verdict.FAILED, f"closed with {self.close_code}, unasked")
            return
        self._write_down(">", b"", f"close {NORMAL_CLOSURE}")
        await self.connection.close(NORMAL_CLOSURE)
        answer = self.connection.protocol.close_rcvd
        if answer is None:
            self.judge_close(Verdict.NON_STRICT, "our close frame was not answered")
        else:
            self.judge_close(Verdict.OK, f"our close was answered with {answer.code}")

    def lose(self) -> None:
        """Is gone without a word, as when a cable is pulled."""
        self.is_left = True
        self._write_down(">", b"", "(cuts the connection)")
        self.connection.transport.abort()

    async def stop(self) -> None:
        """After this nothing of the connection is left."""
        self._reader.cancel()
        await asyncio.gather(self._reader, return_exceptions=True)
        self.connection.transport.abort()

    @property
    def is_closed(self) -> bool:
        return self._reader.done()

    @property
    def close_code(self) -> int:
        code = self.connection.close_code
        return ABNORMAL_CLOSURE if code is None else code

    @property
    def ending(self) -> str:
        """How it closed, in words."""
        trouble = self.connection.protocol.parser_exc
        if trouble is not None and not isinstance(trouble, EOFError):
            return f"what came is no WebSocket ({trouble}): closed"
        if self.close_code == ABNORMAL_CLOSURE:
            return f"cut off without a close frame ({ABNORMAL_CLOSURE})"
        return f"closed with {self.close_code}"

    @property
    def fault(self) -> str:
        """What the other side sent that nobody may send; empty where all is well."""
        return self._fault

    def messages(self, kind: type[M], since: int = 0) -> list[M]:
        """All of a kind that came so far, whether waited for or not."""
        found = (each.message for each in self.heard[since:])
        return [each for each in found if isinstance(each, kind)]

    def last(self, kind: type[M]) -> M:
        """The newest of a kind that came so far."""
        found = self.messages(kind)
        if not found:
            raise Failed(f"no {title(kind)} came")
        return found[-1]

    def errors(self) -> list[ErrorCode | int]:
        return [each.code for each in self.messages(codec.Error)]

    def _check(self) -> None:
        if self._fault:
            raise Failed(self._fault)

    async def _read(self) -> None:
        try:
            async for data in self.connection:
                self._take(data)
                self._news.set()
        except ConnectionClosed:
            pass
        finally:
            code, reason = self.close_code, self.connection.close_reason or ""
            self._write_down("<", b"", f"close {code} {reason}".strip())
            # The task is done a moment after this; who waits looks again then.
            asyncio.get_running_loop().call_soon(self._news.set)

    def _take(self, data: str | bytes) -> None:
        if isinstance(data, str):
            self._write_down("<", b"", f"text {data[:60]!r}")
            self._fault = self._fault or "a text message came, and all must be binary: EST-TR-03"
            return
        self._write_down("<", data)
        self.batches.append(data)
        now = asyncio.get_running_loop().time()
        try:
            for kind, payload in codec.parse(data):
                message = codec.decode(kind, payload)
                if message is None:
                    self.skipped.append(kind)
                else:
                    self._fault = self._fault or self.wrong_with(message, data)
                    self.heard.append(Heard(message, now, len(self.batches) - 1))
        except codec.DecodeError as error:
            self._fault = self._fault or unreadable(error, data)

    def wrong_with(self, message: codec.Message, data: bytes) -> str:
        """What the other side may not send, in words; empty where it may."""
        return ""

    def _write_down(self, arrow: str, data: bytes, words: str = "") -> None:
        said = f"{arrow} {words or described(data)}"
        if self._lines and self._lines[-1][1] == said:
            at, _, times = self._lines[-1]
            self._lines[-1] = (at, said, times + 1)
        elif len(self._lines) < TRANSCRIPT_LINES:
            self._lines.append((time.monotonic() - self.opened, said, 1))

    @property
    def transcript(self) -> list[str]:
        """What was said, in lines to read."""
        return [
            f"{at:7.3f} {said}{f'  ({times} times)' if times > 1 else ''}"
            for at, said, times in self._lines
        ]


class Client(Peer):
    """Our end is the client; a server is tested."""

    @classmethod
    async def open(
        cls,
        url: str,
        *,
        subprotocol: str | None = codec.SUBPROTOCOL,
        compression: str | None = None,
        headers: dict[str, str] | None = None,
        kind: type[ClientConnection] = ClientConnection,
        receive_buffer: int = 0,
    ) -> Client:
        """Raises OSError, or InvalidHandshake where the server does not upgrade.

        `receive_buffer` is the kernel's, in bytes, where it is not to be the usual one.
        """
        connection: ClientConnection = await connect(
            url,
            subprotocols=[Subprotocol(subprotocol)] if subprotocol else None,
            compression=compression,
            additional_headers=headers,
            user_agent_header=None,
            max_size=LARGEST_SEEN,
            max_queue=None,
            ping_interval=None,
            open_timeout=WAIT_SECONDS,
            close_timeout=WAIT_SECONDS,
            proxy=None,
            create_connection=kind,
            sock=await _narrow_socket(url, receive_buffer) if receive_buffer else None,
        )
        return cls(connection, "server")

    def claim(self, length: int) -> None:
        """Sends the head of a binary message of so many bytes, and nothing of what it holds."""
        self._write_down(">", b"", f"(the head of a message of {length} bytes)")
        self.connection.transport.write(wire.head(length))

    def wrong_with(self, message: codec.Message, data: bytes) -> str:
        kind = title(message)
        if message.TYPE in CLIENTS_ALONE:
            return f"{kind} came, which clients alone send"
        if len(data) > codec.MAX_SERVER_MESSAGE:
            return f"a WebSocket message of {len(data)} bytes came"
        before = self.heard[-1].message if self.heard else None
        if isinstance(before, codec.Error) and before.fatal:
            return f"{kind} came after a fatal ERROR"
        return ""


async def _narrow_socket(url: str, receive_buffer: int) -> socket.socket:
    """Connected; how much it may hold has to be said before."""
    address = urlsplit(url)
    port = address.port or (443 if address.scheme == "wss" else 80)
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(address.hostname, port, type=socket.SOCK_STREAM)
    family, kind, protocol, _, where = found[0]
    with ExitStack() as opened:
        narrow = opened.enter_context(socket.socket(family, kind, protocol))
        narrow.setblocking(False)
        narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        await loop.sock_connect(narrow, where)
        opened.pop_all()
    return narrow


CLIENTS_ALONE = frozenset(each.number for each in load().messages if each.sender == "client")
MEANINGS = {each.name: each.doc for enum in load().enums for each in enum.values}
"""What the reference says of a value."""


def title(kind: object) -> str:
    """What the reference calls a message, or the kind of one."""
    number = getattr(kind, "TYPE", None)
    return "a message" if number is None else codec.MessageType(number).name


def unreadable(error: codec.DecodeError, data: bytes) -> str:
    """What is wrong with a WebSocket message, in words, and how it begins."""
    known = error.message_type in codec.MESSAGES
    what = codec.MessageType(error.message_type).name if known else f"type {error.message_type:02x}"
    meaning = MEANINGS[error.code.name].rstrip(".")
    return f"{what} cannot be read, {error.code.name}: {meaning}. What came is {shown(data)}"


def shown(data: bytes) -> str:
    """The bytes that a message begins with."""
    return f"{data[:24].hex(' ')}{' ...' if len(data) > 24 else ''} ({len(data)} bytes)"


def named(code: int) -> str:
    """An ErrorCode's name, or the number that we have none for."""
    return ErrorCode(code).name if code in ErrorCode._value2member_map_ else f"error {code}"


MOST_DESCRIBED = 6


def described(data: bytes) -> str:
    """A WebSocket message in a few words: the names of its frames, or its bytes."""
    if not data:
        return "an empty message"
    try:
        frames = list(codec.parse(data))
    except codec.DecodeError:
        return shown(data)
    words = [_described(kind, payload) for kind, payload in frames]
    kept = [word for word, before in zip(words, ["", *words], strict=False) if word != before]
    more = f" and {len(kept) - MOST_DESCRIBED} more" if len(kept) > MOST_DESCRIBED else ""
    return " + ".join(kept[:MOST_DESCRIBED]) + more


def _described(kind: int, payload: bytes) -> str:
    known = codec.MESSAGES.get(kind)
    if known is None:
        return f"type {kind:02x}"
    name = codec.MessageType(kind).name
    if kind == codec.Error.TYPE and len(payload) >= 3:
        fatal = " (fatal)" if payload[2] else ""
        return f"{name} {named(int.from_bytes(payload[:2]))}{fatal}"
    return name
