"""A case: the complaint, the chat that was frozen with it, and what is done about it."""

from __future__ import annotations

from nicegui import ui

from admin.chat_lines import ChatLines
from admin.dialogs import ask_hand_over, ask_outcome, ask_sanction, asked
from admin.frame import page
from admin.listing import Moment
from admin.panel import Panel, Staff
from admin.player_page import MOST_NUMBER, SANCTIONS
from admin.report_rows import state_of
from admin.theme import word
from server.moderation.actor import Actor
from server.moderation.records import Records
from server.services import Services
from server.store.chat import ChatLine
from server.store.sanctions import CLOSED, Report

REFRESH_SECONDS = 2.0


def register(panel: Panel) -> None:
    services = panel.services
    records = Records(services.database, services.lobby, services.sanctions)

    @panel.page("/reports/{number}")
    async def report_page(number: int) -> None:
        staff = await panel.enter("report", "see")
        if staff is None:
            return
        with page("reports", staff):
            found = None
            if 0 < number <= MOST_NUMBER:
                found = await staff.see(lambda actor: records.report(actor, number))
            if found is None:
                ui.label(word("peace_no_report")).classes("text-lg")
                return
            case = _Case(staff, services, found)

        async def refresh() -> None:
            seen = await staff.see(lambda actor: records.report(actor, number))
            if seen is not None:
                case.show(seen)

        ui.timer(REFRESH_SECONDS, refresh)


class _Case:
    def __init__(self, staff: Staff, services: Services, report: Report) -> None:
        self._staff = staff
        self._services = services
        self._report = report
        with ui.card().classes("w-full gap-1"):
            with ui.row().classes("w-full items-center gap-3"):
                title = word("peace_report").format(number=report.number)
                ui.label(title).classes("text-2xl font-medium")
                self._state = ui.badge().props("outline")
                ui.space()
                Moment(report.time_ms)
            self._person("peace_subject", report.subject_id, report.subject_name)
            self._person("peace_reporter", report.reporter_id, report.reporter_name)
            ui.label(f"{word('world')}: {report.world}").classes("opacity-80")
            ui.label(report.text).classes("text-lg break-words w-full my-2")
            self._outcome = ui.label().classes("break-words w-full")
            self._buttons()
        ui.label(word("peace_frozen")).classes("text-lg mt-2")
        frozen = ChatLines(follows=True).style("max-height: 32rem")
        frozen.show([_line(report, each) for each in report.chat])
        self.show(report)

    def _person(self, key: str, player_id: int, name: str) -> None:
        with ui.row().classes("gap-2"):
            ui.label(f"{word(key)}:").classes("opacity-80")
            ui.link(name, f"/players/{player_id}")

    def _buttons(self) -> None:
        staff, services, report = self._staff, self._services, self._report
        desk = services.reports
        with ui.element().classes("panel-deeds mt-2") as self._work:
            if staff.may("report", "take"):
                self._take = ui.button(
                    word("peace_take"), icon="back_hand", on_click=self._on_take
                ).props("no-caps")
                ui.button(
                    word("peace_hand_over"), icon="swap_horiz", on_click=self._on_hand_over
                ).props("outline no-caps")
            if staff.may("report", "close"):
                ui.button(
                    word("peace_close_case"),
                    icon="task_alt",
                    on_click=lambda: ask_outcome(staff, desk, report),
                ).props("outline no-caps")
        with ui.element().classes("panel-deeds"):
            for kind, verb, icon in SANCTIONS:
                if staff.may("player", verb):
                    ui.button(
                        word(f"peace_{kind}"),
                        icon=icon,
                        on_click=lambda kind=kind: ask_sanction(
                            staff, services.sanctions, kind, report.subject_id, report.subject_name
                        ),
                    ).props("flat no-caps")

    async def _on_take(self) -> None:
        async def take(actor: Actor) -> Report:
            return await self._services.reports.take(actor, self._report.number)

        taken = await self._staff.act(take, word("peace_is_yours"))
        if taken is not None:
            self.show(taken)

    async def _on_hand_over(self) -> None:
        takers = await self._staff.act(lambda actor: asked(self._services.reports.takers()))
        if takers is not None:
            ask_hand_over(self._staff, self._services.reports, self._report, takers)

    def show(self, report: Report) -> None:
        self._report = report
        self._state.text = state_of(report)
        is_closed = report.state == CLOSED
        self._outcome.text = f"{word('peace_outcome')}: {report.outcome}"
        self._outcome.set_visibility(is_closed)
        self._work.set_visibility(not is_closed)


def _line(report: Report, kept: dict[str, object]) -> ChatLine:
    """A frozen line; the fields that are not there it never had."""
    known = {key: kept[key] for key in ChatLine.__dataclass_fields__ if key in kept}
    return ChatLine(**{"world": report.world, **known})  # type: ignore[arg-type]
