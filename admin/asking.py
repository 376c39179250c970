"""Small dialogs that several pages ask with."""

from __future__ import annotations

from collections.abc import Callable

from nicegui import ui

from admin.theme import word


def over_page() -> ui.element:
    """Where a dialog stays open while the list that it was asked for in is drawn anew."""
    return ui.context.client.content


async def is_sure(question: str, yes: str) -> bool:
    with over_page(), ui.dialog() as dialog, ui.card():
        ui.label(question).classes("text-base")
        ending(dialog, yes, lambda: dialog.submit(True))
    return bool(await dialog)


async def asked_text(title: str, value: str, most: int) -> str | None:
    """What somebody wrote; None where they thought better of it."""
    with over_page(), ui.dialog() as dialog, ui.card().classes("min-w-80"):
        field = ui.textarea(title, value=value).props(f"outlined autogrow maxlength={most}")
        field.classes("w-full")
        ending(dialog, word("save"), lambda: dialog.submit(field.value))
    answer = await dialog
    return None if answer is None else str(answer)


def ending(dialog: ui.dialog, yes: str, on_yes: Callable[[], object]) -> None:
    """The two buttons at the end of a dialog."""
    with ui.row().classes("w-full justify-end"):
        ui.button(word("cancel"), on_click=dialog.close).props("flat no-caps")
        ui.button(yes, on_click=on_yes).props("no-caps data-do=yes")
