"""The map page's dialog about all maps: new ones, those of files, and each as a file."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from nicegui import events, ui

from admin.asking import is_sure
from admin.map_dialogs import Desk, Dialog
from admin.theme import word
from server.mapfiles import WRITABLE
from server.mapmakers.kinds import MAP_MAKERS
from server.moderation.actor import Actor
from server.moderation.map_deeds import NewMap

LARGEST_UPLOAD = 32 * 1024 * 1024


def maps(desk: Desk) -> None:
    """All maps: new ones, those of files, and each as a file."""
    staff = desk.staff
    with Dialog(word("map_maps")) as dialog:
        with ui.tabs().props("no-caps dense").classes("w-full") as tabs:
            ui.tab("all", word("maps_all"))
            if staff.may("map", "create"):
                ui.tab("new", word("maps_new"))
            if staff.may("map", "import"):
                ui.tab("import", word("maps_import"))
        with ui.tab_panels(tabs, value="all").classes("w-full"):
            with ui.tab_panel("all"):
                rows = ui.column().classes("w-full gap-1")
            if staff.may("map", "create"):
                with ui.tab_panel("new"):
                    _new_map(desk, lambda: fill())
            if staff.may("map", "import"):
                with ui.tab_panel("import"):
                    _import(desk, lambda: fill())
        with ui.row().classes("w-full justify-end"):
            ui.button(word("maps_close"), on_click=dialog.close).props("no-caps flat")

    async def fill() -> None:
        found = await desk.maps.maps()
        rows.clear()
        with rows:
            for stored, world in found:
                with ui.row().classes("w-full items-center no-wrap"):
                    ui.label(stored.name).classes("grow ellipsis")
                    ui.label(f"{stored.width} × {stored.height}").classes("opacity-70")
                    ui.label(world).classes("opacity-70 w-28 ellipsis")
                    if staff.may("map", "export"):
                        _exports(desk, stored.name)
                    if staff.may("map", "delete") and not world:
                        _delete(desk, stored.name, fill)

    ui.timer(0, fill, once=True)
    dialog.open()


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
        if await is_sure(word("maps_delete_sure").format(name=name), word("delete")):

            async def deed(actor: Actor) -> bool:
                await desk.deeds.delete(actor, name)
                return True

            await desk.staff.act(deed, word("maps_deleted").format(name=name))
            await changed()

    button = ui.button(icon="delete", on_click=delete).props("flat dense round")
    button.props["aria-label"] = f"{word('delete')} {name}"


def _new_map(desk: Desk, changed: Callable[[], Awaitable[None]]) -> None:
    name = ui.input(word("maps_name")).classes("w-full")
    kinds = {key: word(f"maps_kind_{key}") for key in MAP_MAKERS}
    kind = ui.select(kinds, value=next(iter(kinds)), label=word("maps_kind")).classes("w-full")
    with ui.row().classes("w-full no-wrap"):
        width = ui.number(word("maps_width"), value=128, min=16, max=4096, precision=0)
        height = ui.number(word("maps_height"), value=128, min=16, max=4096, precision=0)
        seed = ui.number(word("maps_seed"), value=1, min=0, precision=0)

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

    button = ui.button(word("maps_make"), on_click=make).props("no-caps")


def _import(desk: Desk, changed: Callable[[], Awaitable[None]]) -> None:
    name = ui.input(word("maps_name")).classes("w-full")
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
