"""The dialog that chooses what is played in a world, and sets it."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from nicegui import ui

from admin.asking import about, ending, titled_dialog
from admin.panel import Staff
from admin.theme import WORDS, word
from server.desks.modes import ModeDesk, ModeSetting
from server.moderation.actor import Actor

Act = Callable[[Callable[[Actor], Awaitable[object]], str], Awaitable[None]]


async def ask_mode(staff: Staff, desk: ModeDesk, world: str, act: Act) -> None:
    """Shows a world's mode, and changes it where somebody says so."""
    state = await staff.act(lambda actor: desk.state(actor, world))
    if state is None:
        return
    names = desk.names()
    titles = {each: mode_title(each) for each in dict.fromkeys([*names, state.mode])}
    fields: dict[str, Callable[[], Any]] = {}
    with titled_dialog(about(word("world_mode"), world)) as dialog:
        chosen = ui.select(titles, label=word("mode"), value=state.mode)
        chosen.props("outlined data-field=mode").classes("w-full")
        form = ui.column().classes("w-full gap-2")

        async def show() -> None:
            found = await staff.act(lambda actor: desk.state(actor, world, chosen.value))
            form.clear()
            fields.clear()
            if found is None:
                return
            with form:
                for each in found.settings:
                    fields[each.name] = _field(each)
                if not found.settings:
                    ui.label(word("mode_nothing_to_set")).classes("text-sm opacity-80")

        async def save() -> None:
            values = {}
            for name, read in fields.items():
                try:
                    values[name] = read()
                except ValueError:
                    wrong = word("mode_wrong_json").format(name=name)
                    ui.notify(wrong, type="negative")
                    return
            mode = str(chosen.value)
            dialog.close()
            await act(lambda actor: desk.change(actor, world, mode, values), word("mode_changed"))

        chosen.on_value_change(show)
        await show()
        ending(dialog, word("save"), save)


def mode_title(mode: str) -> str:
    key = f"mode_{mode}"
    return f"{word(key)} ({mode})" if key in WORDS else mode


def show_problem(problem: str, again: Callable[[], Awaitable[None]] | None) -> None:
    """Why a world's mode does not run; with a way to try it again for those who may."""
    with ui.column().classes("w-full gap-1").props("data-problem"):
        with ui.row().classes("items-center gap-2"):
            ui.icon("error", color="negative")
            ui.label(word("mode_stopped")).classes("text-sm")
            if again is not None:
                button = ui.button(word("mode_again"), icon="replay", on_click=again)
                button.props("flat dense no-caps data-do=again")
        ui.label(problem).classes(
            "w-full font-mono text-xs whitespace-pre-wrap break-all max-h-60 overflow-auto"
        )


def _field(setting: ModeSetting) -> Callable[[], Any]:
    """A field for a setting; returns what reads it, None where it is as the mode has it."""
    key = f"mode_set_{setting.name}"
    title = word(key) if key in WORDS else setting.name
    hint = "" if key in WORDS else setting.about
    props = f"outlined dense data-setting={setting.name}"
    if isinstance(setting.default, bool):
        switch = ui.switch(title, value=bool(setting.value)).props(f"data-setting={setting.name}")
        return lambda: _unless_default(switch.value, setting)
    if isinstance(setting.default, int | float):
        number = ui.number(title, value=setting.value).props(props).classes("w-full")
        number.tooltip(hint or str(setting.default))
        return lambda: _unless_default(_whole(number.value), setting)
    if isinstance(setting.default, str):
        text = ui.input(title, value=str(setting.value)).props(props).classes("w-full")
        text.tooltip(hint or setting.name)
        return lambda: _unless_default(text.value, setting)
    shown = json.dumps(setting.value, ensure_ascii=False)
    area = ui.textarea(title, value=shown).props(f"{props} autogrow").classes("w-full")
    area.tooltip(hint or setting.name)
    return lambda: _unless_default(json.loads(area.value or "null"), setting)


def _whole(value: float | None) -> float | int | None:
    """The browser has one kind of number."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _unless_default(value: Any, setting: ModeSetting) -> Any:
    return None if value == setting.default else value
