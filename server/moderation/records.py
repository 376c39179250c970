"""What the staff may read of players, chat and cases; each question is judged before its answer."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from protocol_spec.codec import ErrorCode
from server.clock import wall_clock_ms
from server.failures import Rejected
from server.lobby import Lobby
from server.moderation.actor import Actor
from server.moderation.sanctions import SanctionDesk, Subject
from server.people.identity import Account, Sanction, SanctionKind
from server.store import accounts, chat, sanctions
from server.store.accounts import Visit
from server.store.chat import ChatLine
from server.store.sanctions import Note, Report
from server.store.thread import Database

MOST_LINES = 200
CONTEXT_LINES = 12
"""Before a line, and after it."""
DOSSIER_LINES = 50


@dataclass(frozen=True)
class Presence:
    """A player who is here, or expected back."""

    player_id: int
    name: str
    role: str
    is_connected: bool
    world: str
    """Empty in the lobby."""
    place: tuple[int, int] | None
    """In tiles."""
    came_ms: int
    """0 while they are expected back."""
    address: str
    """Empty for those who may not see it."""
    ping_ms: float | None
    messages_per_second: float
    corrections: int
    """So often commands came too late, since they entered the world."""


@dataclass(frozen=True)
class Dossier:
    """All that is known of a player, the latest first."""

    subject: Subject
    presence: Presence | None
    account: Account | None
    visits: list[Visit]
    sanctions: list[Sanction]
    notes: list[Note]
    reports: list[Report]
    """About the player."""
    lines: list[ChatLine]


class Records:
    def __init__(self, database: Database, lobby: Lobby, desk: SanctionDesk) -> None:
        self._database = database
        self._lobby = lobby
        self._desk = desk

    def present(self, actor: Actor) -> list[Presence]:
        """Everybody who is here or expected back. Raises Rejected."""
        actor.check("account", "see")
        shows_address = actor.may("player", "see_address")
        standing = {
            each.player_id: each
            for world in self._lobby.games
            for each in self._lobby.player_statuses(world)
        }
        found = []
        for identity, session in self._lobby.identities():
            there = standing.get(identity.player_id)
            found.append(
                Presence(
                    player_id=identity.player_id,
                    name=identity.name,
                    role=identity.role,
                    is_connected=session is not None,
                    world=session.world_name if session else "",
                    place=(there.x, there.y) if there else None,
                    came_ms=session.came_ms if session else 0,
                    address=session.peer.remote if session and shows_address else "",
                    ping_ms=session.pulse.ping_ms if session else None,
                    messages_per_second=session.pulse.messages_per_second if session else 0.0,
                    corrections=there.corrections if there else 0,
                )
            )
        return found

    async def dossier(self, actor: Actor, player_id: int) -> Dossier:
        """Raises Rejected."""
        actor.check("player", "see")
        subject = await self._desk.find(player_id)
        ask = self._database.do
        visits = await ask(accounts.visits_of, player_id)
        if not actor.may("player", "see_address"):
            visits = [replace(each, address="") for each in visits]
        return Dossier(
            subject=subject,
            presence=next((p for p in self.present(actor) if p.player_id == player_id), None),
            account=await ask(accounts.find_account, player_id=player_id),
            visits=visits,
            sanctions=[
                self._shown(actor, each)
                for each in await ask(sanctions.all_sanctions, player_id=player_id)
            ],
            notes=await ask(sanctions.notes, player_id),
            reports=await ask(sanctions.reports, subject_id=player_id),
            lines=await ask(
                chat.lines,
                player_id=player_id,
                with_whispers=actor.may("chat", "read_whispers"),
                limit=DOSSIER_LINES,
            ),
        )

    async def lines(
        self,
        actor: Actor,
        *,
        world: str = "",
        name: str = "",
        containing: str = "",
        fates: Collection[str] = (),
        limit: int = MOST_LINES,
    ) -> list[ChatLine]:
        """What was said, the latest first; whispers for who may read them. Raises Rejected."""
        actor.check("chat", "read_history")
        return await self._database.do(
            chat.lines,
            world=world,
            name=name,
            containing=containing.replace("\0", ""),
            fates=fates,
            with_whispers=actor.may("chat", "read_whispers"),
            limit=min(limit, MOST_LINES),
        )

    async def context(self, actor: Actor, number: int) -> list[ChatLine]:
        """What was said around a line in its world, the earliest first. Raises Rejected."""
        actor.check("chat", "read_history")
        return await self._database.do(
            chat.lines_around,
            number,
            CONTEXT_LINES,
            with_whispers=actor.may("chat", "read_whispers"),
        )

    async def reports(self, actor: Actor, state: str = "") -> list[Report]:
        """The latest first. Raises Rejected."""
        actor.check("report", "see")
        return await self._database.do(sanctions.reports, state=state)

    async def report(self, actor: Actor, number: int) -> Report:
        """Raises Rejected."""
        actor.check("report", "see")
        found = await self._database.do(sanctions.find_report, number)
        if found is None:
            raise Rejected(ErrorCode.CHAT_NOBODY, f"there is no report {number}")
        return found

    async def sanctions(
        self,
        actor: Actor,
        *,
        kind: SanctionKind | None = None,
        containing: str = "",
        only_in_force: bool = False,
    ) -> list[Sanction]:
        """The latest first; `containing` is looked for in names, addresses, reasons and notes.

        Raises Rejected.
        """
        actor.check("player", "ban")
        found = await self._database.do(
            sanctions.all_sanctions,
            kind=kind,
            in_force_at_ms=wall_clock_ms() if only_in_force else None,
            containing=containing.replace("\0", ""),
            with_networks=actor.may("player", "see_address"),
        )
        return [self._shown(actor, each) for each in found]

    def _shown(self, actor: Actor, sanction: Sanction) -> Sanction:
        """The sanction as far as the actor may see it: a guest's ban has the address, too."""
        if actor.may("player", "see_address") or not sanction.network:
            return sanction
        return replace(sanction, network="…")
