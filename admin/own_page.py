"""The page of one's own account: the password, the second factor, and where one is signed in."""

from __future__ import annotations

import time

from nicegui import ui

from admin.frame import OWN_PATH, page
from admin.listing import Listing, Row, action, column
from admin.own_words import WORDS
from admin.panel import Panel, Staff
from admin.sessions import PanelSession
from admin.theme import language, word
from server.clock import wall_clock_ms
from server.moderation.actor import Actor
from server.people.roles import MATRIX
from server.people.two_factor import FactorState

REFRESH_SECONDS = 2.0
STYLE = """
.two-factor-field { max-width: 22rem; }
.two-factor-picture { width: 15rem; max-width: 100%; border-radius: 6px; }
.two-factor-codes {
  display: grid; grid-template-columns: repeat(auto-fill, 12rem); gap: 0.25rem 1rem;
}
.two-factor-codes code { font-size: 1rem; }
"""
FORMS = {"estragon-forms": "components/forms"}


class PasswordForm(ui.element, component="components/own_password_form.js", esm=FORMS):
    def __init__(self, name: str) -> None:
        super().__init__()
        self._props["words"] = _words("own_password_")
        self._props["name"] = name
        self.classes("w-full max-w-md")


class TwoFactorForm(ui.element, component="components/two_factor_form.js", esm=FORMS):
    """Switches it on and off, and shows the recovery codes, which the server does not keep."""

    def __init__(self, name: str) -> None:
        super().__init__()
        ui.add_css(STYLE)
        self._props["words"] = _words("two_factor_")
        self._props["name"] = name
        self.classes("w-full")

    def show(self, state: FactorState | None) -> None:
        left = state.recovery_left if state else 0
        if (self._props.get("is-on"), self._props.get("left")) != (state is not None, left):
            self._props["is-on"], self._props["left"] = state is not None, left
            self.update()


def _words(prefix: str) -> dict[str, str]:
    shared = {key.removeprefix("own_form_"): word(key) for key in WORDS if "own_form_" in key}
    return shared | {key.removeprefix(prefix): word(key) for key in WORDS if key.startswith(prefix)}


def register(panel: Panel) -> None:
    two_factor = panel.services.two_factor

    @panel.page(OWN_PATH)
    async def own() -> None:
        staff = await panel.enter()
        if staff is None:
            return
        with page("own_account", staff):
            with ui.row().classes("items-center gap-3"):
                ui.label(staff.name).classes("text-2xl font-medium break-all")
                ui.badge(MATRIX.titles[staff.role][language()]).props("outline")
            with _section("own_password"):
                PasswordForm(staff.name)
            with _section("two_factor"):
                factor = TwoFactorForm(staff.name)
            with _section("own_sessions"):
                sessions = _Sessions(staff)

        async def read(actor: Actor) -> list[PanelSession]:
            factor.show(await two_factor.state(actor.player_id))
            return panel.sessions.of(actor.player_id, time.monotonic())

        async def refresh() -> None:
            found = await staff.see(read)
            if found is not None:
                sessions.show(found)

        await refresh()
        ui.timer(REFRESH_SECONDS, refresh)


def _section(key: str) -> ui.card:
    card = ui.card().classes("w-full")
    with card:
        ui.label(word(key)).classes("text-lg font-medium")
    return card


class _Sessions:
    """All of one's own in the panel. Those of the game end with "log out everywhere"."""

    def __init__(self, staff: Staff) -> None:
        self._staff = staff
        self._table = Listing(
            [
                column("browser", "own_browser"),
                column("address", "own_address"),
                column("opened", "own_opened", "time"),
                column("used", "own_used", "time"),
            ],
            actions=[action("end", "own_end", "logout")],
            on_act=self._end,
        )
        with ui.row().classes("gap-2"):
            ui.button(word("own_end_others"), icon="logout", on_click=self._end_others).props(
                "outline no-caps data-do=end-others"
            )
            ui.button(word("own_end_all"), icon="power_settings_new", on_click=self._end_all).props(
                "outline no-caps data-do=end-all"
            )

    def show(self, sessions: list[PanelSession]) -> None:
        here, now = self._staff.session, time.monotonic()
        wall_ms = wall_clock_ms()

        def moment(then: float) -> int:
            # By the minute: it is shown so, and a table that is the same is not sent again.
            return round((wall_ms / 1000 - (now - then)) / 60) * 60_000

        def row(each: PanelSession) -> Row:
            is_here = here is not None and here.number == each.number
            browser = each.browser or word("own_some_browser")
            return {
                "id": each.number,
                "browser": f"{browser} ({word('own_here')})" if is_here else browser,
                "address": each.address,
                "opened": moment(each.opened),
                "used": moment(each.used),
                "can": [] if is_here else ["end"],
            }

        self._table.show([row(each) for each in sessions])

    async def _end(self, name: str, number: int) -> None:
        async def end(actor: Actor) -> None:
            self._staff.panel.sessions.close_number(actor.player_id, number)
            self.show(self._own(actor))

        await self._staff.act(end, word("own_ended"))

    async def _end_others(self) -> None:
        async def end(actor: Actor) -> None:
            here = self._staff.session
            for each in self._own(actor):
                if here is None or each.number != here.number:
                    self._staff.panel.sessions.close_number(actor.player_id, each.number)
            self.show(self._own(actor))

        await self._staff.act(end, word("own_ended"))

    async def _end_all(self) -> None:
        async def end(actor: Actor) -> None:
            actor.check("own", "log_out_everywhere")
            await self._staff.panel.services.accounts.log_out_everywhere(actor.player_id)

        await self._staff.act(end)

    def _own(self, actor: Actor) -> list[PanelSession]:
        return self._staff.panel.sessions.of(actor.player_id, time.monotonic())
