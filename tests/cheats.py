"""Who misuses INPUT and how, the honest twin of each, and a judge of where their bodies go."""

from __future__ import annotations

import random
from collections import deque
from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from protocol_spec import codec
from protocol_spec.codec import (
    BODY_RADIUS,
    GRAVITY,
    INPUT_BUFFER_TICKS,
    INPUT_REPEAT_TICKS,
    JUMP_SPEED,
    NEVER_ENTER,
    STEP_HEIGHT,
    WALK_SPEED,
    Button,
)
from server.tiles import TileSet
from server.world import TICK_RATE

Ints = NDArray[np.int64]
Cells = NDArray[np.uint16]

HOUR = 3600 * TICK_RATE
LAST_TICK = 2**32 - 1
"""INPUT.tick is a u32."""
SLACK = 1.05
"""Over a second nobody comes further than so many times what the ground allows."""
LEAP = sum(range(JUMP_SPEED, 0, -GRAVITY))
SIZE = codec.Command.SIZE

Message = tuple[int, bytes]
"""An INPUT's tick and its commands."""


class Intents:
    """What counts of one player's commands, in the plainest way."""

    def __init__(self) -> None:
        self._kept: dict[int, bytes] = {}
        self._last = b""
        self._missed = 0

    def hear(self, done: int, tick: int, commands: bytes) -> None:
        """Commands come for `tick` and those after it, when `done` is the last tick done."""
        for at in range(0, len(commands), SIZE):
            if done < tick <= done + INPUT_BUFFER_TICKS:
                self._kept[tick] = commands[at : at + SIZE]
            tick += 1

    def command(self, tick: int) -> bytes:
        """What an honest client sends for that tick; nothing before the first."""
        given = self._kept.pop(tick, b"")
        if given:
            self._last, self._missed = given, 0
        elif self._last:
            self._missed += 1
            pace = self._last[4] if self._missed <= INPUT_REPEAT_TICKS else 0
            return self._last[:4] + bytes((pace, 0))
        return given


class Judge:
    """Holds bodies to the ground: no way through it, no second too fast, no leap too high."""

    def __init__(self, cells: Cells, tiles: TileSet, states: Ints) -> None:
        heights = tiles.cell_heights(cells).astype(np.int64)
        self._heights = np.pad(heights, 1, constant_values=NEVER_ENTER)
        self._speeds = tiles.cell_speeds(cells).astype(np.int64)
        self._states = states
        self._stood = states[2]
        self._went: deque[NDArray[np.float64]] = deque(maxlen=TICK_RATE)
        self._allowed: deque[NDArray[np.float64]] = deque(maxlen=TICK_RATE)
        self.walked = 0.0
        """By all together, in 1/1024 tile."""

    def see(self, states: Ints, newcomers: list[int] | None = None) -> None:
        """A tick later: x, y, z and vz of each, shape (4, bodies)."""
        came = np.isin(np.arange(states.shape[1]), newcomers or [])
        x, y, z, vz = states
        ground = self._ground(x, y)
        assert (ground < NEVER_ENTER).all(), "where nobody may be"
        assert (z >= ground).all(), "in a wall"

        x0, y0, z0, vz0 = self._states
        went = np.hypot(x - x0, y - y0)
        allowed = WALK_SPEED * self._speeds[y0 >> 10, x0 >> 10] / 100
        self._went.append(np.where(came, 0, went))
        self._allowed.append(np.where(came, 0, allowed))
        assert (np.sum(self._went, axis=0) <= SLACK * np.sum(self._allowed, axis=0)).all(), (
            "too fast over a second"
        )

        rise = np.where(vz0 == 0, JUMP_SPEED, np.maximum(vz0 - GRAVITY, 0))
        assert (came | (z - z0 <= rise + STEP_HEIGHT)).all(), "up too much in a tick"
        self._stood = np.where(came, z, self._stood)
        assert (z - self._stood <= LEAP + STEP_HEIGHT).all(), "higher than a leap and a step"
        self._stood = np.where(vz == 0, z, self._stood)
        self._states = states
        self.walked += float(self._went[-1].sum())

    def _ground(self, x: Ints, y: Ints) -> Ints:
        corners = [
            self._heights[((y + down) >> 10) + 1, ((x + right) >> 10) + 1]
            for right in (-BODY_RADIUS, BODY_RADIUS)
            for down in (-BODY_RADIUS, BODY_RADIUS)
        ]
        ground: Ints = np.max(corners, axis=0)
        return ground


@dataclass(frozen=True, slots=True)
class Cheat:
    """How somebody makes INPUTs of what they want."""

    offsets: tuple[int, ...]
    """So many ticks after the last one done each message begins, in turn."""
    counts: tuple[int, ...]
    """So many commands are in each, in turn."""
    messages: int
    """So many in a tick."""
    hoards: int
    """For so many ticks nothing is sent; then all of it at once."""
    replays: int
    """Each so-many-th message is an earlier one, as it was; 0: none."""
    renumbers: int
    """Each so-many-th holds the commands of another tick; 0: none."""
    stays: int
    """After so many ticks the player leaves, and another takes the slot; 0: never."""


HONEST = Cheat((1,), (1,), 1, 0, 0, 0, 0)
EVERYTHING = Cheat((-8, 40, 25, 1, 9, 0, 17, -HOUR, 1), (8, 8, 0, 8, 3), 12, 0, 5, 3, 45)

_offsets = st.one_of(
    st.integers(-8, 40),
    st.sampled_from((0, 1, 1, 2, 25, 31, 32, 33, HOUR, -HOUR, LAST_TICK, -LAST_TICK)),
)
CHEATS = st.builds(
    Cheat,
    offsets=st.lists(_offsets, min_size=1, max_size=8).map(tuple),
    counts=st.lists(st.integers(0, 2) | st.integers(0, 8), min_size=1, max_size=5).map(tuple),
    messages=st.integers(1, 8),
    hoards=st.sampled_from((0, 0, 1, 3, 4, 19, 31, 40)),
    replays=st.integers(0, 4),
    renumbers=st.integers(0, 4),
    stays=st.sampled_from((0, 0, 0, 1, 2, 5, 30)),
)


class Cheater:
    """One player who cheats, and what they want at each tick."""

    def __init__(self, cheat: Cheat, seed: int) -> None:
        self.cheat = cheat
        self._random = random.Random(seed)
        self._wants = wants(seed)
        self._turn = 0
        self._spoken = 0
        self._hoard: list[Message] = []
        self._said: deque[Message] = deque(maxlen=100)

    def speak(self, done: int) -> list[Message]:
        """What the player sends between the tick `done` and the next one."""
        self._turn += 1
        self._hoard += [self._message(done) for _ in range(self.cheat.messages)]
        if self._turn % (self.cheat.hoards + 1):
            return []
        sent, self._hoard = self._hoard, []
        return sent

    def _message(self, done: int) -> Message:
        cheat = self.cheat
        self._spoken += 1
        turn = self._spoken
        if cheat.replays and turn % cheat.replays == 0 and self._said:
            return self._random.choice(self._said)
        offset = cheat.offsets[turn % len(cheat.offsets)]
        tick = min(max(done + offset, 0), LAST_TICK)
        wanted = tick
        if cheat.renumbers and turn % cheat.renumbers == 0:
            wanted = self._random.getrandbits(16)
        at = wanted % (len(self._wants) // SIZE - 8) * SIZE
        count = cheat.counts[turn % len(cheat.counts)]
        message = tick, self._wants[at : at + count * SIZE]
        self._said.append(message)
        return message


def wants(seed: int, ticks: int = 500) -> bytes:
    """A command a tick: mostly straight on at full pace, with any buttons, looking anywhere."""
    rng = np.random.Generator(np.random.PCG64(seed))
    commands = np.zeros(ticks, codec.Command.DTYPE)
    turns = np.searchsorted(rng.integers(1, 60, ticks).cumsum(), np.arange(ticks), side="right")
    commands["direction"] = rng.integers(0, 65536, ticks)[turns]
    commands["pace"] = np.where(rng.random(ticks) < 0.9, 255, rng.integers(0, 256, ticks))
    commands["aim"] = rng.integers(0, 65536, ticks)
    held = rng.choice([0, Button.JUMP, 255, 254], ticks)[turns]
    commands["buttons"] = np.where(rng.random(ticks) < 0.8, held, rng.integers(0, 256, ticks))
    return commands.tobytes()
