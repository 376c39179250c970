"""Secrets for one use that live in memory, each for a value. Pure: time is an argument.

Tickets for AUTH are issued and taken. A resume token lives longer: it is issued at AUTH_OK and kept
while the session lives, let go at its loss, and taken at the return, which issues the next. Where
the connection is lost again before the client can have had that one, the one before is put back;
so nobody is shut out by a lost AUTH_OK, and no token serves two at a time.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

from server.people.tokens import TokenKind, new_token, token_hash

T = TypeVar("T")


class Tickets(Generic[T]):
    """Knows the hashes of its tokens only. `now` is in seconds of any clock that never goes back.

    `take` takes in one step, also between threads: of many takers one wins. The rest is for one
    thread. A `key` is a token's hash, which a session may remember; None is no value.
    """

    def __init__(
        self, lifetime_seconds: float, limit: int, kind: TokenKind = TokenKind.TICKET
    ) -> None:
        """Of those that expire at most `limit` are remembered; then the oldest goes first.

        Those that are kept are not counted: there are as many as there are sessions.
        """
        self._lifetime = lifetime_seconds
        self._limit = limit
        self._kind = kind
        self._expiring: OrderedDict[str, tuple[T, float]] = OrderedDict()
        """Value and end by hash. All live equally long, so the first is the next to end."""
        self._kept: dict[str, T] = {}

    def __len__(self) -> int:
        return len(self._expiring) + len(self._kept)

    def issue(self, value: T, now: float) -> str:
        """A new token for the value."""
        token = new_token(self._kind)
        self.put_back(token_hash(token), value, now)
        return token

    def peek(self, token: str, now: float) -> T | None:
        """What the token is for, and it stays good."""
        key = token_hash(token)
        if (kept := self._kept.get(key)) is not None:
            return kept
        value, end = self._expiring.get(key, (None, 0.0))
        return value if now < end else None

    def take(self, token: str, now: float) -> T | None:
        """What the token is for; from here on it is for nothing."""
        key = token_hash(token)
        if (kept := self._kept.pop(key, None)) is not None:
            return kept
        value, end = self._expiring.pop(key, (None, 0.0))
        return value if now < end else None

    def keep(self, key: str) -> None:
        """The token of that hash, just issued, does not expire until it is let go."""
        found = self._expiring.pop(key, None)
        if found is not None:
            self._kept[key] = found[0]

    def let_go(self, key: str, now: float) -> None:
        """The token of that hash, if it was kept, lives its lifetime from now on."""
        value = self._kept.pop(key, None)
        if value is not None:
            self.put_back(key, value, now)

    def put_back(self, key: str, value: T, now: float) -> None:
        """The token of that hash is good again, for its lifetime from now on."""
        self._expiring.pop(key, None)
        self._expiring[key] = (value, now + self._lifetime)
        self._forget(now)

    def drop(self, key: str) -> None:
        """The token of that hash is for nothing any more."""
        self._kept.pop(key, None)
        self._expiring.pop(key, None)

    def drop_where(self, is_meant: Callable[[T], bool]) -> int:
        """Drops the tokens of all values that are meant; returns how many."""
        keys = [key for key, value in self._kept.items() if is_meant(value)]
        keys += [key for key, (value, _) in self._expiring.items() if is_meant(value)]
        for key in keys:
            self.drop(key)
        return len(keys)

    def _forget(self, now: float) -> None:
        """Drops what has expired, and the oldest beyond the limit."""
        while self._expiring:
            oldest = next(iter(self._expiring))
            if len(self._expiring) <= self._limit and now < self._expiring[oldest][1]:
                return
            self._expiring.pop(oldest, None)
