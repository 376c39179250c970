"""Who of the staff does something, and whether they may."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from protocol_spec.codec import ErrorCode
from server.clock import wall_clock_ms
from server.failures import Rejected
from server.people.identity import OWNER
from server.people.roles import may, outranks
from server.store.audit import Audit

REASON_LIMIT = 500


@dataclass(frozen=True)
class Actor:
    player_id: int
    """0: the command line, which may all."""
    name: str
    role: str
    via: str
    """panel, game or cli."""

    def may(self, resource: str, action: str) -> bool:
        return may(self.role, resource, action)

    def check(self, resource: str, action: str, subject_role: str | None = None) -> None:
        """Raises Rejected where the actor may not do that, or not to somebody of that role."""
        if not self.may(resource, action):
            raise Rejected(ErrorCode.FORBIDDEN, f"{self.role} may not {action} ({resource})")
        if subject_role is not None and not outranks(self.role, subject_role):
            raise Rejected(ErrorCode.FORBIDDEN, f"{self.role} may not do that to {subject_role}")

    def audit(self, action: str, subject: str, **details: Any) -> Audit:
        """The row for a deed of this moment; `action` is resource.action."""
        return Audit(self.player_id, self.name, self.via, action, subject, wall_clock_ms(), details)


OPERATOR = Actor(0, "@operator", OWNER, "cli")
"""Whoever may start the server and read its data folder."""


def checked_reason(text: str, what: str = "a reason") -> str:
    """One line, without control characters. Raises Rejected where it is too long."""
    line = "".join(each for each in " ".join(text.split()) if each.isprintable())
    if len(line) > REASON_LIMIT:
        raise Rejected(ErrorCode.COMMAND_USAGE, f"{what} has at most {REASON_LIMIT} characters")
    return line
