"""What all pages of the panel share: colours, the head, and the words of both languages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy

from nicegui import ui
from nicegui.language import Language

from admin import desk_words, map_words, mode_words, own_words, peace_words, setup_words, words

LANGUAGE_COOKIE = "estragon_language"
QUASAR: dict[str, Language] = {"en": "en-GB", "ru": "ru"}
WORDS = {
    "overview": {"en": "Overview", "ru": "Обзор"},
    "players": {"en": "Players", "ru": "Игроки"},
    "worlds": {"en": "Worlds", "ru": "Миры"},
    "world": {"en": "World", "ru": "Мир"},
    "mode": {"en": "Mode", "ru": "Режим"},
    "name": {"en": "Name", "ru": "Имя"},
    "place": {"en": "Place", "ru": "Место"},
    "tick_ms": {"en": "Tick p50 / p99, ms", "ru": "Такт p50 / p99, мс"},
    "late_ticks": {"en": "Late ticks", "ru": "Опоздавшие такты"},
    "connections": {"en": "Connections", "ru": "Соединения"},
    "nobody": {"en": "Nobody is here yet.", "ru": "Пока никого нет."},
}
WORDS |= setup_words.WORDS | words.WORDS | peace_words.WORDS | map_words.WORDS
WORDS |= desk_words.WORDS | own_words.WORDS | mode_words.WORDS


def language() -> str:
    """The visitor's, as they chose or their browser says: "ru" or "en"."""
    request = ui.context.client.request
    if request is None:
        return "en"
    chosen = request.cookies.get(LANGUAGE_COOKIE, "")
    wanted = chosen or request.headers.get("accept-language", "")
    return "ru" if wanted.lower().startswith("ru") else "en"


def word(key: str) -> str:
    return WORDS[key][language()]


def speak() -> None:
    """NiceGUI's and Quasar's own words are in the visitor's language, too: of tables, of uploads,
    of a connection that is lost."""
    client = ui.context.client
    # NiceGUI keeps the language with the page, which all its visitors share.
    client.page = copy(client.page)
    client.page.language = QUASAR[language()]


@contextmanager
def frame(title: str) -> Iterator[None]:
    """A page of the panel: head, then what the caller puts in."""
    speak()
    ui.colors(primary="#7a5230", secondary="#56733f", accent="#c98f3c")
    with ui.header().classes("items-center"):
        ui.label("Estragon").classes("text-xl font-bold")
        ui.label(title).classes("text-lg opacity-80")
    with ui.column().classes("w-full max-w-5xl mx-auto p-4 gap-4"):
        yield
