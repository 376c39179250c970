"""Who a player is: accounts, guests, and what the staff decided about them. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any

GUEST = "guest"
PLAYER = "player"
OWNER = "owner"
"""Roles that the server itself gives; server/roles.toml has them all."""


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
    """192.0.2.7, 192.0.2.0/24 or the like; empty where a player is meant."""
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
        return ip_address(address) in parse_network(self.network)


def parse_network(text: str) -> IPv4Network | IPv6Network:
    """An address or a range. Raises ValueError with one line for a person."""
    try:
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
        held = [each for each in self.sanctions if each.kind is kind and each.is_in_force(now_ms)]
        endless = 1 << 63
        return max(held, key=lambda each: each.expires_ms or endless, default=None)
