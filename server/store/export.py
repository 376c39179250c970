"""All that is kept of somebody, for them to have. A function on a session."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from server.models import AccountRow
from server.people.identity import SanctionKind

TABLES = AccountRow.metadata.tables


def export(session: Session, player_id: int) -> dict[str, list[dict[str, Any]]]:
    """By kind, the oldest first, fit for JSON.

    Without secrets, without what others wrote down of them, notes and reports, and without shadow
    mutes, which are no more as soon as their player knows.
    """

    def told(kind: str, whose: str, *columns: str) -> list[dict[str, Any]]:
        table = TABLES[kind]
        query = select(*(table.c[each] for each in columns)).where(table.c[whose] == player_id)
        return [dict(row._mapping) for row in session.execute(query.order_by(table.c[columns[0]]))]

    maps = TABLES["maps"].c
    names = {row.id: row.name for row in session.execute(select(maps.id, maps.name))}
    edits = told("edits", "author_id", "time_ms", "map_id", "kind", "cell_count")
    sanctions = told(
        *("sanctions", "player_id"), *("created_ms", "kind", "reason", "expires_ms", "lifted_ms")
    )
    return {
        "account": told("accounts", "id", "created_ms", "id", "name", "role", "look", "seen_ms"),
        "logins": told("logins", "account_id", "created_ms", "expires_ms", "address"),
        "two_factor": told("two_factors", "account_id", "since_ms"),
        "standings": told(
            *("standings", "account_id"),
            *("time_ms", "world", "x", "y", "z", "rotation", "mode_data"),
        ),
        "visits": told("visits", "player_id", "began_ms", "name", "address"),
        "chat": told("chat", "player_id", "time_ms", "world", "name", "to_name", "text"),
        "sanctions": [each for each in sanctions if each["kind"] != SanctionKind.SHADOW_MUTE],
        "reports": told(
            *("reports", "reporter_id"), *("time_ms", "world", "subject_name", "text", "state")
        ),
        "edits": [{**each, "map_id": names[each["map_id"]]} for each in edits],
    }
