"""What lies behind the menu: a country road, a tree, evening."""

from __future__ import annotations

import math
from random import Random

from PIL import Image

from canvas import Picture, lump, rows
from evening import bare_tree, sky

FIGURES = rows("""
    ...kkkk..........kkkk...
    ...kkkk..........kkkk...
    ..kkkkkk........kkkkkk..
    ....hh............hh....
    ....hhk...........hh....
    ...kkkk..........kkkk...
    ..kkkkkk........kkkkkk..
    ..kkkkkk.......kkkkkkkk.
    ..kkkkkk.......k.kkkk.k.
    ..kkkkkk.......k.kkkk.k.
    ..kkkkkk.........kkkk...
    ...kkkk..........kkkk...
    ...k..k..........k..k...
    ...k..k..........k..k...
    ...k..k..........k..k...
    ..kk..kk.........kk.kk..
""")


def moon_and_stars(picture: Picture) -> None:
    chance = Random("stars")
    for _ in range(46):
        x, y = chance.randrange(320), int(chance.random() ** 2 * 70)
        picture.dot(x, y, "i" if chance.random() < 0.4 else "f")
    lump(picture, 92, 42, 17.4, 17.4, "i")
    lump(picture, 87, 37, 3, 3, "s")
    lump(picture, 98, 47, 4, 3, "s")
    lump(picture, 90, 51, 2, 2, "s")


def clouds(picture: Picture) -> None:
    for x, y, length in ((160, 84, 60), (186, 87, 70), (10, 96, 50), (40, 99, 34), (250, 101, 64)):
        picture.box(x, y, x + length, y, "o")
        picture.box(x + 8, y + 1, x + length - 12, y + 1, "y")


def hills(picture: Picture) -> None:
    """Three ranges, and before them the hill that the tree stands on."""
    ranges = (
        ("u", "", 122, 9, 61, 0.4),
        ("m", "", 132, 7, 43, 2.2),
        ("1", "2", 146, 5, 90, 4.0),
    )
    for body, edge, base, swing, period, phase in ranges:
        for x in range(320):
            wave = math.sin(x / period + phase) + 0.4 * math.sin(x / period * 2.7 + phase)
            top = round(base - swing * wave)
            picture.box(x, top, x, 179, body)
            if edge:
                picture.box(x, top, x, top, edge)
    for x in range(320):
        rise = 34 * math.exp(-(((x - 212) / 74) ** 2))
        top = round(164 - rise)
        picture.box(x, top, x, 179, "0")
        picture.dot(x, top, "2")
        if (x * 7) % 5 < 2:
            picture.dot(x, top - 1, "1")


def road(picture: Picture) -> None:
    for y in range(131, 180):
        part = (y - 131) / 49
        middle = 160 - 40 * part + 16 * math.sin(part * 4.2)
        half = 2 + 15 * part * part
        for x in range(round(middle - half), round(middle + half) + 1):
            if picture.at(x, y) in "012":
                picture.dot(x, y, "b" if abs(x - middle) < half - 1 else "d")


def menu_background() -> Image.Image:
    """Evening on a hill: a tree, the moon, a road, and two who wait."""
    picture = Picture(320, 180)
    sky(picture, "kwuuroyl", 140, woven=True)
    moon_and_stars(picture)
    clouds(picture)
    hills(picture)
    road(picture)
    for step in range(4):
        picture.box(226 - 9 + 2 * step, 136 - step, 226 + 8 - 2 * step, 136 - step, "k")
    bare_tree(picture, 226, 135, 30, 7, "menu 3", "kd")
    picture.stamp(FIGURES, 184, 119)
    return picture.image.convert("RGB").resize((640, 360), Image.Resampling.NEAREST)
