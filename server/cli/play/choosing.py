"""A list over the map, to choose one of its rows."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.events import Key
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static

from server.cli.play.words import Words
from server.cli.play.worlds import WorldInfo
from server.cli.terminal import fitted

ROW_COLUMNS = 40


class ChooseScreen(ModalScreen[int | None]):
    """Returns the row's index, None where the player wants none."""

    CSS = """
    ChooseScreen { align: center middle; background: #0e1014 60%; }
    #choice {
        width: 48; max-width: 100%; height: auto; max-height: 100%; padding: 1 1 0 1;
        border: round #729f4e; border-title-color: #dba645; border-subtitle-color: #8b96a3;
        background: #14181d;
    }
    #choice OptionList {
        height: auto; max-height: 16; border: none; background: #14181d; color: #c9d3dd;
        scrollbar-size-vertical: 1; padding: 0;
    }
    #choice OptionList:focus { background-tint: transparent; }
    #choice #keys { color: #8b96a3; margin-top: 1; }
    #choice OptionList > .option-list--option-highlighted {
        background: #2b3a22; color: #ffffff; text-style: bold;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave")]

    def __init__(self, title: str, rows: list[Text], keys: Text, chosen: int = 0) -> None:
        super().__init__()
        self._title, self._rows, self._keys, self._chosen = title, rows, keys, chosen

    def compose(self) -> ComposeResult:
        with Vertical(id="choice") as box:
            box.border_title = self._title
            yield OptionList(*self._rows, markup=False)
            yield Static(self._keys, id="keys", markup=False)

    def on_mount(self) -> None:
        rows = self.query_one(OptionList)
        rows.highlighted = self._chosen
        self.set_focus(rows)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(event.option_index)

    def on_key(self, event: Key) -> None:
        number = int(event.key) if event.key in "123456789" else 0
        if 0 < number <= len(self._rows):
            event.stop()
            self.dismiss(number - 1)

    def action_leave(self) -> None:
        self.dismiss(None)


def world_row(world: WorldInfo, words: Words, columns: int = ROW_COLUMNS) -> Text:
    """Its name, what is played there, and how many play."""
    count = str(world.players)
    mode = words.mode(world.mode)
    room = columns - len(mode) - 8
    return Text(f"{fitted(world.name, room):<{room}}  {mode}  {count:>4}")
