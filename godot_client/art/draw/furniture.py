"""What stands in houses, and what is kept there."""

from __future__ import annotations

from functools import partial

from canvas import Drawing, sprite

SPRITES = {
    "bench": """
        ................
        ................
        ................
        ..dddddddddddd..
        .dseeeeeeeeeetd.
        .dttttttttttnnd.
        ..ddddddddddddd.
        .dseeeeeeeeeetd.
        .dettttttttttnd.
        .dtttttttttttnd.
        .ddddddddddddd..
        ..dtd......dtd..
        ..dnd______dnd..
        ..ddd______ddd..
        ...___________..
        ................
    """,
    "crate": """
        .dddddddddddddd.
        dseeeeeeeeeeeetd
        deettttttttttetd
        detndnnnndnnntnd
        dettttttttttttnd
        dtnnnnnnnnnnnnnd
        dddddddddddddddd
        dteeeeeeeeeeetnd
        dtdbdnnnnnndbtnd
        dtnbbdnnnndbbtnd
        dtnnbbdnndbbntnd
        dtnnnbbddbbnntnd
        dtnnnndbbdnnntnd
        dtttttttttttttnd
        dddddddddddddddd
        .______________.
    """,
    "barrel": """
        ................
        ....dddddddd....
        ..ddtteeeettdd..
        .dtteettttettnd.
        .dntttteettttnd.
        .ddnnttttttnndd.
        .dBddddddddddBd.
        .dCBDCBBBBBBAAd.
        .dttetnttnnbnbd.
        .detetnttnnbnbd.
        .dtteentnnnbnbd.
        .dCBDCBBBBBBAAd.
        .dtntetnttnbnbd.
        ..ddnttntnnbdd__
        ....dddddddd____
        ...__________...
    """,
    "table": """
        ................
        .dddddddddddddd.
        dseeeeeeeeeeeetd
        deettttttttttttd
        dettiittttbbtttd
        detiDDittbnnbttd
        dettiitttbnnbttd
        dettttttttbbtttd
        dettttttttttttnd
        dtttttttttttttnd
        dnnnnnnnnnnnnnbd
        dddddddddddddddd
        .dnd________dnd.
        .dnd________dnd.
        .ddd________ddd.
        ................
    """,
    "bed": """
        .dddddddddddddd.
        .dttttttttttttd.
        .dnnnnnnnnnnnnd.
        .dddddddddddddd.
        .diiiiiiiiiiiDd.
        .diiiDiiiiDiiDd.
        .dDDDDDDDDDDDDd.
        .dooooooooooord.
        .diiiiiiiiiiiDd.
        .drrorrrorrrrmd.
        .drrrrrrrrrrrmd.
        .drorrrorrrormd.
        .drrrrrrrrrrrmd.
        .dmmmmmmmmmmmmd.
        .dbbbbbbbbbbbbd.
        .dddddddddddddd.
    """,
    "hearth": """
        kkkkkkkkkkkkkkkk
        kDDCCDCCDCCCDCCk
        kCCBCCBCCCBCCBBk
        kkkkkkkkkkkkkkkk
        kDCCBADCCBADCCBk
        kCBBAkkkkkkACBBk
        kAAAkdddmdddkAAk
        kCBkddmmrmmddkCk
        kBBkdmrrormmdkBk
        kAAkdmroorrmdkAk
        kDBkmrolyorrmkDk
        kCBkmroyilormkBk
        kAAkmolillyomkAk
        kDCkbbnbbnbbbkCk
        kBBAAAAAAAAAABBk
        kkkkkkkkkkkkkkkk
    """,
    "chest": """
        ................
        ................
        ................
        ...dddddddddd...
        ..dtteeeeettnd..
        .dteeeettttttnd.
        .dyttttttttttyd.
        .dyttttyyttttyd.
        .dddddylkydddddd
        .dyttttyyttttyd_
        .dynntnnntnnnyd_
        .dynnnnnnnnnnyd_
        .dybbnbbbnbbbyd_
        .dddddddddddddd_
        ..____________..
        ................
    """,
}

DRAWINGS: dict[str, Drawing] = {name: partial(sprite, text) for name, text in SPRITES.items()}
