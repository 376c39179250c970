"""The fast gateway: picows carries the game's sockets on uvicorn's port.

A message costs a third of the processor time that uvicorn's own WebSockets take (`make bench`).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from typing import Any, cast

import picows
from picows.picows import WSProtocol  # type: ignore[attr-defined]

from protocol_spec.codec import MAX_CLIENT_MESSAGE, SUBPROTOCOL
from server.classic import Wish
from server.gateway.connection import CLOSE_LINGER_SECONDS, LARGEST_MESSAGE, Connection
from server.lobby import Lobby
from server.member import CLOGGED_BYTES
from server.web.callers import Caller

_picows_log = logging.getLogger(f"{__name__}.picows")
# It tells of every connection, and calls a peer's fault an error.
_picows_log.setLevel(logging.CRITICAL)

_BINARY = picows.WSMsgType.BINARY
_NEVER_SENT, _HIGHEST_CLOSE_CODE = (0, 1006), 4999
"""RFC 6455, 7.4; picows itself knows the others."""
READ_BUFFER_BYTES = 2048
"""picows' least, a socket: an INPUT is 14 bytes; the buffer grows where a message needs it."""


class FastConnection(Connection, picows.WSListener):
    """A game socket that picows reads and writes."""

    def __init__(self, lobby: Lobby, caller: Caller, wish: Wish | None) -> None:
        super().__init__(lobby, caller, wish)
        self._transport: picows.WSTransport | None = None
        self._parts = bytearray()
        """The fragments of a message so far."""
        self._is_in_parts = False
        self._parts_are_text = False
        self._said_goodbye = False

    def on_ws_connected(self, transport: picows.WSTransport) -> None:
        self._transport = transport
        transport.underlying_transport.set_write_buffer_limits(CLOGGED_BYTES, 0)
        self._queue_size = transport.underlying_transport.get_write_buffer_size
        self.begin()

    def on_ws_frame(self, transport: picows.WSTransport, frame: picows.WSFrame) -> None:
        kind = frame.msg_type
        if frame.rsv1 or frame.rsv2 or frame.rsv3:
            self._break_off("reserved bits without an extension")  # RFC 6455, 5.2
        elif kind is _BINARY and frame.fin and not self._is_in_parts:
            self.take(frame.get_payload_as_bytes())
        elif kind == picows.WSMsgType.CLOSE:
            self._take_close(frame)
        elif kind == picows.WSMsgType.PING:
            # Who does not read gets no more of them, or their PINGs would fill our memory.
            if self._queue_size() <= CLOGGED_BYTES:
                transport.send_pong(frame.get_payload_as_bytes())
        elif kind in (
            picows.WSMsgType.BINARY,
            picows.WSMsgType.TEXT,
            picows.WSMsgType.CONTINUATION,
        ):
            self._take_fragment(frame)

    def _take_close(self, frame: picows.WSFrame) -> None:
        # picows' enum knows the standard's codes only; others come as plain numbers.
        code: Any = frame.get_close_code() if frame.payload_size else picows.WSCloseCode.OK
        number = getattr(code, "value", code)
        if number in _NEVER_SENT or number > _HIGHEST_CLOSE_CODE:
            self._break_off("a close code that may not be sent")
        else:
            self._said_goodbye = True
            self._hang_up(code, frame.get_close_message())

    def _take_fragment(self, frame: picows.WSFrame) -> None:
        is_next = frame.msg_type == picows.WSMsgType.CONTINUATION
        if is_next is not self._is_in_parts:
            self._break_off("a fragment out of turn")  # RFC 6455, 5.4
            return
        if not is_next:
            self._parts_are_text = frame.msg_type == picows.WSMsgType.TEXT
        self._is_in_parts = not frame.fin
        self._parts += frame.get_payload_as_bytes()
        # Past the limit the message is refused whatever may follow.
        if frame.fin or len(self._parts) > MAX_CLIENT_MESSAGE:
            self.take(None if self._parts_are_text else bytes(self._parts))
            self._parts.clear()

    def _break_off(self, why: str) -> None:
        """The peer does not speak WebSocket as one should."""
        self.broke_off()
        self._hang_up(picows.WSCloseCode.PROTOCOL_ERROR, why.encode())

    def _hang_up(self, code: picows.WSCloseCode, reason: bytes | None) -> None:
        assert self._transport is not None
        self._transport.send_close(code, reason)
        self._transport.disconnect()
        # TLS says good-bye as well, and would wait half a minute for the peer to answer.
        self._loop.call_later(CLOSE_LINGER_SECONDS, self.abort)

    def on_ws_disconnected(self, transport: picows.WSTransport) -> None:
        self._transport = None
        closing = transport.close_handshake
        # What picows refuses by itself: its own close frame was the first.
        if closing is not None and closing.sent is not None and not closing.recv_then_sent:
            self.broke_off()
        self.end(said_goodbye=self._said_goodbye)

    def pause_writing(self) -> None:
        self.clogged()

    @property
    def sender(self) -> Callable[[bytes], object]:
        assert self._transport is not None
        return partial(self._transport.send, picows.WSMsgType.BINARY)

    @property
    def queued_bytes(self) -> int:
        return self._queue_size() if self._transport else 0

    def _send_binary(self, message: bytes) -> None:
        if self._transport:
            self._transport.send(picows.WSMsgType.BINARY, message)

    def _send_close(self, code: int, reason: str) -> None:
        if self._transport:
            # picows' enum knows the standard's codes only; any number goes through.
            self._transport.send_close(cast(picows.WSCloseCode, code), reason.encode())

    def abort(self) -> None:
        if self._transport:
            self._transport.disconnect(graceful=False)


def fast_protocol(lobby: Lobby, caller: Caller, wish: Wish | None) -> Any:
    def listener(request: picows.WSUpgradeRequest) -> Any:
        connection = FastConnection(lobby, caller, wish)
        offered = request.headers.get("Sec-WebSocket-Protocol", "")
        if wish is None and SUBPROTOCOL in [each.strip() for each in offered.split(",")]:
            echo = {"Sec-WebSocket-Protocol": SUBPROTOCOL}
            response = picows.WSUpgradeResponse.create_101_response(echo)
            return picows.WSUpgradeResponseWithListener(response, connection)
        return connection

    return WSProtocol(
        None,  # host and port
        None,  # path
        False,  # is_client_side
        listener,
        _picows_log,
        True,  # disconnect_on_exception
        5.0,  # websocket_handshake_timeout
        False,  # enable_auto_ping: the protocol has its own PING
        20.0,
        20.0,
        picows.WSAutoPingStrategy.PING_WHEN_IDLE,
        False,  # enable_auto_pong: it would not look at reserved bits
        LARGEST_MESSAGE,
        None,  # extra_headers
        READ_BUFFER_BYTES,
    )


def feed(protocol: asyncio.BufferedProtocol, data: bytes) -> None:
    """Gives bytes to a protocol that reads into a buffer of its own."""
    view = memoryview(data)
    while view:
        room = memoryview(protocol.get_buffer(len(view)))
        count = min(len(room), len(view))
        room[:count] = view[:count]
        protocol.buffer_updated(count)
        view = view[count:]
