"""What the pages' tables and times are made of. Whatever a player typed is shown as text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nicegui import events, ui

from admin.theme import language, word

LOCALES = {"en": "en-GB", "ru": "ru-RU"}
"""How times and dates are written."""

STYLE = """
.listing .cell { display: inline-block; max-width: 28rem; overflow: hidden;
  overflow-wrap: anywhere; vertical-align: middle; }
.listing td a.cell { overflow-wrap: break-word; }
.listing td .cell.no-wrap { white-space: nowrap; }
.listing .q-table__top { padding: 8px; }
.listing.q-table--grid .q-table__top { padding: 0 0 4px; }
.listing .facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(8.5rem, 1fr));
  gap: .2rem .8rem; overflow-wrap: anywhere; }
.listing .facts .long { grid-column: 1 / -1; }
.listing .q-table__bottom--nodata { border: 0; min-height: 44px; }
"""

Row = dict[str, Any]


class Listing(ui.element, component="components/listing.js"):
    """A table, and on a phone a stack of cards.

    A row has an `id`, a value for each column, and may have `can`: the names of its actions.
    """

    def __init__(
        self,
        columns: list[dict[str, str]],
        *,
        actions: list[dict[str, str]] | None = None,
        on_act: Callable[[str, int], Any] | None = None,
        has_search: bool = False,
        empty: str = "peace_nothing",
    ) -> None:
        """`empty` is the word for a table without rows."""
        super().__init__()
        ui.add_css(STYLE)
        self.rows: list[Row] = []
        self._props["rows"] = []
        self._props["columns"] = columns
        self._props["actions"] = actions or []
        self._props["locale"] = LOCALES[language()]
        self._props["empty"] = word(empty)
        self._props["forever"] = word("peace_forever")
        self._props["search"] = word("peace_search") if has_search else ""
        self.classes("w-full")
        if on_act is not None:

            def act(event: events.GenericEventArguments) -> Any:
                return on_act(str(event.args["name"]), int(event.args["id"]))

            self.on("act", act)

    def show(self, rows: list[Row]) -> None:
        if rows != self.rows:
            self.rows = rows
            self._props["rows"] = rows
            self.update()


def column(name: str, label: str, kind: str = "text", href: str = "") -> dict[str, str]:
    """`kind` is text, number, time or until, those in ms since 1970, or link, to a row's `href`."""
    return {"name": name, "label": word(label), "kind": kind, "href": href}


def action(name: str, label: str, icon: str) -> dict[str, str]:
    return {"name": name, "label": word(label), "icon": icon}


class Moment(ui.element, component="components/moment.js"):
    """A time, in ms since 1970, by the reader's clock."""

    def __init__(self, ms: int = 0) -> None:
        super().__init__()
        self._props["ms"] = ms
        self._props["locale"] = LOCALES[language()]

    def show(self, ms: int) -> None:
        if self._props["ms"] != ms:
            self._props["ms"] = ms
            self.update()
