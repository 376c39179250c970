"""Chat lines on a page, with what one may do about each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nicegui import events, ui

from admin.asking import close_button, last_row, titled_dialog
from admin.dialogs import ask_sanction, asked
from admin.listing import LOCALES
from admin.panel import Staff
from admin.theme import WORDS, language, word
from server.moderation.actor import Actor
from server.moderation.deeds import Deeds
from server.moderation.records import Records
from server.moderation.sanctions import SanctionDesk
from server.people.identity import SanctionKind
from server.store.chat import ChatLine

STYLE = """
.chat-lines { width: 100%; overflow-y: auto; border: 1px solid rgba(128, 128, 128, .35);
  border-radius: 4px; }
.chat-line { display: flex; gap: .6rem; align-items: center; padding: .1rem .6rem;
  min-height: 2.1rem; border-left: 3px solid transparent; }
.chat-line + .chat-line { border-top: 1px solid rgba(128, 128, 128, .15); }
.chat-line.held { border-left-color: #c98f3c; background: rgba(201, 143, 60, .16); }
.chat-line.flagged { border-left-color: #c98f3c; }
.chat-line.deleted .chat-words { text-decoration: line-through; opacity: .6; }
.chat-line.marked { background: rgba(86, 115, 63, .25); }
.chat-time { opacity: .6; flex: none; font-variant-numeric: tabular-nums; }
.chat-text { flex: 1; min-width: 0; overflow: hidden; overflow-wrap: anywhere; }
.chat-deeds { flex: none; }
"""


class ChatLines(ui.element, component="components/chat_lines.js"):
    def __init__(self, *, may: Sequence[str] = (), follows: bool = False, marked: int = 0) -> None:
        """`may` names what is offered: delete, release, mute, context. One that follows stays at
        its end."""
        super().__init__()
        ui.add_css(STYLE)
        fates = [key for key in WORDS if key.startswith("peace_fate_")]
        self.lines: list[dict[str, Any]] = []
        self._props["lines"] = []
        self._props["locale"] = LOCALES[language()]
        self._props["may"] = list(may)
        self._props["follows"] = follows
        self._props["marked"] = marked
        self._props["words"] = {
            **{key.removeprefix("peace_"): word(key) for key in fates},
            "nothing": word("peace_nothing"),
            "delete": word("peace_delete"),
            "release": word("peace_release"),
            "mute": word("peace_mute_writer"),
            "context": word("peace_context"),
        }

    def show(self, lines: Sequence[ChatLine], *, with_world: bool = False) -> None:
        """The earliest first."""
        told = [
            {
                "key": each.number or index,
                "number": each.number,
                "time_ms": each.time_ms,
                "world": each.world if with_world else "",
                "player_id": each.player_id,
                "name": each.name,
                "to_name": each.to_name,
                "text": each.text,
                "fate": each.fate,
            }
            for index, each in enumerate(lines)
        ]
        if told != self.lines:
            self.lines = told
            self._props["lines"] = told
            self.update()


def acting_lines(
    staff: Staff, deeds: Deeds, desk: SanctionDesk, records: Records, *, follows: bool = False
) -> ChatLines:
    """Chat lines whose buttons do what the staff member may do."""
    offered = {
        "delete": ("chat", "delete"),
        "release": ("chat", "delete"),
        "mute": ("player", "mute"),
        "context": ("chat", "read_history"),
    }
    shown = ChatLines(
        may=[name for name, permission in offered.items() if staff.may(*permission)],
        follows=follows,
    )

    async def act(event: events.GenericEventArguments) -> None:
        number = int(event.args["number"])
        match event.args["name"]:
            case "delete":
                await staff.act(lambda a: deeds.delete_line(a, number), word("peace_deleted"))
            case "release":
                await staff.act(lambda a: deeds.release_line(a, number), word("peace_released"))
            case "mute":
                subject = await staff.act(lambda a: asked(desk.find(int(event.args["player_id"]))))
                if subject is not None:
                    ask_sanction(staff, desk, SanctionKind.MUTE, subject.player_id, subject.name)
            case "context":
                await _show_context(staff, records, number)

    shown.on("act", act)
    return shown


async def _show_context(staff: Staff, records: Records, number: int) -> None:
    async def read(actor: Actor) -> list[ChatLine]:
        return await records.context(actor, number)

    found = await staff.act(read)
    if found is None:
        return
    with titled_dialog(word("peace_context"), wide=True) as dialog:
        lines = ChatLines(marked=number).style("max-height: 60vh")
        lines.show(found)
        with last_row():
            close_button(dialog)
