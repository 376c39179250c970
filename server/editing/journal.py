"""The history of a map: what an entry says, how entries are looked up, and how they are undone.

Pure: entries come from the store, plans go into the world as edits like any other.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from server.editing.edits import CHANGE_DTYPE, CellChanges
from server.editing.operations import CellSet, Places, Rectangle, Restore
from server.tiles import LAYERS, TileSet


@dataclass(frozen=True, eq=False)
class JournalEntry:
    """An edit that was saved."""

    number: int
    time_ms: int
    author: str
    via: str
    kind: str
    reach: Rectangle
    """What its changed cells lie in."""
    changes: CellChanges
    is_undone: bool
    places_before: Places | None = None
    """Spawns and areas as they were, where it changed them."""


@dataclass(frozen=True)
class Filter:
    """Which entries, and which of their cells. What is not said is not asked for."""

    who: str = ""
    via: str = ""
    since_ms: int | None = None
    until_ms: int | None = None
    area: Rectangle | None = None
    layer: int | None = None
    tile: int | None = None
    """Cells that held it or hold it now."""

    @property
    def asks_for_cells(self) -> bool:
        """Whether only some cells of an entry are meant, and so never its places."""
        return self.area is not None or self.layer is not None or self.tile is not None

    def cells_of(self, changes: CellChanges) -> CellChanges:
        """Those of an entry's cells that are meant."""
        meant: NDArray[np.bool_] = np.ones(len(changes), np.bool_)
        if self.area is not None:
            left, top, right, bottom = self.area
            meant &= (changes["x"] >= left) & (changes["x"] <= right)
            meant &= (changes["y"] >= top) & (changes["y"] <= bottom)
        if self.layer is not None:
            meant &= changes["layer"] == self.layer
        if self.tile is not None:
            meant &= (changes["was"] == self.tile) | (changes["now"] == self.tile)
        found: CellChanges = changes[meant]
        return found


class FilterError(ValueError):
    """A filter that cannot be understood; the text says which word and why."""


SPANS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def parse_filter(text: str, tiles: TileSet, now: datetime) -> Filter:
    """Reads `who: since: until: area: layer: tile: via:`, words in any order.

    `since:` and `until:` take a span that ends now (90s, 20m, 2h, 3d, 1w) or a time
    (2026-11-22, 2026-11-22T18:30, in UTC). `area:` takes `x,y,width,height`. Values with spaces
    stand in quotes: `who:"Dr. Müller"`. Raises FilterError.
    """
    found: dict[str, object] = {}
    for key, value in filter_words(text):
        if not value:
            raise FilterError(f"{key}: needs a value")
        if key in ("who", "via"):
            entry: tuple[str, object] = (key, value)
        elif key in ("since", "until"):
            entry = (f"{key}_ms", round(parse_moment(key, value, now).timestamp() * 1000))
        elif key == "area":
            entry = ("area", _area(value))
        elif key == "layer":
            if value not in LAYERS:
                raise FilterError(f"layer: {value!r} is none of {', '.join(LAYERS)}")
            entry = ("layer", LAYERS.index(value))
        elif key == "tile":
            if value not in tiles.ids:
                raise FilterError(f"tile: there is no {value!r}")
            entry = ("tile", tiles[value])
        else:
            raise FilterError(f"{key}: is none of who, since, until, area, layer, tile, via")
        if entry[0] in found:
            raise FilterError(f"{key}: is there twice")
        found[entry[0]] = entry[1]
    return Filter(**found)  # type: ignore[arg-type]


def filter_words(text: str) -> Iterable[tuple[str, str]]:
    """The pairs of a filter, in its order. Raises FilterError where there are none."""
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        colon = text.find(":", at)
        key = text[at:colon] if colon >= 0 else text[at:].split()[0]
        if colon < 0 or not key.isalpha():
            raise FilterError(f"{text[at:].split()[0]!r} is not of the form key:value")
        at = colon + 1
        if at < len(text) and text[at] == '"':
            end = text.find('"', at + 1)
            if end < 0:
                raise FilterError(f"{key}: the quotes do not end")
            yield key, text[at + 1 : end]
            at = end + 1
        else:
            value = text[at:].split(maxsplit=1)[0] if text[at : at + 1].strip() else ""
            yield key, value
            at += len(value)


def parse_moment(key: str, value: str, now: datetime) -> datetime:
    """A span that ends now, or a time, as `since:` takes them. Raises FilterError."""
    if value[:-1].isdecimal() and value[-1] in SPANS:
        try:
            return now - timedelta(**{SPANS[value[-1]]: int(value[:-1])})
        except (OverflowError, ValueError):  # Beyond the year 1, or more digits than int() reads.
            raise FilterError(f"{key}: {value[:40]!r} is too long ago") from None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise FilterError(f"{key}: {value!r} is neither a span like 2h nor a time") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _area(value: str) -> Rectangle:
    parts = value.split(",")
    if len(parts) != 4 or not all(each.isdecimal() and len(each) < 10 for each in parts):
        raise FilterError(f"area: {value!r} is not x,y,width,height")
    x, y, width, height = map(int, parts)
    if not width or not height or max(x, y, width, height) > 0xFFFF:
        raise FilterError(f"area: {value!r} is empty or too large")
    return x, y, x + width - 1, y + height - 1


def undo(entry: JournalEntry) -> Restore:
    """Takes an entry's cells back to what they were."""
    changes = entry.changes
    return Restore(_cells(changes, "was"), changes["now"], "undo", undoes=(entry.number,))


def redo(entry: JournalEntry) -> Restore:
    """Does an entry again that was taken back."""
    changes = entry.changes
    return Restore(_cells(changes, "now"), changes["was"], "redo", redoes=(entry.number,))


def next_to_redo(entries: Iterable[tuple[int, str]]) -> int | None:
    """The entry that an author's redo does again; None where they edited since it was taken back.

    `entries` are their entries' numbers and kinds, the newest first.
    """
    redone, taken_back = 0, 0
    for number, kind in entries:
        if kind == "redo":
            redone += 1
        elif kind == "undo" and redone:
            redone -= 1  # These two left all as it was.
        elif kind == "undo":
            taken_back += 1
        elif not redone:
            # The last undo took back what was then the last that stood.
            taken_back -= 1
            if taken_back <= 0:
                return number if taken_back == 0 else None
    return None


def revert(entries: Iterable[JournalEntry], wanted: Filter) -> Restore:
    """Takes back what the filter means, cell by cell, from the newest entry to older ones.

    A cell goes back through entries that are meant for as long as each found what the one before
    it left; where somebody else's entry lies between, it stops there.
    """
    newest_first = sorted(entries, key=lambda each: -each.number)
    meant = [wanted.cells_of(each.changes) for each in newest_first]
    changes = np.concatenate([np.empty(0, CHANGE_DTYPE), *meant])
    cell = (changes["layer"].astype(np.int64) << 32) | (changes["y"].astype(np.int64) << 16)
    cell |= changes["x"]
    # Each cell's changes side by side, the newest first; then all cells take a step at a time.
    order = np.argsort(cell, kind="stable")
    changes, cell = changes[order], cell[order]
    begins = np.flatnonzero(np.diff(cell, prepend=-1))
    ends = np.append(begins[1:], len(cell)) if len(cell) else begins
    rows = changes[begins]
    at, going = begins + 1, np.arange(len(begins))
    while len(going := going[at[going] < ends[going]]):
        older = changes[at[going]]
        fits = older["now"] == rows["was"][going]
        going = going[fits]
        rows["was"][going] = older["was"][fits]
        at[going] += 1
    rows = rows[rows["was"] != rows["now"]]
    return Restore(_cells(rows, "was"), rows["now"].astype(np.uint16), "revert")


def revert_places(
    meant: Iterable[JournalEntry], all_since: Iterable[JournalEntry]
) -> Places | None:
    """The spawns and areas that the meant entries found; None where there is nothing to take back.

    `all_since` has everybody's entries: where somebody else set places later, they stay.
    """
    numbers = {each.number for each in meant}
    found = None
    for entry in sorted(all_since, key=lambda each: -each.number):
        if entry.places_before is None:
            continue
        if entry.number not in numbers:
            break
        found = entry.places_before
    return found


def _cells(changes: CellChanges, column: str) -> CellSet:
    return CellSet(
        changes["layer"].astype(np.int32),
        changes["x"].astype(np.int32),
        changes["y"].astype(np.int32),
        changes[column].astype(np.uint16),
    )
