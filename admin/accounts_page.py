"""The page of the accounts: search, roles, log-ins, passwords, export and deletion."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from nicegui import ui

from admin import new_password
from admin.asking import (
    about,
    asked_text,
    close_button,
    ending,
    is_sure,
    last_row,
    titled_dialog,
    to_copy,
)
from admin.frame import page
from admin.listing import Moment
from admin.panel import Panel, Staff
from admin.theme import language, word
from server.moderation.actor import Actor
from server.people.identity import GUEST, PLAYER, Account
from server.people.roles import MATRIX, is_staff, may_grant, outranks

ROWS = 25
MOST_NAME = 20

Act = Callable[[Callable[[Actor], Awaitable[object]], str], Awaitable[bool]]


def register(panel: Panel) -> None:
    desk = panel.services.account_desk

    @panel.page("/accounts")
    async def accounts() -> None:
        staff = await panel.enter("account", "see")
        if staff is None:
            return
        offset = 0
        with page("accounts", staff):
            with ui.row().classes("w-full items-center gap-2"):
                field = ui.input(word("name")).props("outlined dense clearable maxlength=64")
                field.classes("grow")
                titles = {"": word("role_any")} | {
                    role: title[language()]
                    for role, title in MATRIX.titles.items()
                    if role != GUEST
                }
                role = ui.select(titles, value="", label=word("role"))
                role.props("outlined dense").classes("w-48")
                ui.button(word("search"), icon="search", on_click=lambda: search()).props(
                    "no-caps data-do=search"
                )
                if staff.may("account", "create"):
                    ui.button(
                        word("account_new"),
                        icon="person_add",
                        on_click=lambda: _ask_new(staff, act),
                    ).props("outline no-caps data-do=new")
            rows = ui.column().classes("w-full gap-2")
            with ui.row():
                newer = ui.button(word("newer"), icon="chevron_left", on_click=lambda: turn(-ROWS))
                older = ui.button(word("older"), icon="chevron_right", on_click=lambda: turn(ROWS))
                newer.props("flat no-caps")
                older.props("flat no-caps")
            field.on("keydown.enter", lambda: search())
            role.on_value_change(lambda: search())

        async def show() -> None:
            found = await staff.act(
                lambda actor: desk.search(
                    actor, (field.value or "").strip(), role.value, ROWS + 1, offset
                )
            )
            if found is None:
                return
            for button, leads in ((newer, offset > 0), (older, len(found) > ROWS)):
                button.set_enabled(leads)
                button.set_visibility(offset > 0 or len(found) > ROWS)
            rows.clear()
            with rows:
                for each in found[:ROWS]:
                    _card(each, staff, act)
                if not found:
                    ui.label(word("account_none"))

        async def act(work: Callable[[Actor], Awaitable[object]], done: str) -> bool:
            async def do(actor: Actor) -> bool:
                await work(actor)
                return True

            with rows:
                is_done = await staff.act(do, done)
                await show()
            return bool(is_done)

        async def search() -> None:
            nonlocal offset
            offset = 0
            await show()

        async def turn(step: int) -> None:
            nonlocal offset
            offset = max(0, offset + step)
            await show()

        await show()


def _card(account: Account, staff: Staff, act: Act) -> None:
    desk, name = staff.panel.services.account_desk, account.name
    is_lower = outranks(staff.role, account.role)

    async def change_role(role: str) -> None:
        said = word("account_role_done").format(name=name, role=MATRIX.titles[role][language()])
        await act(lambda actor: desk.change_role(actor, name, role), said)

    async def log_out() -> None:
        question = word("account_log_out_sure").format(name=name)
        if await is_sure(word("account_log_out"), question, word("yes")):
            done = word("account_log_out_done").format(name=name)
            await act(lambda actor: desk.log_out(actor, name), done)

    async def make_link() -> None:
        question = word("account_password_sure").format(name=name)
        if not await is_sure(word("account_password"), question, word("yes")):
            return
        token = await staff.act(lambda actor: desk.password_link(actor, name))
        if token is not None:
            _show_link(name, token)

    async def rename() -> None:
        title = about(word("account_rename"), name)
        wanted = await asked_text(title, word("name"), name, MOST_NAME)
        if wanted is not None and wanted != name:
            done = word("account_renamed").format(name=name, now=wanted)
            await act(lambda actor: desk.rename(actor, name, wanted), done)

    async def end_two_factor() -> None:
        question = word("account_two_factor_sure").format(name=name)
        if await is_sure(word("account_two_factor"), question, word("yes")):
            done = word("account_two_factor_done").format(name=name)
            await act(lambda actor: desk.end_two_factor(actor, name), done)

    async def export() -> None:
        content = await staff.act(lambda actor: desk.export(actor, name))
        if content is not None:
            ui.download.content(content, f"account-{account.player_id}.json")

    async def delete() -> None:
        title, yes = about(word("delete"), name), word("delete")
        question = word("account_delete_sure").format(name=name)
        if await is_sure(title, question, yes, is_grave=True):
            done = word("account_deleted").format(name=name)
            await act(lambda actor: desk.delete(actor, name), done)

    card = ui.card().classes("w-full p-3").props(f"data-account={account.player_id}")
    with card, ui.row().classes("w-full items-center gap-x-4 gap-y-1"):
        with ui.column().classes("gap-0 min-w-0"):
            with ui.row().classes("items-center gap-2"):
                ui.link(name, f"/players/{account.player_id}").classes("font-bold break-all")
                ui.badge(MATRIX.titles[account.role][language()]).props("outline")
            with ui.row().classes("gap-x-4 gap-y-0 text-sm opacity-80"):
                for key, ms in (("created", account.created_ms), ("seen", account.seen_ms)):
                    with ui.row().classes("gap-1"):
                        ui.label(word(key))
                        Moment(ms)
        roles = [each for each in MATRIX.granted if may_grant(staff.role, account.role, each)]
        roles = [each for each in roles if each != account.role]
        with ui.row().classes("items-center gap-0 ml-auto"):
            if roles:
                button = ui.button(icon="badge").props("flat round data-do=role")
                with button:
                    ui.tooltip(word("account_role"))
                    with ui.menu():
                        for each in roles:
                            ui.menu_item(
                                MATRIX.titles[each][language()],
                                on_click=lambda each=each: change_role(each),
                            ).props(f"data-role={each}")
            for action, icon, key, work in (
                ("rename", "edit", "account_rename", rename),
                ("log_out", "logout", "account_log_out", log_out),
                ("reset_password", "key", "account_password", make_link),
                ("end_two_factor", "phonelink_erase", "account_two_factor", end_two_factor),
                ("export", "download", "account_export", export),
                ("delete", "delete", "delete", delete),
            ):
                # Players have no second factor.
                is_for_staff = action == "end_two_factor"
                if is_for_staff and not is_staff(account.role):
                    continue
                if is_lower and staff.may("account", action):
                    with ui.button(icon=icon, on_click=work).props(
                        f'flat round data-do={action} aria-label="{word(key)}"'
                    ):
                        ui.tooltip(word(key))


def _ask_new(staff: Staff, act: Act) -> None:
    """An account for somebody; they choose its password themselves."""
    desk = staff.panel.services.account_desk
    titles = {
        role: MATRIX.titles[role][language()]
        for role in MATRIX.granted
        if role != GUEST and outranks(staff.role, role)
    }
    with titled_dialog(word("account_new")) as dialog:
        field = ui.input(word("name")).props(f"outlined maxlength={MOST_NAME}").classes("w-full")
        role = ui.select(titles, value=PLAYER, label=word("role")).props("outlined")
        role.classes("w-full")
        ui.label(word("account_new_hint")).classes("text-sm opacity-80")

        async def create() -> None:
            name, token = str(field.value or ""), ""

            async def work(actor: Actor) -> None:
                nonlocal token
                token = await desk.invite(actor, name, str(role.value))

            if await act(work, word("account_made").format(name=name)):
                dialog.close()
                _show_link(name, token)

        ending(dialog, word("create"), create)


def _show_link(name: str, token: str) -> None:
    request = ui.context.client.request
    base = str(request.base_url).rstrip("/").removesuffix("/admin") if request else ""
    with titled_dialog(about(word("account_password"), name)) as dialog:
        ui.label(word("account_link").format(name=name))
        to_copy(f"{base}/admin{new_password.PATH}#{token}").props("data-do=link")
        with last_row():
            close_button(dialog)
