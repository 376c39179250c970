"""A player's walk: commands that are sent in good time, and where they must lead."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from protocol_spec import codec
from protocol_spec.codec import INPUT_BUFFER_TICKS, INPUT_REPEAT_TICKS, WorldState
from protocol_spec.conformance import wire
from protocol_spec.conformance.case import Failed, Unimplemented
from protocol_spec.conformance.ground import Body, Ground, Wish
from protocol_spec.conformance.peer import Client

LEAD_TICKS = 10
"""So far ahead commands are sent: half a second lies between them and their tick."""
WALK_LEAD_TICKS = 20
"""A whole walk has a second: on a slow machine both sides may be held up for half of one."""
AT_ONCE = 8
EAST, SOUTH_EAST, SOUTH, WEST, NORTH_WEST, NORTH = 0, 0x2000, 0x4000, 0x8000, 0xA000, 0xC000
FULL = 255


@dataclass(frozen=True)
class Sent:
    """Wishes for consecutive ticks."""

    first: int
    wishes: Sequence[Wish]

    @property
    def last(self) -> int:
        return self.first + len(self.wishes) - 1


def body_of(state: WorldState) -> Body:
    return Body(state.x, state.y, state.z, state.vz)


def ground_of(peer: Client) -> Ground:
    """The map as this client holds it now."""
    return Ground(each.message for each in peer.heard)


def going(direction: int, ticks: int, pace: int = FULL, buttons: int = 0) -> list[Wish]:
    return [Wish(direction, pace, buttons)] * ticks


async def ticks_later(peer: Client, count: int) -> WorldState:
    """The first snapshot at least so many ticks after the newest one that came."""
    tick = peer.last(WorldState).tick + count
    return await peer.until(WorldState, lambda state: state.tick >= tick)


async def send_wishes(peer: Client, first: int, wishes: Sequence[Wish]) -> None:
    """For the ticks from `first` on; each looks where it goes."""
    for at in range(0, len(wishes), AT_ONCE):
        packed = [
            wire.command(each.direction, pace=each.pace, buttons=each.buttons)
            for each in wishes[at : at + AT_ONCE]
        ]
        await peer.send(wire.commands(first + at, *packed))


async def walk(peer: Client, wishes: Sequence[Wish]) -> list[WorldState]:
    """Sends them for the ticks soon to come, in good time.

    Returns the snapshots from the one before the first until they have had their effect.
    """
    await peer.settle()
    sent = Sent(peer.last(WorldState).tick + WALK_LEAD_TICKS, wishes)
    done = 0
    states: list[WorldState] = []
    state = peer.last(WorldState)
    while True:
        room = state.tick + INPUT_BUFFER_TICKS - 2 - sent.first
        if done < len(wishes) and done < room:
            some = wishes[done : min(room, done + AT_ONCE)]
            await send_wishes(peer, sent.first + done, some)
            done += len(some)
            continue
        state = await peer.until(WorldState)
        if state.tick >= sent.first - 1:
            states.append(state)
        if state.tick > sent.last + INPUT_REPEAT_TICKS:
            return states


async def follow(peer: Client, wishes: Sequence[Wish]) -> list[Body]:
    """Walks, and holds each snapshot against where the page's arithmetic leads.

    Returns where the body was, tick by tick. Raises Failed at the first difference.
    """
    states = await walk(peer, wishes)
    before, *after = states
    first = before.tick + 1
    ground = ground_of(peer)
    last = wishes[-1]
    # What nobody commands goes on for a while; then the body stands.
    tail = [Wish(last.direction, last.pace)] * INPUT_REPEAT_TICKS + [Wish()] * 40
    course = ground.foresee(body_of(before), [*wishes, *tail])
    for state in after:
        expected = course[state.tick - first]
        if body_of(state) != expected:
            raise Failed(
                f"at tick {state.tick - first + 1} of the walk the body is at "
                f"{tuple(body_of(state))}, not {tuple(expected)}"
            )
        wanted = min(state.tick, first + len(wishes) - 1)
        if state.input_tick != wanted:
            raise Failed(f"input_tick is {state.input_tick} at {state.tick}, not {wanted}")
    return [body_of(each) for each in after]


def find_course(
    peer: Client,
    make: Callable[[int], list[Wish]],
    fits: Callable[[list[Body], Ground], bool],
    what: str,
) -> list[Wish]:
    """Wishes, by their direction, whose course fits; the shortest of them.

    Raises Unimplemented where the ground around the player has no such place.
    """
    ground = ground_of(peer)
    start = body_of(peer.last(WorldState))
    for direction in range(0, 0x10000, 0x0800):
        wishes = make(direction)
        course = ground.foresee(start, wishes)
        if not fits(course, ground):
            continue
        length = next(n for n in range(1, len(wishes) + 1) if fits(course[:n], ground))
        return wishes[: length + 5]
    raise Unimplemented(f"no {what} is near the spawn")


def own_id(peer: Client) -> int:
    return peer.last(codec.AuthOk).player_id


def own_slot(peer: Client) -> int:
    return peer.last(codec.WorldEntered).slot
