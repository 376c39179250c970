"""The frame of every page behind the sign-in: head, ways to the other pages, who one is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from nicegui import ui

from admin.panel import SIGN_IN, SignedOut, Staff
from admin.theme import LANGUAGE_COOKIE, language, speak, word

CHECK_SECONDS = 1.0
"""So often an open page looks by itself whether its session has run out; all else it is told."""
DARK_COOKIE = "estragon_dark"
OWN_PATH = "/me"
STYLE = """
.nicegui-link { color: var(--q-primary); }
.q-header { padding-top: 6px; padding-bottom: 6px; }
.q-dialog .q-tab { padding: 0 10px; }
.panel-ways .q-item { border-radius: 8px; margin: 2px 8px; padding: 8px 10px; min-height: 40px; }
.panel-ways .q-item__section--avatar { min-width: 38px; }
.panel-ways .q-item--active { background: rgba(122, 82, 48, .12); font-weight: 500; }
.body--dark .panel-ways .q-item--active { background: rgba(219, 168, 115, .14); }
.panel-deeds { display: flex; flex-wrap: wrap; gap: 8px; width: 100%; }
@media (max-width: 599px) {
  .panel-deeds { display: grid; grid-template-columns: 1fr 1fr; }
  .panel-deeds .q-btn { padding: 6px 8px; }
  .panel-deeds .q-btn__content { flex-wrap: nowrap; }
  .panel-deeds .q-icon.on-left { margin-right: 8px; }
}
/* The head's brown is hard to read on black. Quasar's own rule for text takes the variable. */
.body--dark :is(.text-primary, .q-toggle__inner, .q-field--focused) { --q-primary: #dba873; }
.body--dark .text-secondary { --q-secondary: #9cc080; }
.body--dark :is(.q-item--active, .nicegui-link) { color: #dba873 !important; }
"""
YEAR_SECONDS = 366 * 24 * 3600

PAGES = (
    # Path, its word, its picture, and what one must be allowed to, to see it.
    ("/", "overview", "dashboard", ("panel", "enter")),
    ("/map", "live_map", "map", ("panel", "enter")),
    ("/players", "players", "group", ("account", "see")),
    ("/chat", "chat", "chat", ("chat", "read_history")),
    ("/reports", "reports", "flag", ("report", "take")),
    ("/sanctions", "sanctions", "gavel", ("player", "ban")),
    ("/accounts", "accounts", "badge", ("account", "see")),
    ("/worlds", "worlds", "public", ("panel", "enter")),
    ("/audit", "audit", "fact_check", ("audit", "read")),
    ("/settings", "settings", "tune", ("settings", "read")),
)


@contextmanager
def page(key: str, staff: Staff, *, wide: bool = False) -> Iterator[None]:
    """A page named by a word: what the caller puts in stands below the head.

    A `wide` one takes the whole window.
    """
    speak()
    ui.colors(primary="#7a5230", secondary="#56733f", accent="#c98f3c")
    ui.add_css(STYLE)
    ui.page_title(f"{word(key)} · Estragon")
    _dark()
    # Without a value NiceGUI asks the browser for it, and logs a failure where the page is gone.
    drawer = ui.left_drawer(value=False, bordered=True)
    drawer.props("show-if-above width=248 breakpoint=900")
    drawer.classes("px-0")
    with drawer, ui.list().classes("w-full panel-ways"):
        for path, name, icon, permission in PAGES:
            if staff.may(*permission):
                _way(path, name, icon, is_here=name == key)
    with ui.header().classes("items-center no-wrap"):
        ui.button(icon="menu", on_click=drawer.toggle).props(
            f'flat round color=white aria-label="{word("menu")}"'
        )
        ui.label("Estragon").classes("text-xl font-bold gt-xs")
        ui.label(word(key)).classes("text-lg opacity-80")
        ui.space()
        _own_menu(staff)
    column = ui.column().classes("w-full gap-4" + ("" if wide else " max-w-6xl mx-auto sm:p-2"))
    with column.props("data-page"):
        yield

    client, role = ui.context.client, staff.role

    async def look() -> None:
        nonlocal role
        try:
            now = (await staff.account(is_use=False)).role
        except SignedOut:
            now = ""
        if now == role or column.is_deleted:
            return
        role = now
        with client:
            if now:
                ui.navigate.reload()  # Another role sees other pages, and other things on them.
            else:
                # What was seen is gone at once, however long the next page takes.
                client.content.clear()
                ui.navigate.to(SIGN_IN)

    client.on_delete(staff.panel.open_pages.add(staff.account_id, look))
    ui.timer(CHECK_SECONDS, look)


def _way(path: str, name: str, icon: str, *, is_here: bool) -> None:
    with ui.item(on_click=lambda: ui.navigate.to(path)).props("active" if is_here else ""):
        with ui.item_section().props("avatar"):
            ui.icon(icon)
        with ui.item_section():
            ui.label(word(name))


def _own_menu(staff: Staff) -> None:
    other = {"en": "ru", "ru": "en"}[language()]
    button = ui.button(icon="account_circle").props("flat no-caps color=white padding=sm")
    button.props(f'aria-label="{word("own_menu")}"')
    with button:
        ui.label(staff.name).classes("gt-xs ml-2 max-w-40 ellipsis")
    with button, ui.menu():
        ui.item_label(f"{staff.name} · {staff.role}").props("header")
        ui.menu_item(word("own_account"), on_click=lambda: ui.navigate.to(OWN_PATH))
        ui.menu_item(
            {"en": "English", "ru": "Русский"}[other],
            on_click=lambda: _remember(LANGUAGE_COOKIE, other),
        )
        for key, value in (("dark", "1"), ("light", "0"), ("as_browser", "")):
            ui.menu_item(word(key), on_click=lambda value=value: _remember(DARK_COOKIE, value))
        ui.separator()
        ui.menu_item(word("sign_out"), on_click=_sign_out)


def _dark() -> None:
    request = ui.context.client.request
    wanted = request.cookies.get(DARK_COOKIE, "") if request else ""
    ui.dark_mode({"1": True, "0": False}.get(wanted))


def _remember(cookie: str, value: str) -> None:
    """Keeps a choice of the browser's owner, and shows the page by it."""
    ui.run_javascript(
        f'document.cookie = "{cookie}={value}; path=/; max-age={YEAR_SECONDS}; samesite=strict";'
        "location.reload();"
    )


def _sign_out() -> None:
    ui.run_javascript(
        'fetch("/api/panel/session", {method: "DELETE"}).finally(() => location.assign("/admin/"));'
    )
