"""The form in which a player says who they are."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from server.cli.play.visit import Entrant
from server.cli.play.words import Words
from server.cli.terminal import plain

LONGEST_NAME, LONGEST_PASSWORD = 40, 128


class EntryScreen(ModalScreen[Entrant]):
    """Name and password; a password is neither shown nor kept on disk."""

    CSS = """
    EntryScreen { align: center middle; background: #0e1014; }
    #form {
        width: 64; max-width: 100%; height: auto; padding: 1 2;
        border: round #729f4e; border-title-color: #dba645; background: #14181d;
    }
    #form Static { color: #c9d3dd; }
    #form #address, #form #hint, #form #keys { color: #7d8894; }
    #form #address { margin-bottom: 1; }
    #form #keys { margin-top: 1; }
    #form Input {
        height: 3; border: round #3a4450; background: #0e1014; color: #e6e6e6; padding: 0 1;
    }
    #form Input:focus { border: round #dba645; }
    #form #complaint { color: #e07a5f; margin-top: 1; display: none; }
    """
    AUTO_FOCUS: ClassVar[str] = ""

    def __init__(
        self, words: Words, url: str, name: str, complaint: str, asks_password: bool
    ) -> None:
        """`complaint` is why the last try failed; the name may be the one to keep."""
        super().__init__()
        self._words, self._url, self._known_as, self._complaint = words, url, name, complaint
        self._first_field = "#password" if asks_password else "#name"

    def compose(self) -> ComposeResult:
        words = self._words
        with Vertical(id="form") as form:
            form.border_title = words("who")
            yield Static(plain(self._url), id="address", markup=False)
            yield Static(words("name"), markup=False)
            yield Input(self._known_as, id="name", max_length=LONGEST_NAME)
            yield Static(words("password"), markup=False)
            yield Input(id="password", password=True, max_length=LONGEST_PASSWORD)
            yield Static(words("as_guest"), id="hint", markup=False)
            yield Static(self._complaint, id="complaint", markup=False)
            yield Static(words("enter_help"), id="keys", markup=False)

    def on_mount(self) -> None:
        self.query_one("#complaint").display = bool(self._complaint)
        # At once, so that whoever sees the form can type.
        self.set_focus(self.query_one(self._first_field))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        name, password = (self.query_one(f"#{each}", Input).value for each in ("name", "password"))
        if not name.strip():
            self.query_one("#name").focus()
            return
        self.dismiss(Entrant(name.strip(), password))
