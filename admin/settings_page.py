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

Change = Callable[[str, Any], Awaitable[SettingState | None]]


def register(panel: Panel) -> None:
    desk = panel.settings_desk

    @panel.page("/settings")
    async def settings() -> None:
        staff = await panel.enter("settings", "read")
        if staff is None:
            return

        async def states(actor: Actor) -> list[SettingState]:
            return desk.states(actor)

        async def change(name: str, value: Any) -> SettingState | None:
            """How it is then; None where that was refused, which is told."""

            async def work(actor: Actor) -> SettingState:
                await desk.change(actor, {name: value})
                return next(each for each in desk.states(actor) if each.name == name)

            return await staff.act(work, word("saved"))

        with page("settings", staff):
            ui.add_css(STYLE)
            found = await staff.act(states) or []
            may = staff.may("settings", "change")
            ui.label(word("setting_now")).classes("text-lg")
            with ui.card().classes("w-full gap-0 px-4 py-1"):
                for each in found:
                    if each.can_change:
                        _Setting(each, change, may=may)
            ui.label(word("setting_fixed")).classes("text-lg")
            with ui.card().classes("w-full gap-0 px-4 py-1"):
                for each in found:
                    if not each.can_change:
                        _row(each)


class _Setting:
    """One line, drawn anew when it has changed: what is being typed into the others stays."""

    def __init__(self, state: SettingState, change: Change, *, may: bool) -> None:
        self._change = change
        self._may = may
        self._line = _line(state)
        self._draw(state)

    def _draw(self, state: SettingState) -> None:
        self._state = state
        self._line.clear()
        title = word(f"setting_{state.name}")
        self._field: ui.switch | ui.number | ui.input
        with self._line:
            if isinstance(state.value, bool):
                self._field = ui.switch(title, value=state.value, on_change=self._save)
                self._field.classes("grow").set_enabled(self._may)
            else:
                _title(title)
                kind = ui.input if isinstance(state.value, str) else ui.number
                self._field = kind(value=state.value).props("outlined dense").classes("grow")
                self._field.props["aria-label"] = title
                self._field.set_enabled(self._may)
                if self._may:
                    self._field.on("keydown.enter", self._save)
                    ui.button(word("save"), on_click=self._save).props("flat no-caps data-do=save")
            if self._may and state.is_changed:
                given = word("setting_reset").format(value=_said(state.given))
                reset = ui.button(given, icon="undo", on_click=self._reset)
                reset.props("flat no-caps data-do=reset")

    async def _save(self) -> None:
        value = self._field.value
        if isinstance(self._state.given, int) and isinstance(value, float) and value.is_integer():
            value = int(value)  # The browser has one kind of number.
        await self._put(value)

    async def _reset(self) -> None:
        await self._put(None)

    async def _put(self, value: Any) -> None:
        after = await self._change(self._state.name, value)
        if after is not None:
            self._draw(after)
        elif isinstance(self._field, ui.switch):
            self._draw(self._state)  # But what was typed stays, to be put right.


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
