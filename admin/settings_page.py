"""The page of the settings: those that change while the server runs, and the others to read."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from nicegui import ui

from admin.frame import page
from admin.panel import Panel
from admin.theme import word
from server.desks.settings import SettingState
from server.moderation.actor import Actor

STYLE = ".setting + .setting { border-top: 1px solid rgba(128, 128, 128, .2); }"

Change = Callable[[str, Any], Awaitable[None]]


def register(panel: Panel) -> None:
    desk = panel.settings_desk

    @panel.page("/settings")
    async def settings() -> None:
        staff = await panel.enter("settings", "read")
        if staff is None:
            return
        with page("settings", staff):
            ui.add_css(STYLE)
            ui.label(word("setting_now")).classes("text-lg")
            changeable = ui.card().classes("w-full gap-0 px-4 py-1")
            ui.label(word("setting_fixed")).classes("text-lg")
            fixed = ui.card().classes("w-full gap-0 px-4 py-1")

        async def change(name: str, value: Any) -> None:
            async def work(actor: Actor) -> bool:
                await desk.change(actor, {name: value})
                return True

            with changeable:
                await staff.act(work, word("saved"))
                await show()

        async def show() -> None:
            states = await staff.act(_states)
            if states is None:
                return
            may = staff.may("settings", "change")
            changeable.clear()
            with changeable:
                for each in states:
                    if each.can_change:
                        _field(each, change, may=may)
            fixed.clear()
            with fixed:
                for each in states:
                    if not each.can_change:
                        _row(each)

        async def _states(actor: Actor) -> list[SettingState]:
            return desk.states(actor)

        await show()


def _field(state: SettingState, change: Change, *, may: bool) -> None:
    title = word(f"setting_{state.name}")

    async def save() -> None:
        value = field.value
        if isinstance(state.given, int) and isinstance(value, float) and value.is_integer():
            value = int(value)  # The browser has one kind of number.
        await change(state.name, value)

    async def reset() -> None:
        await change(state.name, None)

    with _line(state):
        field: ui.switch | ui.number | ui.input
        if isinstance(state.value, bool):
            field = ui.switch(title, value=state.value, on_change=save).classes("grow")
        elif isinstance(state.value, str):
            _title(title)
            field = ui.input(value=state.value)
        else:
            _title(title)
            field = ui.number(value=state.value)
        if not isinstance(state.value, bool):
            field.props("outlined dense").classes("grow")
            field.props["aria-label"] = title
        field.set_enabled(may)
        if may and not isinstance(state.value, bool):
            field.on("keydown.enter", save)
            ui.button(word("save"), on_click=save).props("flat no-caps data-do=save")
        if may and state.is_changed:
            given = word("setting_reset").format(value=_said(state.given))
            ui.button(given, icon="undo", on_click=reset).props("flat no-caps data-do=reset")


def _title(text: str) -> None:
    """Above the field on a phone, where there is no room in it, and beside it elsewhere."""
    ui.label(text).classes("w-full sm:w-72")


def _line(state: SettingState) -> ui.row:
    row = ui.row().classes("w-full items-center gap-x-3 gap-y-1 py-2 setting")
    return row.props(f"data-setting={state.name}")


def _row(state: SettingState) -> None:
    with _line(state).classes("justify-between"):
        ui.label(state.name).classes("font-mono text-sm")
        ui.label(_said(state.value)).classes("font-mono text-sm opacity-80 break-all")


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return word("setting_on" if value else "setting_off")
    if isinstance(value, float):
        return f"{value:g}"
    return str(value) or word("setting_empty")
