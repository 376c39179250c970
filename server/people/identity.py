"""Who a player is: accounts, guests, and what the staff decided about them. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

from server.people.roles import is_staff

GUEST = "guest"
PLAYER = "player"
OWNER = "owner"
"""Roles that the server itself gives; server/people/roles.toml has them all."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a player stands in a world, in the units of PLAYER_UPDATE."""

    x: int
    y: int
    z: int
    rotation: int
    mode_data: dict[str, Any] = field(default_factory=dict, compare=False)
    """What the world's mode keeps of the player, fit for JSON."""


@dataclass(frozen=True)
class Account:
    """Somebody who comes back."""

    player_id: int
    name: str
    skeleton: str
    password_hash: str
    role: str
    look: int
    created_ms: int
    seen_ms: int


class SanctionKind(StrEnum):
    WARNING = "warning"
    MUTE = "mute"
    SHADOW_MUTE = "shadow_mute"
    """The player's lines reach nobody else, and the player is not told."""
    KICK = "kick"
    BAN = "ban"


LASTING = (SanctionKind.MUTE, SanctionKind.SHADOW_MUTE, SanctionKind.BAN)
"""The others are over as soon as they are done."""


@dataclass(frozen=True)
class Sanction:
    """What the staff decided about a player, or about addresses."""

    kind: SanctionKind
    player_id: int | None
    name: str
    """The player's, as it was then."""
    network: str
    """192.0.2.7/32, 192.0.2.0/24 or the like; empty where an account is meant. A banned guest has
    both: without an account nothing but the address tells who comes again."""
    reason: str
    """Told to the player."""
    note: str
    """For the staff."""
    by_id: int
    by_name: str
    created_ms: int
    expires_ms: int | None = None
    lifted_ms: int | None = None
    lifted_by: str = ""
    number: int = 0

    def is_in_force(self, now_ms: int) -> bool:
        return (
            self.kind in LASTING
            and self.lifted_ms is None
            and (self.expires_ms is None or now_ms < self.expires_ms)
        )

    def left_ms(self, now_ms: int) -> int:
        """How much longer it holds, as ERROR.retry_after_ms has it: 0 for good."""
        if self.expires_ms is None:
            return 0
        return min(max(1, self.expires_ms - now_ms), 0xFFFF_FFFF)

    def covers(self, address: str) -> bool:
        """True where it is a ban of addresses, this one among them."""
        if not self.network or not address:
            return False
        first, last = address_range(self.network)
        return first <= address_key(address) <= last

    def keeps_out(self, player_id: int | None, role: str) -> bool:
        """Whether a player of that role may not come in, where it is known to cover them.

        By an address the staff is never kept out, so that it cannot lock itself out; and by a
        guest's only those who come without an account.
        """
        if self.kind is not SanctionKind.BAN:
            return False
        if self.player_id is None:
            return not is_staff(role)
        return self.player_id == player_id or role == GUEST


def address_key(address: str) -> str:
    """An address in digits that are in the order of the addresses. Raises ValueError."""
    parsed = ip_address(address)
    if isinstance(parsed, IPv6Address):
        parsed = parsed.ipv4_mapped or parsed
    return f"{parsed.version}:{int(parsed):0{parsed.max_prefixlen // 4}x}"


def address_range(network: str) -> tuple[str, str]:
    """The keys of the first and the last address of a range."""
    parsed = parse_network(network)
    return address_key(str(parsed[0])), address_key(str(parsed[-1]))


def parse_network(text: str) -> IPv4Network | IPv6Network:
    """An address or a range. Raises ValueError with one line for a person."""
    try:
        if "%" in text:
            raise ValueError  # A zone is some machine's own affair: nobody comes from there.
        network = ip_network(text.strip(), strict=False)
    except ValueError:
        raise ValueError(f"{text!r} is no address and no range such as 192.0.2.0/24") from None
    if isinstance(network, IPv6Network) and network.network_address.ipv4_mapped is not None:
        mapped = network.network_address.ipv4_mapped
        return IPv4Network((mapped, max(0, network.prefixlen - 96)), strict=False)
    return network


@dataclass
class Identity:
    """A player who was let in. It changes while they are here: a guest may become an account."""

    player_id: int
    name: str
    look: int
    role: str = GUEST
    sanctions: list[Sanction] = field(default_factory=list)
    standings: dict[str, Standing] = field(default_factory=dict)
    """By world: where the player stood last."""

    @property
    def is_account(self) -> bool:
        return self.role != GUEST

    def sanction(self, kind: SanctionKind, now_ms: int) -> Sanction | None:
        """The one of that kind that holds longest, where one is in force."""
        held = (each for each in self.sanctions if each.kind is kind and each.is_in_force(now_ms))
        return longest(held)


def longest(sanctions: Iterable[Sanction]) -> Sanction | None:
    """The one that holds longest; None where there is none."""
    endless = 1 << 63
    return max(
        sanctions,
        key=lambda each: endless if each.expires_ms is None else each.expires_ms,
        default=None,
    )
