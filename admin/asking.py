"""The frame of all dialogs, and the small ones that several pages ask with."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from nicegui import ui

from admin.theme import word

ONE_LINE = 64
"""Longer texts may be typed in several lines."""


@contextmanager
def titled_dialog(title: str, *, wide: bool = False) -> Iterator[ui.dialog]:
    """Opens with what the caller puts in, and is gone once it is closed.

    It stays open while the list that it was asked for in is drawn anew.
    """
    width = "max-w-3xl" if wide else "max-w-lg"
    with (
        ui.context.client.content,
        ui.dialog() as dialog,
        ui.card().classes(f"w-full {width} gap-3"),
    ):
        ui.label(title).classes("text-lg font-medium break-words w-full")
        yield dialog
    dialog.on("hide", dialog.delete)
    dialog.open()


def about(deed: str, name: str) -> str:
    """The title of a dialog: what is to be done, and to whom."""
    return f"{deed}: {name}"


async def is_sure(title: str, question: str, yes: str, *, is_grave: bool = False) -> bool:
    with titled_dialog(title) as dialog:
        ui.label(question).classes("text-base")
        ending(dialog, yes, lambda: dialog.submit(True), is_grave=is_grave)
    return bool(await dialog)


async def asked_text(title: str, label: str, value: str, most: int) -> str | None:
    """What somebody wrote; None where they thought better of it."""
    with titled_dialog(title) as dialog:
        field = ui.input(label, value=value).props(f"outlined autofocus maxlength={most}")
        field.classes("w-full")
        if most > ONE_LINE:
            field.props("autogrow type=textarea counter")
        else:
            field.on("keydown.enter", lambda: dialog.submit(field.value))
        ending(dialog, word("save"), lambda: dialog.submit(field.value))
    answer = await dialog
    return None if answer is None else str(answer)


def ending(
    dialog: ui.dialog, yes: str, on_yes: Callable[[], object], *, is_grave: bool = False
) -> None:
    """The two buttons at the end of a dialog. What is grave cannot be taken back."""
    with last_row():
        ui.button(word("cancel"), on_click=dialog.close).props("flat no-caps")
        button = ui.button(yes, on_click=on_yes).props("no-caps data-do=yes")
        if is_grave:
            button.props("color=negative")


def close_button(dialog: ui.dialog) -> None:
    """For a dialog that has nothing else to end with."""
    ui.button(word("close"), on_click=dialog.close).props("flat no-caps")


def last_row() -> ui.row:
    """Where a dialog's buttons stand."""
    return ui.row().classes("w-full justify-end gap-2")


def to_copy(text: str) -> ui.input:
    """A text that somebody wants to have elsewhere, with a button that takes it there."""
    field = ui.input(value=text).props("outlined readonly").classes("w-full")
    # Told to the browser beforehand: it copies in the moment of a click alone.
    copy = f"() => {{ navigator.clipboard.writeText({json.dumps(text)}); emit(); }}"
    with field.add_slot("append"):
        button = ui.button(icon="content_copy").props("flat round dense data-do=copy")
        button.props(f'aria-label="{word("copy")}"')
        said = word("copied")
        button.on("click", lambda: ui.notify(said, type="positive"), js_handler=copy)
    return field
