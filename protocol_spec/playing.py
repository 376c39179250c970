"""What a bot does in a mode: it runs after others or from them, races, and builds.

It goes straight on; where something is in the way, another way for a while, as chance has it."""

from __future__ import annotations

import math
import random

from protocol_spec import codec
from protocol_spec.codec import ModeMark, ModePhase
from protocol_spec.session import ClientSession, Player

FEAR_TILES = 8.0
"""Who is it is run from so far off."""
STUCK_TICKS = 6
WANDER_TICKS = 15
BUILD_TICKS = 20
"""A bot places a tile so often."""

Place = tuple[float, float]


class Playing:
    """One bot's mind: `act` sends one command for what the session shows just now."""

    def __init__(self, session: ClientSession, seed: int) -> None:
        self._session = session
        self._random = random.Random(seed)
        self._direction = self._random.randrange(65536)
        self._before: Place = (0.0, 0.0)
        self._stuck = 0
        self._wander = 0
        self._ticks = 0

    def act(self) -> None:
        session = self._session
        state, mode = session.state, session.mode
        if state is None or mode is None:
            return
        self._ticks += 1
        here = state.x / 1024, state.y / 1024
        self._stuck = self._stuck + 1 if math.dist(here, self._before) < 0.05 else 0
        self._before = here
        if self._stuck >= STUCK_TICKS:
            self._stuck, self._wander = 0, WANDER_TICKS
            self._direction = self._random.randrange(65536)
        wish = None
        if self._wander:
            self._wander -= 1
        elif mode.phase == ModePhase.RUNNING:
            wish = self._wish(here)
        elif mode.mode == "build" and self._ticks % BUILD_TICKS == 0:
            self._build(here)
        if wish is not None:
            self._direction = _towards(here, wish)
        elif self._random.random() < 0.05:
            self._direction = self._random.randrange(65536)
        session.walk(self._direction)

    def _wish(self, here: Place) -> Place | None:
        """Where to; None where it is all the same."""
        if (goal := self._session.goal) is not None:
            return goal.x + goal.width / 2, goal.y + goal.height / 2
        others = {each.player_id: each for each in self._others()}
        if not others:
            return None
        if self._has_mark(self._session.player_id, ModeMark.IT):
            return min(
                (_place(each) for each in others.values()), key=lambda at: math.dist(at, here)
            )
        hunters = [each for each in others.values() if self._has_mark(each.player_id, ModeMark.IT)]
        if not hunters:
            return None
        x, y = _place(hunters[0])
        if math.dist((x, y), here) > FEAR_TILES:
            return None
        return 2 * here[0] - x, 2 * here[1] - y

    def _others(self) -> list[Player]:
        """Who is in sight and has a part in it."""
        session = self._session
        return [
            each
            for each in session.players.values()
            if each.player_id != session.player_id
            and each.is_in_sight
            and not self._has_mark(each.player_id, ModeMark.SPECTATOR)
        ]

    def _has_mark(self, player_id: int, mark: ModeMark) -> bool:
        row = self._session.scores.get(player_id)
        return row is not None and bool(row.marks & mark)

    def _build(self, here: Place) -> None:
        """A flower where one stands, or away with it: nobody is shut in."""
        flowers = next(
            (each for each in self._session.tiles.values() if each.name == "flowers"), None
        )
        if flowers is None:
            return
        x, y = int(here[0]), int(here[1])
        there = self._session.tile_at(flowers.layer, x, y)
        if there in (0, flowers.id):
            cell = codec.CellEdit(flowers.layer, x, y, 0 if there else flowers.id)
            self._session.edit(codec.EditCells(0, cell.pack()))


def _place(player: Player) -> Place:
    return player.x / 256, player.y / 256


def _towards(here: Place, there: Place) -> int:
    """The direction, in 1/65536 turn."""
    angle = math.atan2(there[1] - here[1], there[0] - here[0])
    return round(angle / math.tau * 65536) % 65536
