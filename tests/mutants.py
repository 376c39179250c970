"""Bytes that are nearly right: what decoders are fed with to see whether they keep their heads."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence

ODD_BYTES = (0x00, 0x01, 0x7F, 0x80, 0xC0, 0xED, 0xF4, 0xFE, 0xFF)
"""Ends of ranges, and where UTF-8 goes wrong."""
MOST_BYTES = 4096


def mutants(seeds: Sequence[bytes], count: int, *, seed: int) -> Iterator[bytes]:
    """So many of them, the same for the same seed of chance."""
    chance = random.Random(seed)
    for _ in range(count):
        data = bytearray(chance.choice(seeds))
        for _ in range(chance.choice((1, 1, 1, 2, 3, 8))):
            chance.choice(_CHANGES)(data, chance)
        if chance.random() < 0.1:
            data += chance.choice(seeds)
        yield bytes(data[:MOST_BYTES])


def _put(data: bytearray, chance: random.Random) -> None:
    if data:
        data[chance.randrange(len(data))] = chance.choice(ODD_BYTES)


def _flip(data: bytearray, chance: random.Random) -> None:
    if data:
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def _count(data: bytearray, chance: random.Random) -> None:
    """One more or less, as lengths and counts go wrong."""
    if data:
        at = chance.randrange(min(len(data), 16))
        data[at] = (data[at] + chance.choice((-1, 1))) % 256


def _cut(data: bytearray, chance: random.Random) -> None:
    del data[chance.randrange(len(data) + 1) :]


def _add(data: bytearray, chance: random.Random) -> None:
    at = chance.randrange(len(data) + 1)
    data[at:at] = chance.randbytes(chance.randrange(1, 9))


def _shorten(data: bytearray, chance: random.Random) -> None:
    """Fewer bytes and a length that says so: the fault is within the payload."""
    if len(data) > 4:
        del data[chance.randrange(3, len(data)) :]
        data[1:3] = (len(data) - 3).to_bytes(2)


def _take_out(data: bytearray, chance: random.Random) -> None:
    at = chance.randrange(len(data) + 1)
    del data[at : at + chance.randrange(1, 5)]


_CHANGES: tuple[Callable[[bytearray, random.Random], None], ...] = (
    _put,
    _flip,
    _count,
    _cut,
    _add,
    _shorten,
    _shorten,
    _take_out,
)
