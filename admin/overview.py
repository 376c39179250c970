"""The first page: how the server fares, what runs, and what there is to do."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from nicegui import ui

from admin.frame import page
from admin.listing import Listing, Row, column
from admin.mode_dialog import mode_title
from admin.panel import Panel, Staff
from admin.theme import word
from server.desks.audit_filter import AuditFilter
from server.moderation.actor import Actor
from server.store.sanctions import reports
from server.trends import Sample, Trends

REFRESH_SECONDS = 1.0
SLOW_REFRESH_SECONDS = 10.0
"""For what the database is asked for, and for the charts, which have a sample a minute."""
LAST_DEEDS = 8


def register(panel: Panel, trends: Trends) -> None:
    lobby = panel.services.lobby

    @panel.page("/")
    async def overview() -> None:
        staff = await panel.enter()
        if staff is None:
            return
        with page("overview", staff):
            with ui.element().classes("w-full grid grid-cols-2 md:grid-cols-4 gap-3"):
                figures = {
                    key: _figure(key)
                    for key in (
                        "players",
                        "connections",
                        "tick_ms",
                        "late_ticks",
                        "sent",
                        "received",
                        "memory",
                    )
                }
                if staff.may("report", "see"):
                    figures["open_reports"] = _figure("open_reports", "/reports")
            with ui.row().classes("w-full gap-3"):
                charts = [
                    (_chart(word("players_day")), _players),
                    (_chart(word("tick_day")), _ticks),
                ]
            ui.label(word("worlds")).classes("text-lg")
            worlds = Listing(
                [
                    column("name", "world", "link", href="page"),
                    column("mode", "mode"),
                    column("players", "players", "number"),
                    column("tick", "tick_ms"),
                    column("late", "late_ticks", "number"),
                ]
            )
            deeds = None
            if staff.may("audit", "read"):
                ui.label(word("last_deeds")).classes("text-lg")
                deeds = Listing(
                    [
                        column("time", "peace_when", "time"),
                        *(column(name, f"audit_{name}") for name in ("actor", "action", "subject")),
                    ]
                )
        before = trends.now()

        def refresh() -> None:
            nonlocal before
            now = trends.now()
            seconds = max((now.time_ms - before.time_ms) / 1000, 0.001)
            figures["players"].text = str(now.players)
            figures["connections"].text = str(lobby.connection_count)
            figures["tick_ms"].text = f"{now.tick_p50_ms:.1f} / {now.tick_p99_ms:.1f}"
            figures["late_ticks"].text = str(now.late_ticks)
            # A world that stopped takes its count along.
            figures["sent"].text = _rate(now.bytes_sent - before.bytes_sent, seconds)
            figures["received"].text = _rate(now.bytes_received - before.bytes_received, seconds)
            memory = word("mebibytes").format(count=round(now.memory_bytes / 2**20))
            figures["memory"].text = memory if now.memory_bytes else "—"
            before = now
            rows: list[Row] = [
                {
                    "id": each.name,
                    "name": each.name,
                    "page": f"/admin/map?world={quote(each.name)}",
                    "mode": mode_title(each.mode),
                    "players": each.player_count,
                    "tick": f"{each.tick_p50_ms:.1f} / {each.tick_p99_ms:.1f}",
                    "late": each.late_ticks,
                }
                for each in lobby.world_statuses()
            ]
            worlds.show(rows)

        async def refresh_slowly() -> None:
            samples = [*trends.samples, trends.now()]
            for chart, lines in charts:
                chart.options["series"] = lines(samples)
                chart.update()
            if "open_reports" in figures:
                figures["open_reports"].text = await _open_reports(staff)
            if deeds is not None:
                found = await staff.see(
                    lambda actor: panel.audit_desk.entries(actor, AuditFilter(), LAST_DEEDS)
                )
                deeds.show(
                    [
                        {
                            "id": each.number,
                            "time": each.time_ms,
                            "actor": each.actor,
                            "action": each.action,
                            "subject": each.subject,
                        }
                        for each in found or []
                    ]
                )

        refresh()
        await refresh_slowly()
        ui.timer(REFRESH_SECONDS, refresh)
        ui.timer(SLOW_REFRESH_SECONDS, refresh_slowly, immediate=False)


async def _open_reports(staff: Staff) -> str:
    async def count(actor: Actor) -> int:
        actor.check("report", "see")
        return len(await staff.panel.services.database.do(reports, state="open"))

    found = await staff.see(count)
    return "—" if found is None else str(found)


def _figure(key: str, way: str = "") -> ui.label:
    card = ui.card().classes("p-3 gap-1").props(f"data-figure={key}")
    with card:
        ui.label(word(key)).classes("text-sm opacity-70")
        label = ui.label().classes("text-xl")
    if way:
        card.classes("cursor-pointer").on("click", lambda: ui.navigate.to(way))
    return label


def _chart(title: str) -> ui.echart:
    options: dict[str, Any] = {
        "textStyle": {"fontFamily": "Roboto, sans-serif"},
        "title": {"text": title, "textStyle": {"fontSize": 14, "fontWeight": 500, "color": "#888"}},
        "grid": {"left": 44, "right": 16, "top": 40, "bottom": 28},
        "xAxis": {
            "type": "time",
            "splitNumber": 4,
            "axisLabel": {"hideOverlap": True, "color": "#888"},
        },
        "yAxis": {
            "type": "value",
            "min": 0,
            "minInterval": 1,
            "axisLabel": {"color": "#888"},
            "splitLine": {"lineStyle": {"opacity": 0.3}},
        },
        "tooltip": {"trigger": "axis"},
        "color": ["#56733f", "#c98f3c"],
        "animation": False,
        "series": [],
    }
    return ui.echart(options).classes("h-56 grow min-w-80 basis-80")


def _players(samples: list[Sample]) -> list[dict[str, Any]]:
    return [_line(word("players"), [(each.time_ms, each.players) for each in samples])]


def _ticks(samples: list[Sample]) -> list[dict[str, Any]]:
    return [
        _line("p50", [(each.time_ms, each.tick_p50_ms) for each in samples]),
        _line("p99", [(each.time_ms, each.tick_p99_ms) for each in samples]),
    ]


def _line(name: str, points: list[tuple[int, float]]) -> dict[str, Any]:
    return {"name": name, "type": "line", "showSymbol": len(points) < 3, "data": points}


def _rate(count: int, seconds: float) -> str:
    return word("kibibytes_per_second").format(count=f"{max(0, count) / seconds / 1024:.1f}")
