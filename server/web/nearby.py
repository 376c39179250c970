"""The socket on which clients of the local network ask for servers."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable
from ipaddress import ip_address
from typing import cast

from server.web.discovery import Allowance, Told, answer, may_ask, read_question

log = logging.getLogger(__name__)


class Nearby(asyncio.DatagramProtocol):
    """Answers whom it may, and nobody else with a word."""

    def __init__(self, tell: Callable[[], Told]) -> None:
        self._tell = tell
        self._transport: asyncio.DatagramTransport | None = None
        self._clock = asyncio.get_running_loop().time
        self._allowance = Allowance(self._clock())

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's is one and does not say so.
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str | int, ...]) -> None:
        number = read_question(data)
        address = str(addr[0])
        if number is None or not may_ask(address):
            return
        if self._transport is not None and self._allowance.take(address, self._clock()):
            self._transport.sendto(answer(number, self._tell()), addr)

    def error_received(self, exc: Exception) -> None:
        """Whoever asked is gone: no matter."""


def asking_socket(host: str, port: int) -> socket.socket | None:
    """Where questions come in: on this machine alone if the game is played there alone, else on
    all its networks, for a question to everybody has the address of nobody.

    None where the port is taken: then another server is found there, and this one by its address.
    """
    place = host if _is_loopback(host) else ("::" if ":" in host else "")
    asking = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM)
    try:
        if place == "::" and hasattr(socket, "IPV6_V6ONLY"):
            asking.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        asking.bind((place, port))
    except OSError as error:
        asking.close()
        log.info("not found on the local network: UDP port %d: %s", port, error.strerror)
        return None
    log.info("found on the local network by UDP port %d", asking.getsockname()[1])
    return asking


async def answer_on(asking: socket.socket, tell: Callable[[], Told]) -> asyncio.DatagramTransport:
    """Answers there from now on, until what is returned is closed."""
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: Nearby(tell), sock=asking)
    return transport


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
