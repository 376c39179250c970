"""The page of the audit: what the staff did, searched by the filter grammar."""

from __future__ import annotations

from datetime import UTC, datetime

import orjson
from nicegui import ui

from admin.frame import page
from admin.listing import Listing, Row, column
from admin.panel import Panel
from admin.theme import word
from server.desks.audit import time_text
from server.desks.audit_filter import AuditFilter, parse_audit_filter
from server.editing.journal import FilterError
from server.moderation.actor import Actor
from server.store.audit import Audit

ROWS = 50


def register(panel: Panel) -> None:
    desk = panel.audit_desk

    @panel.page("/audit")
    async def audit() -> None:
        staff = await panel.enter("audit", "read")
        if staff is None:
            return
        pages: list[int | None] = [None]
        """Before which number each page begins, from the first to the one that is shown."""
        last: list[int] = []
        with page("audit", staff):
            with ui.row().classes("w-full items-start gap-2"):
                field = ui.input(word("audit_filter"))
                field.props("outlined dense clearable data-do=filter")
                field.props["hint"] = word("audit_help")
                field.classes("grow")
                ui.button(word("search"), icon="search", on_click=lambda: search()).props(
                    "no-caps data-do=search"
                )
                if staff.may("audit", "export"):
                    for kind in ("csv", "json"):
                        ui.button(
                            kind.upper(),
                            icon="download",
                            on_click=lambda kind=kind: export(kind),
                        ).props(f"outline no-caps data-do={kind}")
            table = Listing(
                [
                    column(name, f"audit_{name}")
                    for name in ("time", "actor", "via", "action", "subject", "details")
                ],
                empty="audit_none",
            )
            with ui.row():
                newer = ui.button(word("newer"), icon="chevron_left", on_click=lambda: turn(-1))
                older = ui.button(word("older"), icon="chevron_right", on_click=lambda: turn(1))
                newer.props("flat no-caps data-do=newer")
                older.props("flat no-caps data-do=older")
            field.on("keydown.enter", lambda: search())

        def wanted() -> AuditFilter | None:
            try:
                found = parse_audit_filter(field.value or "", datetime.now(UTC))
            except FilterError as error:
                field.props["error"] = True
                field.props["error-message"] = str(error)
                field.update()
                return None
            field.props["error"] = False
            field.update()
            return found

        async def show() -> None:
            meant = wanted()
            if meant is None:
                return

            async def work(actor: Actor) -> list[Audit]:
                return await desk.entries(actor, meant, ROWS + 1, pages[-1])

            rows = await staff.act(work)
            if rows is None:
                return
            table.show([_row(each) for each in rows[:ROWS]])
            last[:] = [rows[ROWS - 1].number] if len(rows) > ROWS else []
            for button, leads in ((newer, len(pages) > 1), (older, bool(last))):
                button.set_enabled(leads)
                button.set_visibility(len(pages) > 1 or bool(last))

        async def search() -> None:
            pages[:] = [None]
            await show()

        async def turn(step: int) -> None:
            if step > 0 and last:
                pages.append(last[0])
            elif step < 0 and len(pages) > 1:
                pages.pop()
            await show()

        async def export(kind: str) -> None:
            meant = wanted()
            if meant is None:
                return
            content = await staff.act(lambda actor: desk.export(actor, meant, kind))
            if content is not None:
                ui.download.content(content, f"audit.{kind}")

        await show()


def _row(each: Audit) -> Row:
    return {
        "id": each.number,
        "time": time_text(each.time_ms),
        "actor": each.actor,
        "via": each.via,
        "action": each.action,
        "subject": each.subject,
        "details": " · ".join(
            _told(key, value) for key, value in each.details.items() if value not in (None, "")
        ),
    }


def _told(key: str, value: object) -> str:
    """A detail as people read it; what ends with `_ms` is a time."""
    if key.endswith("_ms") and isinstance(value, int):
        return f"{key.removesuffix('_ms')}: {time_text(value)}"
    text = value if isinstance(value, str) else orjson.dumps(value).decode()
    return f"{key}: {text}"
