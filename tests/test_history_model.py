"""Random histories against a plain model: the map, what was reported and what can be looked up.

Requests run side by side, as players' do, while the server ticks, saves, fails to save, is ended
and comes back. The model reads nothing but the journal's order: every entry must be what the next
request of its author means on the map as the entries before it left it.
"""

from __future__ import annotations

import shutil
import tempfile
from collections import defaultdict, deque
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)

from protocol_spec import codec
from protocol_spec.codec import ErrorCode
from server.chunks import TileMap
from server.editing import journal, requests
from server.editing.edits import AppliedEdit, Edit, Undo
from server.editing.journal import Filter, JournalEntry
from server.failures import Rejected
from server.mapmakers import Draft
from server.store import Batch, Store, StoreError
from server.tiles import LAYERS
from tests.mock_server import GRASS, TILES, MockClient, MockServer, grass
from tests.postgres import fresh_database

WIDTH, HEIGHT = 56, 45
"""Of which players at the spawn see only a part; the last chunks reach beyond it."""
PLAYERS = ("Vladimir", "Estragon")
OPERATOR = "Pozzo"
AUTHORS = (*PLAYERS, OPERATOR)
PAINT = ((0, GRASS), (0, TILES["sand"]), (0, 0), (1, TILES["fence"]), (1, 0), (2, 45))
"""Few, so that edits meet."""

Cell = tuple[int, int, int]
"""Layer, x, y."""
Was = dict[Cell, tuple[int, int]]
"""What a cell held before and holds after."""
EditMessage = codec.EditCells | codec.EditShape | codec.EditStamp


@dataclass
class Step:
    """An author's undo or redo."""

    redo: bool


@dataclass
class Reversal:
    """Cells, what they are expected to hold, and what they are to hold again."""

    plan: Was


Asked = EditMessage | Step | Reversal


@dataclass
class Request:
    asked: Asked
    result: list[tuple[int, int, int]] = field(default_factory=list)
    """Code, changed cells and skipped ones, once it is answered."""


@dataclass
class Entry:
    number: int
    time_ms: int
    author: str
    via: str
    kind: str
    changes: Was
    is_undone: bool = False


class Refusal(Exception):
    def __init__(self, code: ErrorCode) -> None:
        self.code = code


class Model:
    """The written rules, done as plainly as can be."""

    def __init__(self) -> None:
        self.cells: dict[Cell, int] = {
            (layer, x, y): GRASS if layer == 0 else 0
            for layer in range(3)
            for x in range(WIDTH)
            for y in range(HEIGHT)
        }
        self.entries: list[Entry] = []

    def as_array(self) -> np.ndarray[tuple[int, ...], np.dtype[np.uint16]]:
        found = np.zeros((3, HEIGHT, WIDTH), np.uint16)
        for (layer, x, y), tile in self.cells.items():
            found[layer, y, x] = tile
        return found

    def carry_out(self, author: str, asked: Asked) -> tuple[str, Was, int]:
        """Returns the kind, the changes and how many cells were skipped. Raises Refusal."""
        if isinstance(asked, Step):
            entry = self._redoable(author) if asked.redo else self._undoable(author)
            if entry is None:
                raise Refusal(ErrorCode.EDIT_NOTHING)
            entry.is_undone = not asked.redo
            plan = {
                cell: (was, now) if asked.redo else (now, was)
                for cell, (was, now) in entry.changes.items()
            }
            return ("redo" if asked.redo else "undo", *self._carry_back(plan))
        if isinstance(asked, Reversal):
            return ("revert", *self._carry_back(asked.plan))
        wanted = self._wanted(asked)
        if any(cell not in self.cells for cell in wanted):
            raise Refusal(ErrorCode.EDIT_OUTSIDE)
        for (layer, _, _), tile in wanted.items():
            if tile and LAYERS.index(TILES.by_id[tile].layer) != layer:
                raise Refusal(ErrorCode.EDIT_TILE)
        changes = {
            cell: (self.cells[cell], tile)
            for cell, tile in wanted.items()
            if self.cells[cell] != tile
        }
        self._change(changes)
        return self._kind(asked), changes, 0

    def plan_of(self, wanted: Filter) -> Was:
        """What a revert of these entries would do, from newest to oldest and cell by cell."""
        by_cell: defaultdict[Cell, list[tuple[int, int]]] = defaultdict(list)
        for entry in reversed(self.entries):
            for cell, change in self.meant(entry, wanted).items():
                by_cell[cell].append(change)
        plan: Was = {}
        for cell, chain in by_cell.items():
            target, expected = chain[0]
            for was, now in chain[1:]:
                if now != target:
                    break
                target = was
            if target != expected:
                plan[cell] = (expected, target)
        return plan

    def meant(self, entry: Entry, wanted: Filter) -> Was:
        """The cells of an entry that a filter means; none where it does not mean the entry."""
        if (
            (wanted.who and entry.author != wanted.who)
            or (wanted.via and entry.via != wanted.via)
            or (wanted.since_ms is not None and entry.time_ms < wanted.since_ms)
            or (wanted.until_ms is not None and entry.time_ms > wanted.until_ms)
        ):
            return {}
        left, top, right, bottom = wanted.area or (0, 0, WIDTH, HEIGHT)
        return {
            (layer, x, y): change
            for (layer, x, y), change in entry.changes.items()
            if left <= x <= right
            and top <= y <= bottom
            and (wanted.layer is None or wanted.layer == layer)
            and (wanted.tile is None or wanted.tile in change)
        }

    def _undoable(self, author: str) -> Entry | None:
        own = [each for each in self._own(author) if not each.is_undone]
        return own[-1] if own else None

    def _redoable(self, author: str) -> Entry | None:
        done: list[Entry] = []
        undone: list[Entry] = []
        for each in self.entries:
            if each.author != author:
                continue
            if each.kind == "undo":
                undone.append(done.pop())
            elif each.kind == "redo":
                done.append(undone.pop())
            else:
                done.append(each)
                undone.clear()
        return undone[-1] if undone else None

    def _own(self, author: str) -> list[Entry]:
        return [
            each
            for each in self.entries
            if each.author == author and each.kind not in ("undo", "redo")
        ]

    def _carry_back(self, plan: Was) -> tuple[Was, int]:
        changes = {cell: each for cell, each in plan.items() if self.cells[cell] == each[0]}
        self._change(changes)
        return changes, len(plan) - len(changes)

    def _change(self, changes: Was) -> None:
        for cell, (_, now) in changes.items():
            self.cells[cell] = now

    def _kind(self, message: EditMessage) -> str:
        if isinstance(message, codec.EditCells):
            return "cells"
        if isinstance(message, codec.EditStamp):
            return "stamp"
        return codec.Shape(message.shape).name.lower()

    def _wanted(self, message: EditMessage) -> dict[Cell, int]:
        if isinstance(message, codec.EditCells):
            rows = codec.CellEdit.unpack(message.cells)
            named = [(each.layer, each.x, each.y) for each in rows]
            if any(cell not in self.cells for cell in named):
                raise Refusal(ErrorCode.EDIT_OUTSIDE)
            if len(set(named)) != len(named):
                raise Refusal(ErrorCode.EDIT_TILE)
            return {(each.layer, each.x, each.y): each.tile for each in rows}
        if isinstance(message, codec.EditStamp):
            return self._copied(message)
        begin, end = (message.x0, message.y0), (message.x1, message.y1)
        if message.shape == codec.Shape.STROKE:
            places = _stroke(begin, end, message.size)
            places = [(x, y) for x, y in places if 0 <= x < WIDTH and 0 <= y < HEIGHT]
        elif message.shape == codec.Shape.RECTANGLE:
            places = [
                (x, y)
                for x in range(min(begin[0], end[0]), max(begin[0], end[0]) + 1)
                for y in range(min(begin[1], end[1]), max(begin[1], end[1]) + 1)
            ]
        else:
            places = self._flooded(message.layer, begin)
        return {(message.layer, x, y): message.tile for x, y in places}

    def _copied(self, message: codec.EditStamp) -> dict[Cell, int]:
        found = {}
        for right in range(message.width):
            for down in range(message.height):
                x, y = message.x + right, message.y + down
                if (0, x, y) not in self.cells:
                    raise Refusal(ErrorCode.EDIT_OUTSIDE)
                for layer in range(3):
                    if message.layers >> layer & 1:
                        target = (layer, message.to_x + right, message.to_y + down)
                        found[target] = self.cells[layer, x, y]
        return found

    def _flooded(self, layer: int, start: tuple[int, int]) -> list[tuple[int, int]]:
        if (layer, *start) not in self.cells:
            raise Refusal(ErrorCode.EDIT_OUTSIDE)
        same = self.cells[layer, *start]
        found, front = {start}, [start]
        while front:
            x, y = front.pop()
            for place in ((x + 1, y), (x - 1, y), (x, y + 1), (x, y - 1)):
                if self.cells.get((layer, *place)) == same and place not in found:
                    found.add(place)
                    front.append(place)
        return list(found)


def _stroke(begin: tuple[int, int], end: tuple[int, int], size: int) -> list[tuple[int, int]]:
    """Whose middle is no further than half the brush from the line between both middles."""
    (x0, y0), (x1, y1) = begin, end
    length = (x1 - x0) ** 2 + (y1 - y0) ** 2
    found = []
    for x in range(min(x0, x1) - size, max(x0, x1) + size + 1):
        for y in range(min(y0, y1) - size, max(y0, y1) + size + 1):
            along = Fraction((x - x0) * (x1 - x0) + (y - y0) * (y1 - y0), length or 1)
            along = min(max(along, Fraction(0)), Fraction(1))
            across = (x - x0 - along * (x1 - x0)) ** 2 + (y - y0 - along * (y1 - y0)) ** 2
            if 4 * across <= size * size:
                found.append((x, y))
    return found


# Two corners of the map that edits meet in, one of them out of the players' sight; and, rarely,
# what lies outside of it.
xs = st.one_of(st.integers(12, 20), st.integers(44, 52), st.integers(0, WIDTH))
ys = st.one_of(st.integers(12, 20), st.integers(28, 36), st.integers(0, HEIGHT))
paint = st.sampled_from(PAINT)


@st.composite
def cell_edits(draw: st.DrawFn) -> codec.EditCells:
    x, y = draw(xs), draw(ys)
    cells = b""
    for _ in range(draw(st.integers(0, 12))):
        layer, tile = draw(paint)
        right, down = draw(st.integers(0, 3)), draw(st.integers(0, 3))
        cells += codec.CellEdit(layer, x + right, y + down, tile).pack()
    return codec.EditCells(0, cells)


@st.composite
def shapes(draw: st.DrawFn) -> codec.EditShape:
    layer, tile = draw(paint)
    x, y = draw(xs), draw(ys)
    return codec.EditShape(
        edit=0,
        shape=draw(st.sampled_from(codec.Shape)),
        layer=draw(st.sampled_from((layer, layer, layer, layer, 1, 3))),
        tile=tile,
        x0=x,
        y0=y,
        x1=max(0, x + draw(st.integers(-6, 6))),
        y1=max(0, y + draw(st.integers(-6, 6))),
        size=draw(st.integers(1, 5)),
    )


@st.composite
def stamps(draw: st.DrawFn) -> codec.EditStamp:
    x, y = draw(xs), draw(ys)
    return codec.EditStamp(
        edit=0,
        layers=draw(st.integers(0, 7)),
        x=x,
        y=y,
        width=draw(st.integers(1, 6)),
        height=draw(st.integers(1, 6)),
        to_x=max(0, x + draw(st.integers(-6, 6))),
        to_y=max(0, y + draw(st.integers(-6, 6))),
    )


@st.composite
def filters(draw: st.DrawFn) -> Filter:
    x, y = draw(xs), draw(ys)
    area = (x, y, x + draw(st.integers(0, 20)), y + draw(st.integers(0, 20)))
    layer, tile = draw(paint)
    time = st.integers(-1, 60)
    return Filter(
        who=draw(st.sampled_from(("", "", *AUTHORS, "Godot"))),
        via=draw(st.sampled_from(("", "", "", "game", "panel"))),
        since_ms=draw(st.none() | time),
        until_ms=draw(st.none() | time),
        area=draw(st.sampled_from((None, None, area))),
        layer=draw(st.sampled_from((None, None, layer))),
        tile=draw(st.sampled_from((None, None, tile))),
    )


class BreakableStore(Store):
    """A store whose next commits can be made to fail."""

    failures = 0

    def commit(self, map_id: int, batches: list[Batch]) -> None:
        if self.failures:
            self.failures -= 1
            raise StoreError("the disk is full")
        super().commit(map_id, batches)


class History(RuleBasedStateMachine):
    """Rules send requests and let time pass; `_settle` waits for all answers and compares."""

    database_url: Callable[[], str] = staticmethod(lambda: "")

    def __init__(self) -> None:
        super().__init__()
        self.time_ms = 1
        self.resources = ExitStack()
        self.folder = Path(tempfile.mkdtemp(prefix="history-"))
        self.resources.callback(shutil.rmtree, self.folder)
        self.url = type(self).database_url()
        # Chunks go out of memory as soon as nobody needs them.
        self.resources.enter_context(patch("server.game.IDLE_CHUNKS", 0))
        self.resources.enter_context(patch("server.game.UNLOAD_TICKS", 3))
        self.resources.enter_context(
            patch("server.editing.admission.wall_clock_ms", lambda: self.time_ms)
        )
        self.model = Model()
        self.waiting: dict[str, deque[Request]] = {each: deque() for each in AUTHORS}
        self.had_trouble = False
        self.store = BreakableStore(self.folder, self.url)
        self.store.migrate()
        draft = Draft(grass(WIDTH, HEIGHT), ((8, 8),), ())
        self.map_id = self.store.add_map("meadow", draft, TILES)

    def teardown(self) -> None:
        try:
            self._settle()
        finally:
            self.store.close()
            self.resources.close()

    @initialize()
    def start(self) -> None:
        tile_map = TileMap(WIDTH, HEIGHT, TILES)
        stored = self.store.load_chunks(self.map_id, [(0, 0), (1, 0), (0, 1), (1, 1)])
        for (column, row), chunk in stored.items():
            tile_map.load(row * tile_map.chunks_wide + column, chunk.cells, chunk.revision)
        self.server = MockServer(
            tile_map,
            ((8, 8),),
            store=self.store,
            map_id=self.map_id,
            guests_may_build=True,
            edits_per_second=1_000_000,
            edit_burst=1_000_000,
            messages_per_second=60_000,
            message_burst=1_000_000,
        )
        self.resources.enter_context(
            patch.object(self.server.lobby, "wall_clock_ms", lambda: self.time_ms)
        )
        self.clients = {name: self.server.join(name) for name in PLAYERS}
        for client in self.clients.values():
            client.on_message = self._hears(client)
        self.numbers: dict[tuple[str, int], Request] = {}

    def _hears(self, client: MockClient) -> Callable[[codec.Message], None]:
        def hear(message: codec.Message) -> None:
            if isinstance(message, codec.EditResult):
                request = self.numbers[client.name, message.edit]
                request.result.append((message.code, message.cells, message.skipped))

        return hear

    # -- What people do ---------------------------------------------------------------------

    @rule(author=st.sampled_from(AUTHORS), message=st.one_of(cell_edits(), shapes(), stamps()))
    def edit(self, author: str, message: EditMessage) -> None:
        request = self._ask(author, message)
        if author == OPERATOR:
            operation = requests.operation_of(message)
            self.server.game.edit(
                Edit(author, "panel", operation, self.time_ms, self._done(request))
            )
        else:
            self.numbers[author, self.clients[author].edit(message)] = request

    @rule(author=st.sampled_from(AUTHORS), redo=st.booleans(), count=st.integers(1, 3))
    def undo(self, author: str, redo: bool, count: int) -> None:
        for _ in range(count):
            request = self._ask(author, Step(redo))
            if author == OPERATOR:
                self.server.game.undo(Undo(author, "panel", self._done(request), redo=redo))
            else:
                self.numbers[author, self.clients[author].undo(redo=redo)] = request

    @rule(wanted=filters())
    def revert(self, wanted: Filter) -> None:
        self._settle()
        request = self._ask(OPERATOR, Reversal(self.model.plan_of(wanted)))
        operation = journal.revert(self.store.entries(self.map_id, wanted), wanted)
        self.server.game.edit(Edit(OPERATOR, "panel", operation, self.time_ms, self._done(request)))

    @rule(wanted=filters(), limit=st.integers(0, 3), newest_first=st.booleans())
    def look_up(self, wanted: Filter, limit: int, newest_first: bool) -> None:
        self._settle()
        found = self.store.entries(self.map_id, wanted, limit, newest_first)
        asks_for_cells = replace(wanted, who="", via="", since_ms=None, until_ms=None) != Filter()
        expected = [
            each
            for each in self.model.entries
            if self.model.meant(each, wanted)
            or (not asks_for_cells and _is_meant_without_cells(each, wanted))
        ]
        if newest_first:
            expected.reverse()
        if limit:
            del expected[limit:]
        assert [_read(each) for each in found] == expected

    @rule(before_ms=st.integers(0, 60))
    def purge(self, before_ms: int) -> None:
        self._settle()
        kept = [each for each in self.model.entries if each.time_ms >= before_ms]
        assert self.store.purge(self.map_id, before_ms) == len(self.model.entries) - len(kept)
        self.model.entries = kept

    # -- What passes ------------------------------------------------------------------------

    @rule(milliseconds=st.integers(1, 5))
    def time_passes(self, milliseconds: int) -> None:
        self.time_ms += milliseconds

    @rule(count=st.integers(1, 4))
    def the_world_ticks(self, count: int) -> None:
        for _ in range(count):
            self.server.now += 0.05
            self.server.game.do_tick(self.server.now)

    @rule()
    def the_keeper_works(self) -> None:
        self.server.keep()

    @rule()
    def the_server_settles(self) -> None:
        self._settle()

    @rule()
    def a_commit_fails(self) -> None:
        self.store.failures = 1
        self.had_trouble = True

    @rule()
    def the_server_is_killed(self) -> None:
        """What was saved stays, told or not; the rest is as if it had never been asked for."""
        self.store.close()
        self.store = BreakableStore(self.folder, self.url)
        self._compare(all_answered=False)
        self.start()

    # -- What must hold ---------------------------------------------------------------------

    def _ask(self, author: str, asked: Asked) -> Request:
        request = Request(asked)
        self.waiting[author].append(request)
        return request

    def _done(self, request: Request) -> Callable[[AppliedEdit | Rejected], None]:
        def done(result: AppliedEdit | Rejected) -> None:
            if isinstance(result, AppliedEdit):
                request.result.append((0, len(result.changes), result.skipped))
            else:
                request.result.append((result.code, 0, 0))

        return done

    def _settle(self) -> None:
        requests = [each for queue in self.waiting.values() for each in queue]
        for _ in range(8 + 4 * len(requests)):
            if all(each.result for each in requests):
                break
            self.server.tick()
        else:
            unanswered = [each.asked for each in requests if not each.result]
            raise AssertionError(f"never answered: {unanswered}")
        self.server.tick(2)  # What was taken back, and chunks that were asked for, are on the way.
        self._compare(all_answered=True)
        for client in self.clients.values():
            for (column, row), chunk in client.chunks.items():
                held = np.frombuffer(bytes(chunk.cells), ">u2").reshape(3, 16, 16)
                self._compare_chunk(column, row, held)
            assert (0, 0) in client.chunks
        tile_map = self.server.world.map
        for number in tile_map.loaded:
            self._compare_chunk(*tile_map.chunk_place(number), tile_map.chunk_cells(number))

    def _compare(self, all_answered: bool) -> None:
        """The database's new entries, the answers, and the database's map."""
        last = self.model.entries[-1].number if self.model.entries else 0
        every = self.store.entries(self.map_id, Filter(), newest_first=False)
        for entry in every:
            if entry.number > last and entry.number not in {
                each.number for each in self.model.entries
            }:
                self._take(entry)
        for author, queue in self.waiting.items():
            while queue:
                request = queue.popleft()
                if request.result:
                    self._refused(author, request)
                assert all_answered <= bool(request.result)
        assert [_read(each) for each in every] == self.model.entries
        self.map_as_expected = self.model.as_array()
        places = [(x, y) for x in range(-(-WIDTH // 16)) for y in range(-(-HEIGHT // 16))]
        for (column, row), chunk in self.store.load_chunks(self.map_id, places).items():
            self._compare_chunk(column, row, chunk.cells)

    def _take(self, stored: JournalEntry) -> None:
        """An entry of the journal is what its author asked for next."""
        queue = self.waiting[stored.author]
        while True:
            request = queue.popleft()
            if not (request.result and request.result[0][0] == ErrorCode.EDIT_NOT_SAVED):
                try:
                    kind, changes, skipped = self.model.carry_out(stored.author, request.asked)
                    break
                except Refusal as refused:
                    refusal = refused.code
                assert request.result in ([], [(refusal, 0, 0)])
        entry = _read(stored)
        assert (entry.kind, entry.changes) == (kind, changes)
        assert entry.via == ("panel" if entry.author == OPERATOR else "game")
        assert request.result in ([], [(0, len(changes), skipped)])
        # Whether it is undone by now, the entries after it will tell.
        self.model.entries.append(replace(entry, is_undone=False))

    def _refused(self, author: str, request: Request) -> None:
        """An answered request without an entry was refused, and for the right reason."""
        ((code, changed, skipped),) = request.result
        assert (changed, skipped) == (0, 0)
        if code == ErrorCode.EDIT_NOT_SAVED:
            assert self.had_trouble
            return
        with pytest.raises(Refusal) as refusal:
            self.model.carry_out(author, request.asked)
        assert refusal.value.code == code

    def _compare_chunk(
        self, column: int, row: int, cells: np.ndarray[tuple[int, ...], np.dtype[np.uint16]]
    ) -> None:
        top, left = row * 16, column * 16
        expected = self.map_as_expected[:, top : top + 16, left : left + 16]
        np.testing.assert_array_equal(cells[:, : expected.shape[1], : expected.shape[2]], expected)


def _is_meant_without_cells(entry: Entry, wanted: Filter) -> bool:
    """A question for no cells in particular also finds edits that changed none."""
    return bool(Model().meant(replace(entry, changes={(0, 0, 0): (0, 0)}), wanted))


def _read(entry: JournalEntry) -> Entry:
    changes = {(layer, x, y): (was, now) for layer, x, y, was, now in entry.changes.tolist()}
    assert len(changes) == len(entry.changes)
    if changes:
        _, columns, rows = zip(*changes, strict=True)
        assert entry.reach == (min(columns), min(rows), max(columns), max(rows))
    return Entry(
        entry.number,
        entry.time_ms,
        entry.author,
        entry.via,
        entry.kind,
        changes,
        entry.is_undone,
    )


def run(machine: type[History], examples: int) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_every_history_is_what_the_plain_rules_make_of_it() -> None:
    run(History, examples=40)


def test_histories_are_the_same_on_postgres(postgres: str) -> None:
    class HistoryOnPostgres(History):
        database_url = staticmethod(lambda: fresh_database(postgres))

    run(HistoryOnPostgres, examples=8)
