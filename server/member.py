"""A player's connection as a world sees it: what it was told, and whether it keeps up."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from protocol_spec import codec
from protocol_spec.codec import MAX_SERVER_MESSAGE
from server.chunks import TileMap
from server.session import Session
from server.settings import Settings

log = logging.getLogger(__name__)

CLOGGED_BYTES = 32 * 1024
"""With so much unsent a client has fallen behind..."""
CATCH_UP_TICKS = 20
"""...until all that was sent has left at so many ticks in a row. Meanwhile nothing is queued behind
anything else, so that what comes is as new as it can be, however slow the way."""


class News:
    """What everybody in a world hears of a tick."""

    def __init__(self, frames: list[bytes]) -> None:
        self.frames = frames
        self.joined = b"".join(frames)


class Member:
    def __init__(self, session: Session, greeting: list[bytes]) -> None:
        """`greeting` are the frames that a newcomer must hear before anything else."""
        self.session = session
        self.chunk = -1
        """Where the view was last put; -1: nowhere yet."""
        self.held: set[int] = set()
        """The chunks that the client has."""
        self.awaits_chunks = False
        """Some of the view was not loaded when it was last looked at."""
        self.wants_full = True
        """The next snapshot lists everybody in sight: at entering, after a pause, when asked."""
        self._is_greeted = False
        self._frames = greeting
        """What goes out before the tick's news..."""
        self._map_frames: list[bytes] = []
        """...and between the news and the snapshot."""
        self._drained_ticks = CATCH_UP_TICKS
        """For how many ticks in a row nothing was left to send."""
        self._least_queued = 0
        self._clogged_since: float | None = None
        """When the queue was last seen to become less; None where there is hardly any."""

    @property
    def is_behind(self) -> bool:
        return self._drained_ticks < CATCH_UP_TICKS

    def may_hear(self, now: float, settings: Settings) -> bool:
        """Whether there may be a snapshot at this tick. Drops a client that never reads."""
        queued = self.session.peer.queued_bytes
        if queued > CLOGGED_BYTES:
            if self._clogged_since is None or queued < self._least_queued:
                self._clogged_since, self._least_queued = now, queued
            stalled = now - self._clogged_since
            if queued > settings.queued_bytes or stalled > settings.stalled_seconds:
                log.info("%s reads too slowly: %d bytes queued", self.session.name, queued)
                self.session.drop()
            self._drained_ticks = 0
        else:
            self._clogged_since = None
            if self.is_behind:
                self._drained_ticks = 0 if queued else self._drained_ticks + 1
        return self._drained_ticks > 0

    def hear(self, frame: bytes) -> None:
        """Queues a frame that is for this client alone."""
        self._frames.append(frame)

    def hear_of_chunks(self, frames: dict[int, bytes]) -> None:
        """Queues the tick's frames, given by chunk, of the chunks that the client has."""
        if frames:
            self._map_frames += [frames[each] for each in frames.keys() & self.held]

    def look_around(self, chunk: int, tile_map: TileMap) -> tuple[int, ...]:
        """Looks at what is in view of a chunk; returns the chunks that came."""
        self.chunk = chunk
        return self.look_at(tile_map.view_from(chunk), tile_map)

    def look_at(
        self, view: Sequence[int], tile_map: TileMap, most: int | None = None
    ) -> tuple[int, ...]:
        """Queues the tiles that come into view and drops the others; returns what came.

        Of more than `most` that could come the others are left for another time.
        """
        coming = [each for each in view if each not in self.held and tile_map.is_loaded(each)]
        came = tuple(coming[:most])
        self._map_frames += [tile_map.chunk_frame(each) for each in came]
        for each in self.held.difference(view):
            column, row = tile_map.chunk_place(each)
            self._map_frames.append(codec.ChunkDrop(chunk_x=column, chunk_y=row).encode())
        self.held.intersection_update(view)
        self.held.update(came)
        self.awaits_chunks = len(self.held) < len(view)
        return came

    def send(self, news: News, snapshot: bytes) -> None:
        """Sends a tick: news, tiles and the snapshot, in as few messages as they fit."""
        self._send(chain(self._frames, news.frames, self._map_frames, [snapshot]))
        self._is_greeted = True
        self._frames, self._map_frames = [], []

    def miss(self, news: News, edited: Iterable[int]) -> None:
        """A tick of which the client hears the news alone."""
        self.wants_full = True
        self.held.difference_update(edited)  # They come as a whole when there is room.
        if self._is_greeted:
            self._send(chain(self._frames, news.frames))
            self._frames = []
        else:
            self._frames += news.frames  # Nobody hears news before they are greeted.

    def _send(self, frames: Iterable[bytes]) -> None:
        send = self.session.peer.send
        for message in packed(frames):
            send(message)


def packed(frames: Iterable[bytes]) -> Iterator[bytes]:
    """Frames in their order, joined to messages of at most MAX_SERVER_MESSAGE bytes."""
    batch: list[bytes] = []
    size = 0
    for frame in frames:
        if batch and size + len(frame) > MAX_SERVER_MESSAGE:
            yield b"".join(batch)
            batch, size = [], 0
        batch.append(frame)
        size += len(frame)
    if batch:
        yield b"".join(batch)
