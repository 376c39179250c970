"""What the icon and the menu share: an evening sky, and a tree without leaves."""

from __future__ import annotations

import math
from collections.abc import Iterator
from random import Random

from canvas import Picture
from palette import Colour, colour

Limb = tuple[float, float, float, float, float]


def limbs(
    chance: Random, x: float, y: float, angle: float, length: float, thick: float
) -> Iterator[Limb]:
    """A leafless tree as lines (x, y, x, y, thickness): each branch bends, then forks."""
    for _ in range(3):
        angle += chance.uniform(-0.16, 0.16)
        ahead = x + math.cos(angle) * length / 3, y - math.sin(angle) * length / 3
        yield x, y, *ahead, thick
        x, y = ahead
        thick *= 0.9
    if length < 5:
        return
    spread = chance.uniform(0.35, 0.6)
    for turn, share in ((spread, 0.72), (-spread, 0.78)):
        yield from limbs(
            chance,
            x,
            y,
            angle + turn + chance.uniform(-0.1, 0.1),
            length * share * chance.uniform(0.9, 1.1),
            thick * 0.72,
        )


def bare_tree(
    picture: Picture, x: int, y: int, length: float, thick: float, seed: str, keys: str
) -> None:
    """Draw a leafless tree that stands at (x, y); `keys` are its shaded and its lit colour."""
    drawn = list(limbs(Random(seed), x, y, math.pi / 2, length, thick))
    for key, shift, part in ((keys[0], 0.0, 1.0), (keys[1], -0.22, 0.35)):
        for x0, y0, x1, y1, width in drawn:
            if part < 1 and width < 2:
                continue
            steps = max(1, int(math.hypot(x1 - x0, y1 - y0) * 2))
            radius = width * part / 2
            for step in range(steps + 1):
                cx = x0 + (x1 - x0) * step / steps + shift * width
                cy = y0 + (y1 - y0) * step / steps
                picture.dot(round(cx), round(cy), key)
                for py in range(round(cy - radius), round(cy + radius) + 1):
                    for px in range(round(cx - radius), round(cx + radius) + 1):
                        if math.hypot(px - cx, py - cy) <= radius + 0.3:
                            picture.dot(px, py, key)


BAYER = ((0, 8, 2, 10), (12, 4, 14, 6), (3, 11, 1, 9), (15, 7, 13, 5))


def blend(one: str, other: str, part: float) -> Colour:
    """A colour between two of the palette, for the sky alone."""
    pairs = zip(colour(one), colour(other), strict=True)
    red, green, blue, alpha = (round(a + (b - a) * part) for a, b in pairs)
    return red, green, blue, alpha


def sky(picture: Picture, bands: str, bottom: int, *, woven: bool) -> None:
    """Colours from the top edge down to `bottom`, in four steps from each to the next."""
    for y in range(bottom):
        place = y / bottom * (len(bands) - 1) * 4
        step, part = int(place), place % 1
        for x in range(picture.width):
            shade = step + (woven and part * 16 > BAYER[y % 4][x % 4])
            band = min(shade // 4, len(bands) - 2)
            mixed = blend(bands[band], bands[band + 1], (shade - band * 4) / 4)
            picture.dot(x, y, bands[band])
            picture.image.putpixel((x, y), mixed)
