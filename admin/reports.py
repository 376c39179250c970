"""The cases: what players complain about, new ones first."""

from __future__ import annotations

from nicegui import ui

from admin.frame import page
from admin.listing import Listing
from admin.panel import Panel
from admin.report_rows import report_columns, report_row
from admin.theme import word
from server.moderation.records import Records
from server.store.sanctions import CLOSED, OPEN, TAKEN

REFRESH_SECONDS = 2.0


def register(panel: Panel) -> None:
    services = panel.services
    records = Records(services.database, services.lobby, services.sanctions)

    @panel.page("/reports")
    async def reports() -> None:
        staff = await panel.enter("report", "see")
        if staff is None:
            return
        states = {each: word(f"peace_{each}") for each in (OPEN, TAKEN, CLOSED)}
        with page("reports", staff):
            state = ui.toggle({**states, "": word("peace_all")}, value=OPEN)
            state.props('no-caps padding="xs sm"')
            table = Listing(report_columns(), has_search=True, empty="peace_no_reports")

        async def refresh() -> None:
            found = await staff.see(lambda actor: records.reports(actor, state.value))
            if found is not None:
                table.show([report_row(each) for each in found])

        state.on_value_change(refresh)
        await refresh()
        ui.timer(REFRESH_SECONDS, refresh)
