"""What is written down of players as they play: where they stand, that they came, what they said.

Nothing waits for it: all is collected here and goes into the database once a second. What cannot
be written is kept and tried again.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Collection, Iterable

from server.clock import wall_clock_ms
from server.game import Game
from server.people.identity import Standing
from server.store import StoreError
from server.store.accounts import Visit, forget_visits, write_log
from server.store.chat import ChatLine, forget_lines
from server.store.thread import Database

log = logging.getLogger(__name__)

FLUSH_SECONDS = 1.0
STANDINGS_SECONDS = 30
"""How often it is noted where everybody stands; at leaving and at the end it is noted, too."""
FORGET_SECONDS = 3600
MOST_KEPT = 10_000
"""While the database cannot be written, so many chat lines and visits are kept; then the oldest are
lost."""
DAY_MS = 24 * 3600 * 1000


class PlayerLog:
    def __init__(self, database: Database, chat_days: int, visit_days: int) -> None:
        """Chat is forgotten after `chat_days`, who came after `visit_days`; 0: never."""
        self._database = database
        self._forgetting = ((forget_lines, chat_days), (forget_visits, visit_days))
        self._stood: dict[tuple[int, str], Standing] = {}
        self._unwritten: set[tuple[int, str]] = set()
        self._visits: deque[Visit] = deque(maxlen=MOST_KEPT)
        self._lines: deque[ChatLine] = deque(maxlen=MOST_KEPT)

    def stood(self, player_id: int, world: str, standing: Standing) -> None:
        """A player is, or was last, there."""
        self._stood[player_id, world] = standing
        self._unwritten.add((player_id, world))

    def came(self, visit: Visit) -> None:
        self._visits.append(visit)

    def said(self, line: ChatLine) -> None:
        self._lines.append(line)

    def standing(self, player_id: int, world: str) -> Standing | None:
        """Where a player stood, if it was lately; the database has what is older."""
        return self._stood.get((player_id, world))

    def forget(self, player_ids: Iterable[int]) -> None:
        """These will not come back by themselves; what is written of them is enough."""
        gone = set(player_ids)
        for key in [each for each in self._stood if each[0] in gone]:
            if key not in self._unwritten:
                del self._stood[key]

    async def flush(self) -> None:
        """Writes down what has come in. Keeps it where that fails."""
        unwritten, self._unwritten = self._unwritten, set()
        visits, lines = list(self._visits), list(self._lines)
        self._visits.clear()
        self._lines.clear()
        if not (unwritten or visits or lines):
            return
        stood = {key: self._stood[key] for key in unwritten}
        try:
            await self._database.do(write_log, stood, visits, lines, wall_clock_ms())
        except StoreError as error:
            log.warning("the players' log cannot be written: %s", error)
            self._unwritten |= unwritten
            self._visits = deque([*visits, *self._visits], MOST_KEPT)
            self._lines = deque([*lines, *self._lines], MOST_KEPT)

    async def run(self, games: Collection[Game], is_here: Callable[[int], bool]) -> None:
        """Until cancelled. `games` are those that run by then; `is_here` tells whom to remember."""
        seconds = 0
        while True:
            if seconds % FORGET_SECONDS == 0:
                await self._forget_old()
            await asyncio.sleep(FLUSH_SECONDS)
            seconds += 1
            if seconds % STANDINGS_SECONDS == 0:
                self.note_standings(games)
            await self.flush()
            self.forget({player_id for player_id, _ in self._stood if not is_here(player_id)})

    def note_standings(self, games: Iterable[Game]) -> None:
        for game in games:
            for player_id, standing in game.standings():
                self.stood(player_id, game.name, standing)

    async def _forget_old(self) -> None:
        for forget, days in self._forgetting:
            if not days:
                continue
            try:
                await self._database.do(forget, wall_clock_ms() - days * DAY_MS)
            except StoreError as error:
                log.warning("old chat and visits cannot be deleted: %s", error)
