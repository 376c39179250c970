"""The first page: what runs, and who is there."""

from __future__ import annotations

from nicegui import ui

from admin.frame import page
from admin.panel import Panel
from admin.theme import word

REFRESH_SECONDS = 1.0
SHOWN_PLAYERS = 100


def register(panel: Panel) -> None:
    lobby = panel.services.lobby

    @ui.page("/")
    async def overview() -> None:
        staff = await panel.enter()
        if staff is None:
            return
        with page("overview", staff):
            with ui.row().classes("gap-4"):
                figures = {
                    key: _figure(word(key))
                    for key in ("players", "connections", "tick_ms", "late_ticks")
                }
            worlds = ui.table(
                columns=[
                    _column("name", word("world")),
                    _column("mode", word("mode")),
                    _column("players", word("players")),
                ],
                rows=[],
                row_key="name",
                title=word("worlds"),
            ).classes("w-full")
            players = ui.table(
                columns=[
                    _column("name", word("name")),
                    _column("world", word("world")),
                    _column("place", word("place")),
                ],
                rows=[],
                row_key="id",
                title=word("players"),
            ).classes("w-full")
            players.add_slot("no-data", f"<span>{word('nobody')}</span>")

        def refresh() -> None:
            statuses = lobby.world_statuses()
            figures["players"].text = str(sum(each.player_count for each in statuses))
            figures["connections"].text = str(lobby.connection_count)
            slowest = max(statuses, key=lambda each: each.tick_p99_ms)
            figures["tick_ms"].text = f"{slowest.tick_p50_ms:.1f} / {slowest.tick_p99_ms:.1f}"
            figures["late_ticks"].text = str(sum(each.late_ticks for each in statuses))
            worlds.rows = [
                {"name": each.name, "mode": each.mode, "players": each.player_count}
                for each in statuses
            ]
            players.rows = [
                {
                    "id": player.player_id,
                    "name": player.name,
                    "world": each.name,
                    "place": f"{player.x}, {player.y}",
                }
                for each in statuses
                for player in lobby.player_statuses(each.name)
            ][:SHOWN_PLAYERS]

        refresh()
        ui.timer(REFRESH_SECONDS, refresh)


def _figure(title: str) -> ui.label:
    with ui.card().classes("min-w-40"):
        ui.label(title).classes("text-sm opacity-70")
        return ui.label().classes("text-2xl")


def _column(name: str, label: str) -> dict[str, object]:
    return {"name": name, "label": label, "field": name, "align": "left"}
