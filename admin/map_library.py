"""The map page's dialog about all maps: new ones, those of files, and each as a file."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from nicegui import events, ui

from admin.asking import about, close_button, is_sure, last_row, titled_dialog
from admin.map_dialogs import Desk
from admin.theme import word
from server.mapfiles import WRITABLE
from server.mapmakers.kinds import MAP_MAKERS
from server.moderation.actor import Actor
from server.moderation.map_deeds import NewMap

LARGEST_UPLOAD = 32 * 1024 * 1024


def maps(desk: Desk) -> None:
    """All maps: new ones, those of files, and each as a file."""
    staff = desk.staff
    with titled_dialog(word("maps_title"), wide=True) as dialog:
        with ui.tabs().props("no-caps dense align=left").classes("w-full") as tabs:
            ui.tab("all", word("maps_all"))
            if staff.may("map", "create"):
                ui.tab("new", word("maps_new"))
            if staff.may("map", "import"):
                ui.tab("import", word("maps_import"))
        with ui.tab_panels(tabs, value="all").classes("w-full"):
            with ui.tab_panel("all").classes("px-0"):
                rows = ui.column().classes("w-full gap-1")
            if staff.may("map", "create"):
                with ui.tab_panel("new").classes("px-0"):
                    _new_map(desk, lambda: fill())
            if staff.may("map", "import"):
                with ui.tab_panel("import").classes("px-0"):
                    _import(desk, lambda: fill())
        with last_row():
            close_button(dialog)

    async def fill() -> None:
        found = await desk.maps.maps()
        rows.clear()
        with rows:
            for stored, world in found:
                with ui.row().classes("w-full items-center no-wrap gap-2"):
                    with ui.column().classes("grow gap-0 min-w-0"):
                        ui.label(stored.name).classes("font-medium break-all")
                        size = f"{stored.width} × {stored.height}"
                        about_it = f"{size} · {word('world')}: {world}" if world else size
                        ui.label(about_it).classes("text-sm opacity-70 break-all")
                    if staff.may("map", "export"):
                        _exports(desk, stored.name)
                    if staff.may("map", "delete") and not world:
                        _delete(desk, stored.name, fill)

    ui.timer(0, fill, once=True)


def _exports(desk: Desk, name: str) -> None:
    async def download(ending: str) -> None:
        data = await desk.staff.act(lambda actor: desk.deeds.export(actor, name, ending))
        if data is not None:
            ui.download.content(data, f"{name}{ending}")

    with (
        ui.button(icon="download").props(f'flat dense round aria-label="{word("maps_export")}"'),
        ui.menu(),
    ):
        for ending in WRITABLE:
            ui.menu_item(f"{word('maps_export')} {ending}", lambda ending=ending: download(ending))


def _delete(desk: Desk, name: str, changed: Callable[[], Awaitable[None]]) -> None:
    async def delete() -> None:
        title, yes = about(word("delete"), name), word("delete")
        question = word("maps_delete_sure").format(name=name)
        if await is_sure(title, question, yes, is_grave=True):

            async def deed(actor: Actor) -> bool:
                await desk.deeds.delete(actor, name)
                return True

            await desk.staff.act(deed, word("maps_deleted").format(name=name))
            await changed()

    button = ui.button(icon="delete", on_click=delete).props("flat dense round")
    button.props["aria-label"] = f"{word('delete')} {name}"


def _new_map(desk: Desk, changed: Callable[[], Awaitable[None]]) -> None:
    name = ui.input(word("maps_name")).props("outlined dense").classes("w-full")
    kinds = {key: word(f"maps_kind_{key}") for key in MAP_MAKERS}
    kind = ui.select(kinds, value=next(iter(kinds)), label=word("maps_making"))
    kind.props("outlined dense").classes("w-full")
    with ui.element().classes("w-full grid grid-cols-2 sm:grid-cols-3 gap-2"):
        width, height, seed = (
            ui.number(word(key), value=value, min=least, max=most, precision=0).props(
                "outlined dense"
            )
            for key, value, least, most in (
                ("maps_width", 128, 16, 4096),
                ("maps_height", 128, 16, 4096),
                ("maps_seed", 1, 0, None),
            )
        )

    async def make() -> None:
        wanted = NewMap(
            str(kind.value),
            (name.value or "").strip(),
            int(seed.value or 0),
            int(width.value or 0),
            int(height.value or 0),
        )
        button.props(add="loading")
        await desk.staff.act(lambda actor: desk.deeds.create(actor, wanted), word("maps_made"))
        button.props(remove="loading")
        await changed()

    button = ui.button(word("maps_make"), icon="add", on_click=make)
    button.props("no-caps").classes("self-end")


def _import(desk: Desk, changed: Callable[[], Awaitable[None]]) -> None:
    name = ui.input(word("maps_name")).props("outlined dense").classes("w-full")
    notes = ui.column().classes("gap-0 text-sm")

    async def taken(event: events.UploadEventArguments) -> None:
        data = await event.file.read()
        wanted = (name.value or "").strip() or event.file.name.rsplit(".", 1)[0]
        found = await desk.staff.act(
            lambda actor: desk.deeds.import_file(actor, wanted, event.file.name, data),
            word("maps_made"),
        )
        notes.clear()
        with notes:
            for each in found or []:
                ui.label(each)
        upload.reset()
        await changed()

    upload = ui.upload(
        label=word("maps_file"), on_upload=taken, auto_upload=True, max_file_size=LARGEST_UPLOAD
    )
    upload.props('accept=".tmx,.tmj,.json,.zip" flat bordered').classes("w-full")
