"""What lies before and between the worlds: connections, who is called what, and which worlds run.

Everything here concerns the whole server rather than one world; it is kept behind few, plain
functions.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable
from typing import TYPE_CHECKING, Any

from protocol_spec import codec
from protocol_spec.codec import ErrorCode, LeaveReason
from server.clock import wall_clock_ms
from server.failures import Rejected
from server.game import Game
from server.peer import Peer
from server.people.identity import Identity, Standing
from server.people.returning import Returning
from server.people.taken_names import TakenNames
from server.player_log import PlayerLog
from server.session import Session
from server.settings import Settings
from server.status import PlayerStatus, WorldStatus
from server.store.accounts import Visit
from server.tasks import start_task
from server.world import TICK_RATE, Rename

if TYPE_CHECKING:
    from server.chat.chat import Chat
    from server.chat.commands import Commands
    from server.moderation.reports import ReportDesk
    from server.people.accounts import Accounts
    from server.people.authentication import Authentication

log = logging.getLogger(__name__)

GOODBYE_SECONDS = 3.0
"""Longer than a gateway lets a closed connection linger."""


class Lobby:
    tick_rate = TICK_RATE

    authentication: Authentication
    accounts: Accounts
    chat: Chat
    reports: ReportDesk
    commands: Commands
    """Set where the parts are put together; they know the lobby, too."""

    def __init__(
        self,
        settings: Settings,
        games: list[Game],
        player_log: PlayerLog,
        *,
        clock: Callable[[], float] = time.monotonic,
        start: Callable[[Coroutine[Any, Any, None]], None] = start_task,
    ) -> None:
        """A command that works on accounts while no server runs has a lobby without worlds."""
        self.settings = settings
        self.games = {game.name: game for game in games}
        self.sessions: set[Session] = set()
        self._peers: set[Peer] = set()
        self._is_empty = asyncio.Event()
        self.start = start
        """Begins what has to wait for something."""
        self.players: dict[int, Session] = {}
        """Who was let in, by player id."""
        self.watchers: set[Session] = set()
        """Views of the panel."""
        self._clock = clock
        self._log = player_log
        self.names = TakenNames()
        self.returning = Returning(settings.resume_seconds)
        self._per_address: Counter[str] = Counter()
        self.opened_count = 0
        """So many connections came since the start."""
        self.refused_counts: Counter[ErrorCode] = Counter()
        """And so many were ended with each ERROR."""
        for game in games:
            game.on_left = self._left_from(game.name)

    def open_world(self, game: Game, order: list[str]) -> None:
        """Lets everybody into a world that has come to run. Of all in `order` the first is the
        one for those who name none."""
        game.on_left = self._left_from(game.name)
        self.games[game.name] = game
        # In place: others look at this very dict.
        for name in order:
            if name in self.games:
                self.games[name] = self.games.pop(name)

    def close_world(self, name: str) -> None:
        """Lets nobody in any more."""
        del self.games[name]

    def change_settings(self, settings: Settings) -> None:
        """Puts other settings into force, as far as they may change while the server runs."""
        self.settings = settings
        for game in self.games.values():
            game.settings = settings
        for session in self.sessions:
            session.limits_changed()

    @property
    def default_game(self) -> Game:
        """The first world's."""
        return next(iter(self.games.values()))

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
        self.opened_count += 1
        self.sessions.add(session)
        self._peers.add(peer)
        if peer.address:
            self._per_address[peer.address] += 1
            strangers = sum(each.identity is None for each in self.sessions if each.peer.address)
            if (
                self._per_address[peer.address] > self.settings.connections_per_address
                or strangers > self.settings.unauthenticated_connections
            ):
                session.fail(ErrorCode.TOO_MANY_CONNECTIONS)
        return session

    def authenticate(self, session: Session, message: codec.Auth) -> None:
        self.start(self.authentication.authenticate(session, message))

    def let_in(self, session: Session, identity: Identity) -> None:
        """The session is this player's, from wherever else they are."""
        if session.is_closed:
            return
        if (before := self.players.get(identity.player_id)) is not None:
            before.fail(ErrorCode.TAKEN_OVER)
        self.returning.came_back(identity.player_id)
        self.names.give(identity.name, identity.player_id)
        self.players[identity.player_id] = session
        session.let_in(identity, self._new_resume_token(session, identity))
        session.came_ms = wall_clock_ms()
        self._log.came(
            Visit(
                identity.player_id,
                identity.name,
                session.peer.remote,
                not identity.is_account,
                session.came_ms,
            )
        )

    def let_watch(self, session: Session, identity: Identity) -> None:
        """The session shows a world to somebody of the staff, who may play elsewhere."""
        if not session.is_closed:
            self.watchers.add(session)
            session.let_in(identity, "")

    def identity_changed(self, identity: Identity) -> None:
        """A player who is here has another role, name or look, or an account."""
        session = self.players.get(identity.player_id)
        if session is None:
            return
        session.tell_identity(self._new_resume_token(session, identity))
        if session.game is not None:
            session.game.submit(Rename(identity.player_id, identity.name, identity.look))

    def role_changed(self, player_id: int, role: str) -> None:
        """An account has another role: so have its views of the panel, as long as it may look."""
        for watcher in [each for each in self.watchers if each.player_id == player_id]:
            assert watcher.identity is not None
            watcher.identity.role = role
            if watcher.may("panel", "enter"):
                watcher.tell_identity("")
            else:
                watcher.fail(ErrorCode.FORBIDDEN)

    def find_resumed(self, token: str) -> Identity | None:
        """Whose resume token it is."""
        return self.returning.tokens.peek(token, self._clock())

    def take_resume_token(self, token: str) -> bool:
        """Whether it is good still; from here on it is not."""
        return self.returning.tokens.take(token, self._clock()) is not None

    def guest_of(self, token: str) -> Identity | None:
        """Who holds that resume token and is here, for what HTTP asks in their name."""
        identity = self.find_resumed(token)
        return identity if identity is not None and identity.player_id in self.players else None

    def find_identity(self, player_id: int) -> Identity | None:
        """Of a player who is here or expected back."""
        if (session := self.players.get(player_id)) is not None:
            return session.identity
        return self.returning.find(player_id)

    def find_named(self, name: str) -> Identity | None:
        """Who is here, or expected back, under a name or one that looks like it."""
        return self.find_identity(self.names.holder(name))

    def identities(self) -> Iterable[tuple[Identity, Session | None]]:
        """Everybody who is here, with their sessions, and everybody who is expected back."""
        for session in list(self.players.values()):
            if session.identity is not None:
                yield session.identity, session
        for identity in self.returning:
            yield identity, None

    def expel(
        self, player_id: int, code: ErrorCode, text: str = "", retry_after_ms: int = 0
    ) -> bool:
        """Ends a player's connection, and they cannot resume. True where they were here."""
        if (absent := self.returning.expel(player_id)) is not None:
            self.names.release(absent.name, player_id)
        for watcher in [each for each in self.watchers if each.player_id == player_id]:
            watcher.fail(code, text, retry_after_ms=retry_after_ms)
        session = self.players.get(player_id)
        if session is None:
            return False
        session.fail(code, text, retry_after_ms=retry_after_ms)
        return True

    def forget(self, session: Session, reason: LeaveReason) -> None:
        """The session is over, though its socket may linger.

        Whose connection was lost may come back: the name and the token wait for them.
        """
        self.sessions.discard(session)
        self.watchers.discard(session)
        identity = session.identity
        if identity is None or session.only_watches:
            return
        if self.players.get(identity.player_id) is session:
            del self.players[identity.player_id]
        if reason is not LeaveReason.LOST:
            self.returning.drop(session.resume_keys)
            self.names.release(identity.name, identity.player_id)
            return
        self.returning.lost(identity, session.resume_keys, session.came_by, self._clock())

    def standing(self, identity: Identity, world: str) -> Standing | None:
        """Where a player stood last in a world."""
        return self._log.standing(identity.player_id, world) or identity.standings.get(world)

    def is_expected(self, player_id: int) -> bool:
        """Whether a player is here, or may come back by a resume token."""
        return player_id in self.players or player_id in self.returning

    def _left_from(self, world: str) -> Callable[[int, Standing], None]:
        return lambda player_id, standing: self._log.stood(player_id, world, standing)

    def _new_resume_token(self, session: Session, identity: Identity) -> str:
        token, session.resume_keys = self.returning.new_token(
            identity, session.resume_keys, self._clock()
        )
        return token

    def disconnected(self, peer: Peer) -> None:
        """The connection is gone."""
        self._peers.discard(peer)
        if peer.address:
            self._per_address[peer.address] -= 1
            self._per_address += Counter()  # Drops the addresses that count nothing.
        if not self._peers:
            self._is_empty.set()

    def rename(self, identity: Identity, name: str) -> None:
        """A player who is here, or expected back, has a name that was claimed for them."""
        self.names.release(identity.name, identity.player_id)
        identity.name = name
        self.names.give(name, identity.player_id)
        self.identity_changed(identity)

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
            self.give_up_absent()

    def give_up_absent(self) -> None:
        """Who did not come back in time loses the name."""
        for identity in self.returning.give_up(self._clock()):
            self.names.release(identity.name, identity.player_id)

    async def close(self) -> None:
        """Says good-bye to everybody, and waits until the last has heard it."""
        self._is_empty.clear()
        for session in list(self.sessions):
            session.fail(ErrorCode.SERVER_STOPPING)
        if self._peers:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._is_empty.wait(), GOODBYE_SECONDS)
