"""Where one's own player is, before the server has said so. Pure.

The same state, map and command give the same state a tick later on both sides (PROTOCOL.md,
"Movement"). So a client need not wait: it does each tick itself when it sends its command. When the
WORLD_STATE of that tick comes, the two are compared. Where they are not equal the client goes back
to what the server says and does the ticks since then again, each with the command that it sent.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import dist

from protocol_spec import codec
from protocol_spec.codec import INPUT_REPEAT_TICKS

LONGEST_GUESS_TICKS = 40
"""Nobody walks on by themselves for longer than this without a word from the server."""
STAND = codec.Command(direction=0, aim=0, pace=0, buttons=0)
_STANDS = INPUT_REPEAT_TICKS + 1
"""So many missing commands make a body stand."""


@dataclass(frozen=True, slots=True)
class Body:
    """A body's whole state, as the head of WORLD_STATE has it."""

    x: int
    y: int
    z: int
    vz: int


Step = Callable[[Body, codec.Command], Body]
"""One tick of a body, on the map that the client holds."""


@dataclass(frozen=True, slots=True)
class _Moment:
    """A tick done: the body after it, and what the server would do without a command."""

    body: Body
    command: codec.Command
    """The newest one."""
    missed: int
    """For how many ticks in a row none was there, up to _STANDS."""


class Prediction:
    def __init__(self, step: Step, tick: int, body: Body) -> None:
        """Begins with what the server said of `tick`."""
        self.corrections = 0
        """How often the server did not say what was predicted."""
        self.last_correction = 0.0
        """By how much the newest tick was moved then, in 1/1024 tile."""
        self.tick = tick
        """The newest that was done."""
        self._step = step
        self._commands: dict[int, codec.Command] = {}
        self._moments = {tick: _Moment(body, STAND, _STANDS)}
        self._known_tick = tick
        """The newest that the server told of."""
        self._is_wrong = False
        self._is_stale = False
        """What it was predicted from has changed, which may or may not matter."""
        self._jumps = False

    @property
    def body(self) -> Body:
        """After the newest tick, as far as it can be known."""
        self.settle()
        return self._moments[self.tick].body

    def at(self, tick: int) -> Body | None:
        """After that tick, where it is among the last ones."""
        self.settle()
        moment = self._moments.get(tick)
        return moment.body if moment else None

    def act(self, tick: int, command: codec.Command) -> None:
        """The command for `tick` was sent: does the ticks up to it, those without one as well."""
        self.settle()
        self._commands[tick] = command
        while self.tick < tick:
            self._do_next()

    def confirm(self, tick: int, input_tick: int, body: Body) -> None:
        """A WORLD_STATE says what became of one's player, `input_tick` being its newest command."""
        if tick <= self._known_tick:
            return
        while self.tick < tick:
            self._do_next()
        predicted = self._moments[tick]
        newest = self._commands.get(input_tick, STAND)
        known = _Moment(body, newest, min(tick - input_tick, _STANDS))
        self._is_wrong |= predicted.body != body
        self._is_stale |= predicted != known
        self._jumps &= self._is_wrong
        self._moments[tick] = known
        self._known_tick = tick
        for old in [each for each in self._moments if each < tick - 1]:
            del self._moments[old]
        for old in [each for each in self._commands if each < tick - INPUT_REPEAT_TICKS]:
            del self._commands[old]

    def jump(self) -> None:
        """A PLAYER_UPDATE put the player elsewhere: the next state is another by no mistake."""
        self._jumps = True

    def change_map(self) -> None:
        """A part of the map came, went or changed."""
        self._is_stale = True

    def turn_back(self, tick: int) -> None:
        """The clock was set back: what was to be done after `tick` will be done anew."""
        for late in [each for each in self._commands if each > tick]:
            del self._commands[late]
        for late in [each for each in self._moments if each > max(tick, self._known_tick)]:
            del self._moments[late]
        self.tick = max(self._moments)

    def settle(self) -> None:
        """Where the server or the map says otherwise, does what followed again."""
        if not self._is_stale:
            return
        before = self._moments[self.tick].body
        newest, self.tick = self.tick, self._known_tick
        while self.tick < newest:
            self._do_next()
        after = self._moments[self.tick].body
        if (self._is_wrong or before != after) and not self._jumps:
            self.corrections += 1
            self.last_correction = dist((before.x, before.y, before.z), (after.x, after.y, after.z))
        self._is_wrong = self._is_stale = self._jumps = False

    def _do_next(self) -> None:
        """A tick as the server does it: without a command the last one goes on for a while."""
        last = self._moments[self.tick]
        self.tick += 1
        command = self._commands.get(self.tick)
        if command is not None:
            missed = 0
            done = command
        else:
            missed = min(last.missed + 1, _STANDS)
            command = last.command
            done = replace(command, buttons=0, pace=0 if missed == _STANDS else command.pace)
        body = last.body
        if self.tick - self._known_tick <= LONGEST_GUESS_TICKS:
            body = self._step(body, done)
        self._moments[self.tick] = _Moment(body, command, missed)
