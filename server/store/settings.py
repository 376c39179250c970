"""Settings that were changed while the server ran. Functions on a session."""

from __future__ import annotations

from typing import Any

from sqlmodel import Session

from server.models import SettingRow
from server.store.audit import Audit, write_audit


def find_setting(session: Session, name: str) -> Any:
    """None where it was never changed."""
    row = session.get(SettingRow, name)
    return row.value if row else None


def change_setting(session: Session, name: str, value: Any, audit: Audit | None = None) -> None:
    """`value` is fit for JSON."""
    _put(session, name, value)
    if audit is not None:
        write_audit(session, audit)


def change_settings(session: Session, values: dict[str, Any], audit: Audit) -> None:
    """Several at once, fit for JSON; None forgets one, which is then as it was given."""
    for name, value in values.items():
        if value is not None:
            _put(session, name, value)
        elif (row := session.get(SettingRow, name)) is not None:
            session.delete(row)
    write_audit(session, audit)


def _put(session: Session, name: str, value: Any) -> None:
    row = session.get(SettingRow, name) or SettingRow(name=name, value=value)
    row.value = value
    session.add(row)
