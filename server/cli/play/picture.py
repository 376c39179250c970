"""The world around a player as coloured cells of a terminal: two of them are a tile. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from protocol_spec.codec import NEVER_ENTER, ModeGoal, ModeMark, Tile
from protocol_spec.session import ClientSession, Player

GROUND, THINGS = 0, 1
NIGHT = (14, 16, 20)
"""Where nothing is known."""
LOWEST_WALL = 1024
"""What is so high hides what is behind it, and is drawn as a block."""
GOAL = (196, 152, 40)
CHASER = (255, 92, 80)
BRIGHT = 384
"""Red, green and blue together, from where on black is read better than white."""
OWN_COLOUR, OTHER_COLOURS = (
    (255, 255, 255),
    (
        (255, 209, 102),
        (239, 131, 255),
        (127, 219, 255),
        (255, 150, 113),
        (180, 255, 159),
    ),
)
Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Cell:
    """A column of a line on the screen."""

    letter: str
    colour: Colour
    ground: Colour
    is_bold: bool = False


def corner(place: tuple[int, int], columns: int, rows: int) -> tuple[int, int]:
    """The first cell of a picture with the player in its middle; `place` is in 1/1024 tile."""
    return (place[0] >> 10) - columns // 4, (place[1] >> 10) - rows // 2


def draw(
    session: ClientSession, place: tuple[int, int], columns: int, rows: int
) -> list[list[Cell]]:
    """The lines of the picture, with the player in its middle; `place` is in 1/1024 tile."""
    left, top = corner(place, columns, rows)
    lines = [
        [
            cell
            for column in range(columns // 2 + 1)
            for cell in _tile(session, left + column, top + row)
        ]
        for row in range(rows)
    ]
    lines = [line[:columns] for line in lines]
    _mark_goal(session.goal, lines, left, top)
    others = [each for each in session.players.values() if each.is_in_sight]
    for each in sorted(others, key=lambda player: player.y):
        if each.player_id != session.player_id:
            colour = _look(session, each)
            at = ((each.x >> 8) - left) * 2, (each.y >> 8) - top
            _put_player(lines, at, each.name, colour)
    own = ((place[0] >> 10) - left) * 2, (place[1] >> 10) - top
    _put_player(lines, own, session.name, OWN_COLOUR)
    return lines


def mark(lines: list[list[Cell]], cell: tuple[int, int], ground: Colour) -> None:
    """Puts a cursor over a tile, which is counted from the picture's corner."""
    column, row = cell[0] * 2, cell[1]
    if 0 <= row < len(lines):
        line = lines[row]
        for index, bracket in enumerate("[]", column):
            if 0 <= index < len(line):
                line[index] = Cell(bracket, letter_colour(ground), ground, is_bold=True)


def colour_of(tile: Tile) -> Colour:
    return tile.colour >> 16 & 255, tile.colour >> 8 & 255, tile.colour & 255


def letter_colour(ground: Colour) -> Colour:
    """In which a letter is read on it."""
    return (255, 255, 255) if sum(ground) < BRIGHT else (0, 0, 0)


def rgb(colour: Colour) -> str:
    """As #rrggbb."""
    return "#{:02x}{:02x}{:02x}".format(*colour)


def _tile(session: ClientSession, x: int, y: int) -> Iterable[Cell]:
    ground = session.tiles.get(session.tile_at(GROUND, x, y))
    thing = session.tiles.get(session.tile_at(THINGS, x, y))
    if ground is None and thing is None:
        return (Cell(" ", NIGHT, NIGHT),) * 2
    under = colour_of(ground) if ground else NIGHT
    if thing is None:
        grain = "  " if (x * 7 + y * 13) % 5 else " ."
        if ground is not None and ground.height < 0:
            grain = "~ " if (x + y) % 2 else " ~"
        return _cells(grain, _lit(under, 1.25), under)
    colour = colour_of(thing)
    if thing.height == NEVER_ENTER:
        return _cells("~~" if (x + y) % 2 else "≈~", _lit(colour, 1.35), colour)
    if thing.height >= LOWEST_WALL:
        return _cells("▓▓", _lit(colour, 1.2), _lit(colour, 0.75))
    if thing.height > 0:
        return _cells("▄▄", colour, _lit(under, 0.85))
    return _cells('"' if thing.height == 0 else "~", _lit(colour, 1.1), under)


def _cells(letters: str, colour: Colour, ground: Colour) -> tuple[Cell, Cell]:
    pair = (letters * 2)[:2]
    return Cell(pair[0], colour, ground), Cell(pair[1], colour, ground)


def _mark_goal(goal: ModeGoal | None, lines: list[list[Cell]], left: int, top: int) -> None:
    """Its ground is lit."""
    if goal is None:
        return
    for row in range(max(goal.y - top, 0), min(goal.y - top + goal.height, len(lines))):
        line = lines[row]
        first, behind = (goal.x - left) * 2, (goal.x - left + goal.width) * 2
        for column in range(max(first, 0), min(behind, len(line))):
            line[column] = replace(line[column], ground=GOAL)


def _look(session: ClientSession, player: Player) -> Colour:
    row = session.scores.get(player.player_id)
    if row is not None and row.marks & ModeMark.IT:
        return CHASER
    return OTHER_COLOURS[sum(player.name.encode()) % len(OTHER_COLOURS)]


def _put_player(lines: list[list[Cell]], at: tuple[int, int], name: str, colour: Colour) -> None:
    """A body, and the name over it."""
    column, row = at
    _write(lines, column, row, "◖◗", colour)
    name = "".join(each if each.isprintable() else "?" for each in name)
    _write(lines, column + 1 - len(name) // 2, row - 1, name, colour)


def _write(lines: list[list[Cell]], column: int, row: int, text: str, colour: Colour) -> None:
    if not 0 <= row < len(lines):
        return
    line = lines[row]
    for index, letter in enumerate(text, column):
        if 0 <= index < len(line):
            line[index] = Cell(letter, colour, _lit(line[index].ground, 0.4), is_bold=True)


def _lit(colour: Colour, factor: float) -> Colour:
    red, green, blue = (min(255, round(each * factor)) for each in colour)
    return red, green, blue
