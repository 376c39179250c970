"""The reference client: the session of `session.py`, and a small shell that gives it a socket."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any, Protocol

import picows

from protocol_spec import codec
from protocol_spec.codec import AuthMethod, ErrorCode
from protocol_spec.session import ClientSession

COMPANION_SECONDS = 0.01
"""How often companions are told of time."""
GIVEN_UP_SECONDS = 25.0
"""A server that said nothing for so long is gone, for it asks after 15: EST-LV-04."""
LOOK_SECONDS = 5.0
"""How often that is looked at."""


def known_code(code: int) -> ErrorCode | None:
    """None for one of a later version, which is no reason to stop: EST-ER-05."""
    return ErrorCode(code) if code in ErrorCode._value2member_map_ else None


class Refused(Exception):
    """The server said no, or closed the connection."""

    def __init__(self, code: ErrorCode | None, text: str) -> None:
        super().__init__(f"{code.name if code else 'closed'} {text}".strip())
        self.code = code


class Companion(Protocol):
    """What goes with a client, such as a `Walker`. Times are in seconds and never go back."""

    def hear(self, message: codec.Message, now: float) -> None:
        """The session has taken a message in."""

    def advance(self, now: float) -> None:
        """Some time has passed."""


class Client(picows.WSListener):
    """A ClientSession on a WebSocket, for asyncio."""

    def __init__(
        self,
        name: str,
        world: str = "",
        look: int = 0,
        method: AuthMethod = AuthMethod.GUEST,
        secret: bytes = b"",
    ) -> None:
        self.session = ClientSession(name, world, self._send, look, method, secret)
        self.close_code: int | None = None
        """What the server closed the connection with; 1006 where it was just gone."""
        self._transport: picows.WSTransport | None = None
        self._heard_at = 0.0
        self._news = asyncio.Event()
        self._parts = bytearray()
        """The fragments of a message so far."""

    @classmethod
    async def join(
        cls,
        url: str,
        name: str,
        world: str = "",
        look: int = 0,
        timeout_seconds: float = 10,
        method: AuthMethod = AuthMethod.GUEST,
        secret: bytes = b"",
    ) -> Client:
        """Connects and waits for the first snapshot. Raises Refused, OSError or TimeoutError."""
        client = cls(name, world, look, method, secret)
        with ExitStack() as if_refused:
            if_refused.callback(client.abort)
            await client.connect(url)
            await client.wait_for(lambda session: session.state is not None, timeout_seconds)
            if_refused.pop_all()
        return client

    async def connect(self, url: str) -> None:
        """Opens the socket; the session goes its way from there by itself. Raises OSError."""
        try:
            await picows.ws_connect(
                lambda: self,
                url,
                extra_headers={"Sec-WebSocket-Protocol": codec.SUBPROTOCOL},
                max_frame_size=2 * codec.MAX_SERVER_MESSAGE,
            )
        except picows.WSError as error:
            raise ConnectionError(f"no game is spoken at {url}: {error}") from error

    async def wait_for(
        self, condition: Callable[[ClientSession], bool], timeout_seconds: float = 10
    ) -> None:
        """Until `condition` holds. Raises Refused where the server says no or is gone."""
        async with asyncio.timeout(timeout_seconds):
            while not condition(self.session):
                error = self.session.error
                if error is not None:
                    raise Refused(known_code(error.code), error.text)
                if self.close_code is not None:
                    raise Refused(None, str(self.close_code))
                self._news.clear()
                await self._news.wait()

    async def go_with(self, companion: Companion) -> None:
        """Tells a companion of all that comes, and of time, until the connection is gone."""
        told_before = self.session.on_message

        def tell(message: codec.Message) -> None:
            told_before(message)
            companion.hear(message, time.monotonic())

        self.session.on_message = tell
        try:
            while self.close_code is None:
                companion.advance(time.monotonic())
                await asyncio.sleep(COMPANION_SECONDS)
        finally:
            self.session.on_message = told_before

    async def close(self) -> None:
        """Says good-bye and waits until the connection is gone."""
        if self._transport is not None:
            self._transport.send_close(picows.WSCloseCode.OK)
            self._transport.disconnect()
            await self._transport.wait_disconnected()

    def abort(self) -> None:
        """Drops the connection without a word, as a pulled cable would."""
        if self._transport is not None:
            self._transport.disconnect(graceful=False)

    def _send(self, message: bytes) -> None:
        is_over = self.session.error is not None and self.session.error.fatal
        if self._transport is not None and not is_over:
            self._transport.send(picows.WSMsgType.BINARY, message)

    def on_ws_connected(self, transport: picows.WSTransport) -> None:
        self._transport = transport
        self._heard_at = time.monotonic()
        self.session.begin()
        asyncio.get_running_loop().call_later(LOOK_SECONDS, self._give_up_the_silent)

    def _give_up_the_silent(self) -> None:
        """Without a close frame, so that the player may come back: EST-RS-04."""
        if self._transport is None:
            return
        if time.monotonic() - self._heard_at > GIVEN_UP_SECONDS:
            self.abort()
        else:
            asyncio.get_running_loop().call_later(LOOK_SECONDS, self._give_up_the_silent)

    def on_ws_frame(self, transport: picows.WSTransport, frame: picows.WSFrame) -> None:
        self._heard_at = time.monotonic()
        self.take_frame(transport, frame)

    def take_frame(self, transport: picows.WSTransport, frame: picows.WSFrame) -> None:
        """What a frame says; that one came at all is known already."""
        if frame.msg_type in (picows.WSMsgType.BINARY, picows.WSMsgType.CONTINUATION):
            self._parts += frame.get_payload_as_bytes()
            if frame.fin:
                message, self._parts = bytes(self._parts), bytearray()
                self.session.receive(message)
        elif frame.msg_type == picows.WSMsgType.CLOSE:
            # picows' enum knows the standard's codes; others come as plain numbers.
            code: Any = frame.get_close_code()
            self.close_code = getattr(code, "value", code)
            transport.send_close(code)
            transport.disconnect()
        self._news.set()

    def on_ws_disconnected(self, transport: picows.WSTransport) -> None:
        if self.close_code is None:
            self.close_code = 1006
        self._transport = None
        self._news.set()
