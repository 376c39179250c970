"""The one palette of all pictures: a key, a character, for each of its colours."""

from __future__ import annotations

Colour = tuple[int, int, int, int]

PALETTE = {
    "k": "#2a2233",  # ink
    "0": "#1d3733",  # greens, dark to light; 4 is the grass
    "1": "#2b4f3b",
    "2": "#3f6d40",
    "3": "#5b8847",
    "4": "#78a353",
    "5": "#94b95f",
    "6": "#bdd27d",
    "d": "#412d30",  # browns, dark to light; e is the path, s the sand
    "b": "#65453c",
    "n": "#8d6247",
    "t": "#b4885b",
    "e": "#cfab78",
    "s": "#e8d5a2",
    "A": "#4c4957",  # stone
    "B": "#77737b",
    "C": "#a19b97",
    "D": "#c9c2b1",
    "m": "#74323b",  # reds: maroon, brick, orange
    "r": "#a84b41",
    "o": "#cf7a52",
    "y": "#d9a54a",  # yellows
    "l": "#f2d883",
    "w": "#2d5078",  # waters, deep to foam
    "p": "#437b9d",
    "q": "#6eadbb",
    "f": "#b8ded3",
    "i": "#f5eedb",  # ivory
    "h": "#eebd94",  # skin
    "u": "#7c5a8c",  # violet
}
SHADOW = (29, 34, 51, 72)
SHADE = (42, 34, 51, 120)
"""Dark and see-through: on the ground beside a thing, and in deeper corners."""


def colour(key: str) -> Colour:
    """Red, green, blue and alpha of a palette key, of "_" (shadow) or of "#" (shade)."""
    if key == "_":
        return SHADOW
    if key == "#":
        return SHADE
    text = PALETTE[key]
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16), 255
