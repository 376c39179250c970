"""What a mode sees of its world, and what it may do there. Pure.

Places and distances are in tiles: 12.5, 7.5 is the middle of the cell 12, 7. Modes never change the
world themselves: what they ask for is done in the next tick, like what players ask for.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

import numpy as np

from protocol_spec import codec
from protocol_spec.codec import UNITS_PER_TILE, ModePhase, ScoreKind
from server.editing.operations import Places
from server.world import TICK_RATE, Player, World

MOST_KEY_BYTES, MOST_VALUE_BYTES, MOST_TEXT_BYTES = 64, 1000, 2000
"""What a text's fields hold."""
MOST_OWN_BYTES = 16 * 1024
"""Half of what one of the server's messages holds."""
MOST_RECORDS = 255
MOST_KEPT_BYTES = 256 * 1024
SCORES_PER_FRAME = 2000

Move = Callable[[int, int, int, int], None]
"""Puts a player somewhere: their number, and x, y and z in 1/1024 tile."""
Rectangle = tuple[int, int, int, int]
"""Left, top, width and height."""
Keep = Callable[[dict[str, Any]], None]


@dataclass(frozen=True)
class Text:
    """Something to be read: a key that clients know, with what belongs into it; or the words."""

    key: str = ""
    values: tuple[str | int, ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)
    """By language, for what clients have no key for."""

    def fields(self) -> tuple[str, str, str]:
        """As MODE_STATE and MODE_NEWS have them."""
        pairs = [part for pair in self.words.items() for part in pair]
        return (
            _cut(self.key, MOST_KEY_BYTES),
            _joined(self.values, MOST_VALUE_BYTES),
            _joined(pairs, MOST_TEXT_BYTES),
        )


@dataclass(frozen=True)
class Score:
    """How a player stands. `time` is in ticks, 0 where there is none; `marks` are ModeMarks."""

    score: int = 0
    time: int = 0
    marks: int = 0


@dataclass(frozen=True)
class Record:
    """A line of a best list."""

    player_id: int
    name: str
    score: int = 0
    time: int = 0
    """In ticks."""


class ModeWorld:
    tick_rate = TICK_RATE
    """Ticks a second."""

    def __init__(
        self, mode_name: str, world: World, kept: Mapping[str, Any], move: Move, keep: Keep
    ) -> None:
        self._world = world
        self._move = move
        self._keep = keep
        self._state = codec.ModeState(mode_name, ModePhase.NONE, 0, ScoreKind.NONE, "", "", "")
        self._told_state: codec.ModeState | None = None
        self._scores: dict[int, Score] = {}
        self._changed_scores: set[int] = set()
        self._forgot_scores = True
        """To begin with, for there may have been another mode before."""
        self._records: list[Record] = []
        self._told_records: list[Record] | None = None
        self._news: list[bytes] = []
        self._private_news: list[tuple[int, bytes]] = []
        self._ids = np.zeros(len(world.view), np.int64)
        """Who is in each slot."""
        self._places: Places | None = None
        self._areas: dict[str, tuple[Rectangle, ...]] = {}
        """Those of the places above."""
        self.kept = kept
        """What the mode keeps over restarts: see `keep`."""

    @property
    def tick(self) -> int:
        """The tick that was just done."""
        return self._world.tick

    @property
    def players(self) -> Mapping[int, Player]:
        """Who is in the world, by number, in the order of their coming."""
        return MappingProxyType(self._world.players)

    def place(self, player_id: int) -> tuple[float, float]:
        """Where a player is. Raises KeyError where they are not in the world."""
        slot = self._world.players[player_id].slot
        x, y = self._world.x[slot], self._world.y[slot]
        return float(x) / UNITS_PER_TILE, float(y) / UNITS_PER_TILE

    def near(self, player_id: int, tiles: float) -> list[int]:
        """Who is at most so far from a player, the nearest first; not the player themselves."""
        world, slot = self._world, self._world.players[player_id].slot
        slots = world.active
        right = world.x[slots].astype(np.int64) - int(world.x[slot])
        down = world.y[slots].astype(np.int64) - int(world.y[slot])
        distance = right**2 + down**2
        found = (distance <= int(tiles * UNITS_PER_TILE) ** 2) & (slots != slot)
        order = np.argsort(distance[found], kind="stable")
        ids: list[int] = self._ids[slots[found][order]].tolist()
        return ids

    @property
    def areas(self) -> Mapping[str, tuple[Rectangle, ...]]:
        """The map's areas, by name: left, top, width and height of each rectangle, in tiles.

        Several areas of one name are one area.
        """
        if self._places is not self._world.places:
            self._places = self._world.places
            self._areas = {}
            for each in self._places.areas:
                rectangle = (each.x, each.y, each.width, each.height)
                self._areas[each.name] = (*self._areas.get(each.name, ()), rectangle)
        return MappingProxyType(self._areas)

    def is_in(self, player_id: int, area: str) -> bool:
        """Whether a player is in an area of that name; never, where the map has none."""
        x, y = self.place(player_id)
        return any(
            left <= x < left + width and top <= y < top + height
            for left, top, width, height in self.areas.get(area, ())
        )

    def teleport(self, player_id: int, x: float, y: float) -> None:
        """Puts a player somewhere, or as near to it as there is room, in one of the next ticks."""
        if player_id in self._world.players:
            self._move(player_id, int(x * UNITS_PER_TILE), int(y * UNITS_PER_TILE), 0)

    def show(
        self,
        phase: ModePhase = ModePhase.NONE,
        *,
        ends_tick: int = 0,
        score_kind: ScoreKind = ScoreKind.NONE,
        text: Text | None = None,
    ) -> None:
        """What everybody is to see of the mode from now on. `ends_tick` 0: nobody knows when."""
        key, values, texts = (text or Text()).fields()
        self._state = codec.ModeState(
            self._state.mode, phase, ends_tick, score_kind, key, values, texts
        )

    @property
    def scores(self) -> Mapping[int, Score]:
        """The table, by player number."""
        return MappingProxyType(self._scores)

    def score(self, player_id: int) -> Score:
        """A player's row, or an empty one."""
        return self._scores.get(player_id, Score())

    def set_score(
        self,
        player_id: int,
        *,
        score: int | None = None,
        time: int | None = None,
        marks: int | None = None,
    ) -> None:
        """Changes what is said of a player's row; it begins as 0. Who is not there has none."""
        if player_id not in self._world.players:
            return
        before = self._scores.get(player_id)
        after = before or Score()
        if score is not None:
            after = replace(after, score=score)
        if time is not None:
            after = replace(after, time=time)
        if marks is not None:
            after = replace(after, marks=marks)
        if after != before:
            self._scores[player_id] = after
            self._changed_scores.add(player_id)

    def forget_scores(self) -> None:
        """Empties the table."""
        self._forgot_scores = self._forgot_scores or bool(self._scores)
        self._scores.clear()
        self._changed_scores.clear()

    def show_records(self, records: Iterable[Record]) -> None:
        """The best list, the best first; of more than 255 lines the others are not shown."""
        self._records = list(records)[:MOST_RECORDS]

    def announce(self, text: Text, to: int = 0) -> None:
        """Tells everybody something, or one player by number."""
        frame = codec.ModeNews(*text.fields()).encode()
        if to:
            self._private_news.append((to, frame))
        else:
            self._news.append(frame)

    def send(self, kind: int, payload: bytes, to: int = 0) -> None:
        """Sends everybody, or one player by number, a message of the game's own.

        Raises ValueError where the type is none from 0x80 to 0xBF, or these are over 16 KiB.
        """
        if not codec.LOWEST_OWN_TYPE <= kind <= codec.HIGHEST_OWN_TYPE:
            raise ValueError(f"{kind:#x} is no type of the game's own")
        if len(payload) > MOST_OWN_BYTES:
            raise ValueError(f"{len(payload)} bytes are too much for a message")
        frame = struct.pack("!BH", kind, len(payload)) + payload
        if to:
            self._private_news.append((to, frame))
        else:
            self._news.append(frame)

    def show_goal(self, player_id: int, rectangle: Rectangle | None) -> None:
        """Shows a player where to go next; None: nowhere in particular."""
        frame = codec.ModeGoal(*(rectangle or (0, 0, 0, 0))).encode()
        self._private_news.append((player_id, frame))

    def keep(self, document: Mapping[str, Any]) -> None:
        """Writes down what is to outlast the server: anything that JSON can hold, as a whole.

        It is `kept` from now on, and when the mode starts in this world again. Raises TypeError
        where JSON cannot hold it, ValueError where it is over 256 KiB.
        """
        text = json.dumps(document)
        if len(text) > MOST_KEPT_BYTES:
            raise ValueError(f"{len(text)} bytes are too much to keep")
        kept = json.loads(text)
        self.kept = kept
        self._keep(kept)

    # What follows is for the host.

    def came(self, player: Player) -> None:
        self._ids[player.slot] = player.player_id

    def went(self, player_id: int) -> None:
        self._scores.pop(player_id, None)
        self._changed_scores.discard(player_id)

    def greeting(self) -> list[bytes]:
        """All that a newcomer must know."""
        rows = list(self._scores)
        records = self._record_frames() if self._records else []
        return [self._state.encode(), *self._score_frames(rows, full=True), *records]

    def take_frames(self) -> list[bytes]:
        """What everybody is to hear of the tick."""
        frames = []
        if self._state != self._told_state:
            self._told_state = self._state
            frames.append(self._state.encode())
        if self._changed_scores or self._forgot_scores:
            frames += self._score_frames(sorted(self._changed_scores), full=self._forgot_scores)
            self._changed_scores.clear()
            self._forgot_scores = False
        if self._records != self._told_records:
            self._told_records = self._records
            frames += self._record_frames()
        frames += self._news
        self._news = []
        return frames

    def take_private_frames(self) -> list[tuple[int, bytes]]:
        """What single players are to hear, by their numbers."""
        frames, self._private_news = self._private_news, []
        return frames

    def _score_frames(self, player_ids: list[int], *, full: bool) -> list[bytes]:
        frames = []
        for at in range(0, max(len(player_ids), 1), SCORES_PER_FRAME):
            some = player_ids[at : at + SCORES_PER_FRAME]
            rows = b"".join(self._row(each).pack() for each in some)
            frames.append(codec.ModeScores(int(full and at == 0), rows).encode())
        return frames

    def _row(self, player_id: int) -> codec.ModeScore:
        each = self._scores[player_id]
        score = min(max(each.score, -0x8000_0000), 0x7FFF_FFFF)
        return codec.ModeScore(player_id, score, min(each.time, 0xFFFF_FFFF), each.marks & 0xFF)

    def _record_frames(self) -> list[bytes]:
        count = len(self._records)
        if not count:
            return [codec.ModeRecord(0, 0, 0, 0, 0, "").encode()]
        return [
            codec.ModeRecord(at, count, each.player_id, each.score, each.time, each.name).encode()
            for at, each in enumerate(self._records)
        ]


def _cut(text: str, most_bytes: int) -> str:
    return text.encode()[:most_bytes].decode(errors="ignore")


def _joined(parts: Iterable[str | int], most_bytes: int) -> str:
    return _cut("\x1f".join(str(each).replace("\x1f", " ") for each in parts), most_bytes)
