"""What is said: the lines, and the field in which one writes."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.events import Resize
from textual.message import Message
from textual.suggester import Suggester
from textual.widgets import Input, RichLog

from protocol_spec.session import ClientSession

MOST_LINES = 500
MOST_REMEMBERED = 50
Line = tuple[int, int]
"""Who said it, and when, in ms since 1970."""


class ChatLog(RichLog):
    """The newest lines; one that the staff takes away is gone."""

    can_focus = False

    def __init__(self) -> None:
        super().__init__(id="log", wrap=True, markup=False, highlight=False, max_lines=MOST_LINES)
        self._said: list[tuple[Line | None, Text]] = []

    def say(self, text: Text, line: Line | None = None) -> None:
        self._said = [*self._said[1 - MOST_LINES :], (line, text)]
        self.write(text)

    def take_away(self, line: Line) -> None:
        kept = [each for each in self._said if each[0] != line]
        if len(kept) < len(self._said):
            self._said = kept
            self._write_anew()

    def on_resize(self, event: Resize) -> None:
        super().on_resize(event)
        self._write_anew()

    def _write_anew(self) -> None:
        self.clear()
        for _, text in self._said:
            self.write(text)


class SayInput(Input):
    """Remembers what was said, and completes commands and names."""

    class Left(Message):
        """The player does not want to say anything."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "earlier(-1)"),
        Binding("down", "earlier(1)"),
        Binding("tab", "complete"),
        Binding("escape", "leave"),
    ]

    def __init__(self, placeholder: str, session: Callable[[], ClientSession | None]) -> None:
        super().__init__(
            id="say", placeholder=placeholder, max_length=500, suggester=Completion(session)
        )
        self._said: list[str] = []
        self._place = 0
        """In what was said; behind its end is the line that is being written."""
        self._draft = ""

    def open(self) -> None:
        self.display = True
        self._place = len(self._said)
        self.focus()

    def close(self) -> str:
        """Returns what was written."""
        text, self.value, self.display = self.value.strip(), "", False
        if text and self._said[-1:] != [text]:
            self._said = [*self._said[1 - MOST_REMEMBERED :], text]
        return text

    def action_earlier(self, step: int) -> None:
        place = min(max(self._place + step, 0), len(self._said))
        if place == self._place:
            return
        if self._place == len(self._said):
            self._draft = self.value
        self._place = place
        self.value = self._draft if place == len(self._said) else self._said[place]
        self.cursor_position = len(self.value)

    def action_complete(self) -> None:
        # At the end of the text this takes what is suggested.
        self.cursor_position = len(self.value)
        self.action_cursor_right()

    def action_leave(self) -> None:
        self.post_message(self.Left())


class Completion(Suggester):
    """A command, or the name of somebody who is here."""

    def __init__(self, session: Callable[[], ClientSession | None]) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._session = session

    async def get_suggestion(self, value: str) -> str | None:
        session = self._session()
        if session is None:
            return None
        names = [each.name for each in session.players.values()]
        if not value.startswith("/"):
            before, space, word = value.rpartition(" ")
            return _completed(before + space, word, names) if len(word) > 1 else None
        command, space, begun = value.partition(" ")
        if not space:
            return _completed("", command, [f"/{each}" for each in session.commands])
        return _completed(command + space, begun, names) if begun else None


def _completed(before: str, begun: str, known: list[str]) -> str | None:
    found = [each for each in known if each.casefold().startswith(begun.casefold())]
    return f"{before}{min(found, key=str.casefold)} " if found else None
