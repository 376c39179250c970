"""Who waits for whom among one author's edits. Pure.

An undo is about the last edit, so it must see all those that were asked for before it, and none of
those after it. Without waiting it would meet the edits that the next tick has yet to bring. In the
same way an edit whose chunks are still to come from the database would be overtaken.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable


class Turns:
    """What an author has asked for, in their order: side by side, or alone where it must be."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[Callable[[], None], Callable[[], bool]]] = deque()
        self._under_way = 0
        self._is_alone = False

    @property
    def is_over(self) -> bool:
        return not self._under_way and not self._waiting

    def wait(self, begin: Callable[[], None], *, alone: Callable[[], bool]) -> None:
        """Calls `begin` when its turn has come; `finish` is to be called when it is done.

        `alone` is asked as soon as nothing waits before it, and then again until its turn comes.
        """
        self._waiting.append((begin, alone))
        self._go_on()

    def finish(self) -> None:
        """One of those under way is done."""
        self._under_way -= 1
        self._is_alone = False
        self._go_on()

    def _go_on(self) -> None:
        while self._waiting and not self._is_alone:
            begin, alone = self._waiting[0]
            is_alone = alone()
            if is_alone and self._under_way:
                return
            self._waiting.popleft()
            self._under_way += 1
            self._is_alone = is_alone
            begin()
