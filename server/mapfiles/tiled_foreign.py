"""Tiles of other people's sets: what Tiled does not know of them is taken from their properties,
or guessed, and the guess is told."""

from __future__ import annotations

import re
import zlib
from collections import Counter
from dataclasses import dataclass

from server.mapfiles.mapfile import MapFileError, Notes, clean_text
from server.mapfiles.tables import Table, as_whole
from server.mapfiles.tiled_pictures import Pictures
from server.mapfiles.tiled_sources import SOLID_FLAGS, SourceSet
from server.tiles import (
    DEEPEST,
    FASTEST,
    FULL_SPEED,
    ID_LIMIT,
    LAYERS,
    NEVER_ENTER,
    PATTERNS,
    Tile,
)

SOLID_HEIGHT = 1024
"""Of what may not be walked on: as high as a tile is wide."""
MOST_COLUMNS = MOST_ROWS = 256
"""Of pictures, in the protocol."""

_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_COLOUR = re.compile(r"#([0-9a-f]{2})?[0-9a-f]{6}")
_LONGEST = 48
"""Of a name's stem; a number may follow, and 64 bytes are all there are."""
_SHAPES = ("ellipse", "polygon", "polyline", "point", "text", "capsule")


@dataclass(frozen=True)
class _Guess:
    source: SourceSet
    local: int
    home: str
    name: str
    name_ru: str
    height: int
    speed: int
    colour: str


class ForeignTiles:
    """Adds tiles to `tiles`, by id; they are there once `place` has found them their pictures."""

    def __init__(self, tiles: dict[int, Tile], pictures: Pictures, notes: Notes) -> None:
        self._tiles = tiles
        self._pictures = pictures
        self._notes = notes
        self._first = max(tiles, default=0) + 1
        self._names = {tile.name for tile in tiles.values()}
        self._counts: Counter[str] = Counter()
        self._guesses: list[_Guess] = []

    def add(self, source: SourceSet, local: int, home: str) -> int:
        """The new id of a tile that belongs on the layer `home`."""
        tile_id = self._first + len(self._guesses)
        if tile_id >= ID_LIMIT:
            raise MapFileError(f"the map has over {ID_LIMIT - 1} tiles")
        says = source.properties_of(local)
        name, name_ru = self._name(source, local, says)
        height = self._whole(says, "height", DEEPEST, NEVER_ENTER)
        if height is None:
            height = SOLID_HEIGHT if self._is_solid(source, local, says) else 0
        if home == LAYERS[2] and height:
            self._notes.about(
                "tile",
                name,
                "lies on roofs only: its height is lost",
                "lie on roofs only: flat now",
            )
            height = 0
        speed = self._whole(says, "speed", 1, FASTEST) or FULL_SPEED
        colour = self._colour(source, local, says, name)
        self._guesses.append(_Guess(source, local, home, name, name_ru, height, speed, colour))
        return tile_id

    def place(self) -> None:
        """Finds all added tiles their cells in a picture below those of the tiles that were there.

        The sets' pictures, one under the other, would be that picture. Where that would be too
        large or they are not one picture each, the tiles lie side by side.
        """
        top = max((tile.cell[1] + 1 for tile in self._tiles.values()), default=0)
        rows: dict[int, int] = {}
        end = top
        stacked = True
        for first, source, last in self._sources():
            self._notes.about("tile set", source.name, *_PICTURES_ARE_LOST)
            rows[first] = end
            end += last // max(source.columns, 1) + 1
            stacked = stacked and 0 < source.columns <= MOST_COLUMNS and end <= MOST_ROWS
        if not stacked and top + -(-len(self._guesses) // MOST_COLUMNS) > MOST_ROWS:
            raise MapFileError(f"the tiles need a picture of over {MOST_ROWS} rows")
        for number, guess in enumerate(self._guesses):
            if stacked:
                row, column = divmod(guess.local, guess.source.columns)
                row += rows[guess.source.first]
            else:
                row, column = divmod(number, MOST_COLUMNS)
                row += top
            self._tiles[self._first + number] = Tile(
                id=self._first + number,
                name=guess.name,
                name_ru=guess.name_ru,
                layer=guess.home,
                height=guess.height,
                speed=guess.speed,
                colour=guess.colour,
                cell=(column, row),
                pattern=next(iter(PATTERNS)),
            )

    def _sources(self) -> list[tuple[int, SourceSet, int]]:
        """The sets that tiles were added of, with the last of these tiles."""
        last: dict[int, tuple[SourceSet, int]] = {}
        for guess in self._guesses:
            _, known = last.get(guess.source.first, (guess.source, 0))
            last[guess.source.first] = (guess.source, max(known, guess.local))
        return [(first, source, local) for first, (source, local) in sorted(last.items())]

    def _name(self, source: SourceSet, local: int, says: Table) -> tuple[str, str]:
        """A name nobody has, and what to show in Russian: the words of the file."""
        table = source.tiles.get(local, Table({}, ""))
        kind = table.text("class", "") or table.text("type", "")
        told = says.values.get("name")
        wanted = told if isinstance(told, str) and told else kind
        stem = _slug(wanted)
        numbered = f"{stem or _slug(source.name) or 'tile'}_{local}"
        name = stem if stem and stem not in self._names else numbered
        while name in self._names:
            # Counted on from the last, or thousands of sets of one name would take hours.
            self._counts[numbered] += 1
            name = f"{numbered}_{self._counts[numbered] + 1}"
        self._names.add(name)
        if isinstance(told, str) and told and told != name:
            self._notes.about("tile", told, f"is called {name!r} here", "have other names here")
        russian = says.values.get("name_ru")
        shown_name = russian if isinstance(russian, str) else wanted
        return name, clean_text(shown_name).strip()[:_LONGEST] or name

    def _whole(self, says: Table, key: str, least: int, most: int) -> int | None:
        if key not in says:
            return None
        value = as_whole(says.values[key])
        if value is None or not least <= value <= most:
            self._notes.about(
                "property",
                key,
                f"of a tile is not within {least}-{most}: not kept",
                f"of tiles are not within {least}-{most}: not kept",
            )
            return None
        return value

    def _is_solid(self, source: SourceSet, local: int, says: Table) -> bool:
        flagged = any(says.values.get(flag) in (True, "true", "1") for flag in SOLID_FLAGS)
        whole, partial = _collisions(source, local)
        number = f"{source.name} {local}"
        if flagged or whole:
            became = f"solid: height {SOLID_HEIGHT}"
            self._notes.about("tile", number, f"is {became}", f"are {became}")
        elif partial:
            self._notes.about(
                "tile", number, "has a collision shape: not kept", "have collision shapes: not kept"
            )
        return flagged or whole

    def _colour(self, source: SourceSet, local: int, says: Table, name: str) -> str:
        for key in ("colour", "color"):
            value = says.values.get(key)
            if isinstance(value, str) and _COLOUR.fullmatch(value.lower()):
                return "#" + value.lower()[-6:]
            if value:
                self._notes.about("colour", str(value), "is not #rrggbb", "are not #rrggbb")
        average = self._pictures.average(source, local)
        return average or f"#{zlib.crc32(name.encode()) & 0xFFFFFF:06x}"


_PICTURES_ARE_LOST = (
    "comes without its pictures: clients draw the cells of their own tiles.png",
    "come without their pictures: clients draw the cells of their own tiles.png",
)


def _slug(text: str) -> str:
    """The text in snake_case; empty where nothing of it is left."""
    words = re.findall(r"[a-z0-9]+", text.lower())
    while words and not words[0][0].isalpha():
        words.pop(0)
    slug = "_".join(words)[:_LONGEST].rstrip("_")
    return slug if _NAME.fullmatch(slug) else ""


def _collisions(source: SourceSet, local: int) -> tuple[bool, bool]:
    """Whether a collision shape covers the whole tile, and whether there is any."""
    tile = source.tiles.get(local)
    if tile is None or not tile.values.get("objectgroup"):
        return False, False
    label = f"the collision shapes of {tile.label}"
    shapes = tile.table("objectgroup", label).tables("objects", label)
    for shape in shapes:
        x, y = shape.number("x", 0), shape.number("y", 0)
        right, bottom = x + shape.number("width", 0), y + shape.number("height", 0)
        plain = not any(shape.values.get(key) for key in _SHAPES)
        upright = shape.number("rotation", 0) == 0
        if (
            plain
            and upright
            and x <= 0 >= y
            and right >= source.size[0]
            and bottom >= source.size[1]
        ):
            return True, True
    return False, bool(shapes)
