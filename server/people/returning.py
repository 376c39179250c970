"""Who may come back after their connection was lost: by which tokens, and until when. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from server.people.identity import Identity
from server.people.tickets import Tickets
from server.people.tokens import TokenKind, token_hash

MOST_ABSENT = 10_000


@dataclass(frozen=True)
class Absent:
    """A player whose connection was lost, and until when they are waited for."""

    identity: Identity
    until: float
    resume_keys: list[str]
    """By any of these tokens, by their hashes."""


class Returning:
    """The resume tokens of those who are here, and those who are away. Iterates over the latter.

    `now` is in seconds of any clock that never goes back.
    """

    def __init__(self, resume_seconds: float) -> None:
        self._resume_seconds = resume_seconds
        self.tokens: Tickets[Identity] = Tickets(resume_seconds, MOST_ABSENT, TokenKind.RESUME)
        self.absent: dict[int, Absent] = {}
        """By player id."""

    def __contains__(self, player_id: int) -> bool:
        return player_id in self.absent

    def __iter__(self) -> Iterator[Identity]:
        for absent in list(self.absent.values()):
            yield absent.identity

    def find(self, player_id: int) -> Identity | None:
        """Of somebody who is away."""
        absent = self.absent.get(player_id)
        return absent.identity if absent else None

    def new_token(self, identity: Identity, keys: list[str], now: float) -> tuple[str, list[str]]:
        """Another token for somebody who is here and has those of `keys`; and what they have then.

        The one before stays good as well, for the new one may be lost on its way.
        """
        token = self.tokens.issue(identity, now)
        self.drop(keys[:-1])
        key = token_hash(token)
        self.tokens.keep(key)
        return token, [*keys[-1:], key]

    def drop(self, keys: list[str]) -> None:
        """Tokens are for nothing any more."""
        for key in keys:
            self.tokens.drop(key)

    def lost(self, identity: Identity, keys: list[str], came_by: str, now: float) -> None:
        """A connection was lost, whose tokens are those of `keys`.

        The one that its player `came_by`, if it was one, is good again: its AUTH_OK may have been
        lost, and the new token with it.
        """
        for key in keys:
            self.tokens.let_go(key, now)
        if came_by:
            self.tokens.put_back(came_by, identity, now)
            keys = [*keys, came_by]
        self.absent[identity.player_id] = Absent(identity, now + self._resume_seconds, keys)

    def came_back(self, player_id: int) -> None:
        """Whoever was away is here, by whatever way."""
        if (absent := self.absent.pop(player_id, None)) is not None:
            self.drop(absent.resume_keys)

    def expel(self, player_id: int) -> Identity | None:
        """Nobody can be that player by a token. Returns who it was where they were away."""
        self.tokens.drop_where(lambda identity: identity.player_id == player_id)
        absent = self.absent.pop(player_id, None)
        return absent.identity if absent else None

    def give_up(self, now: float) -> list[Identity]:
        """Forgets who did not come back in time, and returns them."""
        late = [each.identity for each in self.absent.values() if each.until <= now]
        for identity in late:
            del self.absent[identity.player_id]
        return late
