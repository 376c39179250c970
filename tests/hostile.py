"""What hostile players type: 200 strings, and a browser that notices when one does anything."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
from playwright.async_api import ConsoleMessage, Dialog, Page, Request
from sqlmodel import Session

from server.clock import wall_clock_ms
from server.mapmakers import Area, Draft
from server.moderation.actor import OPERATOR
from server.people.identity import Sanction, SanctionKind
from server.store import Store, accounts, maps, sanctions
from server.store.accounts import Visit
from server.store.chat import ChatLine
from server.store.maps import WorldSettings
from server.store.sanctions import Note, Report
from server.tiles import PATTERNS, builtin_tile_set, tile_set
from tests.running import RunningServer

_RUN = "window.ran=1"
_CALLS = (_RUN, f"alert(1),{_RUN}", f"top.{_RUN[7:]}", f"eval('{_RUN}')")
_MARKUP = (
    "<script>{}</script>",
    "</script><script>{}</script>",
    "<img src=x onerror={}>",
    "<img src=//evil.example/x.png onload={}>",
    "<svg onload={}>",
    "<svg><script>{}</script></svg>",
    "<iframe srcdoc='<script>parent.{}</script>'></iframe>",
    "<body onload={}>",
    "<details open ontoggle={}>x</details>",
    "<a href=javascript:{}>press</a>",
    "<style onload={}></style>",
    "<math><mtext><img src=x onerror={}>",
    '"><img src=x onerror={}>',
    "' onmouseover='{}' x='",
    '" autofocus onfocus="{}" x="',
    "<!--><img src=x onerror={}>-->",
    "</textarea><img src=x onerror={}>",
    "</title><img src=x onerror={}>",
    "&lt;img src=x onerror={}&gt;",
    "<object data=javascript:{}>",
    "<video><source onerror={}></video>",
    "<input autofocus onfocus={}>",
    "javascript:{}",
    "data:text/html,<script>{}</script>",
    "[press](javascript:{})",
    "![x](x){{onerror={}}}",
    "`${{{}}}`",
    "';{};//",
    '";{};//',
    "\\';{};//",
    "{{{{constructor.constructor('{}')()}}}}",
    "{{{{_openBlock.constructor('{}')()}}}}",
    "{{{{ $el.ownerDocument.defaultView.eval('{}') }}}}",
    "<div v-html=\"'<img src=x onerror={}>'\"></div>",
    '<q-btn @click="{}" v-bind:x="{}">',
)
_PLAIN = (
    "{{ 7*7 }}", "{% raw %}", "${7*7}", "#{7*7}", "<%= 7*7 %>", "{0}", "{name}", "{", "}", "{}",
    "%s%n%x", "%00", "\\", "\\u0000", "\\x00", "'", '"', "''", '"', "`", "';--", "' OR 1=1 --",
    "Robert'); DROP TABLE chat;--", "null", "undefined", "NaN", "true", "[object Object]", "None",
    "__proto__", "constructor", "toString", "../../../etc/passwd", "file:///etc/passwd",
    "\u202eevol\u202c", "\u2066\u202e\u2069", "\u200f\u200eabc", "\u0627\u0644\u0633\u0644\u0627",
    "\u05e9\u05dc\u05d5\u05dd <b>abc</b>", "👩‍👩‍👧‍👦", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "\U0001f468\U0001f3ff‍🚀", "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞A̴̵̜̰̔ͫ͗͢L̠ͨͧͩ͘G",
    "\ufeffbom", "\u200b\u200b", "a\u0301\u0301\u0301\u0301", "\ufffd\ufffe\uffff", "\u2028a\u2029",
    "\t\ttabs", "line\nline", "line\r\nline", "nul\x00nul", "\x1b[31mred\x1b[0m", "\x07bell\x7f",
    "A" * 490, "Ж" * 490, "💥" * 490, "w " * 240, "<" * 490, "\u0301" * 490, "&amp;&lt;&#x27;",
)  # fmt: skip
STRINGS: tuple[str, ...] = tuple(
    [each.format(call, call) for call in _CALLS for each in _MARKUP] + list(_PLAIN)
)[:200]
"""None of them may run anywhere, and none may break a page."""
assert len(STRINGS) == 200


def fill(server: RunningServer) -> None:
    """In a server that is stopped: a player, 900, of whom all that can be written is hostile.

    It goes past every check at the door.
    """

    def write(session: Session) -> None:
        now_ms = wall_clock_ms()
        audit = OPERATOR.audit("player.note", "test")
        for number, text in enumerate(STRINGS):
            name, reason = text[:20], text[:500]
            mute = Sanction(SanctionKind.MUTE, 900, name, "", reason, reason, 0, name, now_ms)
            line = ChatLine(now_ms + number, "village", 900, name, reason)
            report = Report(now_ms, "village", 901, name, 900, name, text, [asdict(line)])
            visit = Visit(900, name, "192.0.2.7", True, now_ms)
            sanctions.add_sanction(session, mute, audit)
            sanctions.add_note(session, Note(900, text, name, now_ms), audit)
            sanctions.add_report(session, report)
            accounts.write_log(session, {}, [visit], [line], 1)

    store = Store(server.data, "")
    store.do(write)
    store.close()


def fill_maps(data: Path) -> list[str]:
    """Maps, areas, tiles and worlds of which all that can be written is hostile, past every check.

    Returns the names of the worlds that run then; they are the first ones.
    """
    store = Store(data, "")
    store.migrate()
    builtin = builtin_tile_set()
    plain = next(each for each in builtin.by_id.values() if PATTERNS[each.pattern] == 1)
    own = [
        replace(
            plain, id=number, name=f"tile_{number}", name_ru=text, cell=(number % 16, number // 16)
        )
        for number, text in enumerate((each for each in STRINGS if each.strip()), 1)
    ]
    tiles = tile_set(STRINGS[0], own)
    areas = tuple(Area(text, 1, 1, 3, 2) for text in STRINGS)
    cells = np.zeros((3, 16, 16), np.uint16)
    cells[0] = 1
    draft = Draft(cells, ((4, 4),), areas)
    short = sorted({each for each in STRINGS if 0 < len(each.encode()) <= 60}, key=STRINGS.index)
    running = [each for each in short if each.startswith("<")][:4]

    def write(session: Session) -> None:
        for number, text in enumerate(
            [*running, *(each for each in STRINGS if each not in running)]
        ):
            name = text if text in running else f"{number} {text}"[:64]
            map_id = maps.add_map(session, name, draft, tiles if number < 4 else builtin)
            if number < 40:
                maps.add_world(session, name, "free_roam" if number < 4 else text[:64], map_id)
                session.flush()
                settings = WorldSettings(starts=number < 4, message=text[:500])
                audit = OPERATOR.audit("world.message", name, message=text)
                maps.change_world(session, name, "free_roam", settings, audit)

    store.do(write)
    store.close()
    return running


TRAP = """Object.defineProperty(window, "ran", { set() { console.error("it ran"); } });"""
"""On every page that is opened from then on."""


@asynccontextmanager
async def watched(page: Page, base: str) -> AsyncIterator[None]:
    """Fails where a page shows a dialog, runs what was typed, asks others, or breaks."""
    wrong: list[str] = []

    async def dialog(each: Dialog) -> None:
        wrong.append(f"dialog: {each.message}")
        await each.dismiss()

    def asked(each: Request) -> None:
        if not each.url.startswith((base, base.replace("http", "ws", 1), "data:", "blob:")):
            wrong.append(f"request: {each.url}")

    def told(each: ConsoleMessage) -> None:
        if each.type == "error" or "[Vue warn]" in each.text:
            wrong.append(f"console: {each.text}")

    page.on("dialog", dialog)
    page.on("request", asked)
    page.on("console", told)
    await page.add_init_script(TRAP)
    yield
    assert wrong == []
