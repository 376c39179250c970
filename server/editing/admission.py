"""An edit's way into a running world: in its author's turn, and when its chunks are there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from protocol_spec.codec import ErrorCode
from server.chunks import TileMap
from server.clock import wall_clock_ms
from server.editing import journal
from server.editing.edits import AppliedEdit, Done, Edit, Undo
from server.editing.journal import JournalEntry
from server.editing.keeper import Keeper
from server.editing.loading import Loading
from server.editing.operations import Operation, SetPlaces
from server.editing.turns import Turns
from server.failures import Rejected

EDIT_CHUNK_LIMIT = 4096
"""The most chunks that one edit may need: 1024 by 1024 tiles."""


class Editing:
    def __init__(
        self,
        tile_map: TileMap,
        keeper: Keeper,
        loading: Loading,
        submit: Callable[[Edit], None],
    ) -> None:
        """`submit` puts an edit where the next tick finds it."""
        self._map = tile_map
        self._keeper = keeper
        self._loading = loading
        self._submit = submit
        self._turns: dict[int | str, Turns] = {}
        """Of the authors who have edits under way: by number, or by name where they have none."""

    @property
    def is_busy(self) -> bool:
        """Whether somebody waits for an edit of theirs."""
        return bool(self._turns)

    def edit(self, edit: Edit) -> None:
        """Asks for a change of the map; `edit.done` is told when it is saved, or why it is not."""
        needed = self._chunks_for(edit.operation)
        self._in_turn(
            edit.author_id or edit.author,
            edit.done,
            lambda done: self._edit(replace(edit, done=done)),
            alone=lambda: bool(self._map.missing(needed)),
        )

    def undo(self, undo: Undo) -> None:
        """Takes an author's last edit back, or does it again, where `check` lets them."""
        self._in_turn(
            undo.author_id or undo.author,
            undo.done,
            lambda done: self._undo(replace(undo, done=done)),
            alone=lambda: True,
        )

    def _in_turn(
        self,
        author: int | str,
        done: Done,
        begin: Callable[[Done], None],
        *,
        alone: Callable[[], bool],
    ) -> None:
        turns = self._turns.setdefault(author, Turns())

        def finish(result: AppliedEdit | Rejected) -> None:
            done(result)
            turns.finish()
            if turns.is_over:
                self._turns.pop(author, None)

        turns.wait(lambda: begin(finish), alone=alone)

    def _edit(self, edit: Edit) -> None:
        needed = self._chunks_for(edit.operation)
        if len(needed) > EDIT_CHUNK_LIMIT:
            edit.done(Rejected(ErrorCode.EDIT_TOO_LARGE, "it reaches too far"))
            return

        def released(result: AppliedEdit | Rejected) -> None:
            self._loading.release(needed)
            edit.done(result)

        ready = replace(edit, done=released)
        self._loading.hold(needed, lambda: self._submit(ready), released)

    def _undo(self, undo: Undo) -> None:
        author, author_id, redo = undo.author, undo.author_id, undo.redo

        def found(last: JournalEntry | None) -> None:
            if last is None:
                undo.done(Rejected(ErrorCode.EDIT_NOTHING))
                return
            operation = journal.redo(last) if redo else journal.undo(last)
            now_ms = wall_clock_ms()
            self._edit(Edit(author, undo.via, operation, now_ms, undo.done, author_id, undo.check))

        self._keeper.ask(
            lambda store, map_id: store.last_edit(map_id, author, author_id, redo=redo),
            found,
            undo.done,
        )

    def _chunks_for(self, operation: Operation) -> list[int]:
        """What must be loaded before it can be carried out."""
        if isinstance(operation, SetPlaces):
            # Newcomers enter at once: where they will stand is always there.
            spawns = operation.places.spawns
            return list({chunk for place in spawns for chunk in self._loading.around(*place)})
        return self._map.chunks_in(*operation.reach())
