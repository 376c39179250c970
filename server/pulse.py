"""Whether a connection is alive, how long the way to it is, and how much comes from it. Pure.

`now` is in seconds of any clock that does not go back.
"""

from __future__ import annotations

from protocol_spec import codec

PING_SECONDS = 5.0
"""So often the way to a player is measured."""
LATELY_SECONDS = 2.0
"""Only while as much was heard of them: whoever is silent is asked once, and not for this."""


class Pulse:
    def __init__(self, now: float) -> None:
        self.began = now
        self.heard_at = now
        self.is_asked = False
        """Whether the peer was asked if it is there, and said nothing since."""
        self.ping_ms: float | None = None
        """The last round trip; None before there was one."""
        self.messages_per_second = 0.0
        """Over the last second or so."""
        self.message_count = 0
        """Since then."""
        self._counted_since = now
        self._token = 0
        self._sent: float | None = None
        """When the last PING that measures was sent; None where its PONG was there."""
        self._next = now + PING_SECONDS

    def heard(self, now: float) -> None:
        """Something came."""
        self.heard_at = now
        self.is_asked = False

    def ask(self) -> bytes:
        """The PING for a peer that is silent."""
        self.is_asked = True
        return codec.Ping(token=0).encode()

    def may_measure(self, now: float) -> bool:
        """Whether it is time to measure the way again."""
        return now >= self._next and now - self.heard_at < LATELY_SECONDS

    def measure(self, now: float) -> bytes:
        """The PING whose PONG tells how long the way is. Answers to earlier ones count no more."""
        self._token = self._token % 0xFFFF_FFFF + 1
        self._sent, self._next = now, now + PING_SECONDS
        return codec.Ping(token=self._token).encode()

    def answered(self, token: int, now: float) -> None:
        """A PONG came."""
        if token == self._token and self._sent is not None:
            self.ping_ms = (now - self._sent) * 1000
            self._sent = None

    def count(self, now: float) -> None:
        """Called once a second: how many messages came since the last time."""
        if now > self._counted_since:
            self.messages_per_second = self.message_count / (now - self._counted_since)
            self.message_count, self._counted_since = 0, now
