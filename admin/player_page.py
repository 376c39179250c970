"""A player's own page: who they are, where, what is known of them, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from nicegui import ui

from admin.chat_lines import acting_lines
from admin.dialogs import (
    ask_note,
    ask_role,
    ask_sanction,
    ask_teleport,
    ask_tell,
    grantable_roles,
)
from admin.frame import page
from admin.listing import Listing, Moment, Row, column
from admin.panel import Panel, Staff
from admin.report_rows import report_columns, report_row
from admin.sanction_rows import SanctionRows
from admin.small_map import SmallMap
from admin.theme import language, word
from server.moderation.actor import Actor
from server.moderation.records import Dossier, Presence, Records
from server.people.identity import SanctionKind
from server.people.roles import MATRIX
from server.services import Services
from server.store.accounts import Visit

REFRESH_SECONDS = 2.0
MOST_NUMBER = 2**31 - 1
"""What the database has room for."""
SANCTIONS = (
    # Kind, what one must be allowed to, picture.
    (SanctionKind.WARNING, "warn", "warning"),
    (SanctionKind.KICK, "kick", "logout"),
    (SanctionKind.MUTE, "mute", "mic_off"),
    (SanctionKind.SHADOW_MUTE, "shadow_mute", "visibility_off"),
    (SanctionKind.BAN, "ban", "gavel"),
)


def register(panel: Panel) -> None:
    services = panel.services
    records = Records(services.database, services.lobby, services.sanctions)

    @panel.page("/players/{player_id}")
    async def player_page(player_id: int) -> None:
        staff = await panel.enter("player", "see")
        if staff is None:
            return
        with page("players", staff):
            found = None
            if 0 < player_id <= MOST_NUMBER:
                found = await staff.see(lambda actor: records.dossier(actor, player_id))
            if found is None:
                ui.label(word("peace_nobody")).classes("text-lg")
                return
            shown = _Page(staff, services, records, found)

        async def refresh() -> None:
            seen = await staff.see(lambda actor: records.dossier(actor, player_id))
            if seen is not None:
                shown.show(seen)

        ui.timer(REFRESH_SECONDS, refresh)


class _Page:
    def __init__(
        self, staff: Staff, services: Services, records: Records, dossier: Dossier
    ) -> None:
        self._staff = staff
        self._services = services
        self._records = records
        self._dossier = dossier
        self._needs_presence: list[ui.button] = []
        with ui.card().classes("w-full gap-1"):
            with ui.row().classes("w-full items-center gap-3"):
                self._name = ui.label().classes("text-2xl font-medium break-all")
                self._role = ui.badge().props("outline")
                ui.space()
                self._map = ui.link(word("peace_on_map"), "/map")
            self._place = ui.label()
            self._way = ui.label().classes("opacity-80")
            self._small_map = SmallMap(staff)
            with ui.row().classes("gap-x-6 gap-y-1 opacity-80"):
                self._since = self._labelled("peace_since")
                self._created = self._labelled("peace_account_since")
                self._seen = self._labelled("peace_seen")
                self._address = ui.label()
            self._buttons()
        with self._section("peace_sanctions_of"):
            self._sanctions = SanctionRows(staff, services.sanctions, with_subject=False)
        with self._section("peace_notes"):
            self._notes = Listing(
                [
                    column("text", "peace_note"),
                    column("by", "peace_by"),
                    column("time", "peace_when", "time"),
                ]
            )
        with self._section("peace_reports_on"):
            self._reports = Listing(report_columns())
        with self._section("peace_lately"):
            lines = acting_lines(staff, services.deeds, services.sanctions, records)
            self._lines = lines.style("max-height: 24rem")
        with self._section("peace_names"):
            columns = [column("name", "name"), column("time", "peace_when", "time")]
            if staff.may("player", "see_address"):
                columns.append(column("address", "peace_address"))
            self._visits = Listing(columns)
        self.show(dossier)

    def _labelled(self, key: str) -> tuple[ui.element, Moment]:
        with ui.row().classes("gap-1") as row:
            ui.label(f"{word(key)}:")
            return row, Moment()

    def _section(self, key: str) -> ui.column:
        ui.label(word(key)).classes("text-lg mt-2")
        return ui.column().classes("w-full")

    def _buttons(self) -> None:
        staff, services = self._staff, self._services
        desk, deeds = services.sanctions, services.deeds
        player_id = self._dossier.subject.player_id
        with ui.element().classes("panel-deeds mt-2"):
            for kind, verb, icon in SANCTIONS:
                if staff.may("player", verb):
                    button = self._button(
                        f"peace_{kind}",
                        icon,
                        lambda kind=kind: ask_sanction(staff, desk, kind, player_id, self.name),
                    )
                    if kind is SanctionKind.KICK:
                        self._needs_presence.append(button)
            if staff.may("player", "note"):
                self._button(
                    "peace_note", "edit_note", lambda: ask_note(staff, desk, player_id, self.name)
                )
            if staff.may("chat", "announce"):
                self._needs_presence.append(
                    self._button(
                        "peace_tell",
                        "campaign",
                        lambda: ask_tell(staff, deeds, player_id, self.name),
                    )
                )
            if staff.may("player", "teleport"):
                self._needs_presence.append(
                    self._button("peace_teleport", "place", self._ask_teleport)
                )
            account = self._dossier.account
            if account is not None and grantable_roles(staff, account.role):
                self._button("peace_change_role", "badge", self._ask_role)

    def _button(self, key: str, icon: str, on_click: Callable[..., Any]) -> ui.button:
        return ui.button(word(key), icon=icon, on_click=on_click).props("outline no-caps")

    @property
    def name(self) -> str:
        return self._dossier.subject.name

    def _ask_role(self) -> None:
        subject = self._dossier.subject
        ask_role(self._staff, self._services.deeds, subject.player_id, subject.name, subject.role)

    async def _ask_teleport(self) -> None:
        async def read(actor: Actor) -> list[Presence]:
            return self._records.present(actor)

        present = await self._staff.act(read)
        presence = self._dossier.presence
        if present is None or presence is None:
            return
        others = [
            each.name
            for each in present
            if each.world == presence.world and each.player_id != presence.player_id
        ]
        ask_teleport(
            self._staff,
            self._services.deeds,
            presence.player_id,
            presence.name,
            others,
            presence.place or (0, 0),
        )

    def show(self, dossier: Dossier) -> None:
        self._dossier = dossier
        subject, presence, account = dossier.subject, dossier.presence, dossier.account
        self._name.text = subject.name
        self._role.text = MATRIX.titles[subject.role][language()]
        self._place.text = _place(presence)
        self._way.text = _way(presence)
        self._way.set_visibility(bool(self._way.text))
        self._small_map.show(presence)
        is_in_world = presence is not None and presence.place is not None
        self._map.set_visibility(is_in_world)
        if presence is not None:
            way = f"/map?world={quote(presence.world)}&player={presence.player_id}"
            if self._map.props.get("href") != way:
                self._map.props["href"] = way
                self._map.update()
        for button in self._needs_presence:
            button.set_enabled(is_in_world)
        moments = (
            (self._since, presence.came_ms if presence else 0),
            (self._created, account.created_ms if account else 0),
            (self._seen, account.seen_ms if account and presence is None else 0),
        )
        for (row, moment), ms in moments:
            row.set_visibility(ms > 0)
            moment.show(ms)
        address = presence.address if presence else ""
        self._address.text = f"{word('peace_address')}: {address}"
        self._address.set_visibility(bool(address))
        self._sanctions.show(dossier.sanctions)
        self._notes.show(
            [
                {"id": each.number, "text": each.text, "by": each.by_name, "time": each.time_ms}
                for each in dossier.notes
            ]
        )
        self._reports.show([report_row(each) for each in dossier.reports])
        self._lines.show(dossier.lines[::-1], with_world=True)
        self._visits.show([_visit_row(number, each) for number, each in enumerate(dossier.visits)])


def _place(presence: Presence | None) -> str:
    if presence is None:
        return word("peace_not_here")
    if not presence.is_connected:
        return word("peace_expected")
    if presence.place is None:
        return word("peace_in_lobby")
    x, y = presence.place
    return word("peace_at").format(world=presence.world, x=x, y=y)


def _way(presence: Presence | None) -> str:
    """How well the player is connected."""
    if presence is None or not presence.is_connected:
        return ""
    ping = "…" if presence.ping_ms is None else str(round(presence.ping_ms))
    return " · ".join(
        f"{word(key)}: {value}"
        for key, value in (
            ("peace_ping", ping),
            ("peace_messages", str(round(presence.messages_per_second))),
            ("peace_corrections", str(presence.corrections)),
        )
    )


def _visit_row(number: int, visit: Visit) -> Row:
    return {
        "id": number,
        "name": visit.name,
        "time": visit.began_ms,
        "address": visit.address,
    }
