"""How a client finds this server on the local network: a question of 256 bytes and its answer.

An answer says nothing that `/api/server` does not tell everybody, and is never longer than the
question: nobody can make this server flood somebody else. PROTOCOL.md, "Found on the local
network".
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from ipaddress import ip_address

from server.limits import Bucket

QUESTION_BYTES = 256
FORMAT = 1
_HEAD = struct.Struct("!4sBB8s")
_QUESTION = b"ESTQ"
_ANSWER = b"ESTA"
_TLS_BIT = 1
_PER_SECOND = 20.0
"""Answers to all the world..."""
_BURST = 40.0
_PER_ADDRESS_SECOND = 2.0
"""...and to an address: a menu asks every few seconds."""
_PER_ADDRESS_BURST = 6.0
_MOST_ADDRESSES = 256


@dataclass(frozen=True)
class Told:
    """What there is to tell."""

    name: str
    version: str
    protocol_versions: tuple[int, ...]
    port: int
    is_tls: bool
    players: int
    max_players: int
    """In all worlds."""
    world_count: int


def read_question(datagram: bytes) -> bytes | None:
    """The question's own number, 8 bytes; None where it is no question that this server knows."""
    if len(datagram) != QUESTION_BYTES:
        return None
    magic, form, reserved, number = _HEAD.unpack_from(datagram)
    if magic != _QUESTION or form != FORMAT or reserved != 0:
        return None
    return bytes(number)


def answer(number: bytes, told: Told) -> bytes:
    """The answer to the question of that number: at most `QUESTION_BYTES` long."""
    flags = _TLS_BIT if told.is_tls else 0
    parts = [
        _HEAD.pack(_ANSWER, FORMAT, flags, number),
        struct.pack(
            "!HHHB",
            told.port,
            min(told.players, 65535),
            min(told.max_players, 65535),
            min(told.world_count, 255),
        ),
        struct.pack(f"!B{len(told.protocol_versions)}H", *_counted(told.protocol_versions)),
        _text(told.name, 160),
        _text(told.version, 32),
    ]
    return b"".join(parts)


def may_ask(address: str) -> bool:
    """Whether that is an address of the local network. The Internet has no business here: what
    claims to come from there may be meant to hit somebody."""
    try:
        where = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(where, "ipv4_mapped", None) or where
    if mapped.is_unspecified or mapped.is_multicast or str(mapped) == "255.255.255.255":
        return False
    return mapped.is_private or mapped.is_link_local


class Allowance:
    """How many answers there are, to an address and in all."""

    def __init__(self, now: float) -> None:
        self._all = Bucket(_PER_SECOND, _BURST, now)
        self._by_address: dict[str, Bucket] = {}

    def take(self, address: str, now: float) -> bool:
        bucket = self._by_address.get(address)
        if bucket is None:
            if len(self._by_address) >= _MOST_ADDRESSES:
                self._by_address.clear()  # The limit for all holds meanwhile.
            bucket = Bucket(_PER_ADDRESS_SECOND, _PER_ADDRESS_BURST, now)
            self._by_address[address] = bucket
        return bucket.take(now) and self._all.take(now)


def _counted(versions: tuple[int, ...]) -> tuple[int, ...]:
    return (len(versions), *versions)


def _text(text: str, most_bytes: int) -> bytes:
    """A count and UTF-8, cut between two characters."""
    cut = text.encode()[:most_bytes].decode(errors="ignore").encode()
    return bytes([len(cut)]) + cut
