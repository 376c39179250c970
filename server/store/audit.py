"""What the staff did: a row in the same transaction as the deed, never changed afterwards."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session, col, select

from server.models import AuditRow


@dataclass(frozen=True)
class Audit:
    actor_id: int
    """0: the command line."""
    actor: str
    via: str
    """panel, game or cli."""
    action: str
    """resource.action, as server/people/roles.toml has them."""
    subject: str
    time_ms: int
    details: dict[str, Any] = field(default_factory=dict)
    """Plain values."""
    number: int = 0


def write_audit(session: Session, audit: Audit) -> None:
    session.add(
        AuditRow(
            time_ms=audit.time_ms,
            actor_id=audit.actor_id,
            actor=escaped(audit.actor)[:64],
            via=audit.via,
            action=audit.action,
            subject=escaped(audit.subject)[:128],
            details=_plain(audit.details),
        )
    )


def audit_entries(
    session: Session,
    *,
    who: str = "",
    action: str = "",
    subject: str = "",
    via: str = "",
    since_ms: int | None = None,
    until_ms: int | None = None,
    limit: int = 100,
    before: int | None = None,
    is_search: bool = False,
) -> list[Audit]:
    """The latest first, from before a number on.

    In a search an action may be a resource alone, and a subject a part of it.
    """
    query = select(AuditRow)
    for column, wanted in (
        (AuditRow.actor, who),
        (AuditRow.via, via),
    ):
        if wanted:
            query = query.where(column == wanted)
    if action and is_search and "." not in action:
        query = query.where(col(AuditRow.action).startswith(f"{action}.", autoescape=True))
    elif action:
        query = query.where(AuditRow.action == action)
    if subject and is_search:
        query = query.where(col(AuditRow.subject).icontains(subject, autoescape=True))
    elif subject:
        query = query.where(AuditRow.subject == subject)
    if before is not None:
        query = query.where(col(AuditRow.id) < before)
    if since_ms is not None:
        query = query.where(AuditRow.time_ms >= since_ms)
    if until_ms is not None:
        query = query.where(AuditRow.time_ms <= until_ms)
    rows = session.exec(query.order_by(col(AuditRow.id).desc()).limit(limit))
    return [
        Audit(
            each.actor_id,
            each.actor,
            each.via,
            each.action,
            each.subject,
            each.time_ms,
            each.details,
            each.id or 0,
        )
        for each in rows
    ]


def escaped(text: str) -> str:
    """Without control characters: a row must not draw on the screen of who reads it.

    A backslash is written twice, so that nobody can write what only looks escaped.
    """
    return "".join(
        each if each.isprintable() and each != "\\" else each.encode("unicode_escape").decode()
        for each in text
    )


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return escaped(value)
    if isinstance(value, dict):
        return {escaped(str(key)): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value
