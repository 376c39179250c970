"""The page of the worlds: which there are, which run, and making one of a map and a mode."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from nicegui import ui

from admin.asking import about, asked_text, ending, is_sure, titled_dialog
from admin.frame import page
from admin.mode_dialog import ask_mode, mode_title, show_problem
from admin.panel import Panel, Staff
from admin.theme import word
from server.desks.worlds import WorldState
from server.moderation.actor import Actor

REFRESH_SECONDS = 2.0
COMMON_MODE = "free_roam"


def register(panel: Panel) -> None:
    desk = panel.world_desk

    @panel.page("/worlds")
    async def worlds() -> None:
        staff = await panel.enter()
        if staff is None:
            return
        with page("worlds", staff):
            if staff.may("world", "create"):
                ui.button(word("world_new"), icon="add", on_click=lambda: ask_new()).props(
                    "no-caps data-do=new"
                )
            cards = ui.column().classes("w-full gap-4")
        shown: list[WorldState] = []
        counts: dict[str, int] = {}
        """Of the players in each world."""
        labels: dict[str, ui.label] = {}

        async def refresh(*, anyway: bool = False) -> None:
            nonlocal shown
            found = await staff.see(desk.states)
            if found is None:
                return
            counts.update({each.name: each.player_count for each in found})
            # Who comes and goes must not take a button away that is just being pressed.
            lasting = [replace(each, player_count=0) for each in found]
            if lasting != shown or anyway:
                shown = lasting
                cards.clear()
                with cards:
                    for each in found:
                        labels[each.name] = _card(each, counts, staff, act)
            for each in found:
                labels[each.name].text = f"{word('players')}: {each.player_count}"

        async def act(work: Callable[[Actor], Awaitable[object]], done: str) -> None:
            with cards:
                await staff.act(work, done)
                await refresh(anyway=True)

        async def ask_new() -> None:
            maps = await staff.act(desk.free_maps)
            if maps is None:
                return
            with titled_dialog(word("world_new")) as dialog:
                name = ui.input(word("name")).props("outlined maxlength=64").classes("w-full")
                of = ui.select(maps, label=word("map"), value=maps[0] if maps else None)
                of.props("outlined").classes("w-full")
                if not maps:
                    ui.label(word("world_no_map")).classes("text-sm")
                titles = {each: mode_title(each) for each in desk.modes.names()}
                mode = ui.select(titles, label=word("mode"), value=COMMON_MODE)
                mode.props("outlined").classes("w-full")

                async def create() -> None:
                    made = (name.value, of.value or "", mode.value)

                    async def work(actor: Actor) -> None:
                        await desk.create(actor, *made)

                    dialog.close()
                    await act(work, word("world_created"))

                ending(dialog, word("create"), create)

        await refresh()
        ui.timer(REFRESH_SECONDS, refresh)


def _card(
    world: WorldState,
    counts: Mapping[str, int],
    staff: Staff,
    act: Callable[[Callable[[Actor], Awaitable[object]], str], Awaitable[None]],
) -> ui.label:
    """Returns where it is to be said how many play there."""
    desk, name = staff.panel.world_desk, world.name

    async def start() -> None:
        await act(lambda actor: desk.start(actor, name), word("world_started"))

    async def stop() -> None:
        question = word("world_stop_sure").format(count=counts[name])
        if await is_sure(about(word("world_stop"), name), question, word("world_stop")):
            await act(lambda actor: desk.stop(actor, name), word("world_stopped"))

    async def delete() -> None:
        title, yes = about(word("delete"), name), word("delete")
        if await is_sure(title, word("world_delete_sure"), yes, is_grave=True):
            await act(lambda actor: desk.delete(actor, name), word("world_deleted"))

    async def tell() -> None:
        title = about(word("world_message"), name)
        text = await asked_text(title, word("peace_text"), world.message, 500)
        if text is not None:
            await act(lambda actor: desk.set_message(actor, name, text), word("saved"))

    async def change_mode() -> None:
        await ask_mode(staff, desk.modes, name, act)

    async def play_again() -> None:
        await act(lambda actor: desk.modes.change(actor, name), word("mode_changed"))

    with ui.card().classes("w-full").props(f"data-world={name.encode().hex()}"):
        with ui.row().classes("items-center w-full no-wrap"):
            running = "positive" if world.is_running else "grey"
            ui.icon("public", color=running, size="28px")
            ui.label(name).classes("text-lg font-bold ellipsis")
            ui.space()
            state = word("world_runs") if world.is_running else word("world_rests")
            ui.badge(state, color=running).classes("text-sm")
        with ui.row().classes("gap-x-6 gap-y-1 text-sm"):
            ui.label(f"{word('map')}: {world.map_name}")
            ui.label(f"{word('mode')}: {mode_title(world.mode)}")
            count = ui.label()
            if world.slow_mode_seconds:
                ui.label(f"{word('slow_mode')}: {world.slow_mode_seconds:g} s")
        if world.message:
            ui.label(world.message).classes("text-sm italic break-words")
        if world.problem:
            show_problem(world.problem, play_again if staff.may("world", "settings") else None)
        with ui.element().classes("panel-deeds"):
            if world.is_running and staff.may("world", "stop"):
                _button(word("world_stop"), "stop", "stop", stop)
            if not world.is_running and staff.may("world", "start"):
                _button(word("world_start"), "play_arrow", "start", start)
            if staff.may("world", "message"):
                _button(word("world_message"), "campaign", "message", tell)
            if staff.may("world", "settings"):
                _button(word("world_mode"), "tune", "mode", change_mode)
            if not world.is_running and staff.may("world", "delete"):
                _button(word("delete"), "delete", "delete", delete)
    return count


def _button(text: str, icon: str, key: str, on_click: Callable[[], Awaitable[None]]) -> None:
    ui.button(text, icon=icon, on_click=on_click).props(f"outline no-caps data-do={key}")
