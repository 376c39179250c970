"""The icon: a leafless tree that wears a bowler hat."""

from __future__ import annotations

import math

from PIL import Image

from canvas import Picture, lump, rows
from evening import bare_tree, sky

HAT = rows("""
    .........kkkkkkkkkk.........
    .......kkBBBAAAAAAAkk.......
    ......kCBBBAAAAAAAAAAk......
    .....kCBBAAAAAAAAAAAAAk.....
    .....kBBAAAAAAAAAAAAAAk.....
    ....kCBBAAAAAAAAAAAAAAkk....
    ....kBBAAAAAAAAAAAAAAAAk....
    ....kBBAAAAAAAAAAAAAAAAk....
    ....kBBAAAAAAAAAAAAAAAkk....
    ....krrrrrrrrrrrmmmmmmmk....
    .kkkkrrrrrrrrrrmmmmmmmmkkkk.
    kCBBkmmmmmmmmmmmmmmmmmmkAAAk
    kCBBBBAAAAAAAAAAAAAAAAAAAAAk
    .kkBBAAAAAAAAAAAAAAAAAAAAkk.
    ...kkkkkkkkkkkkkkkkkkkkkk...
""")


def icon() -> Image.Image:
    """A leafless tree that wears a bowler hat."""
    picture = Picture(64, 64)
    corner = 11
    sky(picture, "oyl", 52, woven=False)
    lump(picture, 32, 30, 21, 21, "l")
    lump(picture, 32, 30, 18, 18, "i")
    for x in range(64):
        top = 51 - round(3.5 * math.sin(x / 63 * math.pi))
        picture.box(x, top, x, 63, "n")
        picture.box(x, top, x, top, "e")
        picture.box(x, top + 1, x, top + 2, "t")
    for step in range(4):
        picture.box(32 - 8 + 2 * step, 55 - step, 32 + 8 - 2 * step, 55 - step, "d")
    bare_tree(picture, 32, 54, 17, 6.5, "icon 25", "dn")
    picture.stamp(HAT, 18, 5)
    for y in range(64):
        for x in range(64):
            right, down = max(corner - x, x - 63 + corner, 0), max(corner - y, y - 63 + corner, 0)
            if math.hypot(right, down) > corner:
                picture.image.putpixel((x, y), (0, 0, 0, 0))
    return picture.image.resize((128, 128), Image.Resampling.NEAREST)
