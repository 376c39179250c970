"""How many accounts an address may make. Pure: the clock is given.

Names are worth something, and each account costs a password's hash and a row for ever.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

from protocol_spec.codec import ErrorCode
from server.failures import Rejected
from server.limits import Bucket
from server.people.login_limits import THIS_MACHINE, place_of

HOUR_SECONDS = 3600.0
REMEMBERED = 5_000
"""Addresses, those that came last: some 2 MiB."""


class Registrations:
    def __init__(self, clock: Callable[[], float], per_hour: int) -> None:
        """`clock` gives seconds and never goes back."""
        self._clock = clock
        self._per_hour = per_hour
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()

    def take(self, address: str) -> None:
        """Somebody there registers. Raises Rejected where there were too many lately."""
        place = place_of(address)
        if place == THIS_MACHINE:
            return
        now = self._clock()
        bucket = self._buckets.pop(place, None)
        if bucket is None:
            bucket = Bucket(self._per_hour / HOUR_SECONDS, self._per_hour, now)
        self._buckets[place] = bucket
        if len(self._buckets) > REMEMBERED:
            self._buckets.popitem(last=False)
        if not bucket.take(now):
            wait_ms = int(bucket.wait_seconds * 1000) + 1
            raise Rejected(ErrorCode.AUTH_TOO_MANY_TRIES, retry_after_ms=wait_ms)
