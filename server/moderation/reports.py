"""Players' complaints: filed with the chat around them, taken, and closed with an outcome."""

from __future__ import annotations

from dataclasses import asdict

from protocol_spec.codec import ErrorCode, MessageType, NoticeCode
from server.chat import Chat
from server.failures import Rejected
from server.game import wall_clock_ms
from server.lobby import Lobby
from server.moderation.actor import Actor, checked_reason
from server.session import Session
from server.store import StoreError, sanctions
from server.store.sanctions import Report
from server.store.thread import Database

OPEN, TAKEN, CLOSED = "open", "taken", "closed"


class ReportDesk:
    def __init__(self, database: Database, lobby: Lobby, chat: Chat) -> None:
        self._database = database
        self._lobby = lobby
        self._chat = chat

    async def file(self, session: Session, player_id: int, text: str) -> None:
        """A player reports another; the answer goes to the session."""
        reporter, game = session.identity, session.game
        subject = self._lobby.find_identity(player_id)
        if reporter is None or game is None:
            return
        try:
            if not session.may("report", "file"):
                raise Rejected(ErrorCode.FORBIDDEN)
            if subject is None or subject is reporter:
                raise Rejected(ErrorCode.CHAT_NOBODY)
            lines = self._chat.recent(game.name, reporter.player_id)
            report = Report(
                time_ms=wall_clock_ms(),
                world=game.name,
                reporter_id=reporter.player_id,
                reporter_name=reporter.name,
                subject_id=player_id,
                subject_name=subject.name,
                text=text,
                chat=[asdict(each) for each in lines],
            )
            await self._database.do(sanctions.add_report, report)
        except Rejected as refusal:
            session.refuse(refusal, MessageType.REPORT)
        except StoreError:
            busy = Rejected(ErrorCode.SERVER_BUSY, retry_after_ms=1000)
            session.refuse(busy, MessageType.REPORT)
        else:
            session.notice(NoticeCode.REPORT_FILED, subject.name if subject else "")

    async def take(self, actor: Actor, number: int) -> Report:
        """The actor sees to it; whoever had it before has handed it over. Raises Rejected."""
        actor.check("report", "take")
        return await self._change(actor, number, "report.take", state=TAKEN, taken_by=actor.name)

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
        if report.state == CLOSED:
            raise Rejected(ErrorCode.FORBIDDEN, "the case is closed")
        audit = actor.audit(action, report.subject_name, report=number, **columns)
        changed = await self._database.do(sanctions.change_report, number, audit, columns)
        assert changed is not None
        return changed
