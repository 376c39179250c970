"""Which names are somebody's just now. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from protocol_spec.codec import ErrorCode
from server.failures import Rejected
from server.people.names import skeleton


class TakenNames:
    """Of those who are here, those expected back, and those who ask for one at this moment."""

    def __init__(self) -> None:
        self.holders: dict[str, int] = {}
        """Player ids by the skeletons of their names."""
        self._claims: dict[str, int] = {}
        """The same of names that players ask for just now."""

    def holder(self, name: str) -> int:
        """Who has that name or one that looks like it; 0 is nobody."""
        return self.holders.get(skeleton(name), 0)

    def give(self, name: str, player_id: int) -> None:
        self.holders[skeleton(name)] = player_id

    def release(self, name: str, player_id: int) -> None:
        """The name is free, if it was that player's."""
        key = skeleton(name)
        if self.holders.get(key) == player_id:
            del self.holders[key]

    @contextmanager
    def claiming(self, key: str, player_id: int) -> Iterator[None]:
        """While the database is asked for a name, by its skeleton, only this player gets it.

        Raises Rejected where it is another's, and where the player asks for another one already:
        somebody can do one thing at a time.
        """
        if player_id in self._claims.values():
            raise Rejected(ErrorCode.SERVER_BUSY, "one name at a time", 1000)
        if key in self._claims or self.holders.get(key, player_id) != player_id:
            raise Rejected(ErrorCode.NAME_IN_USE)
        self._claims[key] = player_id
        try:
            yield
        finally:
            del self._claims[key]
