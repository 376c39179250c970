"""What lies before and between the worlds: connections, who is called what, and which worlds run.

Everything here concerns the whole server rather than one world; it is kept behind few, plain
functions.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
from collections import Counter

from protocol_spec.codec import ErrorCode
from server import names
from server.failures import Rejected
from server.game import TICK_RATE, Game, wall_clock_ms
from server.session import Peer, Session
from server.settings import Settings
from server.status import PlayerStatus, WorldStatus

log = logging.getLogger(__name__)

GOODBYE_SECONDS = 3.0
"""Longer than a gateway lets a closed connection linger."""


class Lobby:
    tick_rate = TICK_RATE

    def __init__(self, settings: Settings, games: list[Game]) -> None:
        if not games:
            raise ValueError("a server needs a world")
        self.settings = settings
        self.games = {game.name: game for game in games}
        self.default_game = games[0]
        self.sessions: set[Session] = set()
        self._peers: set[Peer] = set()
        self._is_empty = asyncio.Event()
        self._ids = itertools.count(1)
        self._names: set[str] = set()
        """The skeletons of the names in use."""
        self._per_address: Counter[str] = Counter()

    @property
    def connection_count(self) -> int:
        return len(self._peers)

    def world_statuses(self) -> list[WorldStatus]:
        return [game.status() for game in self.games.values()]

    def player_statuses(self, world: str) -> list[PlayerStatus]:
        return self.games[world].player_statuses()

    def open_session(self, peer: Peer, now: float) -> Session:
        """A connection came. One too many is told so and closed."""
        session = Session(self, peer, now)
        self.sessions.add(session)
        self._peers.add(peer)
        if peer.address:
            self._per_address[peer.address] += 1
            strangers = sum(
                not each.is_authenticated for each in self.sessions if each.peer.address
            )
            if (
                self._per_address[peer.address] > self.settings.connections_per_address
                or strangers > self.settings.unauthenticated_connections
            ):
                session.fail(ErrorCode.TOO_MANY_CONNECTIONS)
        return session

    def forget(self, session: Session) -> None:
        """The session is over, though its socket may linger; its name is free."""
        self.sessions.discard(session)
        if session.is_authenticated:
            self._names.discard(names.skeleton(session.name))

    def disconnected(self, peer: Peer) -> None:
        """The connection is gone."""
        self._peers.discard(peer)
        if peer.address:
            self._per_address[peer.address] -= 1
            self._per_address += Counter()  # Drops the addresses that count nothing.
        if not self._peers:
            self._is_empty.set()

    def claim_name(self, name: str) -> int:
        """Gives the name to a new player and returns their id; it is free again by `forget`."""
        skeleton = names.skeleton(name)
        if skeleton in self._names:
            raise Rejected(ErrorCode.NAME_IN_USE)
        self._names.add(skeleton)
        return next(self._ids)

    def find_game(self, name: str) -> Game:
        """The running world of that name, the first where it is empty."""
        if not name:
            return self.default_game
        game = self.games.get(name)
        if game is None:
            raise Rejected(ErrorCode.WORLD_UNKNOWN)
        return game

    def wall_clock_ms(self) -> int:
        """Milliseconds since 1970, for what people read; play itself counts in ticks."""
        return wall_clock_ms()

    async def watch(self) -> None:
        """Looks after deadlines and stuck connections once a second, until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(1)
            for session in list(self.sessions):
                session.check_time(loop.time())

    async def close(self) -> None:
        """Says good-bye to everybody, and waits until the last has heard it."""
        self._is_empty.clear()
        for session in list(self.sessions):
            session.fail(ErrorCode.SERVER_STOPPING)
        if self._peers:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._is_empty.wait(), GOODBYE_SECONDS)
