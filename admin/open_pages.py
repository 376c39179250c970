"""The pages that are open, by whose they are: what becomes of an account they hear at once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from nicegui import Client, background_tasks

Look = Callable[[], Awaitable[None]]
"""Sees to it that a page shows no more than its owner may see."""


def let_go(gone: Client) -> None:
    """Frees nearly all of a page at once when it is gone, half a megabyte.

    What is to happen at its end knows the page, and the page knows that: the two of them would wait
    for the collector, which must not stop the game for as long as a hundred pages take it. What it
    finds still are NiceGUI's own lists of classes and props, each of which knows itself.
    """
    for handlers in (gone.connect_handlers, gone.disconnect_handlers, gone.delete_handlers):
        handlers.clear()


class OpenPages:
    def __init__(self) -> None:
        self._looks: dict[int, set[Look]] = {}

    def add(self, account_id: int, look: Look) -> Callable[[], None]:
        """Until the result is called, which is when the page is gone."""
        looks = self._looks.setdefault(account_id, set())
        looks.add(look)

        def remove() -> None:
            looks.discard(look)
            if not looks and self._looks.get(account_id) is looks:
                del self._looks[account_id]

        return remove

    def look(self, account_id: int) -> None:
        """Something has happened to an account or its sessions."""
        for look in tuple(self._looks.get(account_id, ())):
            background_tasks.create(look(), name="a page looks who it may stay open for")
