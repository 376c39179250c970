"""A classic connection: a Session, its Peer, and the interpreter between it and the socket."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from protocol_spec.codec import DecodeError, ErrorCode
from server.classic import MOST_IN_SIGHT, Interpreter, Sight, Wish
from server.game import Game
from server.lobby import Lobby

if TYPE_CHECKING:
    from server.gateway.connection import Connection


def classic_wish(lobby: Lobby, path: str, query: str) -> Wish | None:
    """What a socket at that address wants; None where that is not this endpoint, or it is shut."""
    return Wish.read(path, query) if lobby.settings.classic else None


class ClassicSession:
    """To the connection it is what a Session is to others; to its own Session it is the Peer."""

    def __init__(self, lobby: Lobby, connection: Connection, wish: Wish) -> None:
        self.address = connection.address
        self.remote = connection.remote
        self.is_secure = connection.is_secure
        self._connection = connection
        self._heard: deque[bytes] = deque()
        """What the session said. It waits until the session, or the tick, is done: what goes wrong
        here is to cost this connection alone."""
        self._asked: deque[Callable[[float], None]] = deque()
        """What the session is to do."""
        self._interpreter = Interpreter(wish, self._ask, connection.send, self._end)
        self._session = lobby.open_session(self, connection.now)
        self._interpreter.begin()
        connection.soon(self._go_on)

    @property
    def name(self) -> str:
        return self._session.name

    @property
    def game(self) -> Game | None:
        return self._session.game

    def receive(self, data: bytes, now: float) -> None:
        if self._session.is_closed:
            return
        try:
            self._interpreter.receive(data)
        except DecodeError as error:
            self._session.fail(error.code)
        self._go_on(now)

    def receive_text(self) -> None:
        self._session.receive_text()

    def fail(self, code: ErrorCode) -> None:
        self._session.fail(code)

    def broken_off(self) -> None:
        self._session.broken_off()

    def lost(self, *, said_goodbye: bool) -> None:
        # Nobody can resume here: so however it ended, nobody is waited for.
        self._session.lost(said_goodbye=True)

    def clogged(self) -> None:
        self._session.clogged()

    def send(self, message: bytes) -> None:
        """The session's word for the client."""
        if not self._heard:
            self._connection.soon(self._go_on)
        self._heard.append(message)

    @property
    def sender(self) -> Callable[[bytes], object]:
        return self.send

    def close(self, code: int, reason: str) -> None:
        self._connection.close(code, reason)

    def abort(self) -> None:
        self._connection.abort()

    @property
    def queued_bytes(self) -> int:
        return self._connection.queued_bytes

    def _sight(self) -> Sight:
        assert self._session.game is not None
        world, slot = self._session.game.world, self._session.slot
        others = world.others_in_sight(slot, MOST_IN_SIGHT)
        return Sight(
            world.standing(slot),
            world.speed_under(slot),
            ((each, world.standing(each)) for each in others),
        )

    def _ask(self, frame: bytes) -> None:
        self._asked.append(partial(self._session_receive, frame))

    def _session_receive(self, frame: bytes, now: float) -> None:
        self._session.receive(frame, now)

    def _end(self, code: ErrorCode | None) -> None:
        if code is None:
            self._asked.append(lambda now: self._session.say_goodbye())
        else:
            self._asked.append(lambda now: self._session.fail(code))

    def _go_on(self, now: float) -> None:
        """Both sides hear what the other said."""
        while self._heard or self._asked:
            if self._asked:
                self._asked.popleft()(now)
            elif self._interpreter.hear(self._heard.popleft()) and self._session.is_in_world:
                command = self._interpreter.look(self._sight())
                self._session.steer(self._interpreter.tick + 1, command)
