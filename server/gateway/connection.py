"""What the two kinds of game socket have in common: they feed a Session and are its Peer."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from protocol_spec.codec import ErrorCode
from server.classic import Wish
from server.gateway.classic import ClassicSession
from server.lobby import Lobby
from server.session import Session
from server.web.callers import Caller

log = logging.getLogger(__name__)

LARGEST_MESSAGE = 64 * 1024
"""Up to here a message over the limit is answered with its ERROR; a longer one is not even read."""
SEND_BUFFER_BYTES = 64 * 1024
"""The kernel's, a socket: left alone it grows to megabytes and hides seconds of old state."""
UNSENT_BYTES = 8 * 1024
"""Of these the kernel takes about so many that it cannot send yet. The rest of the buffer is for
what is on its way, which on a long one is much."""
CLOSE_DELAY_SECONDS = 0.1
CLOSE_LINGER_SECONDS = 1.0
"""A closed connection that the peer does not hang up is cut after this."""


class Connection:
    """A game socket of either kind: feeds its Session, and is the Session's Peer.

    Kinds differ in four calls: `_send_binary`, `_send_close`, `abort` and `queued_bytes`.
    """

    def __init__(self, lobby: Lobby, caller: Caller, wish: Wish | None = None) -> None:
        """With a `wish` it speaks the classic endpoint's words."""
        self.address = caller.address
        self.remote = caller.remote
        self.is_secure = caller.is_secure
        self._loop = asyncio.get_running_loop()
        self._lobby = lobby
        self._wish = wish
        self._session: Session | ClassicSession | None = None

    @property
    def now(self) -> float:
        return self._loop.time()

    def begin(self) -> None:
        """The socket is open."""
        if self._wish is None:
            self._session = self._lobby.open_session(self, self.now)
        else:
            self._session = ClassicSession(self._lobby, self, self._wish)

    def take(self, data: bytes | None) -> None:
        """A whole message came; None stands for a text message."""
        session = self._session
        if session is None:
            return
        if data is None:
            self._do(session, session.receive_text)
        else:
            self._do(session, session.receive, data, self._loop.time())

    def soon(self, work: Callable[[float], None]) -> None:
        """Does something for the session when all that is under way is done."""
        self._loop.call_soon(self._do_now, work)

    def _do_now(self, work: Callable[[float], None]) -> None:
        if self._session is not None:
            self._do(self._session, work, self._loop.time())

    def _do(
        self, session: Session | ClassicSession, work: Callable[..., None], *arguments: object
    ) -> None:
        try:
            work(*arguments)
        except Exception:
            # Our own bug: it may cost this connection, and no other.
            log.exception("a message of %s failed", session.name or "a connection")
            session.fail(ErrorCode.INTERNAL)

    def broke_off(self) -> None:
        """We close it for what is beneath the protocol, and so without an ERROR."""
        if self._session is not None:
            self._session.broken_off()

    def end(self, *, said_goodbye: bool) -> None:
        """The socket is gone; the peer may have closed it as one should."""
        # Both know each other: without this only the garbage collector would part them.
        session, self._session = self._session, None
        if session is not None:
            session.lost(said_goodbye=said_goodbye)

    def send(self, message: bytes) -> None:
        if self._session is not None and self._session.game is not None:
            self._session.game.counters.bytes_sent += len(message)
        self._send_binary(message)

    def close(self, code: int, reason: str) -> None:
        # Godot drops what it has not read when the close frame arrives: so the close comes later.
        self._loop.call_later(CLOSE_DELAY_SECONDS, self._send_close, code, reason)
        self._loop.call_later(CLOSE_DELAY_SECONDS + CLOSE_LINGER_SECONDS, self.abort)

    @property
    def sender(self) -> Callable[[bytes], object]:
        return self._send_binary

    def clogged(self) -> None:
        """The peer does not read as fast as we send."""
        if self._session is not None:
            self._session.clogged()

    def abort(self) -> None:
        raise NotImplementedError

    @property
    def queued_bytes(self) -> int:
        raise NotImplementedError

    def _send_binary(self, message: bytes) -> None:
        raise NotImplementedError

    def _send_close(self, code: int, reason: str) -> None:
        raise NotImplementedError
