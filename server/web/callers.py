"""Who is at the other end of a request or a socket, and whether others can listen in on the way.

What a connection itself says of its peer is true; what its headers say is true only where the peer
is a proxy that the operator trusts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any

Headers = Iterable[tuple[bytes, bytes]]
"""As ASGI has them: names in lower case."""
Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

UNKNOWN = "0.0.0.0"
"""The address of somebody whose connection was gone before anybody asked."""
FORWARDED_FOR = b"x-forwarded-for"
FORWARDED_PROTO = b"x-forwarded-proto"
PASSED_ON = (b"forwarded", b"via", b"x-real-ip")
"""Any of these, or of `x-forwarded-*`, tells that the peer is not where a request began."""

ENTRY = re.compile(r"([\d.]+)(?::\d+)?|\[([\da-f:.]+)\](?::\d+)?|([\da-f:.]+)", re.ASCII | re.I)
"""One of `x-forwarded-for`: an address, for some proxies with its port."""


@dataclass(frozen=True)
class Caller:
    remote: str
    """The client's address, in its shortest form and without a port."""
    address: str
    """What limits count: the same for IPv4, the network of 64 bits for IPv6, which is the least
    that anybody is given. Empty on this very machine."""
    scheme: str
    """How the client began: `http` or `https`, sockets too."""
    is_local: bool
    """On this very machine, with nobody in between."""

    @property
    def is_secure(self) -> bool:
        """Nobody on the way can read a password."""
        return self.is_local or self.scheme == "https"


def identify(peer: str, headers: Headers, trusted: Sequence[Network], *, is_tls: bool) -> Caller:
    """Who calls, as far as it is known for certain.

    `peer` is the address at the other end of the connection, `is_tls` says whether it is
    encrypted, `trusted` are the proxies.
    """
    headers = list(headers)
    own = _parse(peer)
    remote = str(own or UNKNOWN)
    scheme = "https" if is_tls else "http"
    is_loopback = own is not None and own.is_loopback
    address = "" if is_loopback else _counted(own)
    if not _is_passed_on(headers):
        return Caller(remote, address, scheme, is_loopback)
    if own is None or not _is_in(own, trusted):
        return Caller(remote, address, scheme, is_local=False)
    found = _forwarded(headers, trusted) or own
    said = _values(headers, FORWARDED_PROTO)
    is_safe = bool(said) and all(each.lower() in (b"https", b"wss") for each in said)
    return Caller(str(found), _counted(found), "https" if is_safe else "http", is_local=False)


def caller_of(scope: Any) -> Caller:
    """Who sent a request or opened a socket: `caller_of(request.scope)`."""
    caller: Caller = scope["estragon.caller"]
    return caller


def _counted(address: Address | None) -> str:
    if isinstance(address, IPv6Address):
        return str(IPv6Network((address, 64), strict=False))
    return str(address or UNKNOWN)


def _is_passed_on(headers: Headers) -> bool:
    return any(name in PASSED_ON or name.startswith(b"x-forwarded-") for name, _ in headers)


def _forwarded(headers: Headers, trusted: Sequence[Network]) -> Address | None:
    """The last in the chain whom no trusted proxy vouches for; None where there is none.

    Each proxy adds at the end whom it heard it from. So what comes before the first stranger,
    seen from the end, is hearsay.
    """
    found = None
    for entry in reversed(_values(headers, FORWARDED_FOR)):
        words = ENTRY.fullmatch(entry.decode("latin-1"))
        found = _parse(words[words.lastindex or 0]) if words else None
        if found is None or not _is_in(found, trusted):
            return found
    return found


def _values(headers: Headers, wanted: bytes) -> list[bytes]:
    """All of a header that lists, in order."""
    return [each.strip() for name, value in headers if name == wanted for each in value.split(b",")]


def _parse(text: str) -> Address | None:
    """An address. A zone (`fe80::1%eth0`) is this machine's own affair, and left away."""
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _is_in(address: Address, networks: Sequence[Network]) -> bool:
    return any(address in each for each in networks)
