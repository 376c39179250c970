"""The form in which a player says who they are, and where they want to go."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static

from server.cli.play import worlds
from server.cli.play.choosing import world_row
from server.cli.play.visit import Entrant
from server.cli.play.words import Words
from server.cli.terminal import plain

LONGEST_NAME, LONGEST_PASSWORD = 40, 128
WORLD_COLUMNS = 50


class EntryScreen(ModalScreen[Entrant]):
    """Name and password; a password is neither shown nor kept on disk."""

    CSS = """
    EntryScreen { align: center middle; background: #0e1014; }
    #form {
        width: 64; max-width: 100%; height: auto; max-height: 100%; padding: 0 2;
        overflow-y: auto; scrollbar-size-vertical: 1;
        border: round #729f4e; border-title-color: #dba645; background: #14181d;
    }
    #form Static { color: #c9d3dd; }
    #form #address, #form #hint, #form #keys { color: #7d8894; }
    #form #address, #form #hint { margin-bottom: 1; }
    #form Input {
        height: 3; border: round #3a4450; background: #0e1014; color: #e6e6e6; padding: 0 1;
    }
    #form Input:focus { border: round #dba645; }
    #form #which, #form OptionList { display: none; }
    #form OptionList {
        height: auto; max-height: 6; border: round #3a4450; background: #0e1014; color: #c9d3dd;
        padding: 0 1; scrollbar-size-vertical: 1;
    }
    #form OptionList:focus { border: round #dba645; background-tint: transparent; }
    #form OptionList > .option-list--option-highlighted { background: #2b3a22; color: #ffffff; }
    #form #complaint { color: #e07a5f; margin: 1 0; display: none; }
    """
    AUTO_FOCUS: ClassVar[str] = ""

    def __init__(
        self, words: Words, url: str, who: Entrant, complaint: str, asks_password: bool
    ) -> None:
        """`complaint` is why the last try failed; the name may be the one to keep."""
        super().__init__()
        self._words, self._url, self._who, self._complaint = words, url, who, complaint
        self._worlds: list[str] = []
        self._first_field = "#password" if asks_password else "#name"

    def compose(self) -> ComposeResult:
        words = self._words
        with Vertical(id="form") as form:
            form.border_title = words("who")
            yield Static(plain(self._url), id="address", markup=False)
            yield Static(words("name"), markup=False)
            yield Input(self._who.name, id="name", max_length=LONGEST_NAME)
            yield Static(words("password"), markup=False)
            yield Input(id="password", password=True, max_length=LONGEST_PASSWORD)
            yield Static(words("as_guest"), id="hint", markup=False)
            yield Static(words("which_world"), id="which", markup=False)
            yield OptionList(markup=False)
            yield Static(self._complaint, id="complaint", markup=False)
            yield Static(words.keys("enter_help"), id="keys", markup=False)

    def on_mount(self) -> None:
        self.query_one("#complaint").display = bool(self._complaint)
        # At once, so that whoever sees the form can type.
        self.set_focus(self.query_one(self._first_field))
        self.run_worker(self._show_worlds())

    async def _show_worlds(self) -> None:
        """As soon as the server has told of them, where there are several."""
        info = await worlds.ask(self._url)
        if info is None:
            return
        if info.name:
            address = f"{plain(info.name)} · {plain(self._url)}"
            self.query_one("#address", Static).update(address)
        if len(info.worlds) < 2:
            return
        self._worlds = [each.name for each in info.worlds]
        rows = self.query_one(OptionList)
        rows.add_options(world_row(each, self._words, WORLD_COLUMNS) for each in info.worlds)
        wanted = self._who.world
        rows.highlighted = self._worlds.index(wanted) if wanted in self._worlds else 0
        self.query_one("#which").display = rows.display = True

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self._submit()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._submit()

    def _submit(self) -> None:
        name, password = (self.query_one(f"#{each}", Input).value for each in ("name", "password"))
        if not name.strip():
            self.query_one("#name").focus()
            return
        row = self.query_one(OptionList).highlighted
        world = self._who.world if row is None else self._worlds[row]
        self.dismiss(Entrant(name.strip(), password, world))
