"""The words by which the audit is searched, like those of the maps' history. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from server.editing.journal import FilterError, filter_words, parse_moment

KEYS = ("who", "action", "subject", "via", "since", "until")


@dataclass(frozen=True)
class AuditFilter:
    """Which rows. What is not said is not asked for."""

    who: str = ""
    action: str = ""
    """resource.action, or a resource alone."""
    subject: str = ""
    """A part of it."""
    via: str = ""
    since_ms: int | None = None
    until_ms: int | None = None


def parse_audit_filter(text: str, now: datetime) -> AuditFilter:
    """Reads `who: action: subject: via: since: until:`, words in any order.

    Times and quotes are those of `journal.parse_filter`. Raises FilterError.
    """
    found: dict[str, str | int] = {}
    for key, value in filter_words(text):
        if not value:
            raise FilterError(f"{key}: needs a value")
        if key not in KEYS:
            raise FilterError(f"{key}: is none of {', '.join(KEYS)}")
        is_time = key in ("since", "until")
        name = f"{key}_ms" if is_time else key
        if name in found:
            raise FilterError(f"{key}: is there twice")
        found[name] = round(parse_moment(key, value, now).timestamp() * 1000) if is_time else value
    return AuditFilter(**found)  # type: ignore[arg-type]
