"""Emotes: what stands over the head of who shows something, each in a bubble of its own."""

from __future__ import annotations

from PIL import Image

from canvas import CELL, Picture, rows

BUBBLE = rows("""
    ..kkkkkkkkkkkk..
    .kiiiiiiiiiiiik.
    kiiiiiiiiiiiiiik
    kiiiiiiiiiiiiiik
    kiiiiiiiiiiiiiik
    kiiiiiiiiiiiiiik
    kiiiiiiiiiiiiiik
    kiiiiiiiiiiiiiik
    kiiiiiiiiiiiiiik
    kiiiiiiiiiiiiiDk
    kiiiiiiiiiiiiiDk
    .kiDDDDDDDDDDDk.
    ..kkkkkiiDkkkk..
    ......kiDk......
    .......kDk......
    ........k.......
""")
EMOTES = {
    "wave": rows("""
        ..y.y.y...
        ..y.y.y.y.
        ..yyyyy.y.
        y.yyyyyyy.
        yyyyyyyyy.
        .yyyyyyyt.
        ..yyyyyt..
        ...tttt...
    """),
    "laugh": rows("""
        ..yyyyyy..
        .ykyyyyky.
        ykykyykyky
        yyyyyyyyyy
        ykkkkkkkky
        ykmrrrrmky
        .ykmrrmky.
        ..ykkkky..
    """),
    "heart": rows("""
        ..........
        .rr....rr.
        rorr..rrrm
        rorrrrrrrm
        rrrrrrrrrm
        .rrrrrrrm.
        ..rrrrrm..
        ...rrrm...
        ....rm....
    """),
    "sad": rows("""
        ..yyyyyy..
        .yyyyyyyy.
        yykyyyykyy
        yykyyyykyy
        yyyyyyyqyy
        yyykkkkqqy
        .ykyyyyqq.
        ..yyyyyy..
    """),
    "angry": rows("""
        ..oooooo..
        .oooooooo.
        okkoooookk
        ookkoookko
        oookookooo
        oooooooooo
        .ookkkkoo.
        ..koooko..
    """),
    "question": rows("""
        ...wwww...
        ..ww..ww..
        ..ww..ww..
        .....ww...
        ....ww....
        ....ww....
        ..........
        ....ww....
        ....ww....
    """),
    "surprise": rows("""
        ....rrr...
        ....rrr...
        ....rrr...
        ....rrr...
        ....rr....
        ....rr....
        ..........
        ....rr....
        ....rr....
    """),
    "sleep": rows("""
        wwwwww....
        ....ww....
        ...ww.....
        ..ww......
        .ww..pppp.
        wwwwww.p..
        ......p...
        .....pppp.
    """),
}
"""In the order of EmoteKind in protocol.toml."""


def emotes() -> Image.Image:
    sheet = Image.new("RGBA", (CELL * len(EMOTES), CELL))
    for column, drawn in enumerate(EMOTES.values()):
        picture = Picture()
        picture.stamp(BUBBLE)
        picture.stamp(drawn, 3, 2)
        sheet.paste(picture.image, (column * CELL, 0))
    return sheet
