"""What a world's modes keep over restarts. Functions on a session."""

from __future__ import annotations

from typing import Any

from sqlmodel import Session

from server.models import ModeDataRow


def mode_data(session: Session, world: str, mode: str) -> dict[str, Any]:
    """Empty where nothing was kept."""
    row = session.get(ModeDataRow, (world, mode))
    return row.document if row else {}


def keep_mode_data(session: Session, world: str, mode: str, document: dict[str, Any]) -> None:
    """`document` is fit for JSON."""
    row = session.get(ModeDataRow, (world, mode))
    row = row or ModeDataRow(world=world, mode=mode, document=document)
    row.document = document
    session.add(row)
