"""Bridges and fords between the lands."""

from __future__ import annotations

import numpy as np

from server.mapmakers import Area, Place
from server.mapmakers.islands.sea import Sea
from server.mapmakers.land import grown
from server.tiles import EMPTY


def join_lands(land: Sea) -> None:
    """Link the nearest land that is not joined yet, until none is left; then a few more."""
    count = int(land.lands.max())
    gaps = _gaps(land, count)
    bridges = _straits(land)
    joined = {int(land.lands[land.home[1], land.home[0]])}
    linked: set[tuple[int, int]] = set()
    common = set(range(1, count + 1)) - {land.treasure}
    while common - joined:
        pair = min((gaps[p], p) for p in gaps if p[0] in joined and p[1] in common - joined)[1]
        _link(land, pair, gaps[pair], bridges)
        joined.add(pair[1])
        linked |= {pair, pair[::-1]}
    near = sorted((gaps[p][0], p) for p in gaps if set(p) <= common and p[0] < p[1])
    spare = [pair for _, pair in near if pair not in linked and gaps[pair][0] < 14 * 14]
    for pair in spare[: 1 + count // 4]:
        _link(land, pair, gaps[pair], bridges)
    if land.treasure in range(1, count + 1) and land.treasure not in joined:
        _, start, end = min(gaps[p] for p in gaps if p[0] in joined and p[1] == land.treasure)
        _ford(land, start, end, width=1)


def _gaps(land: Sea, count: int) -> dict[tuple[int, int], tuple[int, Place, Place]]:
    """For each two lands the square of the least distance, and the shores between which it is."""
    shores = (land.lands > 0) & grown(land.lands == 0)
    coasts = []
    for number in range(1, count + 1):
        coast = np.argwhere(shores & (land.lands == number))[:, ::-1]
        coasts.append(coast[:: len(coast) // 160 + 1])
    found: dict[tuple[int, int], tuple[int, Place, Place]] = {}
    for a in range(count):
        for b in range(a + 1, count):
            apart = ((coasts[a][:, None] - coasts[b]) ** 2).sum(axis=2)
            row, column = divmod(int(apart.argmin()), len(coasts[b]))
            start, end = tuple(coasts[a][row].tolist()), tuple(coasts[b][column].tolist())
            least = int(apart[row, column])
            found[a + 1, b + 1] = (least, start, end)
            found[b + 1, a + 1] = (least, end, start)
    return found


_Straits = dict[tuple[int, int], tuple[int, str, Place, Place]]


def _straits(land: Sea) -> _Straits:
    """For each two lands the shortest straight crossing with room for a bridge two cells wide."""
    found: _Straits = {}
    for name, lands in (("bridge_ew", land.lands), ("bridge_ns", land.lands.T)):
        rows, columns = np.nonzero(lands)
        firsts = np.flatnonzero(
            (np.diff(rows) == 0)
            & (np.diff(lands[rows, columns]) != 0)
            & (np.diff(columns) < max(land.span // 5, 12))
        )
        for row, left, right in zip(
            rows[firsts].tolist(),
            columns[firsts].tolist(),
            columns[firsts + 1].tolist(),
            strict=True,
        ):
            a, b = int(lands[row, left]), int(lands[row, right])
            beside = lands[row + 1, left : right + 1]
            if (beside[0], beside[-1]) != (a, b) or not np.isin(beside, (0, a, b)).all():
                continue
            ends = (
                ((left, row), (right, row)) if lands is land.lands else ((row, left), (row, right))
            )
            best = (right - left, name, *ends)
            for pair in ((a, b), (b, a)):
                found[pair] = min(found.get(pair, best), best)
    return found


def _link(
    land: Sea, pair: tuple[int, int], gap: tuple[int, Place, Place], bridges: _Straits
) -> None:
    """Join two lands by a bridge if one would be about as short as a ford, or else by the ford."""
    least, start, end = gap
    if pair in bridges and land.draw(0, 3):
        length, name, *ends = bridges[pair]
        (x, y), (right, bottom) = ends
        site = grown(land.rectangle(x, y, right - x + 2, bottom - y + 2), 2)
        if (length - 4) ** 2 <= 2 * least and not (site & land.has("bridge_ew", "bridge_ns")).any():
            land.bridge(name, *ends)
            land.areas.append(Area("bridge", x, y, right - x + 2, bottom - y + 2))
            return
    _ford(land, start, end, width=3)


def _ford(land: Sea, start: Place, end: Place, width: int) -> None:
    """Shallow water from shore to shore, in a bow rather than straight."""
    (x, y), (right, down) = start, (end[0] - start[0], end[1] - start[1])
    count = 2 * max(abs(right), abs(down), 1)
    bend = (2 * land.draw(0, 1) - 1) * land.draw(300, 1100)
    line = np.zeros_like(land.built)
    for step in range(count + 1):
        aside = bend * step * (count - step) // count
        column = x + (right * step * 1024 - down * aside) // (count * 1024)
        row = y + (down * step * 1024 + right * aside) // (count * 1024)
        column = min(max(column, 3), land.width - 4)
        row = min(max(row, 3), land.height - 4)
        line[row : row + 2, column : column + 2] = True
    if width > 1:
        line = grown(line)
        land.goals += [start, end]
    land.things[line & land.has("deep_water")] = EMPTY
    land.clear |= grown(line)
