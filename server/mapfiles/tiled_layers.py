"""The many layers of a Tiled map become the three of ours."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from server.mapfiles.mapfile import LARGEST_SIDE, SMALLEST_SIDE, MapFileError, Notes, listed, shown
from server.mapfiles.tables import Table
from server.mapfiles.tiled_cells import GIDS, decode_cells
from server.mapfiles.tmx import DEEPEST
from server.tiles import LAYERS

LAYER_PROPERTY = "estragon_layer"
LAYER_NAMES = {
    "ground": {"ground", "floor", "terrain", "base", "background", "below", "земля", "пол"},
    "things": {"things", "thing", "objects", "object", "fringe", "walls", "wall", "props"}
    | {"decoration", "decorations", "buildings", "items", "obstacles", "предметы"},
    "roofs": {"roofs", "roof", "over", "overhead", "above", "foreground", "ceiling", "крыши"},
}
"""What people call the layers, in small letters; numbers at the end do not matter."""

MOST_CELLS = 16 * LARGEST_SIDE * LARGEST_SIDE
"""Of all layers together: each of them has to be unpacked."""
FLIPS = 0xF0000000
"""The bits of a cell that say how its tile is flipped or turned."""

_USUAL = {
    **dict.fromkeys(("id", "name", "type", "width", "height", "x", "y", "startx", "starty")),
    **dict.fromkeys(("data", "chunks", "encoding", "compression", "layers", "objects")),
    **dict.fromkeys(("draworder", "locked", "visible", "properties")),
    "opacity": 1,
    "offsetx": 0,
    "offsety": 0,
    "parallaxx": 1,
    "parallaxy": 1,
    "mode": "normal",
}


@dataclass(frozen=True)
class Extent:
    """The cells of the file that become the map. Infinite maps begin anywhere."""

    left: int
    top: int
    width: int
    height: int
    infinite: bool = False


@dataclass(frozen=True)
class Layer:
    table: Table
    label: str
    groups: tuple[str, ...]
    """The names of the groups that it lies in, the outermost first."""

    @property
    def holds_objects(self) -> bool:
        return self.table.values.get("type") == "objectgroup"


def flat_layers(table: Table, notes: Notes, groups: tuple[str, ...] = ()) -> Iterator[Layer]:
    """All layers, the lowest first, without the groups around them."""
    if len(groups) > DEEPEST:
        raise MapFileError(f"groups are nested deeper than {DEEPEST}")
    for each in table.tables("layers", "a layer"):
        named = each.named("layer")
        name = each.text("name", "")
        if each.values.get("type") == "imagelayer":
            notes.about("image layer", name, "is left out", "are left out")
            continue
        _note_losses(named, notes)
        if each.values.get("type") == "group":
            notes.about("group", name, "is dissolved into its layers", "are dissolved")
            yield from flat_layers(named, notes, (*groups, name))
        else:
            yield Layer(named, named.label, groups)


def _note_losses(layer: Table, notes: Notes) -> None:
    name = layer.text("name", "")
    if not layer.flag("visible", True):
        notes.about("layer", name, "is invisible in Tiled: kept", "are invisible in Tiled: kept")
    lost = layer.unusual(_USUAL)
    lost += [key for key in layer.properties().values if key != LAYER_PROPERTY]
    for key in lost:
        notes.about("layer", name, f"has {shown(key)}: not kept", f"have {shown(key)}: not kept")


def extent_of(map_table: Table, layers: list[Layer]) -> Extent:
    """Which cells there are; raises MapFileError where they are too few or too many."""
    if map_table.flag("infinite"):
        boxes = [_box(chunk) for layer in layers for chunk in _chunks(layer)]
        if not boxes:
            raise MapFileError(f"{map_table.label}: the map is empty")
        left = min(box.left for box in boxes)
        top = min(box.top for box in boxes)
        width = max(box.left + box.width for box in boxes) - left
        height = max(box.top + box.height for box in boxes) - top
        extent = Extent(left, top, width, height, infinite=True)
    else:
        extent = Extent(0, 0, map_table.whole("width"), map_table.whole("height"))
    for side in (extent.width, extent.height):
        if not SMALLEST_SIDE <= side <= LARGEST_SIDE:
            raise MapFileError(
                f"{map_table.label}: the map is {extent.width}x{extent.height}, "
                f"not within {SMALLEST_SIDE}x{SMALLEST_SIDE}-{LARGEST_SIDE}x{LARGEST_SIDE}"
            )
    return extent


def merged_cells(layers: list[Layer], extent: Extent, notes: Notes) -> NDArray[np.uint32]:
    """All tile layers in our three, the upper over the lower: shape (3, height, width) of gids."""
    merged = np.zeros((len(LAYERS), extent.height, extent.width), np.uint32)
    homes = _homes(layers)
    flipped = 0
    for number, home in enumerate(LAYERS):
        sources = [layer for layer, its_home in zip(layers, homes, strict=True) if its_home == home]
        lost = 0
        for cells in _all_cells(sources, extent):
            flipped += int(np.count_nonzero(cells & np.uint32(FLIPS)))
            cells &= np.uint32(~FLIPS & 0xFFFFFFFF)
            held = cells != 0
            lost += int(np.count_nonzero(held & (merged[number] != 0)))
            np.copyto(merged[number], cells, where=held)
        _note_home(home, sources, lost, notes)
    if flipped:
        notes.add(f"{flipped} tiles are flipped or turned: drawn as they are in the tile set")
    return merged


def _all_cells(layers: list[Layer], extent: Extent) -> Iterator[GIDS]:
    """One layer after the other, so that memory holds one at a time."""
    unpacked = 0
    for layer in layers:
        chunked = sum(box.width * box.height for box in map(_box, _chunks(layer)))
        unpacked += max(chunked, extent.width * extent.height)
        if unpacked > MOST_CELLS:
            raise MapFileError(f"{layer.label}: the layers have over {MOST_CELLS} cells together")
        yield _cells(layer, extent)


def _cells(layer: Layer, extent: Extent) -> GIDS:
    table = layer.table
    encoding, compression = table.text("encoding", "csv"), table.text("compression", "")

    def decoded(part: Table, size: tuple[int, int]) -> GIDS:
        return decode_cells(part.values.get("data"), encoding, compression, size, layer.label)

    if not extent.infinite:
        size = (table.whole("width", extent.width), table.whole("height", extent.height))
        if size != (extent.width, extent.height):
            raise MapFileError(
                f"{layer.label} is {size[0]}x{size[1]}, the map {extent.width}x{extent.height}"
            )
        return decoded(table, size)
    cells = np.zeros((extent.height, extent.width), np.uint32)
    for chunk in _chunks(layer):
        box = _box(chunk)
        x, y = box.left - extent.left, box.top - extent.top
        cells[y : y + box.height, x : x + box.width] = decoded(chunk, (box.width, box.height))
    return cells


def _chunks(layer: Layer) -> list[Table]:
    return layer.table.tables("chunks", f"a chunk of {layer.label}")


def _box(chunk: Table) -> Extent:
    box = Extent(chunk.whole("x"), chunk.whole("y"), chunk.whole("width"), chunk.whole("height"))
    if not (0 < box.width <= LARGEST_SIDE and 0 < box.height <= LARGEST_SIDE):
        raise MapFileError(f"{chunk.label} is {box.width}x{box.height}")
    return box


def _homes(layers: list[Layer]) -> list[str]:
    """Which of our layers each becomes: what it says, or else by where it lies among the others.

    The lowest is ground where no other says that it is; what lies below ground is ground too.
    """
    said = [_said(layer) for layer in layers]
    ground = max((place for place, home in enumerate(said) if home == "ground"), default=0)
    return [home or ("ground" if place <= ground else "things") for place, home in enumerate(said)]


def _said(layer: Layer) -> str:
    """By property, by its own name, or by the name of a group around it."""
    home = layer.table.properties().text(LAYER_PROPERTY, "")
    if home:
        if home not in LAYERS:
            raise MapFileError(f"{layer.label}: {LAYER_PROPERTY} is none of {', '.join(LAYERS)}")
        return home
    for name in (layer.table.text("name", ""), *reversed(layer.groups)):
        plain = name.casefold().rstrip(" _-0123456789")
        for home, names in LAYER_NAMES.items():
            if plain in names:
                return home
    return ""


def _note_home(home: str, sources: list[Layer], lost: int, notes: Notes) -> None:
    names = [source.table.text("name", "") for source in sources]
    if len(sources) == 1 and names[0].casefold() != home:
        notes.add(f"layer {shown(names[0])} became {home!r}")
    elif len(sources) > 1:
        notes.add(
            f"{len(sources)} tile layers became {home!r} ({listed(map(shown, names))}); "
            f"where two tiles lay on one cell the upper one stayed: {lost} cells lost"
        )
