"""The map page's dialogs about the map that is looked at: history and revert, snapshots, areas."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from nicegui import events, ui

from admin.panel import Staff
from admin.theme import word
from server.desks.maps import MapDesk, Outcome
from server.editing.journal import JournalEntry
from server.editing.operations import Places
from server.mapmakers import Area
from server.moderation.map_deeds import MapDeeds

SHOWN_ENTRIES = 100
COLUMNS = ("when", "who", "via", "kind", "cells", "area")


@dataclass(frozen=True)
class Box:
    """A rectangle of the map, as the browser tells it."""

    left: int
    top: int
    width: int
    height: int

    @classmethod
    def told(cls, told: Any) -> Box | None:
        """Nothing where it is none: what a browser sends may be anything."""
        if not isinstance(told, dict):
            return None
        numbers = [told.get(key) for key in ("left", "top", "width", "height")]
        if not all(type(each) is int and 0 <= each < 65536 for each in numbers):
            return None
        return cls(*(int(each) for each in numbers if each is not None))

    def touches(self, area: Area) -> bool:
        return (
            area.x < self.left + self.width
            and self.left < area.x + area.width
            and area.y < self.top + self.height
            and self.top < area.y + area.height
        )


@dataclass(frozen=True)
class Desk:
    """What a dialog needs: who is there, what they can do, and the map that is looked at."""

    staff: Staff
    deeds: MapDeeds
    maps: MapDesk
    map_name: Callable[[], str]
    show: Callable[[Box], object]


class Dialog:
    """A dialog with a head; it is forgotten when it is closed."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._dialog = ui.dialog()
        self._card: ui.card | None = None

    def __enter__(self) -> ui.dialog:
        self._dialog.__enter__()
        self._card = ui.card().classes("w-[46rem] max-w-full")
        self._card.__enter__()
        ui.label(self._title).classes("text-lg font-medium")
        self._dialog.on("hide", self._dialog.delete)
        return self._dialog

    def __exit__(self, *_: object) -> None:
        assert self._card is not None
        self._card.__exit__()
        self._dialog.__exit__()


def history(desk: Desk, box: Box | None) -> None:
    """Who touched a region, and taking it back."""
    name = desk.map_name()
    with Dialog(word("map_history")) as dialog:
        with ui.row().classes("w-full items-end no-wrap"):
            wanted = ui.input(
                word("maps_filter"),
                value=f"area:{box.left},{box.top},{box.width},{box.height}" if box else "since:1d",
            ).classes("grow")
            ui.button(word("maps_find"), on_click=lambda: find()).props("no-caps")
        ui.label(word("maps_filter_hint")).classes("text-xs opacity-70")
        table = ui.table(
            columns=[
                {"name": key, "label": word(f"maps_{key}"), "field": key, "align": "left"}
                for key in COLUMNS
            ],
            rows=[],
            row_key="number",
            pagination=8,
        ).classes("w-full")
        table.props(f'dense flat no-data-label="{word("maps_no_entries")}"')
        told = ui.label().classes("min-h-6")
        with ui.row().classes("w-full justify-end"):
            ui.button(word("maps_preview"), on_click=lambda: preview()).props("no-caps outline")
            take_back = ui.button(word("maps_revert"), on_click=lambda: revert())
            take_back.props("no-caps color=negative").disable()
            ui.button(word("maps_close"), on_click=dialog.close).props("no-caps flat")

    async def find() -> None:
        take_back.disable()
        told.text = ""
        found = await desk.staff.act(
            lambda actor: desk.deeds.history(actor, name, wanted.value or "", SHOWN_ENTRIES)
        )
        table.rows = [_row(each) for each in found or []]

    async def preview() -> None:
        outcome = await desk.staff.act(
            lambda actor: desk.deeds.revert(actor, name, wanted.value or "", preview=True)
        )
        if outcome is not None:
            told.text = _said("maps_would_revert", outcome)
            take_back.set_enabled(outcome.cells > 0 or outcome.sets_places)

    async def revert() -> None:
        take_back.disable()
        outcome = await desk.staff.act(
            lambda actor: desk.deeds.revert(actor, name, wanted.value or "", preview=False)
        )
        if outcome is not None:
            await find()
            told.text = _said("maps_reverted", outcome)

    def chosen(event: events.GenericEventArguments) -> None:
        row = event.args[1] if isinstance(event.args, list) and len(event.args) > 1 else {}
        numbers = str(row.get("area", "")).split(",")
        if len(numbers) == 4 and all(each.isdecimal() for each in numbers):
            dialog.close()
            desk.show(Box(*map(int, numbers)))

    # What was previewed is what will be reverted.
    wanted.on_value_change(lambda: take_back.disable())
    table.on("row-click", chosen)
    ui.timer(0, find, once=True)
    dialog.open()


def snapshots(desk: Desk) -> None:
    """A map's kept states: one more, or back to one."""
    name = desk.map_name()
    with Dialog(word("map_snapshots")) as dialog:
        with ui.row().classes("w-full items-end no-wrap"):
            new = ui.input(word("maps_name")).classes("grow")
            ui.button(word("maps_take"), on_click=lambda: take()).props("no-caps")
        rows = ui.column().classes("w-full gap-1")
        told = ui.label().classes("min-h-6")
        with ui.row().classes("w-full justify-end"):
            sure = ui.button(word("maps_restore"), on_click=lambda: restore())
            sure.props("no-caps color=negative").set_visibility(False)
            ui.button(word("maps_close"), on_click=dialog.close).props("no-caps flat")
    wanted = ""

    async def fill() -> None:
        names = await desk.staff.act(lambda actor: desk.maps.snapshots(name))
        rows.clear()
        with rows:
            if not names:
                ui.label(word("maps_no_snapshots")).classes("opacity-70")
            for each in names or []:
                with ui.row().classes("w-full items-center no-wrap"):
                    ui.label(each).classes("grow ellipsis")
                    if desk.staff.may("map", "restore"):
                        _button(word("maps_restore"), lambda each=each: preview(each))

    async def take() -> None:
        snapshot = (new.value or "").strip()

        async def deed(actor: Any) -> bool:
            await desk.deeds.take_snapshot(actor, name, snapshot)
            return True

        if await desk.staff.act(deed, word("maps_taken")):
            new.value = ""
            await fill()

    async def preview(snapshot: str) -> None:
        nonlocal wanted
        outcome = await desk.staff.act(
            lambda actor: desk.deeds.restore(actor, name, snapshot, preview=True)
        )
        if outcome is not None:
            wanted = snapshot
            told.text = f"{snapshot}: {_said('maps_would_restore', outcome)}"
            sure.set_visibility(True)

    async def restore() -> None:
        sure.set_visibility(False)
        outcome = await desk.staff.act(
            lambda actor: desk.deeds.restore(actor, name, wanted, preview=False)
        )
        if outcome is not None:
            told.text = _said("maps_restored", outcome)

    ui.timer(0, fill, once=True)
    dialog.open()


def areas(desk: Desk, box: Box, changed: Callable[[], Awaitable[None]]) -> None:
    """A new area where somebody drew one; those that are there already can go."""
    name = desk.map_name()
    with Dialog(word("map_area")) as dialog:
        ui.label(f"{box.left}, {box.top} · {box.width} × {box.height}").classes("opacity-70")
        with ui.row().classes("w-full items-end no-wrap"):
            new = ui.input(word("maps_area_new")).props("maxlength=64 autofocus").classes("grow")
            ui.button(word("maps_area_add"), on_click=lambda: add()).props("no-caps")
        there = ui.column().classes("w-full gap-1")
        with ui.row().classes("w-full justify-end"):
            ui.button(word("maps_close"), on_click=dialog.close).props("no-caps flat")

    async def fill() -> None:
        places = await desk.maps.places(name)
        there.clear()
        with there:
            for each in filter(box.touches, places.areas):
                with ui.row().classes("w-full items-center no-wrap"):
                    ui.label(each.name).classes("grow ellipsis")
                    _button(word("maps_area_remove"), lambda each=each: remove(each))

    async def add() -> None:
        title = (new.value or "").strip()
        if not title or not title.isprintable():
            return
        area = Area(title, box.left, box.top, box.width, box.height)
        if await set_places(lambda places: replace(places, areas=(*places.areas, area))):
            dialog.close()

    async def remove(area: Area) -> None:
        await set_places(
            lambda places: replace(
                places, areas=tuple(each for each in places.areas if each != area)
            )
        )
        await fill()

    async def set_places(change: Callable[[Places], Places]) -> bool:
        done = await changed_places(desk, change)
        await changed()
        return done

    ui.timer(0, fill, once=True)
    dialog.open()


async def changed_places(desk: Desk, change: Callable[[Places], Places]) -> bool:
    """Changes the spawns and areas of the map that is looked at; True where that was done."""
    name = desk.map_name()

    async def deed(actor: Any) -> bool:
        await desk.deeds.set_places(actor, name, change(await desk.maps.places(name)))
        return True

    return bool(await desk.staff.act(deed))


def _button(text: str, on_click: Callable[..., object]) -> None:
    ui.button(text, on_click=on_click).props("no-caps flat dense")


def _said(key: str, outcome: Outcome) -> str:
    return word(key).format(cells=outcome.cells, edits=outcome.edits, skipped=outcome.skipped)


def _row(entry: JournalEntry) -> dict[str, object]:
    left, top, right, bottom = entry.reach
    moment = datetime.fromtimestamp(entry.time_ms / 1000, UTC)
    return {
        "number": entry.number,
        "when": moment.strftime("%Y-%m-%d %H:%M:%S"),
        "who": entry.author,
        "via": entry.via,
        "kind": f"{entry.kind}, {word('maps_undone')}" if entry.is_undone else entry.kind,
        "cells": len(entry.changes),
        "area": f"{left},{top},{right - left + 1},{bottom - top + 1}" if right >= left else "",
    }
