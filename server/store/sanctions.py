"""Sanctions, notes and reports. Functions on a session; Store.do gives them one."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_
from sqlmodel import Session, col, select

from server.models import NoteRow, ReportRow, SanctionRow
from server.people.identity import LASTING, Sanction, SanctionKind, address_key, address_range
from server.store.audit import Audit, write_audit

OPEN, TAKEN, CLOSED = "open", "taken", "closed"
"""The states of a report."""


@dataclass(frozen=True)
class Report:
    """A player's complaint about another, with the chat around it."""

    time_ms: int
    world: str
    reporter_id: int
    reporter_name: str
    subject_id: int
    subject_name: str
    text: str
    chat: list[dict[str, Any]] = field(default_factory=list)
    """time_ms, player_id, name, to_name and text of each line."""
    state: str = OPEN
    taken_by: str = ""
    outcome: str = ""
    closed_ms: int | None = None
    number: int = 0


@dataclass(frozen=True)
class Note:
    player_id: int
    text: str
    by_name: str
    time_ms: int
    number: int = 0


def add_sanction(session: Session, sanction: Sanction, audit: Audit) -> Sanction:
    """Keeps it; returned with its number."""
    columns = asdict(sanction)
    del columns["number"]
    first, last = address_range(sanction.network) if sanction.network else ("", "")
    row = SanctionRow(**columns, first_address=first, last_address=last)
    session.add(row)
    write_audit(session, audit)
    session.flush()
    return _sanction(row)


def in_force(session: Session, player_id: int | None, address: str, now_ms: int) -> list[Sanction]:
    """What holds against a player, and the bans that cover an address."""
    key = address_key(address)
    meant = and_(
        col(SanctionRow.first_address) <= key,
        col(SanctionRow.last_address) >= key,
    )
    if player_id is not None:
        meant = or_(meant, col(SanctionRow.player_id) == player_id)
    rows = session.exec(select(SanctionRow).where(meant, _in_force(now_ms)))
    return [_sanction(row) for row in rows]


def find_sanction(session: Session, number: int) -> Sanction | None:
    row = session.get(SanctionRow, number)
    return _sanction(row) if row else None


def all_sanctions(
    session: Session,
    *,
    player_id: int | None = None,
    kind: SanctionKind | None = None,
    in_force_at_ms: int | None = None,
    containing: str = "",
    with_networks: bool = True,
    limit: int = 200,
) -> list[Sanction]:
    """The latest first; `containing` is looked for in names, reasons, notes, and networks."""
    query = select(SanctionRow)
    if player_id is not None:
        query = query.where(SanctionRow.player_id == player_id)
    if kind is not None:
        query = query.where(SanctionRow.kind == kind.value)
    if in_force_at_ms is not None:
        query = query.where(_in_force(in_force_at_ms))
    if containing:
        written = [SanctionRow.name, SanctionRow.reason, SanctionRow.note]
        if with_networks:
            written.append(SanctionRow.network)
        texts = [col(each).icontains(containing, autoescape=True) for each in written]
        query = query.where(or_(*texts))
    rows = session.exec(query.order_by(col(SanctionRow.id).desc()).limit(limit))
    return [_sanction(row) for row in rows]


def change_sanction(
    session: Session, number: int, audit: Audit, columns: dict[str, Any]
) -> Sanction | None:
    """Lifts or edits one; None where there is none of that number."""
    row = session.get(SanctionRow, number)
    if row is None:
        return None
    _change(session, row, audit, columns)
    return _sanction(row)


def add_report(session: Session, report: Report) -> Report:
    columns = asdict(report)
    del columns["number"]
    row = ReportRow(**columns)
    session.add(row)
    session.flush()
    return _report(row)


def reports_by(session: Session, reporter_id: int, since_ms: int) -> int:
    """How many somebody filed since a time."""
    query = select(func.count()).select_from(ReportRow)
    mine = (ReportRow.reporter_id == reporter_id, ReportRow.time_ms >= since_ms)
    return session.exec(query.where(*mine)).one()


def reports(
    session: Session, *, state: str = "", subject_id: int | None = None, limit: int = 200
) -> list[Report]:
    """The latest first."""
    query = select(ReportRow)
    if state:
        query = query.where(ReportRow.state == state)
    if subject_id is not None:
        query = query.where(ReportRow.subject_id == subject_id)
    rows = session.exec(query.order_by(col(ReportRow.id).desc()).limit(limit))
    return [_report(row) for row in rows]


def find_report(session: Session, number: int) -> Report | None:
    row = session.get(ReportRow, number)
    return _report(row) if row else None


def change_report(
    session: Session, number: int, audit: Audit, columns: dict[str, Any]
) -> Report | None:
    """None where there is no open or taken one of that number."""
    row = session.get(ReportRow, number)
    if row is None or row.state == CLOSED:
        return None
    _change(session, row, audit, columns)
    return _report(row)


def add_note(session: Session, note: Note, audit: Audit) -> None:
    columns = asdict(note)
    del columns["number"]
    session.add(NoteRow(**columns))
    write_audit(session, audit)


def notes(session: Session, player_id: int) -> list[Note]:
    """The latest first."""
    rows = session.exec(
        select(NoteRow).where(NoteRow.player_id == player_id).order_by(col(NoteRow.id).desc())
    )
    return [
        Note(each.player_id, each.text, each.by_name, each.time_ms, each.id or 0) for each in rows
    ]


def _in_force(now_ms: int) -> ColumnElement[bool]:
    """As Sanction.is_in_force has it."""
    return and_(
        col(SanctionRow.kind).in_([each.value for each in LASTING]),
        col(SanctionRow.lifted_ms).is_(None),
        or_(col(SanctionRow.expires_ms).is_(None), col(SanctionRow.expires_ms) > now_ms),
    )


def _change(
    session: Session, row: SanctionRow | ReportRow, audit: Audit, columns: dict[str, Any]
) -> None:
    for name, value in columns.items():
        setattr(row, name, value)
    session.add(row)
    write_audit(session, audit)
    session.flush()


def _sanction(row: SanctionRow) -> Sanction:
    return Sanction(
        kind=SanctionKind(row.kind),
        player_id=row.player_id,
        name=row.name,
        network=row.network,
        reason=row.reason,
        note=row.note,
        by_id=row.by_id,
        by_name=row.by_name,
        created_ms=row.created_ms,
        expires_ms=row.expires_ms,
        lifted_ms=row.lifted_ms,
        lifted_by=row.lifted_by,
        number=row.id or 0,
    )


def _report(row: ReportRow) -> Report:
    return Report(
        time_ms=row.time_ms,
        world=row.world,
        reporter_id=row.reporter_id,
        reporter_name=row.reporter_name,
        subject_id=row.subject_id,
        subject_name=row.subject_name,
        text=row.text,
        chat=row.chat,
        state=row.state,
        taken_by=row.taken_by,
        outcome=row.outcome,
        closed_ms=row.closed_ms,
        number=row.id or 0,
    )
