"""Who watches a world without being in it: the panel's live map and its editor."""

from __future__ import annotations

from dataclasses import dataclass

from protocol_spec import codec
from protocol_spec.codec import CHUNK_SIZE, WATCHED_CHUNKS, ErrorCode, SnapshotFlag
from server.chunks import TileMap
from server.failures import Rejected
from server.member import Member, News
from server.session import Session
from server.settings import Settings
from server.snapshot import Snapshot
from server.world import World

CHUNKS_PER_TICK = 32
"""So many chunks at a time: a whole map at once would be more than a connection may have queued."""


@dataclass(frozen=True)
class Outlook:
    """What somebody wants to see: a rectangle of chunks, or what a player sees."""

    left: int
    top: int
    width: int
    height: int
    player_id: int = 0

    @classmethod
    def asked_for(cls, message: codec.Watch, tile_map: TileMap) -> Outlook:
        """Of a WATCH. Raises Rejected where it is too much, or nothing of the map."""
        left, top = message.chunk_x, message.chunk_y
        width = min(message.width, tile_map.chunks_wide - left)
        height = min(message.height, tile_map.chunks_high - top)
        if not message.player_id:
            is_sound = 0 < width <= WATCHED_CHUNKS and 0 < height <= WATCHED_CHUNKS
            if not is_sound or max(message.width, message.height) > WATCHED_CHUNKS:
                raise Rejected(ErrorCode.WATCH_TOO_MUCH, f"1 to {WATCHED_CHUNKS} chunks a side")
        return cls(left, top, width, height, message.player_id)

    def chunks(self, tile_map: TileMap) -> list[int]:
        rows = range(self.top, self.top + self.height)
        columns = range(self.left, self.left + self.width)
        return [row * tile_map.chunks_wide + column for row in rows for column in columns]


class Watcher:
    def __init__(self, session: Session, outlook: Outlook, greeting: list[bytes]) -> None:
        """`greeting` are the frames to be heard before anything else."""
        self.session = session
        self.outlook = outlook
        self._member = Member(session, greeting)

    def look(self, outlook: Outlook) -> None:
        """Elsewhere from now on."""
        self.outlook = outlook
        self._member.wants_full = True

    def request_chunk(self, chunk: int) -> None:
        self._member.held.discard(chunk)

    def resync(self) -> None:
        self._member.wants_full = True

    def view(self, world: World) -> list[int]:
        """The chunks to be seen now; those of a player who is gone stay as they are."""
        player = world.players.get(self.outlook.player_id)
        if player is not None:
            return list(world.map.view_from(int(world.view[player.slot])))
        if self.outlook.player_id:
            return sorted(self._member.held)
        return self.outlook.chunks(world.map)

    def send(
        self, world: World, snapshot: Snapshot, news: News, now: float, settings: Settings
    ) -> list[int]:
        """Sends a tick; returns the chunks that have yet to be loaded."""
        member = self._member
        if not member.may_hear(now, settings):
            member.miss(news, snapshot.edit_frames)
            return []
        member.hear_of_chunks(snapshot.edit_frames)
        member.hear_of_chunks(snapshot.emote_frames)
        view = self.view(world)
        came = member.look_at(view, world.map, CHUNKS_PER_TICK)
        if member.wants_full:
            member.wants_full = False
            flags = int(SnapshotFlag.FULL)
            players = snapshot.everybody_in(member.held)
        else:
            flags = 0
            players = snapshot.changes_in(member.held) + snapshot.everybody_in(came)
        member.send(news, self._world_state(world, view, flags, players))
        return [each for each in view if not world.map.is_loaded(each)]

    def _world_state(self, world: World, view: list[int], flags: int, players: bytes) -> bytes:
        """As if the watcher stood in the middle, so that all places there are the nearest."""
        places = [world.map.chunk_place(each) for each in view] or [(0, 0)]
        x = sum(place[0] for place in places) * CHUNK_SIZE * 1024 // len(places)
        y = sum(place[1] for place in places) * CHUNK_SIZE * 1024 // len(places)
        half = CHUNK_SIZE * 512
        return codec.WorldState(
            tick=world.tick,
            input_tick=0,
            lead=0,
            flags=flags,
            x=x + half,
            y=y + half,
            z=0,
            vz=0,
            rotation=0,
            players=players,
        ).encode()
