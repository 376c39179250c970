"""INSERT ... ON CONFLICT DO UPDATE, which SQLAlchemy writes for each database in its own way."""

from __future__ import annotations

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel


def upsert(
    session: Session, table: type[SQLModel], key: list[str], rows: list[dict[str, Any]]
) -> None:
    """Writes rows, all with the same columns, in place of those with the same key."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    new = dialect.insert(table)
    changed = {name: new.excluded[name] for name in rows[0] if name not in key}
    session.execute(new.on_conflict_do_update(index_elements=key, set_=changed), rows)
