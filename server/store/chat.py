"""Chat lines. Functions on a session; Store.do gives them one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass

from sqlalchemy import delete, insert
from sqlmodel import Session, col, select

from server.models import ChatRow
from server.store.audit import Audit, write_audit


@dataclass(frozen=True)
class ChatLine:
    """A line as it was written, and what became of it."""

    time_ms: int
    world: str
    player_id: int
    name: str
    text: str
    fate: str = "said"
    """said, masked, flagged, held, shadowed or deleted."""
    to_id: int | None = None
    """Whom a whisper was for."""
    to_name: str = ""
    number: int = 0


def write_lines(session: Session, lines: list[ChatLine]) -> None:
    rows = [asdict(each) for each in lines]
    for row in rows:
        del row["number"]
    if rows:
        session.execute(insert(ChatRow), rows)


def lines(
    session: Session,
    *,
    world: str = "",
    player_id: int | None = None,
    name: str = "",
    containing: str = "",
    since_ms: int | None = None,
    until_ms: int | None = None,
    fates: Collection[str] = (),
    with_whispers: bool = True,
    limit: int = 200,
) -> list[ChatLine]:
    """The latest first."""
    query = select(ChatRow)
    if world:
        query = query.where(ChatRow.world == world)
    if player_id is not None:
        query = query.where(ChatRow.player_id == player_id)
    if name:
        query = query.where(col(ChatRow.name).icontains(name, autoescape=True))
    if containing:
        query = query.where(col(ChatRow.text).icontains(containing, autoescape=True))
    if since_ms is not None:
        query = query.where(ChatRow.time_ms >= since_ms)
    if until_ms is not None:
        query = query.where(ChatRow.time_ms <= until_ms)
    if fates:
        query = query.where(col(ChatRow.fate).in_(fates))
    if not with_whispers:
        query = query.where(col(ChatRow.to_id).is_(None))
    rows = session.exec(query.order_by(col(ChatRow.id).desc()).limit(limit))
    return [_line(row) for row in rows]


def lines_around(
    session: Session, number: int, count: int, *, with_whispers: bool
) -> list[ChatLine]:
    """A line with so many before it and after it in its world, the earliest first."""
    middle = session.get(ChatRow, number)
    if middle is None:
        return []
    query = select(ChatRow).where(ChatRow.world == middle.world)
    if not with_whispers:
        query = query.where(col(ChatRow.to_id).is_(None))
    number_of = col(ChatRow.id)
    before = query.where(number_of <= number).order_by(number_of.desc()).limit(count + 1)
    after = query.where(number_of > number).order_by(number_of).limit(count)
    return [_line(row) for row in [*reversed(session.exec(before).all()), *session.exec(after)]]


def change_fate(
    session: Session, number: int, only_from: Collection[str], fate: str, audit: Audit
) -> ChatLine | None:
    """Deletes a line from sight, or lets a held one go.

    None where there is none, or where what became of it so far is none of `only_from`.
    """
    row = session.get(ChatRow, number)
    if row is None or row.fate not in only_from:
        return None
    row.fate = fate
    session.add(row)
    write_audit(session, audit)
    session.flush()
    return _line(row)


def forget_lines(session: Session, before_ms: int) -> None:
    """Deletes lines from before a time."""
    session.exec(delete(ChatRow).where(col(ChatRow.time_ms) < before_ms))


def _line(row: ChatRow) -> ChatLine:
    return ChatLine(
        time_ms=row.time_ms,
        world=row.world,
        player_id=row.player_id,
        name=row.name,
        text=row.text,
        fate=row.fate,
        to_id=row.to_id,
        to_name=row.to_name,
        number=row.id or 0,
    )
