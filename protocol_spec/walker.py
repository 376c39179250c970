"""One's own player: a command for every tick, in time, and where it leads, at once. Pure.

A `Walker` is a ClientSession's companion for who wants to see their steps without waiting for the
server. How a body moves it is told by whoever makes it: in Python that is the server's own
`movement`, which this package must not know.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from protocol_spec import codec
from protocol_spec.clock import Clock
from protocol_spec.ground import Ground
from protocol_spec.prediction import STAND, Body, Prediction, Step
from protocol_spec.session import ClientSession

COMMANDS_PER_MESSAGE = 8
FIRST_TOKEN = 0x20000000
"""Of the walker's own PINGs, to tell them from the session's."""


class Walker:
    """Set `intent`; call `hear` with each message that the session has taken in, and `advance`
    often, at least once a tick. `now` is in seconds and never goes back."""

    def __init__(self, session: ClientSession, movement: Callable[[Ground], Step]) -> None:
        """`movement` makes a tick of one body from the ground that it walks on."""
        self.session = session
        self.intent = STAND
        """What the player wants."""
        self.clock = Clock(session.welcome.tick_rate if session.welcome else 20)
        self.prediction: Prediction | None = None
        """None until the first snapshot of a world."""
        self._movement = movement
        self._commanded_tick = 0
        self._pings: dict[int, float] = {}
        self._token = FIRST_TOKEN
        self._ping_at = 0.0

    def hear(self, message: codec.Message, now: float) -> None:
        match message:
            case codec.Welcome():
                self.clock = Clock(message.tick_rate)
                self.clock.advance(now)
            case codec.WorldEntered():
                self.clock.enter_world(now)
                self.prediction = None
                self._commanded_tick = 0
            case codec.Pong(token=token) if token in self._pings:
                self.clock.observe_round_trip(now - self._pings.pop(token), now)
            case codec.WorldState():
                self._take_state(message, now)
            case codec.PlayerUpdate(player_id=who) if who == self.session.player_id:
                if self.prediction is not None:
                    self.prediction.jump()
            case codec.ChunkData() | codec.ChunkEdit() | codec.ChunkDrop():
                if self.prediction is not None:
                    self.prediction.change_map()

    def advance(self, now: float) -> None:
        """Sends a command for every tick that has begun since the last time."""
        self.clock.advance(now)
        if self.session.welcome is not None and now >= self._ping_at:
            self._ping(now)
        if self.prediction is not None and self.clock.is_ready:
            self._command(self.prediction)

    def _take_state(self, state: codec.WorldState, now: float) -> None:
        self.clock.observe_snapshot(state.tick, state.lead, now)
        body = Body(state.x, state.y, state.z, state.vz)
        if self.prediction is None:
            step = self._movement(Ground(self.session))
            self.prediction = Prediction(step, state.tick, body)
        else:
            self.prediction.confirm(state.tick, state.input_tick, body)

    def _ping(self, now: float) -> None:
        self._token += 1
        self._ping_at = now + self.clock.ping_seconds
        self._pings[self._token] = now
        self.session.send(codec.Ping(token=self._token).encode())

    def _command(self, prediction: Prediction) -> None:
        newest = self.clock.input_tick()
        if self._commanded_tick - newest > self.clock.tick_rate:
            prediction.turn_back(newest - 1)
            self._commanded_tick = newest - 1
        first = max(self._commanded_tick + 1, newest - COMMANDS_PER_MESSAGE + 1)
        if not self._commanded_tick:
            first = newest
        if first > newest:
            return
        command = replace(self.intent)
        for tick in range(first, newest + 1):
            prediction.act(tick, command)
            self.clock.note_sent(tick)
        commands = command.pack() * (newest - first + 1)
        self.session.send(codec.Input(tick=first, commands=commands).encode())
        self._commanded_tick = newest
