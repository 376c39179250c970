"""A token bucket. Time is an argument, in seconds of any clock that does not go back."""

from __future__ import annotations


class Bucket:
    """Holds up to `burst` tokens and gains `per_second`; a message takes one."""

    __slots__ = ("_burst", "_per_second", "_then", "_tokens")

    def __init__(self, per_second: float, burst: float, now: float) -> None:
        self._per_second = per_second
        self._burst = burst
        self._tokens = burst
        self._then = now

    def take(self, now: float) -> bool:
        """Takes a token. False, and nothing taken, where there is none."""
        tokens = self._tokens + (now - self._then) * self._per_second
        if tokens > self._burst:
            tokens = self._burst
        self._then = now
        is_there = tokens >= 1
        self._tokens = tokens - is_there
        return is_there

    @property
    def is_rested(self) -> bool:
        """True where half of the burst was there at the last `take`."""
        return self._tokens > self._burst / 2

    @property
    def wait_seconds(self) -> float:
        """How long after the last `take` the next token is there."""
        return max(0.0, (1 - self._tokens) / self._per_second)
