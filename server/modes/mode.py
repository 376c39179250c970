"""What every mode is made from: hooks that do nothing, and settings. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from pydantic import BaseModel, ConfigDict

from server.editing.operations import CellSet
from server.modes.editor import Editor
from server.world import Player

if TYPE_CHECKING:
    from server.modes.mode_world import ModeWorld


class ModeSettings(BaseModel):
    """A mode's settings. Each field has a default, so that a world can run without a word, and
    a docstring, which the panel and the command line show."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Mode:
    """A game mode: a class with some of these hooks. One that is not written costs nothing.

    All of them are called in the tick, one after the other, and never at once. Whatever one
    raises stops the mode; the world goes on as free roam. A hook that takes long makes the tick
    long: a tick has 50 ms for everything.
    """

    Settings: ClassVar[type[ModeSettings]] = ModeSettings
    commands: ClassVar[dict[str, str]] = {}
    """Chat commands of the mode's own, each with its parameters, for help and completion."""

    def __init__(self, world: ModeWorld, settings: ModeSettings) -> None:
        self.world = world
        self.settings = settings

    def start(self) -> None:
        """The mode begins. `join` follows for each player who is there already."""

    def join(self, player: Player) -> None:
        """A player has come. Comes back after a lost connection are a leave and a join."""

    def leave(self, player: Player) -> None:
        """A player has gone; their place is not known any more."""

    def tick(self) -> None:
        """A tick is done: everybody has moved."""

    def command(self, player: Player, name: str, text: str) -> None:
        """A player gave one of `commands`; `text` is the rest of the line."""

    def message(self, player: Player, kind: int, payload: bytes) -> None:
        """A player's client sent a message of the game's own, of a type from 0x80 to 0xBF.

        Nobody has looked at its bytes: whatever a client says is but a wish.
        """

    def chat(self, player: Player, text: str) -> bool | None:
        """A player has said something. False: nobody else hears it."""

    def enter_area(self, player: Player, area: str) -> None:
        """A player has come into one of the map's areas, or was put there."""

    def may_build(self, editor: Editor) -> bool:
        """Whether somebody may change the map here who could not elsewhere. The staff's builders
        may anyway, and so may all where the server's setting says so."""
        return False

    def refuse_edit(self, editor: Editor, cells: CellSet) -> str | None:
        """Why somebody may not change these cells, such as the name of the area that they lie in;
        None where they may. `cells` has columns: layer, x, y and the new tile."""

    def edited(self, player: Player, count: int) -> None:
        """A player has changed so many cells."""

    def leave_area(self, player: Player, area: str) -> None:
        """A player has left an area, but not the world."""
