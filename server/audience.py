"""Who hears of a world's ticks: its players and its watchers; what each of them is told.

Nothing here waits for a socket: sending queues, and whoever does not read is left out until their
queue has drained.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from protocol_spec.codec import MAX_SERVER_MESSAGE
from server.counters import Counters
from server.editing.keeper import Keeper
from server.inputs import Slots
from server.member import Member, News
from server.session import Session
from server.settings import Settings
from server.snapshot import HEAD_SIZE, FarChanges, Snapshot
from server.watcher import Outlook, Watcher
from server.world import Changes, World


class Audience:
    def __init__(
        self, world: World, keeper: Keeper, settings: Settings, counters: Counters
    ) -> None:
        self._world = world
        self._keeper = keeper
        self._settings = settings
        self._counters = counters
        self._members: dict[int, Member] = {}
        """Who is in, by slot."""
        max_players = len(world.view)
        self._senders: list[Callable[[bytes], object]] = [_send_to_nobody] * max_players
        """By slot."""
        self._settled_on = np.full(max_players, -1, np.int32)
        """By slot: the chunk around which the client there has all that it should; -1: it has not,
        or does not read."""
        self._far_changes = FarChanges()
        self._watchers: dict[Session, Watcher] = {}

    def enter(self, slot: int, session: Session, greeting: list[bytes]) -> None:
        """Somebody has come in; `greeting` is what they must hear before anything else."""
        self._members[slot] = Member(session, greeting)
        self._senders[slot] = session.peer.sender
        self.unsettle(slot)

    def leave(self, slot: int) -> None:
        """Who was in the slot is no longer told anything."""
        self._members.pop(slot, None)
        self._senders[slot] = _send_to_nobody

    def watch(self, session: Session, outlook: Outlook, greeting: list[bytes]) -> None:
        """Somebody watches from now on, without being in the world."""
        self._watchers[session] = Watcher(session, outlook, greeting)

    def looks_elsewhere(self, session: Session, outlook: Outlook) -> bool:
        """Turns a watcher to another part of the world; False where the session is none."""
        watcher = self._watchers.get(session)
        if watcher is not None:
            watcher.look(outlook)
        return watcher is not None

    def stops_watching(self, session: Session) -> bool:
        """Lets a watcher go; False where the session is none."""
        return self._watchers.pop(session, None) is not None

    @property
    def member_count(self) -> int:
        return len(self._members)

    @property
    def observer_count(self) -> int:
        return len(self._watchers)

    def queues(self) -> list[int]:
        """How many bytes are unsent to each who is in or watches."""
        sessions = [*(member.session for member in self._members.values()), *self._watchers]
        return [session.peer.queued_bytes for session in sessions]

    @property
    def behind_count(self) -> int:
        """How many players have to read before they get more, or had to a moment ago."""
        return sum(member.is_behind for member in self._members.values())

    def seen_chunks(self) -> set[int]:
        """All that somebody has in view."""
        tile_map = self._world.map
        seen_from = {member.chunk for member in self._members.values()}
        seen = {each for chunk in seen_from for each in tile_map.view_from(chunk)}
        for watcher in self._watchers.values():
            seen.update(watcher.view(self._world))
        return seen

    def hear(self, changes: Changes, news: News, now: float) -> None:
        """Tells everybody of a tick: `news` is what all hear, the changes what each can see.

        Most clients are settled: those around a chunk get the same bytes but for their heads.

        The others, who have just come, or moved, or do not keep up, are seen to one by one.
        """
        world = self._world
        snapshot = Snapshot(world, changes, self._far_changes)
        slots = world.active
        is_settled = self._settled_on[slots] == world.view[slots]
        settled = slots[is_settled]
        views, around = np.unique(world.view[settled], return_inverse=True)
        parts = []
        for chunk in views.tolist():
            view, frames = snapshot.changes_in_view(chunk), snapshot.frames_in_view(chunk)
            parts.append((news.joined + frames, view))
        lengths = np.array([len(a) + HEAD_SIZE + len(b) for a, b in parts], np.int64)
        fits = lengths <= MAX_SERVER_MESSAGE
        sizes = np.array([len(view) for _, view in parts], np.int64)
        alone = [slots[~is_settled]]
        if len(settled):
            alone.append(settled[~fits[around]])
            self._send_to_many(settled, around, fits, parts, snapshot.heads(settled, sizes[around]))
            self._counters.bytes_sent += int(lengths[around][fits[around]].sum())
        self._send_to_each(np.concatenate(alone), snapshot, news, now)
        for watcher in list(self._watchers.values()):
            missing = watcher.send(world, snapshot, news, now, self._settings)
            if missing:
                self._keeper.want(missing, world.map)

    def _send_to_many(
        self,
        slots: Slots,
        around: NDArray[np.int64],
        fits: NDArray[np.bool_],
        parts: list[tuple[bytes, bytes]],
        heads: bytes,
    ) -> None:
        """To each the part that it shares, with its own head in the middle."""
        senders = self._senders
        every_one = zip(
            slots.tolist(), around.tolist(), range(0, len(heads), HEAD_SIZE), strict=True
        )
        is_fit = fits.tolist()
        for slot, part, at in every_one:
            if is_fit[part]:
                before, view = parts[part]
                senders[slot](b"".join((before, heads[at : at + HEAD_SIZE], view)))

    def _send_to_each(self, slots: Slots, snapshot: Snapshot, news: News, now: float) -> None:
        """To each what they alone need."""
        if not len(slots):
            return
        hearing = [slot for slot in slots.tolist() if self._may_hear(slot, snapshot, news, now)]
        is_full = np.array([self._members[slot].wants_full for slot in hearing], np.bool_)
        views = [self._view_of(slot, snapshot) for slot in hearing]
        sizes = np.array([len(view) for view in views], np.int64)
        heads = snapshot.heads(np.array(hearing, np.int32), sizes, full=is_full)
        for index, slot in enumerate(hearing):
            head = heads[index * HEAD_SIZE : (index + 1) * HEAD_SIZE]
            self._members[slot].send(news, head + views[index])

    def _may_hear(self, slot: int, snapshot: Snapshot, news: News, now: float) -> bool:
        """Whether there may be a snapshot for a member; else the news is all they get."""
        member = self._members[slot]
        if member.may_hear(now, self._settings):
            return True
        self.unsettle(slot)
        member.miss(news, snapshot.edit_frames)
        return False

    def _view_of(self, slot: int, snapshot: Snapshot) -> bytes:
        """A member's PlayerStates; the tiles that they lack are queued."""
        tile_map = self._world.map
        member = self._members[slot]
        chunk = int(self._world.view[slot])
        member.hear_of_chunks(snapshot.edit_frames)
        member.hear_of_chunks(snapshot.emote_frames)
        near_before = tile_map.near_view(member.chunk) if member.chunk >= 0 else ()
        came = member.look_around(chunk, tile_map)
        if member.awaits_chunks:
            self._keeper.want(tile_map.missing(tile_map.view_from(chunk)), tile_map)
        elif not member.is_behind:
            self._settled_on[slot] = chunk
        if member.wants_full:
            member.wants_full = False
            return snapshot.everybody_in_view(chunk)
        # What was far may have changed since its last turn.
        nearer = [each for each in tile_map.near_view(chunk) if each not in near_before]
        return snapshot.changes_in_view(chunk) + snapshot.everybody_in({*came, *nearer})

    def unsettle(self, slot: int) -> None:
        """The member there needs something that others do not."""
        self._settled_on[slot] = -1

    def tell(self, session: Session, frame: bytes) -> None:
        """Something that a member alone hears, with the next tick."""
        self.tell_in(session.slot, frame)

    def tell_in(self, slot: int, frame: bytes) -> None:
        """The same, to the member in a slot."""
        if (member := self._members.get(slot)) is not None:
            member.hear(frame)
            self.unsettle(slot)

    @property
    def sessions(self) -> list[Session]:
        """Of those who are in."""
        return [member.session for member in self._members.values()]

    def resync(self, session: Session) -> None:
        """A client wants everybody in sight again."""
        if (watcher := self._watchers.get(session)) is not None:
            watcher.resync()
        if (member := self._members.get(session.slot)) is not None:
            member.wants_full = True
            self.unsettle(session.slot)

    def request_chunk(self, session: Session, column: int, row: int) -> None:
        """A client lost count of a chunk's revisions: it gets it as a whole."""
        if (watcher := self._watchers.get(session)) is not None:
            watcher.request_chunk(row * self._world.map.chunks_wide + column)
        member = self._members.get(session.slot)
        if member is not None and 0 <= column < self._world.map.chunks_wide:
            member.held.discard(row * self._world.map.chunks_wide + column)
            member.awaits_chunks = True
            self.unsettle(session.slot)


def _send_to_nobody(message: bytes) -> None:
    """In a slot that nobody has."""
