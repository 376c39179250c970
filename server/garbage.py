"""Python's garbage collector, kept out of the ticks.

Left to itself it runs whenever enough was made: in the midst of a tick, and now and then through
all that there is. A player is about 40 objects that it looks at; with 2,000 players all of them
took it 40 ms or more, which is a whole tick's time. So it is asked to work right after a tick, and
to no more than there is time for:

- What was made lately is looked at when it has become much: 2,000 objects take 0.3 ms. What a
  joining leaves behind in cycles (the upgrade of its HTTP request, the database's statements) is
  found here, for it dies young.
- Everything is looked at once a minute where the tick left time enough for it, as a few hundred
  players do; where it takes twice that time, every other minute, and so on, but once in half an
  hour in any case. What only this finds is little for a connection that is over, two small
  objects; for a page of the panel that was left it is a thousand, and they take 2 to 4 ms. That
  has to be done at some time, and the later the more of it at once: so it does not count.

What has no cycles is freed at once and needs none of this: so a Session and its connection part
when they are done with each other.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

YOUNG_OBJECTS = 2000
"""So many more were made than freed since the last look at the young."""
YOUNG_ROUNDS = 10
"""At every so many looks those that lived through the others are looked at as well."""
FULL_SECONDS = 60.0
OVERDUE_SECONDS = 1800.0
MUCH_FOUND = 5000
"""Objects. To free so many takes as long as to look at all others."""
SHARE = 0.5
"""Of what is left until the next tick: what came meanwhile needs its time, too."""


class Garbage:
    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        """`clock` gives seconds and never goes back."""
        self._clock = clock
        self._full_lasted = 0.0
        """Seconds that looking at everything took, the last time that not much was found."""
        self._full_at = clock()

    def take_over(self) -> None:
        """From now on nothing is collected but by `collect`."""
        gc.disable()
        self._full_at = self._clock()

    def hand_back(self) -> None:
        gc.enable()

    def collect(self, left_seconds: float) -> None:
        """Right after a tick, with so much time until the next."""
        made, rounds, _ = gc.get_count()
        if made >= YOUNG_OBJECTS:
            gc.collect(1 if rounds >= YOUNG_ROUNDS else 0)
            return
        began = self._clock()
        since = began - self._full_at
        room = left_seconds * SHARE
        is_due = room > 0 and since > FULL_SECONDS * max(1.0, self._full_lasted / room)
        if is_due or since > OVERDUE_SECONDS:
            found = gc.collect()
            self._full_at = self._clock()
            if found < MUCH_FOUND:
                self._full_lasted = self._full_at - began
