"""The chat as it goes, what was said before, and the filter's rules."""

from __future__ import annotations

from nicegui import ui

from admin.chat_lines import acting_lines
from admin.dialogs import ask_announcement, ask_slow_mode
from admin.filter_rules import FilterEditor
from admin.frame import page
from admin.panel import Panel, Staff
from admin.theme import word
from server.moderation.actor import Actor
from server.moderation.records import MOST_LINES, Records
from server.services import Services
from server.store.chat import ChatLine

REFRESH_SECONDS = 1.0
LIVE_LINES = 60
FATES = ("said", "masked", "flagged", "held", "shadowed", "deleted")


def register(panel: Panel) -> None:
    services = panel.services
    records = Records(services.database, services.lobby, services.sanctions)

    @panel.page("/chat")
    async def chat() -> None:
        staff = await panel.enter("chat", "read_history")
        if staff is None:
            return
        with page("chat", staff):
            with ui.tabs().props("no-caps inline-label align=left").classes("w-full") as tabs:
                live = ui.tab("live", word("peace_live"), icon="forum")
                history = ui.tab("history", word("peace_history"), icon="search")
                rules = ui.tab("filter", word("peace_filter"), icon="filter_alt")
                rules.set_visibility(staff.may("filter", "see"))
            with ui.tab_panels(tabs, value=live).classes("w-full bg-transparent"):
                with ui.tab_panel(live).classes("px-0"):
                    await _live(staff, services, records)
                with ui.tab_panel(history).classes("px-0"):
                    await _history(staff, services, records)
                if staff.may("filter", "see"):
                    with ui.tab_panel(rules).classes("px-0"):
                        await FilterEditor(staff, services.deeds).load()


async def _live(staff: Staff, services: Services, records: Records) -> None:
    worlds = list(services.lobby.games)
    options = {"": word("peace_every_world"), **{each: each for each in worlds}}
    with ui.row().classes("w-full items-center gap-2"):
        world = ui.select(options, label=word("world"), value="").props("outlined dense")
        world.classes("w-full sm:w-44")
        ui.space().classes("gt-xs")
        if staff.may("chat", "slow_mode"):
            ui.button(
                word("peace_slow"),
                icon="slow_motion_video",
                on_click=lambda: ask_slow_mode(
                    staff,
                    services.deeds,
                    worlds,
                    world.value,
                    services.chat.slow_mode(world.value or worlds[0]),
                ),
            ).props("outline no-caps")
        if staff.may("chat", "announce"):
            ui.button(
                word("peace_announce"),
                icon="campaign",
                on_click=lambda: ask_announcement(staff, services.deeds, worlds, world.value),
            ).props("no-caps")
    lines = acting_lines(staff, services.deeds, services.sanctions, records, follows=True)
    lines.style("height: calc(100dvh - 14rem)").classes("mt-3")

    async def read(actor: Actor) -> list[ChatLine]:
        return await records.lines(actor, world=world.value, limit=LIVE_LINES)

    async def refresh() -> None:
        found = await staff.see(read)
        if found is not None:
            lines.show(found[::-1], with_world=not world.value and len(worlds) > 1)

    world.on_value_change(refresh)
    await refresh()
    ui.timer(REFRESH_SECONDS, refresh)


async def _history(staff: Staff, services: Services, records: Records) -> None:
    worlds = {"": word("peace_every_world"), **{each: each for each in services.lobby.games}}
    fates = {"": word("peace_all"), **{each: word(f"peace_fate_{each}") for each in FATES}}
    with ui.row().classes("w-full items-center gap-2"):
        text = ui.input(word("peace_containing")).props("outlined dense clearable maxlength=200")
        name = ui.input(word("peace_said_by")).props("outlined dense clearable maxlength=40")
        world = ui.select(worlds, label=word("world"), value="").props("outlined dense")
        fate = ui.select(fates, label=word("peace_fate"), value="").props("outlined dense")
        text.classes("w-full sm:w-auto")
        name.classes("w-full sm:w-auto")
        world.classes("w-full sm:w-40")
        fate.classes("w-full sm:w-48")
        button = ui.button(word("peace_search"), icon="search").props("no-caps")
    count = ui.label().classes("opacity-70")
    lines = acting_lines(staff, services.deeds, services.sanctions, records)
    lines.style("max-height: calc(100dvh - 16rem)")

    async def read(actor: Actor) -> list[ChatLine]:
        return await records.lines(
            actor,
            world=world.value,
            name=name.value or "",
            containing=text.value or "",
            fates=(fate.value,) if fate.value else (),
        )

    async def search() -> None:
        found = await staff.act(read)
        if found is not None:
            lines.show(found[::-1], with_world=len(worlds) > 2)
            is_full = len(found) == MOST_LINES
            count.text = word("peace_earlier").format(count=len(found)) if is_full else ""

    button.on_click(search)
    for field in (text, name):
        field.on("keydown.enter", search)
    for choice in (world, fate):
        choice.on_value_change(search)
    await search()
