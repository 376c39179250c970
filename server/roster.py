"""Everybody in a world, as newcomers hear of them. Pure.

Somebody comes at nearly every tick while a crowd joins, and each hears of all who are there. So
each player's PLAYER_JOIN is encoded when it changes, and all are packed into messages once a tick.
"""

from __future__ import annotations

from itertools import accumulate

from protocol_spec import codec
from protocol_spec.codec import MAX_SERVER_MESSAGE
from server.world import Player


class Roster:
    def __init__(self) -> None:
        self._frames: dict[int, bytes] = {}
        """By player id."""

    def put(self, player: Player) -> bytes:
        """Somebody has come, or has another name or look; returns their PLAYER_JOIN."""
        frame = codec.PlayerJoin(
            player_id=player.player_id, slot=player.slot, look=player.look, name=player.name
        ).encode()
        self._frames[player.player_id] = frame
        return frame

    def drop(self, player_id: int) -> None:
        """Somebody has gone."""
        self._frames.pop(player_id, None)

    def messages(self) -> list[bytes]:
        """The PLAYER_JOINs of all, in as few messages as they fit."""
        frames = list(self._frames.values())
        ends = list(accumulate(map(len, frames)))
        found, start, limit = [], 0, MAX_SERVER_MESSAGE
        for index, end in enumerate(ends):
            if end > limit:
                found.append(b"".join(frames[start:index]))
                start, limit = index, ends[index - 1] + MAX_SERVER_MESSAGE
        if start < len(frames):
            found.append(b"".join(frames[start:]))
        return found
