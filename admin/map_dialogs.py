"""The map page's dialogs about the map that is looked at: history and revert, snapshots, areas."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

from nicegui import ui

from admin.asking import close_button, last_row, titled_dialog
from admin.listing import Listing, Row, action, column
from admin.panel import Staff
from admin.theme import WORDS, word
from server.desks.audit import time_text
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


def history(desk: Desk, box: Box | None) -> None:
    """Who touched a region, and taking it back."""
    name = desk.map_name()
    with titled_dialog(word("map_history"), wide=True) as dialog:
        with ui.row().classes("w-full items-center gap-2"):
            wanted = ui.input(
                word("maps_filter"),
                value=f"area:{box.left},{box.top},{box.width},{box.height}" if box else "since:1d",
            )
            wanted.props("outlined dense").classes("grow")
            ui.button(word("maps_find"), icon="search", on_click=lambda: find()).props("no-caps")
        ui.label(word("maps_filter_hint")).classes("text-xs opacity-70 break-words")
        columns = [column(key, f"maps_{key}") for key in COLUMNS]
        with ui.element().classes("w-full overflow-auto").style("max-height: 45vh"):
            table = Listing(
                columns,
                actions=[action("show", "maps_show", "my_location")],
                on_act=lambda _, number: shown(number),
                empty="maps_no_entries",
            )
        told = ui.label().classes("font-medium").props("data-told")
        with last_row():
            close_button(dialog)
            ui.button(word("maps_preview"), on_click=lambda: preview()).props("no-caps outline")
            take_back = ui.button(word("maps_revert"), on_click=lambda: revert())
            take_back.props("no-caps color=negative").disable()
    places: dict[int, Box] = {}

    async def find() -> None:
        take_back.disable()
        told.text = ""
        found = await desk.staff.act(
            lambda actor: desk.deeds.history(actor, name, wanted.value or "", SHOWN_ENTRIES)
        )
        table.show([_row(each) for each in found or []])
        places.clear()
        places.update({each.number: box for each in found or [] if (box := _reach(each))})

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

    def shown(number: int) -> None:
        if number in places:
            dialog.close()
            desk.show(places[number])

    # What was previewed is what will be reverted.
    wanted.on_value_change(lambda: take_back.disable())
    wanted.on("keydown.enter", find)
    ui.timer(0, find, once=True)


def snapshots(desk: Desk) -> None:
    """A map's kept states: one more, or back to one."""
    name = desk.map_name()
    with titled_dialog(word("map_snapshots")) as dialog:
        with ui.row().classes("w-full items-center gap-2"):
            new = ui.input(word("maps_name")).props("outlined dense").classes("grow")
            ui.button(word("maps_take"), icon="photo_camera", on_click=lambda: take()).props(
                "no-caps"
            )
        rows = ui.column().classes("w-full gap-1")
        told = ui.label().classes("font-medium").props("data-told")
        with last_row():
            close_button(dialog)
            sure = ui.button(word("maps_restore"), on_click=lambda: restore())
            sure.props("no-caps color=negative").set_visibility(False)
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


def areas(desk: Desk, box: Box, changed: Callable[[], Awaitable[None]]) -> None:
    """A new area where somebody drew one; those that are there already can go."""
    name = desk.map_name()
    with titled_dialog(word("map_area")) as dialog:
        ui.label(f"{box.left}, {box.top} · {box.width} × {box.height}").classes("opacity-70")
        with ui.row().classes("w-full items-center gap-2 no-wrap"):
            new = ui.input(word("maps_area_new")).props("outlined dense maxlength=64 autofocus")
            new.classes("grow").on("keydown.enter", lambda: add())
            ui.button(word("maps_area_add"), on_click=lambda: add()).props("no-caps")
        there = ui.column().classes("w-full gap-1")
        with last_row():
            close_button(dialog)

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


def _row(entry: JournalEntry) -> Row:
    box = _reach(entry)
    key = f"maps_did_{entry.kind}"
    kind = word(key) if key in WORDS else entry.kind
    return {
        "id": entry.number,
        "when": time_text(entry.time_ms),
        "who": entry.author,
        "via": entry.via,
        "kind": f"{kind}, {word('maps_undone')}" if entry.is_undone else kind,
        "cells": str(len(entry.changes)),
        "area": f"{box.left}, {box.top} · {box.width} × {box.height}" if box else "",
        "can": ["show"] if box else [],
    }


def _reach(entry: JournalEntry) -> Box | None:
    left, top, right, bottom = entry.reach
    return Box(left, top, right - left + 1, bottom - top + 1) if right >= left else None
