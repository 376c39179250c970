"""What tick it is at the server, and for which tick to send commands. Pure.

A client has a clock of its own, which counts the same ticks: `now * tick_rate`, where `now` is in
seconds, never goes back, and is passed in. What the server says is compared with it:

- A snapshot of tick T that comes when the own clock shows n puts the server at n + (T - n), less
  the way here. The greatest T - n of the last seconds came the fastest; how much less the others
  are is the jitter.
- WORLD_STATE's lead tells which command was the newest that had arrived by tick T. How far the
  clock of commands was ahead of the own one when that was sent is known; so it is known, too, how
  far ahead it must be for such a command to be in time.

What follows from both moves smoothly: it is stretched, and jumps only over more than a second.
"""

from __future__ import annotations

from math import floor

JUMP_SECONDS = 1.0
"""What is further off is not stretched away but jumped over."""
SPARE_TICKS = 1.0
"""So much earlier than the latest command of the last seconds the next ones shall arrive."""
FIRST_SPARE_TICKS = 4.0
"""And so much as long as nothing is known: too early costs little, too late is seen."""
MOST_SPARE_TICKS = 12.0
"""No jitter is waited for longer than this; the server keeps no commands 32 ticks ahead."""
STALL_TICKS = 10
"""What is later than half a second is no jitter: the connection hung, and nothing is learned."""
STALL_SECONDS = 1.0
"""After so long it is no stall either: the way is longer now, or the server lost time."""
FIRST_SNAPSHOTS = 5
"""So many are heard before the first command: the first one alone may have been late."""
LEARNING_SECONDS = 2.0
"""So long after the first word about leads the clock does not come closer yet."""
ARRIVALS_SECONDS = 5
LEADS_SECONDS = 10
"""So long jitter is remembered."""
INPUT_SPEEDS = (0.95, 1.2)
"""How slowly and how fast the clock of commands may run: it grows fast and shrinks slowly."""
HITCH_SECONDS = 0.15
"""Of what was read after so long a pause of the client's own nobody knows when it came."""
PING_SECONDS = 1.0
"""How often the way is to be measured..."""
FIRST_PINGS = 8
FIRST_PING_SECONDS = 0.25
"""...and as long as so many round trips are not known: the first commands go by them."""
SENT_TICKS = 128
"""When a command was sent is remembered for so long."""


class Clock:
    def __init__(self, tick_rate: int = 20) -> None:
        self.tick_rate = max(float(tick_rate), 1.0)
        self.round_trip_seconds = 0.0
        """Smoothed; 0 as long as it is not known."""
        self._trips = Extremes(LEADS_SECONDS)
        self._trip_count = 0
        self.enter_world(0.0)

    def enter_world(self, now: float) -> None:
        """Forgets ticks, for each world counts its own; the way to the server stays the same."""
        self.lead = 0
        """What the last snapshot said, in ticks."""
        self._at = now
        self._passed_seconds = 0.0
        self._snapshots = 0
        self._arrivals = Extremes(ARRIVALS_SECONDS)
        """T - n of snapshots."""
        self._stalled_at = -1.0
        self._needs = Extremes(LEADS_SECONDS)
        """How far ahead of the own clock that of commands must at least be."""
        self._needs_since = -1.0
        self._held_up_at = -1.0
        self._sent: dict[int, float] = {}
        """How far ahead it was when the command for a tick was sent."""
        self._heard_tick = -1
        self._heard_since = 0
        self._heard_need = 0.0
        self._input = 0.0

    @property
    def is_ready(self) -> bool:
        """Whether commands may be sent."""
        return self._snapshots >= FIRST_SNAPSHOTS and self._trip_count > 0

    @property
    def ping_seconds(self) -> float:
        """How long to wait between two PINGs."""
        return PING_SECONDS if self._trip_count >= FIRST_PINGS else FIRST_PING_SECONDS

    def observe_round_trip(self, seconds: float, now: float) -> None:
        """A PONG came, so long after its PING was sent."""
        self._trip_count += 1
        if self._passed_seconds > HITCH_SECONDS and not self._trips.is_empty:
            return
        self._trips.add(seconds, now)
        known = self.round_trip_seconds
        self.round_trip_seconds = known + (seconds - known) * 0.25 if known else seconds
        self._begin(now)

    def observe_snapshot(self, tick: int, lead: int, now: float) -> None:
        """The WORLD_STATE of `tick` came."""
        self._snapshots += 1
        self.lead = lead
        self._hear_arrival(tick - now * self.tick_rate, now)
        self._hear_lead(tick, lead, now)
        self._begin(now)

    def note_sent(self, tick: int) -> None:
        """The command for `tick` is on its way."""
        self._sent[tick] = self._input - self._at * self.tick_rate
        self._sent.pop(tick - SENT_TICKS, None)

    def advance(self, now: float) -> None:
        """Goes on to `now`. To be called often."""
        self._passed_seconds = max(now - self._at, 0.0)
        self._at = now
        if self._snapshots:
            self._follow(self._wanted_input())

    def input_tick(self) -> int:
        """The newest tick for which a command should be on its way."""
        return floor(self._input)

    @property
    def ahead_ticks(self) -> float:
        """How much further ahead commands are than a calm network would ask."""
        return (
            self._input - self._at * self.tick_rate - self._arrivals.greatest - self._least_trip()
        )

    @property
    def jitter_seconds(self) -> float:
        """Between the fastest and the slowest snapshot of the last seconds."""
        return (self._arrivals.greatest - self._arrivals.least) / self.tick_rate

    def _begin(self, now: float) -> None:
        """As long as no command was sent nothing has to move smoothly."""
        if self._snapshots and not self._sent:
            self._at = now
            self._input = self._wanted_input()

    def _hear_arrival(self, offset: float, now: float) -> None:
        arrivals = self._arrivals
        late = arrivals.greatest - offset
        is_stalled = self._stalled_at >= 0
        if arrivals.is_empty or late < -STALL_TICKS:
            self._begin_anew(offset, now)
        elif late > 0 and self._passed_seconds > HITCH_SECONDS:
            pass
        elif late <= (arrivals.greatest - arrivals.least if is_stalled else STALL_TICKS):
            self._stalled_at = -1.0
            arrivals.add(offset, now)
        elif not is_stalled:
            self._stalled_at = now
        elif now - self._stalled_at > STALL_SECONDS:
            self._begin_anew(offset, now)

    def _begin_anew(self, offset: float, now: float) -> None:
        self._stalled_at = -1.0
        self._arrivals.clear()
        self._arrivals.add(offset, now)
        self._needs.clear()
        self._needs_since = -1.0
        self._held_up_at = -1.0

    def _hear_lead(self, tick: int, lead: int, now: float) -> None:
        """What the newest command was worth is known when the next one has come."""
        newest = tick + lead
        ahead = self._sent.get(newest)
        if ahead is None:
            return
        if newest != self._heard_tick:
            if self._heard_tick >= 0 and tick - self._heard_since <= STALL_TICKS:
                self._hear_need(self._heard_need, now)
            self._heard_tick, self._heard_since = newest, tick
        self._heard_need = ahead - lead

    def _hear_need(self, need: float, now: float) -> None:
        """What was held up on the way there shows by this, for some time after it stopped."""
        if not self._needs.is_empty and need - self._needs.greatest > STALL_TICKS:
            if self._held_up_at < 0:
                self._held_up_at = now
            if now - self._held_up_at <= STALL_SECONDS:
                return
            self._needs.clear()
        self._held_up_at = -1.0
        self._needs.add(need, now)
        if self._needs_since < 0:
            self._needs_since = now

    def _wanted_input(self) -> float:
        own = self._at * self.tick_rate
        if self._needs_since < 0:
            return own + self._arrivals.greatest + self._longest_trip() + FIRST_SPARE_TICKS
        ahead = min(self._needs.greatest + SPARE_TICKS, self._needs.least + MOST_SPARE_TICKS)
        if self._at - self._needs_since < LEARNING_SECONDS:
            ahead = max(ahead, self._input + self._passed_seconds * self.tick_rate - own)
        return own + ahead

    def _least_trip(self) -> float:
        """In ticks."""
        return self._trips.least * self.tick_rate

    def _longest_trip(self) -> float:
        return self._trips.greatest * self.tick_rate

    def _follow(self, wanted: float) -> None:
        """Lets the clock of commands go on by the time that has passed, towards what is wanted."""
        passed = self._passed_seconds * self.tick_rate
        wrong = wanted - (self._input + passed)
        if abs(wrong) > JUMP_SECONDS * self.tick_rate:
            self._input = wanted
            return
        slowest, fastest = INPUT_SPEEDS
        self._input += passed + min(max(wrong, passed * (slowest - 1)), passed * (fastest - 1))


class Extremes:
    """The least and the greatest of what came in the last seconds, a pair kept for each second."""

    def __init__(self, seconds: int) -> None:
        self._seconds = seconds
        self.clear()

    def clear(self) -> None:
        self._pairs: dict[int, tuple[float, float]] = {}
        self.least = 0.0
        self.greatest = 0.0

    @property
    def is_empty(self) -> bool:
        return not self._pairs

    def add(self, value: float, now: float) -> None:
        second = floor(now)
        least, greatest = self._pairs.get(second, (value, value))
        self._pairs[second] = (min(least, value), max(greatest, value))
        for old in [each for each in self._pairs if each <= second - self._seconds]:
            del self._pairs[old]
        self.least = min(low for low, _ in self._pairs.values())
        self.greatest = max(high for _, high in self._pairs.values())
