"""What a player builds with, and where: a choice of tiles and a cursor on the map. Pure."""

from __future__ import annotations

from functools import cache

from protocol_spec.codec import CellEdit, EditCells, Tile
from protocol_spec.session import ClientSession
from server.cli.play.picture import GROUND, NIGHT, THINGS, Colour, colour_of
from server.tiles import builtin_tile_set

USUAL = ("path", "cobbles", "flowers", "bush", "fence", "crate", "rock", "stone_wall", "lamp")
"""What comes first, by the names of the built-in tile set; a world's own may lack some."""
NOTHING = 0


class Builder:
    """Asks for edits; whether they are allowed is the server's to say."""

    def __init__(self, session: ClientSession, place: tuple[int, int]) -> None:
        """The cursor begins beside the player, whose place is in 1/1024 tile."""
        self._session = session
        self.x, self.y = (place[0] >> 10) + 1, place[1] >> 10
        self.choices = _choices(session)
        self.number = 0
        """Of the chosen tile among the choices."""

    @property
    def chosen(self) -> Tile | None:
        """None in a world without tiles."""
        return self.choices[self.number] if self.choices else None

    @property
    def colour(self) -> Colour:
        return colour_of(self.chosen) if self.chosen is not None else NIGHT

    def choose(self, number: int) -> None:
        if 0 <= number < len(self.choices):
            self.number = number

    def choose_next(self, step: int) -> None:
        self.number = (self.number + step) % max(len(self.choices), 1)

    def stay_within(self, left: int, top: int, columns: int, rows: int) -> None:
        """Keeps the cursor on the map, as far as it is shown."""
        entered = self._session.entered
        if entered is not None:
            right, bottom = min(left + columns, entered.width), min(top + rows, entered.height)
            self.x = max(left, 0, min(self.x, right - 1))
            self.y = max(top, 0, min(self.y, bottom - 1))

    def place(self) -> None:
        """Puts the chosen tile under the cursor."""
        if self.chosen is not None:
            self._ask(self.chosen.layer, self.chosen.id)

    def take(self) -> None:
        """Takes away what stands under the cursor; the ground stays."""
        self._ask(THINGS, NOTHING)

    def undo(self, *, redo: bool = False) -> None:
        self._session.undo(redo=redo)

    def _ask(self, layer: int, tile: int) -> None:
        cells = CellEdit(layer, self.x, self.y, tile).pack()
        self._session.edit(EditCells(edit=0, cells=cells))


def tile_name(name: str, language: str) -> str:
    """As a person says it, where the tile is one of the built-in set."""
    return (_russian_names().get(name, name) if language == "ru" else name).replace("_", " ")


@cache
def _russian_names() -> dict[str, str]:
    return {each.name: each.name_ru for each in builtin_tile_set().by_id.values()}


def _choices(session: ClientSession) -> list[Tile]:
    """What the picture shows, so no roofs: the usual ones, then the others."""
    shown = [each for each in session.tiles.values() if each.layer in (GROUND, THINGS)]
    return sorted(shown, key=lambda tile: (_usual(tile.name), tile.layer, tile.id))


def _usual(name: str) -> int:
    return USUAL.index(name) if name in USUAL else len(USUAL)
