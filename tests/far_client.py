"""A client far away from a MockServer, on a clock that a test winds: nothing waits for real time.

Messages are as late as a bad network makes them, and in their order, as TCP has it.
"""

from __future__ import annotations

import math
import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from protocol_spec import codec
from protocol_spec.session import ClientSession
from protocol_spec.walker import Walker
from server import movement
from server.game import TICK_SECONDS
from tests.mock_server import MockServer, Wire

STEP_SECONDS = 0.005
FRAME_SECONDS = 1 / 60


@dataclass
class Weather:
    delay_seconds: float = 0.0
    jitter_seconds: float = 0.0
    """Up to so much more or less."""


class FarWire(Wire):
    """What the server sends goes on its way."""

    def __init__(self, way: Way) -> None:
        super().__init__()
        self._way = way

    def send(self, message: bytes) -> None:
        self._way.put(message)


class Way:
    """One direction."""

    def __init__(
        self, weather: Weather, rng: random.Random, now: Callable[[], float], frozen: Frost
    ) -> None:
        self._weather = weather
        self._rng = rng
        self._now = now
        self._frost = frozen
        self._due = 0.0
        self._line: deque[tuple[float, bytes]] = deque()

    def put(self, message: bytes) -> None:
        now, jitter = self._now(), self._weather.jitter_seconds
        late = self._weather.delay_seconds + self._rng.uniform(-jitter, jitter)
        sets_out = self._frost.ends if self._frost.holds(now) else now
        self._due = max(self._due, sets_out + late)
        self._line.append((self._due, message))

    def take(self) -> list[bytes]:
        """What has arrived by now."""
        taken: list[bytes] = []
        while self._line and self._line[0][0] <= self._now() and not self._frost.holds(self._now()):
            taken.append(self._line.popleft()[1])
        return taken


@dataclass
class Frost:
    """From when until when nothing moves."""

    begins: float = math.inf
    ends: float = math.inf

    def holds(self, now: float) -> bool:
        return self.begins <= now < self.ends


class FarClient:
    def __init__(
        self,
        server: MockServer,
        weather: Weather,
        seed: int = 0,
        intent_at: Callable[[float], codec.Command] | None = None,
    ) -> None:
        """`intent_at` tells what is wanted so many seconds after the first snapshot."""
        self.server = server
        self.weather = weather
        self.frost = Frost()
        self.now = server.now
        self.frames_pause = False
        """The player's machine hangs."""
        rng = random.Random(seed)
        self._up = Way(weather, rng, lambda: self.now, self.frost)
        self._down = Way(weather, rng, lambda: self.now, self.frost)
        self._intent_at = intent_at
        self._server_session = server.lobby.open_session(FarWire(self._down), server.now)
        self.session = ClientSession("Estragon", "", self._up.put)
        self.walker = Walker(self.session, movement.alone_on)
        self.session.on_message = lambda message: self.walker.hear(message, self.now)
        self.began = math.inf
        """When the first snapshot came."""
        self.late_inputs = 0
        """Ticks for which the server had no command, since the first it had."""
        self.session.begin()
        self._tick_at = self.now + TICK_SECONDS
        self._frame_at = self.now

    def run(self, seconds: float) -> None:
        """The server ticks and the client draws frames, for so long."""
        until = self.now + seconds
        while self.now < until:
            self.now += STEP_SECONDS
            for message in self._up.take():
                self._server_session.receive(message, self.now)
            if self.now >= self._tick_at:
                self._tick_at += TICK_SECONDS
                self._tick()
            if self.now >= self._frame_at:
                self._frame_at += FRAME_SECONDS
                if not self.frames_pause:
                    self._frame()

    def _tick(self) -> None:
        server = self.server
        server.now = self.now
        server.game.do_tick(server.now)
        world = server.world
        if self.walker.prediction is not None and len(world.active):
            slot = world.active[0]
            self.late_inputs += bool(0 < world.inputs.applied_tick[slot] < world.tick)

    def _frame(self) -> None:
        for message in self._down.take():
            self.session.receive(message)
        if self.walker.prediction is not None:
            self.began = min(self.began, self.now)
            if self._intent_at is not None:
                self.walker.intent = self._intent_at(self.now - self.began)
        self.walker.advance(self.now)
