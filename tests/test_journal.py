"""What the history's filter understands, and what undo, redo and revert make of entries."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from protocol_spec import codec
from protocol_spec.codec import ErrorCode
from server.chunks import TileMap
from server.editing import journal
from server.editing.edits import CHANGE_DTYPE, AppliedEdit, Edit, Undo
from server.editing.journal import Filter, FilterError, JournalEntry, parse_filter
from server.editing.operations import Restore
from server.failures import Rejected
from server.mapmakers import Draft
from server.store import Store
from tests.mock_server import GRASS, TILES, WALL, MockClient, MockServer, grass

NOW = datetime(2026, 11, 22, 18, 30, tzinfo=UTC)
SAND = TILES["sand"]


def ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Filter()),
        (" \t\n", Filter()),
        ("who:Pozzo", Filter(who="Pozzo")),
        ('who:"Dr. Müller"', Filter(who="Dr. Müller")),
        ('who:"a b"via:game', Filter(who="a b", via="game")),
        ('who:"via:game who:x"', Filter(who="via:game who:x")),
        ("who:Ёжик:в:тумане", Filter(who="Ёжик:в:тумане")),
        ("  via:panel   who:Lucky ", Filter(who="Lucky", via="panel")),
        ("since:90s", Filter(since_ms=ms(NOW - timedelta(seconds=90)))),
        ("since:20m", Filter(since_ms=ms(NOW - timedelta(minutes=20)))),
        ("until:2h", Filter(until_ms=ms(NOW - timedelta(hours=2)))),
        ("since:3d", Filter(since_ms=ms(NOW - timedelta(days=3)))),
        ("since:1w until:0s", Filter(since_ms=ms(NOW - timedelta(weeks=1)), until_ms=ms(NOW))),
        ("since:2026-11-22", Filter(since_ms=ms(datetime(2026, 11, 22, tzinfo=UTC)))),
        ("since:2026-11-22T18:29", Filter(since_ms=ms(NOW - timedelta(minutes=1)))),
        ("until:2026-11-22T19:30+01:00", Filter(until_ms=ms(NOW))),
        ("until:1970-01-01", Filter(until_ms=0)),
        ("area:1,2,3,4", Filter(area=(1, 2, 3, 5))),
        ("area:0,0,1,1", Filter(area=(0, 0, 0, 0))),
        ("layer:things", Filter(layer=1)),
        ("tile:sand", Filter(tile=SAND)),
    ],
)
def test_a_filter_means_what_its_words_say(text: str, expected: Filter) -> None:
    assert parse_filter(text, TILES, NOW) == expected


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("Pozzo", "'Pozzo' is not of the form key:value"),
        ("who:Pozzo Lucky", "'Lucky' is not of the form key:value"),
        ("Lucky who:Pozzo", "'Lucky' is not of the form key:value"),
        (":", "':' is not of the form key:value"),
        (" :Pozzo", "':Pozzo' is not of the form key:value"),
        ("who: Pozzo", "who: needs a value"),
        ('who:""', "who: needs a value"),
        ('who:"Pozzo', "who: the quotes do not end"),
        ("when:2h", "when: is none of who, since, until, area, layer, tile, via"),
        ("who:a who:b", "who: is there twice"),
        ("since:1h since:2h", "since: is there twice"),
        ("since:2x", "since: '2x' is neither a span like 2h nor a time"),
        ("since:h", "since: 'h' is neither a span like 2h nor a time"),
        ("since:-2h", "since: '-2h' is neither a span like 2h nor a time"),
        ("until:2026-13-01", "until: '2026-13-01' is neither a span like 2h nor a time"),
        ("since:999999999w", "since: '999999999w' is too long ago"),
        ("since:9999999d", "since: '9999999d' is too long ago"),
        (f"since:{'9' * 5000}d", f"since: '{'9' * 40}' is too long ago"),
        ("area:1,2,3", "area: '1,2,3' is not x,y,width,height"),
        ("area:1,2,3,-4", "area: '1,2,3,-4' is not x,y,width,height"),
        ("area:1,2,0,4", "area: '1,2,0,4' is empty or too large"),
        ("area:1,2,3,65536", "area: '1,2,3,65536' is empty or too large"),
        ("layer:cellar", "layer: 'cellar' is none of ground, things, roofs"),
        ("tile:gold", "tile: there is no 'gold'"),
    ],
)
def test_a_filter_that_makes_no_sense_is_told_so_in_one_line(text: str, complaint: str) -> None:
    with pytest.raises(FilterError) as refusal:
        parse_filter(text, TILES, NOW)
    assert str(refusal.value) == complaint


def test_a_filter_picks_single_cells_of_an_entry() -> None:
    rows = [(0, 1, 1, 1, 2), (0, 5, 5, 2, 3), (1, 5, 6, 0, 9), (1, 6, 6, 9, 0)]
    changes = np.array(rows, CHANGE_DTYPE)

    def picked(wanted: Filter) -> list[tuple[int, ...]]:
        found: list[tuple[int, ...]] = wanted.cells_of(changes).tolist()
        return found

    assert picked(Filter()) == rows
    assert picked(Filter(area=(5, 5, 5, 6))) == rows[1:3]
    assert picked(Filter(layer=1)) == rows[2:]
    assert picked(Filter(tile=2)) == rows[:2]
    assert picked(Filter(tile=9, area=(6, 0, 9, 9))) == rows[3:]


def entry(number: int, *changes: tuple[int, int, int, int, int]) -> JournalEntry:
    """Rows of layer, x, y, was and now."""
    rows = np.array(list(changes), CHANGE_DTYPE)
    reach = (0, 0, 99, 99)
    return JournalEntry(number, 0, "Pozzo", "game", "cells", reach, rows, is_undone=False)


def plan(restore: Restore) -> list[tuple[int, int, int, int, int]]:
    """Rows of layer, x, y, the tile that is expected and the one that is to come."""
    wanted = restore.wanted
    columns = (wanted.layer, wanted.x, wanted.y, restore.expected, wanted.tile)
    return sorted(zip(*(each.tolist() for each in columns), strict=True))


def test_undo_and_redo_go_the_same_way_back_and_forth() -> None:
    done = entry(7, (0, 1, 2, 3, 4), (1, 5, 6, 0, 8))
    assert plan(journal.undo(done)) == [(0, 1, 2, 4, 3), (1, 5, 6, 8, 0)]
    assert plan(journal.redo(done)) == [(0, 1, 2, 3, 4), (1, 5, 6, 0, 8)]
    assert (journal.undo(done).kind, journal.undo(done).undoes) == ("undo", (7,))
    assert (journal.redo(done).kind, journal.redo(done).redoes) == ("redo", (7,))


def test_a_revert_goes_through_a_chain_to_its_beginning() -> None:
    chain = [entry(1, (0, 1, 1, 10, 11)), entry(2, (0, 1, 1, 11, 12)), entry(5, (0, 1, 1, 12, 13))]
    assert plan(journal.revert(chain, Filter())) == [(0, 1, 1, 13, 10)]
    assert plan(journal.revert(reversed(chain), Filter())) == [(0, 1, 1, 13, 10)]


def test_a_revert_stops_where_somebody_elses_entry_lies_between() -> None:
    """Also where an older entry happens to have left what the stop found."""
    meant = [entry(1, (0, 1, 1, 10, 11)), entry(2, (0, 1, 1, 11, 12)), entry(4, (0, 1, 1, 11, 13))]
    assert plan(journal.revert(meant, Filter())) == [(0, 1, 1, 13, 11)]


def test_a_revert_leaves_a_cell_that_went_round_in_a_circle() -> None:
    circle = [entry(1, (0, 1, 1, 10, 11)), entry(2, (0, 1, 1, 11, 10))]
    assert plan(journal.revert(circle, Filter())) == []


def test_a_revert_of_nothing_is_no_change() -> None:
    assert len(journal.revert([], Filter()).wanted) == 0


# -- As players see it ----------------------------------------------------------------------


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path)
    store.migrate()
    yield store
    store.close()


@pytest.fixture
def server(store: Store) -> MockServer:
    number = store.add_map("meadow", Draft(grass(96, 96), ((48, 48),), ()), TILES)
    return MockServer(store=store, map_id=number, guests_may_build=True, edit_burst=1000)


def put(client: MockClient, x: int, y: int, tile: int, layer: int = 0) -> int:
    return client.edit(codec.EditCells(0, codec.CellEdit(layer, x, y, tile).pack()))


def answer(client: MockClient, number: int) -> tuple[int, int, int]:
    """Code, changed cells and skipped ones."""
    result = client.edit_results[number]
    return result.code, result.cells, result.skipped


def test_an_undo_takes_back_the_edit_that_was_sent_just_before_it(server: MockServer) -> None:
    """Also where the database could answer before the tick has carried that edit out."""
    client = server.join()
    put(client, 40, 40, SAND)
    server.tick(2)
    put(client, 41, 40, SAND)
    undo = client.undo()
    server.keep()
    server.tick(3)
    assert answer(client, undo) == (0, 1, 0)
    assert client.tile_at(0, 40, 40) == SAND
    assert client.tile_at(0, 41, 40) == GRASS


def test_an_edit_sent_after_an_undo_is_not_what_it_takes_back(server: MockServer) -> None:
    client = server.join()
    put(client, 40, 40, SAND)
    undo, second = client.undo(), put(client, 41, 40, SAND)
    server.tick(6)
    assert answer(client, undo) == answer(client, second) == (0, 1, 0)
    assert client.tile_at(0, 40, 40) == GRASS
    assert client.tile_at(0, 41, 40) == SAND


def test_an_edit_whose_chunks_are_still_to_come_is_not_overtaken(store: Store) -> None:
    number = store.add_map("meadow", Draft(grass(96, 96), ((8, 8),), ()), TILES)
    tile_map = TileMap.of(grass(96, 96), TILES)
    tile_map.unload(35)
    server = MockServer(
        tile_map, ((8, 8),), store=store, map_id=number, guests_may_build=True, edit_burst=1000
    )
    client = server.join()
    far, near = put(client, 90, 90, SAND), put(client, 10, 10, SAND)
    undo = client.undo()
    server.tick(8)
    assert answer(client, far) == answer(client, near) == answer(client, undo) == (0, 1, 0)
    entries = store.entries(number, Filter(), newest_first=False)
    assert [int(each.changes["x"][0]) for each in entries] == [90, 10, 10]


def test_one_authors_undo_waits_for_nobody_else(server: MockServer, store: Store) -> None:
    vladimir, estragon = server.join("Vladimir"), server.join("Estragon")
    mine = put(vladimir, 40, 40, SAND)
    server.tick()
    assert answer(vladimir, mine) == (0, 1, 0)
    theirs = put(estragon, 41, 40, SAND)
    undo = vladimir.undo()
    server.keep()
    server.game.do_tick(server.now)
    server.keep()
    assert answer(vladimir, undo) == answer(estragon, theirs) == (0, 1, 0)


def test_an_undo_leaves_cells_that_others_have_changed_since(server: MockServer) -> None:
    vladimir, estragon = server.join("Vladimir"), server.join("Estragon")
    vladimir.edit(codec.EditShape(0, codec.Shape.RECTANGLE, 0, SAND, 40, 40, 42, 40, 1))
    put(estragon, 41, 40, 0)
    server.tick(2)
    undo = vladimir.undo()
    server.tick(3)
    assert answer(vladimir, undo) == (0, 2, 1)
    assert [estragon.tile_at(0, x, 40) for x in (40, 41, 42)] == [GRASS, 0, GRASS]
    redo = vladimir.undo(redo=True)
    server.tick(3)
    assert answer(vladimir, redo) == (0, 2, 1)
    assert [estragon.tile_at(0, x, 40) for x in (40, 41, 42)] == [SAND, 0, SAND]


def test_undos_go_back_one_by_one_and_redos_forth_again(server: MockServer) -> None:
    client = server.join()
    for x in (40, 41, 42):
        put(client, x, 40, SAND)
    back = [client.undo() for _ in range(4)]
    server.tick(12)
    assert [answer(client, each)[0] for each in back] == [0, 0, 0, ErrorCode.EDIT_NOTHING]
    assert [client.tile_at(0, x, 40) for x in (40, 41, 42)] == [GRASS] * 3
    forth = [client.undo(redo=True) for _ in range(2)]
    server.tick(8)
    assert [answer(client, each)[0] for each in forth] == [0, 0]
    assert [client.tile_at(0, x, 40) for x in (40, 41, 42)] == [SAND, SAND, GRASS]


def test_who_edits_again_has_let_go_what_could_be_redone(server: MockServer) -> None:
    client = server.join()
    put(client, 40, 40, SAND)
    client.undo()
    put(client, 41, 40, SAND)
    redo = client.undo(redo=True)
    server.tick(8)
    assert answer(client, redo)[0] == ErrorCode.EDIT_NOTHING


def test_what_was_let_go_does_not_come_back_with_what_was_taken_back_later(
    server: MockServer,
) -> None:
    client = server.join()
    put(client, 40, 40, SAND)
    client.undo()
    put(client, 41, 40, SAND)
    client.undo()
    redo, another = client.undo(redo=True), client.undo(redo=True)
    server.tick(8)
    assert answer(client, redo) == (0, 1, 0)
    assert [client.tile_at(0, x, 40) for x in (40, 41)] == [GRASS, SAND]
    assert answer(client, another)[0] == ErrorCode.EDIT_NOTHING


def test_a_revert_can_itself_be_undone(server: MockServer, store: Store) -> None:
    client = server.join()
    put(client, 40, 40, SAND)
    server.tick(2)
    (number,) = [each.number for each in store.maps()]
    restore = journal.revert(store.entries(number, Filter()), Filter())
    results: list[AppliedEdit | Rejected] = []
    server.game.edit(Edit("Pozzo", "panel", restore, 1, results.append))
    server.tick(2)
    assert client.tile_at(0, 40, 40) == GRASS
    server.game.undo(Undo("Pozzo", "panel", results.append))
    server.tick(3)
    assert client.tile_at(0, 40, 40) == SAND
    assert [isinstance(each, AppliedEdit) for each in results] == [True, True]


def test_an_undo_that_puts_a_wall_back_puts_its_player_beside_it(server: MockServer) -> None:
    vladimir, estragon = server.join("Vladimir"), server.join("Estragon")
    x, y = vladimir.place[0] >> 10, vladimir.place[1] >> 10
    server.walk(estragon, 0, ticks=20)
    put(estragon, x, y, WALL, layer=1)
    server.tick(2)
    assert (vladimir.place[0] >> 10, vladimir.place[1] >> 10) != (x, y)
    beside = vladimir.place
    estragon.undo()
    server.tick(3)
    assert vladimir.place == beside
    server.walk(vladimir, journey(beside, (x, y)), ticks=4)
    assert (vladimir.place[0] >> 10, vladimir.place[1] >> 10) == (x, y)
    estragon.undo(redo=True)
    server.tick(3)
    assert (vladimir.place[0] >> 10, vladimir.place[1] >> 10) != (x, y)
    seen = estragon.player("Vladimir")
    assert seen is not None
    assert (seen.x, seen.y) == (vladimir.place[0] >> 2, vladimir.place[1] >> 2)


def journey(place: tuple[int, int], cell: tuple[int, int]) -> int:
    """The direction from a place to the middle of a cell, in 1/65536 turn."""
    right, down = cell[0] * 1024 + 512 - place[0], cell[1] * 1024 + 512 - place[1]
    return round(math.atan2(down, right) / math.tau * 65536) % 65536
