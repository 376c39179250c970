"""What lies around the village: its fields, and what is older than it."""

from __future__ import annotations

from server.mapmakers import Area
from server.mapmakers.land import grown
from server.mapmakers.village.site import Village
from server.tiles import EMPTY


def lay_fields(land: Village) -> None:
    """Fenced fields around the village: cabbage, wheat, orchards."""
    wanted = min(max(land.width * land.height // 8000, 1), 8)
    for middle_x, middle_y in land.spots(60 * wanted, land.span * 3 // 8):
        width, height = land.draw(11, 19), land.draw(9, 14)
        x, y = middle_x - width // 2, middle_y - height // 2
        if not wanted or not land.fits(x - 2, y - 2, width + 4, height + 4):
            continue
        northern = middle_y < land.middle[1]
        gate = (x + land.draw(2, width - 3), y + height - 1 if northern else y)
        land.fence(x, y, width, height, gate)
        soil = land.rectangle(x + 2, y + 2, width - 4, height - 4)
        if wanted % 3 == 0:
            land.fill("soil", soil)
            land.fill("wheat", soil & ((land.y - y) % 5 != 4))
        elif wanted % 3 == 1:
            land.fill("soil", soil)
            land.fill("crops", soil & (land.y % 2 == 0))
        else:
            for row in range(y + 3, y + height - 2, 4):
                for column in range(x + 3, x + width - 2, 4):
                    land.tree(column, row)
        for _ in range(land.draw(1, 3)):
            land.put("hay", x + 1, y + land.draw(2, height - 3))
        land.goals.append((gate[0], gate[1] + (1 if northern else -1)))
        land.areas.append(Area("field", x, y, width, height))
        wanted -= 1


def build_ruin(land: Village) -> None:
    """Fallen walls in the woods, and a chest that somebody left there."""
    width, height = 10, 8
    spot = land.far_spot(width + 2, height + 3)
    if spot is None:
        return
    x, y = spot[0] + 1, spot[1] + 1
    whole = land.rectangle(x, y, width, height)
    inside = land.rectangle(x + 1, y + 1, width - 2, height - 2)
    decay = land.hills(2)
    land.fill("cobbles", inside & (decay > 380))
    land.fill("stone_wall", whole & ~inside & (decay > 300))
    land.fill("stone_wall", land.rectangle(x + 5, y + 1, 1, 2))
    land.things[land.rectangle(x + 4, y + height - 1, 2, 1)] = EMPTY
    for column, row in ((x + 2, y + 5), (x + 7, y + 2), (x + 8, y + 6)):
        land.put(land.pick("rock", "bush"), column, row)
    land.put("chest", x + 3, y + 1)
    land.wild |= grown(whole)
    land.built |= land.wild
    land.trails.append((x + 4, y + height + 2))
    land.areas.append(Area("ruin", x, y, width, height))


def raise_stones(land: Village) -> None:
    """Standing stones in a clearing, older than the village."""
    spot = land.far_spot(15, 15)
    if spot is None:
        return
    x, y = spot[0] + 7, spot[1] + 7
    for right, down in ((0, -5), (4, -4), (5, 0), (4, 3), (0, 4), (-4, 3), (-5, 0), (-4, -4)):
        land.put("standing_stone" if land.draw(0, 8) else "rock", x + right, y + down)
    land.put("rock", x, y)
    for _ in range(14):
        column, row = x + land.draw(-4, 4), y + land.draw(-3, 3)
        if land.things[row, column] == EMPTY:
            land.put("flowers", column, row)
    land.fill("meadow", land.distance(x, y) < 6 * 16)
    land.built |= land.distance(x, y) < 7 * 16 + 8
    land.trails.append((x, y + 8))
    land.areas.append(Area("stone circle", x - 5, y - 5, 11, 11))
