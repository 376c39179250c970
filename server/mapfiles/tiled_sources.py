"""The tile sets that a Tiled map names, its own and those in files beside it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from server.mapfiles.mapfile import MapFileError, Notes, listed, shown
from server.mapfiles.tables import Table, as_table, as_whole
from server.mapfiles.tiled_safety import Folder

SET_PROPERTY = "estragon_tile_set"
"""On an exported tile set: our name of it."""
ID_PROPERTY = "estragon_id"
"""On each tile of it: our id. A pattern's first picture has all the other fields too."""
OWN_FIELDS = ("name", "name_ru", "layer", "height", "speed", "colour", "pattern")
FOREIGN_FIELDS = ("name", "name_ru", "height", "speed", "colour", "color")
SOLID_FLAGS = ("solid", "collide", "collides", "collision", "blocking", "blocks", "blocked")

_SET_USUAL = {
    **dict.fromkeys(("firstgid", "source", "name", "type", "version", "tiledversion")),
    **dict.fromkeys(("tilewidth", "tileheight", "tilecount", "columns", "spacing", "margin")),
    **dict.fromkeys(("image", "imagewidth", "imageheight", "transparentcolor", "tiles")),
    **dict.fromkeys(("properties", "tileproperties", "tilepropertytypes", "editorsettings")),
    "objectalignment": "unspecified",
    "tilerendersize": "tile",
    "fillmode": "stretch",
}
_TILE_USUAL = {
    **dict.fromkeys(("id", "type", "class", "properties", "objectgroup")),
    **dict.fromkeys(("image", "imagewidth", "imageheight", "transparentcolor")),
    **dict.fromkeys(("x", "y", "width", "height")),
    "probability": 1,
}


@dataclass(frozen=True)
class SourceSet:
    """`first` is the map's gid of its first tile, `tiles` what it says of some of its tiles."""

    first: int
    table: Table
    beside: Path
    """The folder that the paths in it begin at."""
    tiles: dict[int, Table]
    size: tuple[int, int]
    """Of a tile, in pixels."""
    spacing: int
    margin: int
    columns: int
    """0 where it is not known, or each tile has a picture of its own."""
    count: int | None
    own_name: str
    """What we call it, if we exported it; else empty."""

    @property
    def label(self) -> str:
        return self.table.label

    @property
    def name(self) -> str:
        return self.table.text("name", "")

    def holds(self, local: int) -> bool:
        return local in self.tiles or self.count is None or local < self.count

    def properties_of(self, local: int) -> Table:
        label = f"{self.label}: tile {local}"
        if local not in self.tiles:
            return Table({}, label)
        return Table(self.tiles[local].properties().values, label)

    def own_id(self, local: int) -> int | None:
        """The id that a tile of an exported set has; none where somebody added it."""
        properties = self.properties_of(local)
        return properties.whole(ID_PROPERTY) if ID_PROPERTY in properties else None


def read_sources(map_table: Table, folder: Folder, notes: Notes) -> list[SourceSet]:
    """All tile sets by their first gid, the lowest first."""
    sources = [
        _source(reference, folder) for reference in map_table.tables("tilesets", "a tile set")
    ]
    sources.sort(key=lambda source: source.first)
    for source, following in pairwise(sources):
        if source.first == following.first:
            raise MapFileError(f"{following.label}: firstgid {source.first} is there twice")
    for source in sources:
        _note_losses(source, notes)
    return sources


def _source(reference: Table, folder: Folder) -> SourceSet:
    first = reference.whole("firstgid")
    if first < 1:
        raise MapFileError(f"a tile set has the firstgid {first}")
    table, beside = reference, folder.root
    if "source" in reference:
        path = folder.locate(reference.text("source"), beside=folder.root)
        table, beside = folder.table(path), path.parent
    table = table.named("tile set")
    width, height = table.whole("tilewidth"), table.whole("tileheight")
    spacing, margin = table.whole("spacing", 0), table.whole("margin", 0)
    if min(width, height) < 1 or min(spacing, margin) < 0:
        raise MapFileError(f"{table.label}: its tiles are {width}x{height}")

    def fitting(name: str, size: int) -> int:
        return (table.whole(f"image{name}", 0) - 2 * margin + spacing) // (size + spacing)

    columns = table.whole("columns", 0) or max(fitting("width", width), 0)
    count = table.whole("tilecount", 0) or columns * max(fitting("height", height), 0)
    if columns < 0 or count < 0:
        raise MapFileError(f"{table.label}: its columns or tilecount are below 0")
    return SourceSet(
        first=first,
        table=table,
        beside=beside,
        tiles=_tiles(table),
        size=(width, height),
        spacing=spacing,
        margin=margin,
        columns=columns if table.values.get("image") else 0,
        count=count or None,
        own_name=table.properties().text(SET_PROPERTY, ""),
    )


def _tiles(table: Table) -> dict[int, Table]:
    """What it says of its tiles, by their number. JSON before Tiled 1.2 had no list of them."""
    raw = table.values.get("tiles")
    found: dict[int, Table] = {}
    if isinstance(raw, dict):
        properties = table.values.get("tileproperties")
        for key, value in raw.items():
            local = as_whole(key)
            values = dict(as_table(value, f"{table.label}: tile {key}").values)
            if isinstance(properties, dict) and isinstance(properties.get(key), dict):
                values["properties"] = properties[key]
            found[-1 if local is None else local] = Table(values, f"{table.label}: tile {key}")
    else:
        for each in table.tables("tiles", f"{table.label}: a tile"):
            local = each.whole("id")
            found[local] = Table(each.values, f"{table.label}: tile {local}")
    if any(local < 0 for local in found):
        raise MapFileError(f"{table.label}: a tile has no number")
    return found


def _note_losses(source: SourceSet, notes: Notes) -> None:
    lost = source.table.unusual(_SET_USUAL)
    lost += [key for key in source.table.properties().values if key != SET_PROPERTY]
    if lost:
        notes.add(f"{source.label}: not kept: {listed(map(shown, lost))}")
    kept = {ID_PROPERTY, *OWN_FIELDS} if source.own_name else {*FOREIGN_FIELDS, *SOLID_FLAGS}
    counts: Counter[str] = Counter()
    for tile in source.tiles.values():
        counts.update(tile.unusual(_TILE_USUAL))
        counts.update(key for key in tile.properties().values if key not in kept)
    for key, count in counts.items():
        notes.add(f"{source.label}: {shown(key)} of {count} tiles is not kept")
