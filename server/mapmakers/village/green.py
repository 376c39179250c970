"""The middle of the village."""

from __future__ import annotations

from server.mapmakers import Area
from server.mapmakers.land import root
from server.mapmakers.village.site import Village


def build_well(land: Village, radius: int) -> None:
    """A well on a paved round: all roads come from here."""
    x, y = land.middle
    paved = land.distance(x, y) < radius * 16 + 8
    land.square |= paved
    land.built |= paved
    land.put("well", x, y)
    land.put("well_roof", x, y - 1)


def lay_green(land: Village) -> None:
    """A round of grass about the well, with a paved street around it and four ways across."""
    x, y = land.middle
    across, along = max(land.span // 24, 6), max(land.span // 30, 5)
    part = root(((land.x - x) * 1024 // across) ** 2 + ((land.y - y) * 1024 // along) ** 2) // 16
    street = (part > 1024) & (part < 1024 + 2300 // along)
    land.square |= street | ((part < 1100) & ((land.x == x) | (land.y == y)))
    land.built |= part < 1024 + 2300 // along
    build_well(land, 3)
    for right in (-1, 1):
        for down in (-1, 1):
            land.tree(x + right * across * 5 // 8, y + down * along * 5 // 8 + 1)
            land.put("bench", x + right * 4, y + down * 2 - (down < 0))
            for beyond in (2, 3, 5):
                land.put("flowers", x + right * beyond, y + down * (along - beyond // 3) - down)
    land.areas.append(Area("green", x - across, y - along, 2 * across + 1, 2 * along + 1))


def lay_market(land: Village) -> None:
    """A paved square east of the green, with stalls in two rows."""
    width, height = 17, 11
    x, y = land.middle[0] + max(land.span // 24, 6) + 2, land.middle[1] - height // 2
    if not land.fits(x + 4, y, width - 4, height):
        return
    square = land.rectangle(x, y + 1, width, height - 2) | land.rectangle(
        x + 1, y, width - 2, height
    )
    land.square |= square
    land.built |= square
    for top in (y + 3, y + 8):
        for left in range(x + 2, x + width - 3, 5):
            for step in range(3):
                land.put("stall", left + step, top)
                land.put("awning", left + step, top - 1)
                land.put("awning", left + step, top - 2)
            land.put(land.pick("crate", "barrel"), left + 3, top - land.draw(0, 1))
    for lamp_x in (x + 1, x + width - 1):
        land.lamp(lamp_x, y + height // 2)
    land.areas.append(Area("market", x, y, width, height))
