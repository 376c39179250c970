"""Who somebody is: a guest by name, an account by password or ticket, or one who comes back."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

from protocol_spec import codec
from protocol_spec.codec import AuthMethod, ErrorCode, MessageType
from server.clock import wall_clock_ms
from server.failures import Rejected
from server.lobby import Lobby
from server.peer import Peer
from server.people.identity import GUEST, Account, Identity, Sanction, longest
from server.people.login_limits import LoginLimits
from server.people.names import checked_name, is_reserved, skeleton
from server.people.passwords import Busy, Passwords
from server.people.tickets import Tickets
from server.people.tokens import token_hash
from server.session import Session
from server.store import StoreError, accounts
from server.store.accounts import Arrival
from server.store.thread import Database

IDS_AT_ONCE = 10_000
"""So many player numbers are set aside at a time: four thousand million of them last long."""
MOST_TICKETS = 10_000
BUSY_SECONDS = 1


@dataclass(frozen=True)
class Pass:
    """What a ticket is for."""

    player_id: int
    only_watches: bool


class Banned(Exception):
    def __init__(self, sanction: Sanction) -> None:
        super().__init__(sanction.reason)
        self.sanction = sanction


class Authentication:
    """Also what HTTP and the game's socket have in common: passwords, their limits, tickets."""

    def __init__(
        self, database: Database, lobby: Lobby, passwords: Passwords, limits: LoginLimits
    ) -> None:
        self._database = database
        self._lobby = lobby
        self._passwords = passwords
        self._limits = limits
        self.ticket_seconds = lobby.settings.ticket_seconds
        self._tickets: Tickets[Pass] = Tickets(self.ticket_seconds, MOST_TICKETS)
        self._next_id = self._last_id = 0
        self.failed_login_count = 0
        """Wrong names and passwords since the start."""

    async def authenticate(self, session: Session, message: codec.Auth) -> None:
        """Answers an AUTH."""
        lobby = self._lobby
        try:
            identity = await self._identify(session, message)
        except Banned as ban:
            left_ms = ban.sanction.left_ms(wall_clock_ms())
            reason = ban.sanction.reason
            session.fail(ErrorCode.BANNED, reason, MessageType.AUTH, retry_after_ms=left_ms)
        except Rejected as refusal:
            session.not_let_in(refusal)
        except StoreError:
            session.not_let_in(busy())
        else:
            if session.only_watches:
                lobby.let_watch(session, identity)
            else:
                lobby.let_in(session, identity)

    async def _identify(self, session: Session, message: codec.Auth) -> Identity:
        """Awaits nothing after its last look into the database.

        So whoever bans somebody, or logs them out, finds them either here already, or not yet let
        in and from then on refused.
        """
        match message.method:
            case AuthMethod.GUEST:
                return await self._guest(session.peer, message.name, message.look)
            case AuthMethod.PASSWORD:
                return await self._by_password(session.peer, message)
            case AuthMethod.TICKET:
                return await self._by_ticket(session, message)
            case AuthMethod.RESUME:
                return await self._by_resume_token(session, message)
        raise Rejected(ErrorCode.AUTH_METHOD_UNSUPPORTED)

    async def _guest(self, peer: Peer, raw_name: str, look: int) -> Identity:
        if not self._lobby.settings.guests:
            raise Rejected(ErrorCode.GUESTS_FORBIDDEN)
        name = checked_name(raw_name)
        if is_reserved(name):
            raise Rejected(ErrorCode.NAME_INVALID, "this name is the server's own")
        key = skeleton(name)
        player_id = await self.new_player_id()
        with self._lobby.names.claiming(key, player_id):
            arrival = await self._arrival(peer, key=key)
        if arrival.account is not None:
            raise Rejected(ErrorCode.NAME_REGISTERED)
        self._check_bans(arrival, player_id)
        return Identity(player_id, name, look)

    async def _by_password(self, peer: Peer, message: codec.Auth) -> Identity:
        if not peer.is_secure:
            raise Rejected(ErrorCode.AUTH_INSECURE)
        try:
            password = message.secret.decode()
        except UnicodeDecodeError:
            raise Rejected(ErrorCode.AUTH_FAILED) from None
        known = await self.log_in(message.name, password, peer.address)
        arrival = await self._arrival(peer, player_id=known.player_id)
        if arrival.account is None or arrival.account.password_hash != known.password_hash:
            raise Rejected(ErrorCode.AUTH_FAILED)  # Changed in this very moment.
        return self._player(arrival.account, arrival)

    async def _by_ticket(self, session: Session, message: codec.Auth) -> Identity:
        ticket, now = _text(message.secret), time.monotonic()
        found = self._tickets.peek(ticket, now)
        if found is None:
            raise Rejected(ErrorCode.AUTH_EXPIRED)
        arrival = await self._arrival(session.peer, player_id=found.player_id)
        # Used up only by who is here to have something of it.
        if arrival.account is None or session.is_closed or not self._tickets.take(ticket, now):
            raise Rejected(ErrorCode.AUTH_EXPIRED)
        session.only_watches = found.only_watches
        return self._player(arrival.account, arrival)

    async def _by_resume_token(self, session: Session, message: codec.Auth) -> Identity:
        token = _text(message.secret)
        identity = self._lobby.find_resumed(token)
        if identity is None:
            raise Rejected(ErrorCode.AUTH_EXPIRED)
        # An address may have been banned meanwhile, or be another one.
        arrival = await self._arrival(session.peer, player_id=identity.player_id)
        self._check_bans(arrival, identity.player_id)
        if session.is_closed or not self._lobby.take_resume_token(token):
            raise Rejected(ErrorCode.AUTH_EXPIRED)
        session.came_by = token_hash(token)
        return identity

    def _player(self, account: Account, arrival: Arrival) -> Identity:
        player_id = account.player_id
        self._check_bans(arrival, player_id)
        return Identity(
            account.player_id,
            account.name,
            account.look,
            account.role,
            [each for each in arrival.sanctions if each.player_id == player_id],
            arrival.standings,
        )

    async def log_in(self, name: str, password: str, address: str) -> Account:
        """The account of that name and password. Raises Rejected, all in the same time.

        `address` is empty for this machine.
        """
        key = skeleton(name)[:255]
        self._limits.check(key, address)
        try:
            self._passwords.check_room()
            account = await self._database.do(accounts.find_account, skeleton=key)
            verified = await self._passwords.verify(
                account.password_hash if account else None, password
            )
        except (Busy, StoreError) as trouble:
            self._limits.abandoned(key, address)
            raise busy(trouble) from None
        if account is None or not verified.ok:
            self._limits.failed(key, address)
            self.failed_login_count += 1
            raise Rejected(ErrorCode.AUTH_FAILED)
        self._limits.succeeded(key, address)
        if verified.new_hash is None:
            return account
        if not await self._database.do(
            accounts.renew_hash, account.player_id, account.password_hash, verified.new_hash
        ):
            raise busy()  # Somebody else was faster, maybe with another password.
        return replace(account, password_hash=verified.new_hash)

    def issue_ticket(self, player_id: int, *, only_watches: bool = False) -> str:
        """What the game's socket takes once, within `ticket_seconds`."""
        return self._tickets.issue(Pass(player_id, only_watches), time.monotonic())

    def drop_tickets(self, player_id: int) -> None:
        self._tickets.drop_where(lambda each: each.player_id == player_id)

    async def check_bans(self, peer_address: str, player_id: int) -> None:
        """Raises Rejected where the account or the address may not come in."""
        arrival = await self._database.do(
            accounts.arrival, peer_address, wall_clock_ms(), player_id=player_id
        )
        self.refuse_banned(arrival, player_id)

    def refuse_banned(self, arrival: Arrival, player_id: int) -> None:
        """Raises Rejected where the account or the address may not come in."""
        try:
            self._check_bans(arrival, player_id)
        except Banned as ban:
            left_ms = ban.sanction.left_ms(wall_clock_ms())
            raise Rejected(ErrorCode.BANNED, ban.sanction.reason, left_ms) from None

    async def _arrival(
        self, peer: Peer, *, key: str | None = None, player_id: int | None = None
    ) -> Arrival:
        return await self._database.do(
            accounts.arrival, peer.remote, wall_clock_ms(), skeleton=key, player_id=player_id
        )

    def _check_bans(self, arrival: Arrival, player_id: int) -> None:
        """Raises Banned; of several bans the one that holds longest."""
        role = arrival.account.role if arrival.account else GUEST
        ban = longest(each for each in arrival.sanctions if each.keeps_out(player_id, role))
        if ban is not None:
            raise Banned(ban)

    async def new_player_id(self) -> int:
        """A number that nobody had before."""
        if self._next_id == self._last_id:
            first = await self._database.do(accounts.reserve_player_ids, IDS_AT_ONCE)
            self._next_id, self._last_id = first, first + IDS_AT_ONCE
        self._next_id += 1
        return self._next_id - 1


def _text(secret: bytes) -> str:
    return secret.decode("ascii", errors="replace")


def busy(trouble: Busy | StoreError | None = None) -> Rejected:
    """What somebody hears whose password or data have to wait."""
    seconds = trouble.retry_after_seconds if isinstance(trouble, Busy) else BUSY_SECONDS
    return Rejected(ErrorCode.SERVER_BUSY, retry_after_ms=round(seconds * 1000))
