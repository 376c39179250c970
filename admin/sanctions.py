"""Bans, mutes and what else the staff decided: found, added, edited, lifted."""

from __future__ import annotations

from nicegui import ui

from admin.dialogs import ask_address_ban
from admin.frame import page
from admin.panel import Panel
from admin.sanction_rows import SanctionRows
from admin.theme import word
from server.moderation.actor import Actor
from server.moderation.records import Records
from server.people.identity import Sanction, SanctionKind

REFRESH_SECONDS = 2.0


def register(panel: Panel) -> None:
    services = panel.services
    records = Records(services.database, services.lobby, services.sanctions)

    @panel.page("/sanctions")
    async def sanctions() -> None:
        staff = await panel.enter("player", "ban")
        if staff is None:
            return
        kinds = {"": word("peace_all")}
        kinds |= {str(each): word(f"peace_kind_{each}") for each in SanctionKind}
        with page("sanctions", staff):
            with ui.row().classes("w-full items-center gap-3"):
                kind = ui.select(kinds, label=word("peace_kind"), value="").props("outlined dense")
                kind.classes("w-full sm:w-44")
                wanted = ui.input(word("peace_search")).props(
                    "outlined dense clearable maxlength=100 debounce=300"
                )
                wanted.classes("w-full sm:w-auto")
                only_in_force = ui.switch(word("peace_only_in_force"), value=True)
                ui.space().classes("gt-xs")
                if staff.may("player", "ban_address"):
                    ui.button(
                        word("peace_ban_address"),
                        icon="block",
                        on_click=lambda: ask_address_ban(staff, services.sanctions),
                    ).props("no-caps")
            rows = SanctionRows(staff, services.sanctions, with_subject=True)

        async def read(actor: Actor) -> list[Sanction]:
            return await records.sanctions(
                actor,
                kind=SanctionKind(kind.value) if kind.value else None,
                containing=wanted.value or "",
                only_in_force=bool(only_in_force.value),
            )

        async def refresh() -> None:
            found = await staff.see(read)
            if found is not None:
                rows.show(found)

        for field in (kind, wanted, only_in_force):
            field.on_value_change(refresh)
        await refresh()
        ui.timer(REFRESH_SECONDS, refresh)
