"""Players' complaints: filed with the chat around them, taken, and closed with an outcome."""

from __future__ import annotations

from dataclasses import asdict

from protocol_spec.codec import ErrorCode, MessageType, NoticeCode
from server.chat.chat import Chat
from server.clock import wall_clock_ms
from server.failures import Rejected
from server.lobby import Lobby
from server.moderation.actor import Actor, checked_reason
from server.people.authentication import busy
from server.people.roles import may
from server.session import Session
from server.store import StoreError, accounts, sanctions
from server.store.chat import ChatLine
from server.store.sanctions import CLOSED, TAKEN, Report
from server.store.thread import Database

REPORTS_PER_HOUR = 10
"""From each player."""
MINUTE_MS, HOUR_MS = 60_000, 3_600_000


class ReportDesk:
    def __init__(self, database: Database, lobby: Lobby, chat: Chat) -> None:
        self._database = database
        self._lobby = lobby
        self._chat = chat

    async def file(self, session: Session, player_id: int, text: str) -> None:
        """A player reports another; the answer goes to the session."""
        try:
            name = await self._file(session, player_id, text)
        except Rejected as refusal:
            session.refuse(refusal, MessageType.REPORT)
        except StoreError as trouble:
            session.refuse(busy(trouble), MessageType.REPORT)
        else:
            session.notice(NoticeCode.REPORT_FILED, name)

    async def _file(self, session: Session, player_id: int, text: str) -> str:
        """Whom it is about. Raises Rejected."""
        if not session.may("report", "file"):
            raise Rejected(ErrorCode.FORBIDDEN)
        lines = self._chat.recent(session.world_name, session.player_id)
        name = self._name_of(player_id, lines)
        if not name or player_id == session.player_id:
            raise Rejected(ErrorCode.CHAT_NOBODY)
        now_ms = wall_clock_ms()
        filed = await self._database.do(sanctions.reports_by, session.player_id, now_ms - HOUR_MS)
        if filed >= REPORTS_PER_HOUR:
            raise Rejected(ErrorCode.CHAT_TOO_FAST, "the staff has to read them", MINUTE_MS)
        report = Report(
            time_ms=now_ms,
            world=session.world_name,
            reporter_id=session.player_id,
            reporter_name=session.name,
            subject_id=player_id,
            subject_name=name,
            text=text,
            chat=[asdict(each) for each in lines],
        )
        await self._database.do(sanctions.add_report, report)
        return name

    def _name_of(self, player_id: int, lines: list[ChatLine]) -> str:
        """Of somebody who is here, or was here and spoke; empty for all others."""
        identity = self._lobby.find_identity(player_id)
        if identity is not None:
            return identity.name
        return next((each.name for each in reversed(lines) if each.player_id == player_id), "")

    async def take(self, actor: Actor, number: int) -> Report:
        """The actor sees to it; whoever had it before has handed it over. Raises Rejected."""
        actor.check("report", "take")
        return await self._change(actor, number, "report.take", state=TAKEN, taken_by=actor.name)

    async def takers(self) -> list[str]:
        """The names of those who may see to a case."""
        found = await self._database.do(accounts.all_accounts)
        return [each.name for each in found if may(each.role, "report", "take")]

    async def hand_over(self, actor: Actor, number: int, name: str) -> Report:
        """Somebody else of the staff sees to it from now on. Raises Rejected."""
        actor.check("report", "take")
        if name not in await self.takers():
            raise Rejected(ErrorCode.CHAT_NOBODY, name)
        return await self._change(actor, number, "report.take", state=TAKEN, taken_by=name)

    async def close(self, actor: Actor, number: int, outcome: str) -> Report:
        """Raises Rejected."""
        actor.check("report", "close")
        return await self._change(
            actor,
            number,
            "report.close",
            state=CLOSED,
            outcome=checked_reason(outcome, "an outcome"),
            closed_ms=wall_clock_ms(),
        )

    async def _change(self, actor: Actor, number: int, action: str, **columns: object) -> Report:
        report = await self._database.do(sanctions.find_report, number)
        if report is None:
            raise Rejected(ErrorCode.CHAT_NOBODY, f"there is no report {number}")
        audit = actor.audit(action, report.subject_name, report=number, **columns)
        changed = await self._database.do(sanctions.change_report, number, audit, columns)
        if changed is None:
            raise Rejected(ErrorCode.FORBIDDEN, "the case is closed")
        return changed
