"""The objects of a Tiled map become spawn points and areas."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from server.mapfiles.mapfile import MapFileError, Notes, clean_text, shown
from server.mapfiles.tables import Table, as_table
from server.mapfiles.tiled_layers import Extent, Layer
from server.mapfiles.tiled_safety import Folder
from server.mapmakers import Area, Place

SPAWN = "spawn"
SPAWN_NAMES = {SPAWN, "spawnpoint", "playerspawn", "playerstart", "startingpoint"}
"""What people call it, without the spaces, dashes and capitals."""
AREA = "area"
MOST_OBJECTS = 10_000
"""Of each kind."""

_SHAPES = ("ellipse", "polygon", "polyline", "text", "gid", "point", "capsule")
_USUAL = {
    **dict.fromkeys(("id", "name", "type", "class", "x", "y", "width", "height")),
    **dict.fromkeys(("point", "visible", "template", "properties")),
    "rotation": 0,
    "opacity": 1,
}


@dataclass
class Objects:
    spawns: list[Place] = field(default_factory=list)
    areas: list[Area] = field(default_factory=list)


def read_objects(
    layers: list[Layer], extent: Extent, grid: tuple[int, int], folder: Folder, notes: Notes
) -> Objects:
    """What the object layers hold, in their order. `grid` is a cell's width and height there."""
    found = Objects()
    for layer in layers:
        for table in layer.table.tables("objects", f"an object of {layer.label}"):
            whole = _with_template(table, folder).named("object")
            name = whole.text("name", "")
            kinds = {whole.text(key, "").casefold() for key in ("type", "class")}
            if AREA not in kinds and any(map(_means_spawn, (name, *kinds))):
                _add_spawn(found, whole, extent, grid, notes)
            elif _is_rectangle(whole) and (AREA in kinds or name):
                _add_area(found, whole, extent, grid, notes)
            else:
                _leave_out(name, "neither a spawn nor a named upright rectangle", notes)
        for kind in (found.spawns, found.areas):
            if len(kind) > MOST_OBJECTS:
                raise MapFileError(f"{layer.label}: over {MOST_OBJECTS} spawns or areas")
    return found


def _with_template(table: Table, folder: Folder) -> Table:
    """The object with what its template says and it does not itself."""
    source = table.text("template", "")
    if not source:
        return table
    template = folder.table(folder.locate(source, beside=folder.root))
    common = template.table("object", f"the object of {shown(source)}")
    properties = {**common.properties().values, **table.properties().values}
    values = {**common.values, **table.values, "properties": properties}
    return as_table(values, table.label)


def _means_spawn(text: str) -> bool:
    return re.sub(r"[\W_]", "", text.casefold()) in SPAWN_NAMES


def _is_rectangle(table: Table) -> bool:
    return (
        not any(table.values.get(shape) for shape in _SHAPES)
        and table.number("width", 0) > 0
        and table.number("height", 0) > 0
        and table.number("rotation", 0) == 0
    )


def _add_spawn(
    found: Objects, table: Table, extent: Extent, grid: tuple[int, int], notes: Notes
) -> None:
    # The pictures of tiles stand on their place, everything else hangs from it.
    up = -0.5 if "gid" in table else 0.5
    x = (table.number("x", 0) + table.number("width", 0) / 2) / grid[0] - extent.left
    y = (table.number("y", 0) + table.number("height", 0) * up) / grid[1] - extent.top
    if 0 <= x < extent.width and 0 <= y < extent.height:
        found.spawns.append((int(x), int(y)))
        _note_losses(table, SPAWN, notes)
    else:
        _leave_out(table.text("name", ""), "outside the map", notes)


def _add_area(
    found: Objects, table: Table, extent: Extent, grid: tuple[int, int], notes: Notes
) -> None:
    name = table.text("name", "")
    x, y = table.number("x", 0) / grid[0] - extent.left, table.number("y", 0) / grid[1] - extent.top
    width, height = table.number("width") / grid[0], table.number("height") / grid[1]
    if x + width <= 0 or y + height <= 0 or x >= extent.width or y >= extent.height:
        _leave_out(name, "outside the map", notes)
        return
    left, right = _span(x, width, extent.width)
    top, bottom = _span(y, height, extent.height)
    if (left, top, right - left, bottom - top) != (x, y, width, height):
        notes.about("area", name, "is fitted to whole cells", "are fitted to whole cells")
    if clean_text(name) != name:
        notes.about("area", name, "loses control characters", "lose control characters")
    found.areas.append(Area(clean_text(name), left, top, right - left, bottom - top))
    _note_losses(table, AREA, notes)


def _span(start: float, length: float, end: int) -> tuple[int, int]:
    """The nearest whole cells on the map, at least one."""
    first = min(round(max(start, 0)), end - 1)
    last = round(min(start + length, end))
    return first, max(last, first + 1)


def _note_losses(table: Table, kind: str, notes: Notes) -> None:
    lost = table.unusual(_USUAL) + list(table.properties().values)
    kinds = {table.text(key, "") for key in ("type", "class")}
    if any(each and each.casefold() != kind and not _means_spawn(each) for each in kinds):
        lost.append("class")
    name = table.text("name", "")
    if kind == SPAWN and name and not _means_spawn(name):
        lost.append("name")
    for key in lost:
        notes.about("object", name, f"has {shown(key)}: not kept", f"have {shown(key)}: not kept")


def _leave_out(name: str, why: str, notes: Notes) -> None:
    notes.about("object", name, f"is left out: it is {why}", f"are left out: they are {why}")
