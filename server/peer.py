"""The other end of a connection, as a session knows it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol


class Peer(Protocol):
    """The way back to the client: what a gateway has to offer."""

    address: str
    """The client's, for limits; empty where it is this very machine."""
    remote: str
    """The client's, always: for sanctions and for the record."""
    is_secure: bool
    """Nobody on the way can read what is sent: TLS, or this very machine."""

    def send(self, message: bytes) -> None:
        """Sends one WebSocket message, or queues it; never waits."""

    @property
    def sender(self) -> Callable[[bytes], object]:
        """The shortest way to send, for as long as the peer is there; it counts no bytes."""

    def close(self, code: int, reason: str) -> None:
        """Closes once everything that was sent has left."""

    def abort(self) -> None:
        """Drops the connection and what is queued."""

    @property
    def queued_bytes(self) -> int:
        """What was sent and has not left yet."""
