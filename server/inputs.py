"""What players want of their bodies, tick by tick: commands wait here for theirs. Pure."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from protocol_spec import codec
from protocol_spec.codec import INPUT_BUFFER_TICKS, INPUT_REPEAT_TICKS

Slots = NDArray[np.int32]
"""Players by their short numbers, the rows of all that is kept of them."""

_DTYPE: np.dtype[Any] = np.dtype(codec.Command.DTYPE)


class Inputs:
    """Rows are indexed by slot, as the world's are."""

    def __init__(self, max_players: int) -> None:
        # What came since the last tick: three columns, for numpy takes those in one go.
        self._came_slots: list[int] = []
        self._came_ticks: list[int] = []
        self._came_commands: list[bytes] = []
        self.count = 0
        """So many commands came since the start..."""
        self.late_count = 0
        """...and so many of them after their tick."""
        self.applied_tick = np.zeros(max_players, np.uint32)
        """The tick of the newest command that was applied."""
        self.newest_tick = np.zeros(max_players, np.int64)
        """The tick of the newest command that was received."""
        self.corrections = np.zeros(max_players, np.int32)
        """How often commands came after their tick, since the player entered: what the client had
        foretold of itself was wrong by them."""
        self.direction = np.zeros(max_players, np.int32)
        self.pace = np.zeros(max_players, np.int32)
        """As a command has them: what each player wants just now."""
        self._missed = np.zeros(max_players, np.int32)
        """For how many ticks in a row no command came."""
        self._buffer: NDArray[Any] = np.zeros((max_players, INPUT_BUFFER_TICKS), _DTYPE)
        """Commands by slot and tick modulo INPUT_BUFFER_TICKS..."""
        self._buffer_tick = np.zeros((max_players, INPUT_BUFFER_TICKS), np.int64)
        """...and for which tick each is."""

    def add(self, slot: int, tick: int, commands: bytes) -> None:
        """Packed commands for `tick` and those after it, kept until the next tick."""
        if not commands:
            return  # With it in the columns, others' commands would be taken for this player's.
        self._came_slots.append(slot)
        self._came_ticks.append(tick)
        self._came_commands.append(commands)

    def begin(self, slot: int) -> None:
        """The slot is somebody else's, who wants nothing so far."""
        self.applied_tick[slot] = self.newest_tick[slot] = 0
        self.pace[slot] = 0
        self._missed[slot] = 0
        self.corrections[slot] = 0
        self._buffer_tick[slot] = 0

    def sort(self, now_tick: int) -> None:
        """Puts what came where its ticks will find it; what is late is dropped."""
        if not self._came_slots:
            return
        rows = np.array(self._came_slots, np.int32)
        ticks = np.array(self._came_ticks, np.int64)
        commands = np.frombuffer(b"".join(self._came_commands), _DTYPE)
        if len(commands) != len(rows):  # Some hold several: then each has a row of its own.
            counts = np.array([len(each) for each in self._came_commands]) // codec.Command.SIZE
            rows = np.repeat(rows, counts)
            starts = np.cumsum(counts) - counts
            ticks = np.repeat(ticks - starts, counts) + np.arange(len(rows))
        self._came_slots, self._came_ticks, self._came_commands = [], [], []
        self.count += len(ticks)
        is_late = ticks < now_tick
        if is_late.any():
            self.late_count += int(np.count_nonzero(is_late))
            self.corrections[np.unique(rows[is_late])] += 1
        known = ticks < now_tick + INPUT_BUFFER_TICKS
        np.maximum.at(self.newest_tick, rows[known], ticks[known])
        timely = known & (ticks >= now_tick)
        rows, ticks = rows[timely], ticks[timely]
        self._buffer[rows, ticks % INPUT_BUFFER_TICKS] = commands[timely]
        self._buffer_tick[rows, ticks % INPUT_BUFFER_TICKS] = ticks

    def apply(self, slots: Slots, tick: int) -> tuple[NDArray[np.bool_], NDArray[Any]]:
        """The tick's commands decide `direction` and `pace`; a missing one is repeated for a while.

        Returns which of these slots have one, and what it is.
        """
        column = tick % INPUT_BUFFER_TICKS
        given = self._buffer_tick[slots, column] == tick
        fresh = slots[given]
        commands = self._buffer[fresh, column]
        self.direction[fresh] = commands["direction"]
        self.pace[fresh] = commands["pace"]
        self.applied_tick[fresh] = tick
        self._missed[slots] += 1
        self._missed[fresh] = 0
        self.pace[slots[self._missed[slots] > INPUT_REPEAT_TICKS]] = 0
        return given, commands
