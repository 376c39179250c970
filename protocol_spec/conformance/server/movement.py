"""INPUT, and how bodies move by it, in exact numbers."""

from __future__ import annotations

from itertools import pairwise

from protocol_spec import codec
from protocol_spec.codec import (
    INPUT_BUFFER_TICKS,
    INPUT_REPEAT_TICKS,
    STEP_HEIGHT,
    Button,
    WorldState,
)
from protocol_spec.conformance import wire
from protocol_spec.conformance.case import Category, Unimplemented
from protocol_spec.conformance.course import (
    EAST,
    FULL,
    LEAD_TICKS,
    NORTH,
    SOUTH,
    SOUTH_EAST,
    WEST,
    body_of,
    find_course,
    follow,
    going,
    ground_of,
    send_wishes,
    ticks_later,
    walk,
)
from protocol_spec.conformance.ground import Body, Ground, Wish
from protocol_spec.conformance.peer import Client
from protocol_spec.conformance.stage import Stage, expect, expect_that

category = Category("input")
case = category.case

LAST_TICK = 0xFFFFFFFF
FAR = 90
"""So many ticks a course is looked for: 22 tiles."""


async def free_way(peer: Client, ticks: int) -> int:
    """A direction in which nothing is in the way, of ground where one walks as usual."""

    def is_free(course: list[Body], ground: Ground) -> bool:
        start = body_of(peer.last(WorldState))
        gone = abs(course[-1].x - start.x) + abs(course[-1].y - start.y)
        return len(course) == ticks and gone >= ticks * 250

    return find_course(peer, lambda way: going(way, ticks), is_free, "open ground")[0].direction


@case("EST-IN-01a")
async def eight_commands(stage: Stage) -> None:
    """Eight commands in one INPUT count for eight ticks in a row, each for its own."""
    peer = await stage.player()
    ways = [EAST, SOUTH, WEST, NORTH, SOUTH_EAST, 0x6000, 0xA000, 0xE000]
    await follow(peer, [Wish(way, FULL) for way in ways])


@case("EST-IN-01b")
async def no_command(stage: Stage) -> None:
    """An INPUT without a command does nothing."""
    peer = await stage.player()
    before = peer.last(WorldState)
    await peer.send(wire.commands(before.tick + LEAD_TICKS))
    after = await ticks_later(peer, LEAD_TICKS + 2)
    expect(body_of(after), body_of(before), "the body's place")
    expect(after.input_tick, 0, "input_tick")


@case("EST-IN-03a")
async def one_command_a_tick(stage: Stage) -> None:
    """Twenty commands sent at once take twenty ticks, and no more ground than that."""
    peer = await stage.player()
    await follow(peer, going(await free_way(peer, 12), 12))


@case("EST-IN-03b")
async def late_commands(stage: Stage) -> None:
    """Commands for ticks that are done are dropped."""
    peer = await stage.player()
    before = await ticks_later(peer, 20)
    await send_wishes(peer, before.tick - 18, going(EAST, 16))
    after = await ticks_later(peer, 4)
    expect(body_of(after), body_of(before), "the body's place")
    expect(after.input_tick, 0, "input_tick")


@case("EST-IN-03c")
async def commands_of_the_first_ticks(stage: Stage) -> None:
    """Commands for the ticks 0 and 1 are dropped, and harm nobody."""
    peer = await stage.player()
    before = peer.last(WorldState)
    await send_wishes(peer, 0, going(EAST, 2))
    after = await ticks_later(peer, 3)
    expect(body_of(after), body_of(before), "the body's place")


@case("EST-IN-04a")
async def too_early(stage: Stage) -> None:
    """A command for a tick far ahead is not kept."""
    peer = await stage.player()
    before = peer.last(WorldState)
    # So far that it is too early whatever tick the server is at when it comes.
    ahead = INPUT_BUFFER_TICKS + 20
    await send_wishes(peer, before.tick + ahead, going(EAST, 1))
    after = await ticks_later(peer, ahead + 5)
    expect(body_of(after), body_of(before), "the body's place")
    expect(after.input_tick, 0, "input_tick")


@case("EST-IN-04b")
async def just_early_enough(stage: Stage) -> None:
    """A command for the tick 32 after the last one done is kept."""
    peer = await stage.player()
    way = await free_way(peer, 4)
    before = await ticks_later(peer, 1)
    at = before.tick + INPUT_BUFFER_TICKS
    await send_wishes(peer, at, going(way, 1))
    after = await peer.until(WorldState, lambda state: state.tick >= at)
    expect(after.input_tick, at, "input_tick")
    expect_that(body_of(after) != body_of(before), "the body did not move")


@case("EST-IN-04c")
async def the_last_tick_there_is(stage: Stage) -> None:
    """Commands for the tick 4,294,967,295 and those after it are not kept."""
    peer = await stage.player()
    before = peer.last(WorldState)
    await send_wishes(peer, LAST_TICK - 2, going(EAST, 8))
    await send_wishes(peer, LAST_TICK, going(EAST, 8))
    after = await ticks_later(peer, 4)
    expect(body_of(after), body_of(before), "the body's place")


@case("EST-IN-05a")
async def two_for_a_tick(stage: Stage) -> None:
    """Of two commands for a tick the later one counts."""
    peer = await stage.player()
    await peer.settle()
    before = peer.last(WorldState)
    first = before.tick + LEAD_TICKS
    await send_wishes(peer, first, going(EAST, 4))
    await send_wishes(peer, first, going(WEST, 4))
    course = ground_of(peer).foresee(body_of(before), going(WEST, 4))
    after = await peer.until(WorldState, lambda state: state.tick >= first + 3)
    expect(after.tick, first + 3, "the snapshot's tick")
    expect(body_of(after), course[-1], "the body's place")


@case("EST-IN-06a")
async def missing_commands(stage: Stage) -> None:
    """The last command goes on for 3 ticks where none comes; then the body stands."""
    peer = await stage.player()
    way = await free_way(peer, 12)
    states = await walk(peer, going(way, 2))
    await ticks_later(peer, 4)
    course = ground_of(peer).foresee(body_of(states[0]), going(way, 2 + INPUT_REPEAT_TICKS))
    expect(body_of(peer.last(WorldState)), course[-1], "where the body stands in the end")
    for state in states[1:]:
        since = min(state.tick - states[0].tick, len(course))
        expect(body_of(state), course[since - 1], f"the place {since} ticks after the first")


@case("EST-IN-06b")
async def aim_of_missing_commands(stage: Stage) -> None:
    """Where no command comes, the aim stays as it was."""
    peer = await stage.player()
    await peer.settle()
    first = peer.last(WorldState).tick + LEAD_TICKS
    await peer.send(wire.commands(first, wire.command(0, 0x1234, 0)))
    after = await peer.until(WorldState, lambda state: state.tick >= first + 6)
    expect(after.rotation, 0x1234, "the rotation")


@case("EST-IN-06c")
async def buttons_of_missing_commands(stage: Stage) -> None:
    """Where no command comes, no button is held: a leap is not leapt again."""
    peer = await stage.player()
    states = await walk(peer, [Wish(0, 0, Button.JUMP)])
    expect_that(states[1].vz > 0, "the body did not leap")
    first = states[0].tick + 1
    after = [each for each in peer.messages(WorldState) if each.tick > first + 9]
    while peer.last(WorldState).tick < first + 14:
        after.append(await peer.until(WorldState))
    expect_that(all(each.vz <= 0 for each in after), "it leapt again by itself")


@case("EST-IN-07a")
async def leap(stage: Stage) -> None:
    """JUMP leaps: up, and down again after nine ticks."""
    peer = await stage.player()
    course = await follow(peer, [Wish(0, 0, Button.JUMP), *[Wish()] * 12])
    rise = max(each.z for each in course) - course[-1].z
    expect(rise, 360, "the height of the leap")


@case("EST-IN-07b")
async def use(stage: Stage) -> None:
    """USE does nothing."""
    peer = await stage.player()
    await follow(peer, [Wish(0, 0, Button.USE)] * 3)


@case("EST-IN-09a")
async def newcomers_stand(stage: Stage) -> None:
    """Who has sent no command stands where they came in."""
    peer = await stage.player()
    before = peer.last(WorldState)
    after = await ticks_later(peer, 10)
    expect(body_of(after), body_of(before), "the body's place")


@case("EST-IN-08a")
async def input_tick(stage: Stage) -> None:
    """input_tick is 0 before the first command, then the tick of the newest one applied."""
    peer = await stage.player()
    expect(peer.last(WorldState).input_tick, 0, "input_tick at first")
    states = await walk(peer, going(EAST, 3, 0))
    last = states[0].tick + 3
    for state in states[1:]:
        expect(state.input_tick, min(state.tick, last), f"input_tick at tick {state.tick}")


@case("EST-MV-05a")
async def paces(stage: Stage) -> None:
    """The distance follows pace and ground, for any pace from 0 to 255."""
    peer = await stage.player()
    way = await free_way(peer, 10)
    wishes = [Wish(way, pace) for pace in (0, 1, 2, 17, 127, 128, 200, 254, 255)]
    await follow(peer, wishes)


@case("EST-MV-05b")
async def ground_that_slows(stage: Stage) -> None:
    """Ground of another speed than 100 slows or hastens as TILE says."""
    peer = await stage.player()

    def is_slow(course: list[Body], ground: Ground) -> bool:
        return any(ground.speed(each.x >> 10, each.y >> 10) != 100 for each in course)

    await follow(peer, find_course(peer, lambda way: going(way, FAR), is_slow, "other ground"))


@case("EST-MV-06a")
async def sixteen_directions(stage: Stage) -> None:
    """Distance is parted by the upper eight bits of the direction, rounded towards zero."""
    peer = await stage.player()
    ways = [(turn * 0x1000 + 0x0F00 + 0x00FF) & 0xFFFF for turn in range(16)]
    await follow(peer, [Wish(way, FULL) for way in ways])


@case("EST-MV-06b")
async def west_is_as_far_as_east(stage: Stage) -> None:
    """Two steps east by north-east and two back lead to where they began."""
    peer = await stage.player()
    start = body_of(peer.last(WorldState))
    way = await free_way(peer, 4)
    back = (way + 0x8000) & 0xFFFF
    course = await follow(peer, [Wish(way, 200)] * 2 + [Wish(back, 200)] * 2 + [Wish()])
    expect((course[-1].x, course[-1].y), (start.x, start.y), "the place in the end")


@case("EST-MV-07a")
async def sliding(stage: Stage) -> None:
    """Who walks against something aslant slides along it."""
    peer = await stage.player()

    def slides(course: list[Body], ground: Ground) -> bool:
        moves = [(abs(b.x - a.x), abs(b.y - a.y)) for a, b in pairwise(course)]
        return any(min(each) == 0 and max(each) > 10 for each in moves)

    def aslant(way: int) -> list[Wish]:
        return going(way | 0x0500, FAR)

    await follow(peer, find_course(peer, aslant, slides, "obstacle to slide along"))


@case("EST-MV-08a")
async def walls(stage: Stage) -> None:
    """A cell that is more than a step higher stops the body at its near edge."""
    peer = await stage.player()

    def is_stopped(course: list[Body], ground: Ground) -> bool:
        return len(course) > 1 and course[-1] == course[-2]

    await follow(peer, find_course(peer, lambda way: going(way, FAR), is_stopped, "wall"))


@case("EST-MV-01a")
async def things_have_heights(stage: Stage) -> None:
    """A thing that is higher than a step stops the body, whatever the ground beneath it."""
    peer = await stage.player()
    ground = ground_of(peer)
    high = {each.id for each in ground.tiles.values() if each.layer == 1 and each.height > 256}

    def is_stopped_by_a_thing(course: list[Body], ground: Ground) -> bool:
        if len(course) < 2 or course[-1] != course[-2]:
            return False
        x, y = course[-1].x >> 10, course[-1].y >> 10
        near = [(x + dx, y + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)]
        return any(ground.tile(1, *cell) in high for cell in near)

    def straight(way: int) -> list[Wish]:
        return going(way, FAR)

    await follow(peer, find_course(peer, straight, is_stopped_by_a_thing, "thing in the way"))


@case("EST-MV-02a")
async def things_have_speeds(stage: Stage) -> None:
    """A cell is as fast as its thing where it has one, else as its ground."""
    peer = await stage.player()

    def crosses_a_thing(course: list[Body], ground: Ground) -> bool:
        return any(ground.tile(1, each.x >> 10, each.y >> 10) for each in course)

    await follow(peer, find_course(peer, lambda way: going(way, FAR), crosses_a_thing, "thing"))


@case("EST-MV-11a")
async def button_held(stage: Stage) -> None:
    """Who holds JUMP leaps again in the tick after each landing, and not in the air."""
    peer = await stage.player()
    await follow(peer, [Wish(0, 0, Button.JUMP)] * 24)


@case("EST-MV-11b")
async def leap_while_walking(stage: Stage) -> None:
    """Who leaps while walking goes as far as on the ground, in every tick."""
    peer = await stage.player()
    way = await free_way(peer, 16)
    wishes = [*going(way, 3), Wish(way, FULL, Button.JUMP), *going(way, 12)]
    await follow(peer, wishes)


@case("EST-MV-12a")
async def turning_in_the_air(stage: Stage) -> None:
    """In the air gravity takes 40 from vz each tick, and the body walks on where it wants to."""
    peer = await stage.player()
    ways = [EAST, SOUTH, WEST, NORTH, EAST, SOUTH, WEST, NORTH, EAST]
    wishes = [Wish(0, 0, Button.JUMP), *[Wish(way, FULL) for way in ways], Wish()]
    await follow(peer, wishes)


@case("EST-MV-12b")
async def under_a_leap(stage: Stage) -> None:
    """A leap over what a step does not get over lands on it, or does not, as the heights say."""
    peer = await stage.player()

    def leaping(way: int) -> list[Wish]:
        return going(way, FAR, FULL, Button.JUMP)

    def lands_higher(course: list[Body], ground: Ground) -> bool:
        landed = [each.z for each in course if each.vz == 0]
        return len(landed) > 1 and max(landed) - min(landed) > STEP_HEIGHT

    try:
        wishes = find_course(peer, leaping, lands_higher, "thing to leap upon")
    except Unimplemented:
        wishes = leaping(EAST)[:40]
    await follow(peer, wishes)


@case("EST-FC-05b")
async def unknown_buttons(stage: Stage) -> None:
    """Buttons that nobody knows are no reason to refuse a command."""
    peer = await stage.player()
    await follow(peer, [Wish(EAST, FULL, 0xFC)] * 3)


async def at_tick(peer: Client, tick: int) -> WorldState:
    return await peer.until(WorldState, lambda state: state.tick >= tick)


@case("EST-SN-17a")
async def own_rotation(stage: Stage) -> None:
    """A newcomer looks south; then the rotation is the aim of the last command, exactly."""
    peer = await stage.player()
    expect(peer.last(WorldState).rotation, SOUTH, "the rotation at first")
    await peer.settle()
    first = peer.last(WorldState).tick + LEAD_TICKS
    aims = [0, 1, 0x7FFF, 0x8001, 0xFFFF]
    await peer.send(wire.commands(first, *[wire.command(0, aim, 0) for aim in aims]))
    for offset, aim in enumerate(aims):
        state = await at_tick(peer, first + offset)
        if state.tick == first + offset:
            expect(state.rotation, aim, f"the rotation at tick {offset + 1}")
    expect(peer.last(codec.WorldState).rotation, aims[-1], "the rotation in the end")
