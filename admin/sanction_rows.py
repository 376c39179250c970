"""Sanctions as rows of a table, and what one may do about each."""

from __future__ import annotations

from admin.dialogs import ask_edit, ask_lift
from admin.listing import Listing, Row, action, column
from admin.panel import Staff
from admin.theme import word
from server.clock import wall_clock_ms
from server.moderation.sanctions import SanctionDesk
from server.people.identity import LASTING, Sanction


class SanctionRows:
    def __init__(self, staff: Staff, desk: SanctionDesk, *, with_subject: bool) -> None:
        self._staff = staff
        self._desk = desk
        self._shown: dict[int, Sanction] = {}
        columns = [column("kind", "peace_kind")]
        if with_subject:
            columns.append(column("subject", "peace_who", "link", href="page"))
        columns += [
            column("reason", "peace_why"),
            column("note", "peace_note"),
            column("by", "peace_by"),
            column("created", "peace_when", "time"),
            column("expires", "peace_until", "until"),
            column("state", "peace_state"),
        ]
        self._table = Listing(
            columns,
            actions=[
                action("edit", "peace_edit", "edit"),
                action("lift", "peace_lift", "lock_open"),
            ],
            on_act=self._act,
            empty="peace_no_sanctions" if with_subject else "peace_nothing",
        )

    def show(self, sanctions: list[Sanction]) -> None:
        self._shown = {each.number: each for each in sanctions}
        now_ms = wall_clock_ms()
        self._table.show([_row(each, now_ms) for each in sanctions])

    def _act(self, name: str, number: int) -> None:
        found = self._shown.get(number)
        if found is not None:
            (ask_edit if name == "edit" else ask_lift)(self._staff, self._desk, found)


def _row(sanction: Sanction, now_ms: int) -> Row:
    is_lasting = sanction.kind in LASTING
    is_in_force = sanction.is_in_force(now_ms)
    if sanction.lifted_ms is not None:
        state = word("peace_lifted").format(name=sanction.lifted_by)
    elif not is_lasting:
        state = word("peace_done_once")
    else:
        state = word("peace_in_force" if is_in_force else "peace_over")
    subject = sanction.name or sanction.network
    if sanction.name and sanction.network:
        subject = f"{sanction.name} ({sanction.network})"
    return {
        "id": sanction.number,
        "kind": word(f"peace_kind_{sanction.kind}"),
        "subject": subject,
        "page": f"/admin/players/{sanction.player_id}" if sanction.player_id else None,
        "reason": sanction.reason,
        "note": sanction.note,
        "by": sanction.by_name,
        "created": sanction.created_ms,
        "expires": sanction.expires_ms if is_lasting else 0,
        "state": state,
        "tone": "" if is_in_force or not is_lasting else "opacity-60",
        "can": ["edit", "lift"] if is_in_force else ["edit"],
    }
