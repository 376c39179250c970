"""Everybody who is here, or expected back, as a live table."""

from __future__ import annotations

from nicegui import ui

from admin.frame import page
from admin.listing import Listing, Row, column
from admin.panel import Panel
from admin.theme import language, word
from server.moderation.actor import Actor
from server.moderation.records import Presence, Records
from server.people.identity import GUEST
from server.people.roles import MATRIX

REFRESH_SECONDS = 2.0


def register(panel: Panel) -> None:
    services = panel.services
    records = Records(services.database, services.lobby, services.sanctions)

    @panel.page("/players")
    async def players() -> None:
        staff = await panel.enter("account", "see")
        if staff is None:
            return
        columns = [
            column("name", "name", "link", href="page"),
            column("account", "peace_account"),
            column("role", "peace_role"),
            column("world", "world"),
            column("place", "place"),
            column("ping", "peace_ping", "number"),
            column("corrections", "peace_corrections", "number"),
            column("messages", "peace_messages", "number"),
            column("since", "peace_since", "time"),
        ]
        if staff.may("player", "see_address"):
            columns.append(column("address", "peace_address"))
        with page("players", staff):
            table = Listing(columns, has_search=True, empty="peace_nobody_here")

        async def read(actor: Actor) -> list[Presence]:
            return records.present(actor)

        async def refresh() -> None:
            present = await staff.see(read)
            if present is not None:
                table.show([_row(each) for each in present])

        await refresh()
        ui.timer(REFRESH_SECONDS, refresh)


def _row(presence: Presence) -> Row:
    here = presence.world or word("peace_in_lobby")
    return {
        "id": presence.player_id,
        "page": f"/admin/players/{presence.player_id}",
        "name": presence.name,
        "account": "" if presence.role == GUEST else f"№ {presence.player_id}",
        "role": MATRIX.titles[presence.role][language()],
        "world": here if presence.is_connected else word("peace_expected"),
        "place": ", ".join(map(str, presence.place or ())),
        "ping": None if presence.ping_ms is None else round(presence.ping_ms),
        "corrections": presence.corrections if presence.place else None,
        "messages": round(presence.messages_per_second) if presence.is_connected else None,
        "since": presence.came_ms,
        "address": presence.address,
    }
