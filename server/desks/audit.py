"""What the staff may learn of what the staff did."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime

import orjson

from server.desks.audit_filter import AuditFilter
from server.moderation.actor import Actor
from server.store.audit import Audit, audit_entries
from server.store.thread import Database

ROWS_AT_ONCE = 1000
COLUMNS = ("number", "time", "actor", "via", "action", "subject", "details")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""A cell that begins so is carried out by spreadsheets (OWASP, CSV Injection)."""


class AuditDesk:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def entries(
        self, actor: Actor, wanted: AuditFilter, limit: int, before: int | None = None
    ) -> list[Audit]:
        """The latest first, from before a number on. Raises Rejected."""
        actor.check("audit", "read")
        return await self._read(wanted, limit, before)

    async def export(self, actor: Actor, wanted: AuditFilter, kind: str) -> bytes:
        """All that is meant, the latest first, as "csv" or "json". Raises Rejected."""
        actor.check("audit", "export")
        rows: list[Audit] = []
        while some := await self._read(wanted, ROWS_AT_ONCE, rows[-1].number if rows else None):
            rows += some
        # It may be long, and the tick must not wait for it.
        return await asyncio.to_thread(_csv if kind == "csv" else _json, rows)

    async def _read(self, wanted: AuditFilter, limit: int, before: int | None) -> list[Audit]:
        return await self._database.do(
            audit_entries, **asdict(wanted), limit=limit, before=before, is_search=True
        )


def time_text(time_ms: int) -> str:
    return datetime.fromtimestamp(time_ms / 1000, UTC).isoformat(" ", "seconds")[:19]


def _csv(rows: list[Audit]) -> bytes:
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    for each in _told(rows):
        details = orjson.dumps(each["details"]).decode()
        writer.writerow([_cell(each[name]) for name in COLUMNS[:-1]] + [_cell(details)])
    return file.getvalue().encode()


def _json(rows: list[Audit]) -> bytes:
    return orjson.dumps(list(_told(rows)), option=orjson.OPT_INDENT_2)


def _told(rows: list[Audit]) -> Iterator[dict[str, object]]:
    for each in rows:
        yield {name: getattr(each, name, "") for name in COLUMNS} | {
            "time": datetime.fromtimestamp(each.time_ms / 1000, UTC).isoformat("T", "milliseconds")
        }


def _cell(value: object) -> str:
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
