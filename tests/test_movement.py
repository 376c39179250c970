"""Walking, leaping, falling: in exact numbers, by hand, by the words of PROTOCOL.md, by chance."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol_spec import codec
from protocol_spec.codec import (
    BODY_RADIUS,
    GRAVITY,
    JUMP_SPEED,
    NEVER_ENTER,
    STEP_HEIGHT,
    WALK_SPEED,
    Button,
    PlayerFlag,
)
from protocol_spec.conformance.ground import Body, Ground, Wish
from protocol_spec.generate.__main__ import ROOT
from server import movement
from server.chunks import TileMap
from server.editing.edits import Edit
from server.editing.operations import CellSet, Places, SetCells
from server.movement import Bodies, Ints
from server.world import Changes, Enter, Player, World
from tests import walks
from tests.mock_server import TILES, MockClient, MockServer, grass
from tests.walks import CASES, Outing, map_of, outing

EAST = 0x0000
THINGS = 1

State = tuple[int, int, int, int]
Step = Callable[..., State]


def stepped(tile_map: TileMap, state: State, *command: int) -> State:
    """A tick of one body by the server's movement."""
    bodies = Bodies(*(np.array([each], np.int32) for each in state))
    after = movement.step(tile_map, bodies, *(np.array([each], np.int32) for each in command))
    return int(after.x[0]), int(after.y[0]), int(after.z[0]), int(after.vz[0])


def documented_step(tile_map: TileMap) -> Step:
    """The function that PROTOCOL.md shows, on a map."""
    text = (ROOT / "protocol_spec/PROTOCOL.md").read_text(encoding="utf-8")
    code = re.search(r"The same in Python.*?```python\n(.*?)```", text, re.DOTALL)
    assert code is not None

    @cache
    def height(column: int, row: int) -> int:
        if not (0 <= column < tile_map.width and 0 <= row < tile_map.height):
            return NEVER_ENTER
        return int(tile_map.heights_at(np.array([row]), np.array([column]))[0])

    @cache
    def speed(column: int, row: int) -> int:
        return int(tile_map.speeds_at(np.array([row]), np.array([column]))[0])

    names: dict[str, Any] = {name: getattr(codec, name) for name in dir(codec) if name.isupper()}
    names |= {"JUMP": Button.JUMP, "height": height, "speed": speed}
    exec(compile(code[1], "PROTOCOL.md", "exec"), names)
    step: Step = names["step"]
    return step


def name_of(case: dict[str, Any]) -> str:
    return str(case["name"])


def follow(case: dict[str, Any], step: Callable[..., State]) -> None:
    """Compares what becomes of a hand-made case's body with what it expects."""
    state: State = tuple(case["start"])
    tick = 0
    expected = {int(key): tuple(value) for key, value in case["expect"].items()}
    for ticks, *command in case["commands"]:
        for _ in range(ticks):
            state = step(*state, *command)
            tick += 1
            assert state == expected.pop(tick, state), f"after tick {tick}"
    assert not expected, "the commands end before"


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_a_case_made_by_hand_goes_as_it_says(case: dict[str, Any]) -> None:
    tile_map = map_of(case)
    follow(case, lambda *numbers: stepped(tile_map, numbers[:4], *numbers[4:]))


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_the_python_of_the_protocol_does_the_same(case: dict[str, Any]) -> None:
    follow(case, documented_step(map_of(case)))


class GroundOf(Ground):
    """The conformance suite's ground, on a map that was not sent."""

    def __init__(self, tile_map: TileMap) -> None:
        super().__init__()
        self._map = tile_map

    def height(self, column: int, row: int) -> int:
        if not (0 <= column < self._map.width and 0 <= row < self._map.height):
            return NEVER_ENTER
        return int(self._map.heights_at(np.array([row]), np.array([column]))[0])

    def speed(self, column: int, row: int) -> int:
        return int(self._map.speeds_at(np.array([row]), np.array([column]))[0])


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_the_conformance_suite_foresees_the_same(case: dict[str, Any]) -> None:
    ground = GroundOf(map_of(case))
    follow(case, lambda *numbers: tuple(ground.step(Body(*numbers[:4]), Wish(*numbers[4:]))))


def test_the_table_of_the_protocol_is_right() -> None:
    text = (ROOT / "protocol_spec/PROTOCOL.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (0x....), .*? \| (\d+) \| (.*?) \| (.*?) \| \((.*?)\) \|$", text, re.M)
    assert len(rows) == 6
    letters = {"nothing": ".", "a wall in column 2": "#", "a height of 256 in column 2": "k"}
    for direction, pace, button, there, state in rows:
        case = {"map": [".." + letters[there] + "."] * 4}
        came = stepped(
            map_of(case),
            (1536, 1536, 0, 0),
            *(int(direction, 16), int(pace), Button.JUMP if button == "JUMP" else int(button)),
        )
        assert ", ".join(map(str, came)) == state


@pytest.fixture(scope="module")
def outings() -> list[tuple[Outing, Ints]]:
    """All walks by chance, with the states by the server's movement."""
    return [(each, each.states()) for each in map(outing, range(walks.OUTINGS))]


def halves(walked: Outing, states: Ints) -> Iterator[tuple[TileMap, Ints, Ints, Ints]]:
    """For each half its map, the commands, and the states before and after, a row a body's tick."""
    before = np.concatenate([walked.starts[None], states[:-1]])
    for first in (0, walks.HALF):
        ticks = slice(first, first + walks.HALF)
        columns = [
            each[ticks].reshape(-1, each.shape[-1]).T for each in (walked.commands, before, states)
        ]
        yield walked.tile_map(first), columns[0], columns[1], columns[2]


def test_the_python_of_the_protocol_walks_by_chance_like_the_server(
    outings: list[tuple[Outing, Ints]],
) -> None:
    for walked, states in outings:
        steps = [documented_step(walked.tile_map(first)) for first in (0, walks.HALF)]
        for body, start in enumerate(walked.starts.tolist()):
            state = tuple(start)
            for tick, command in enumerate(walked.commands[:, body].tolist()):
                state = steps[tick // walks.HALF](*state, *command)
                where = f"outing {walked.seed}, body {body}, tick {tick}"
                assert state == tuple(states[tick, body].tolist()), where


def test_the_walks_by_chance_meet_everything(outings: list[tuple[Outing, Ints]]) -> None:
    """What they never did they could not prove."""
    met: Counter[str] = Counter()
    for walked, states in outings:
        for tile_map, commands, before, after in halves(walked, states):
            x, y, z, vz = after
            moved = (x != before[0]) | (y != before[1])
            flies, flew = vz != 0, before[3] != 0
            inside = movement.is_inside(tile_map, *before[:3])
            met["moved"] += int(moved.sum())
            met["leapt"] += int((vz == JUMP_SPEED).sum())
            met["landed"] += int((flew & ~flies).sum())
            met["caught a ledge"] += int((flew & ~flies & (z > before[2])).sum())
            met["stepped up"] += int((~flew & ~flies & (z > before[2])).sum())
            met["fell off an edge"] += int((~flew & (vz == -GRAVITY)).sum())
            met["waded"] += int((~flies & (z == -128)).sum())
            met["was in a pit"] += int((~flies & (z == -600)).sum())
            met["was put out"] += int((inside & moved).sum())
            met["was stopped"] += int((~moved & (commands[1] == 255) & ~inside).sum())
    assert len(met) == 10
    assert min(met.values()) >= 100, met


def test_company_makes_no_difference() -> None:
    """Bodies inside walls, in the air and on the ground go together as each goes alone."""
    meeting = outing(0)
    states = meeting.states()
    tile_map = meeting.tile_map(0)
    for body, start in enumerate(meeting.starts.tolist()):
        state: State = tuple(start)
        for tick in range(100):
            state = stepped(tile_map, state, *meeting.commands[tick, body].tolist())
            assert state == tuple(states[tick, body].tolist())


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(1_000, 1_000_000))
def test_nobody_gets_into_the_ground_off_the_map_or_on_too_fast(seed: int) -> None:
    walked = outing(seed)
    for tile_map, commands, before, after in halves(walked, walked.states()):
        x, y, z, vz = after
        ground = movement.standing_height(tile_map, x, y)
        assert (z >= ground).all(), "below the ground"
        assert ((vz == 0) == (z == ground)).all(), "who stands has no speed, who flies has one"
        assert (ground < NEVER_ENTER).all(), "where nobody may be"
        for axis in (x, y):
            assert (axis >= BODY_RADIUS).all()
            assert (axis < walks.SIDE * 1024 - BODY_RADIUS).all()
        speed = tile_map.speeds_at(before[1] >> 10, before[0] >> 10)
        allowed = WALK_SPEED * commands[1] * speed // 25500
        inside = movement.is_inside(tile_map, *before[:3])
        assert not inside[walks.BODIES :].any(), "a tick is enough to come out"
        moved = np.hypot(x - before[0], y - before[1])
        assert (moved <= allowed)[~inside].all(), "faster than the ground allows"


def test_only_who_stands_has_no_vertical_speed() -> None:
    """The world, its snapshots and its flags tell by vz alone who is in the air."""
    assert JUMP_SPEED % GRAVITY != 0


def state_of(client: MockClient) -> State:
    assert client.state is not None
    return client.state.x, client.state.y, client.state.z, client.state.vz


SPAWN = 8 * 1024 + 512


def test_a_leap_is_told_to_the_leaper_and_seen_by_others() -> None:
    server = MockServer()
    vladimir, estragon = server.join("Vladimir"), server.join("Estragon")
    server.tick(3)
    vladimir.walk(EAST, pace=0, buttons=Button.JUMP)
    told = []
    seen = []
    for _ in range(14):
        server.tick()
        told.append(state_of(vladimir))
        player = estragon.player("Vladimir")
        assert player is not None
        seen.append(player.flags)
    heights = [z for _, _, z, _ in told]
    start = heights.index(150)
    assert heights[start : start + 9] == [150, 260, 330, 360, 350, 300, 210, 80, 0]
    assert [vz for *_, vz in told][start : start + 9] == [*range(150, -131, -40), 0]
    airborne = PlayerFlag.AIRBORNE
    assert seen == [0] * start + [airborne] * 8 + [0] * (len(seen) - start - 8)


def test_who_leaps_on_the_spot_costs_eight_bytes_up_and_eight_down() -> None:
    server = MockServer()
    vladimir, estragon = server.join("Vladimir"), server.join("Estragon")
    server.tick(3)
    vladimir.walk(EAST, pace=0, buttons=Button.JUMP)
    sizes = []
    for _ in range(14):
        server.tick()
        assert estragon.state is not None
        # The leap begins with a turn to the east, in the same tick.
        sizes.append(len(estragon.state.players))
    assert sum(sizes) == 16


def test_a_button_is_not_held_for_a_client_that_falls_silent() -> None:
    server = MockServer()
    vladimir = server.join("Vladimir")
    for _ in range(9):
        vladimir.walk(EAST, buttons=Button.JUMP)
        server.tick()
    heights = []
    for _ in range(12):
        server.tick()
        heights.append(state_of(vladimir)[2])
    assert heights[-1] == 0
    landed = heights.index(0)
    assert heights[landed:] == [0] * len(heights[landed:])


def world_with(tile: str = "", side: int = 48) -> tuple[World, Player]:
    """A meadow, all of it with that thing on it, and a player in the middle of (8, 8)."""
    cells = grass(side, side)
    cells[THINGS] = TILES[tile] if tile else 0
    world = World(TileMap.of(cells, TILES), Places(((8, 8),)), 4)
    return world, world.step([Enter(7, "Vladimir", 0)]).entered[0]


def put(world: World, tile: str, *cells: tuple[int, int]) -> Changes:
    """A tick in which these cells come to hold that thing."""
    columns, rows = np.array(cells, np.int32).T
    wanted = CellSet.filled(THINGS, columns, rows, TILES[tile] if tile else 0)
    return world.step([Edit("Pozzo", "test", SetCells(wanted), 0)])


def place_in(world: World, player: Player) -> State:
    slot = player.slot
    return int(world.x[slot]), int(world.y[slot]), int(world.z[slot]), int(world.vz[slot])


def square(first: int, last: int) -> list[tuple[int, int]]:
    return [(x, y) for x in range(first, last) for y in range(first, last)]


def test_who_loses_the_ground_under_their_feet_falls_though_they_stand_still() -> None:
    world, player = world_with("crate")
    assert place_in(world, player) == (SPAWN, SPAWN, 768, 0)
    put(world, "", *square(6, 11))
    heights = [place_in(world, player)[2]]
    while heights[-1]:
        world.step([])
        heights.append(place_in(world, player)[2])
    assert heights == [728, 648, 528, 368, 168, 0]


def test_who_stands_where_the_ground_rises_a_little_is_lifted_and_not_announced() -> None:
    world, player = world_with()
    changes = put(world, "bridge_ew", (8, 8))
    assert place_in(world, player) == (SPAWN, SPAWN, 128, 0)
    assert not changes.moved_out


def test_who_is_walled_in_is_put_out_and_announced() -> None:
    world, player = world_with()
    changes = put(world, "plank_wall", *square(6, 11))
    assert place_in(world, player) == (11 * 1024 + 512, SPAWN, 0, 0)
    assert changes.moved_out == [player]


def test_who_has_no_place_near_is_put_on_a_spawn() -> None:
    world, player = world_with(side=96)
    world.x[player.slot] = world.y[player.slot] = 60 * 1024
    changes = put(world, "deep_water", *square(24, 96))
    assert place_in(world, player) == (SPAWN, SPAWN, 0, 0)
    assert changes.moved_out == [player]


def test_where_even_the_spawn_is_under_water_one_stays_and_comes_free_again() -> None:
    world, player = world_with()
    put(world, "deep_water", *square(0, 48))
    assert place_in(world, player) == (SPAWN, SPAWN, 0, 0)
    put(world, "", *square(20, 22))
    assert place_in(world, player) == (20 * 1024 + 512, 20 * 1024 + 512, 0, 0)


def test_a_leap_does_not_get_over_fences_and_hedges_but_onto_a_bench() -> None:
    reach = 360 + STEP_HEIGHT
    bench = TILES.by_id[TILES["bench"]].height
    rock = TILES.by_id[TILES["rock"]].height
    assert bench < rock <= reach
    for name in ("fence", "bush", "stone_wall", "plank_wall", "masonry_wall"):
        assert TILES.by_id[TILES[name]].height > rock + reach, f"over the {name} from a rock"
