"""Settings that change while the server runs: kept, in force at once, and remembered at the next
start. Which may, stands here; the others are as they were given at the start.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from pydantic import SecretStr, TypeAdapter, ValidationError

from protocol_spec.codec import ErrorCode
from server.failures import Rejected
from server.lobby import Lobby
from server.moderation.actor import Actor
from server.placeholders import passwords_in
from server.settings import Settings
from server.store import Store
from server.store.settings import change_settings, find_setting
from server.store.thread import Database

log = logging.getLogger(__name__)

CHANGEABLE = (
    "name",
    "message_of_the_day",
    "guests",
    "guests_may_build",
    "classic",
    "max_players",
    "chat_characters",
    "chat_burst",
    "chat_window_seconds",
    "slow_mode_seconds",
    "edits_per_second",
    "edit_burst",
)
PREFIX = "server."
"""Of their names in the database, where others keep settings, too."""
HIDDEN = "•••"


@dataclass(frozen=True)
class SettingState:
    name: str
    value: Any
    """bool, int, float or str; a secret is hidden."""
    given: Any
    """At the start: what it would be without the change."""
    can_change: bool
    """Whether it may change while the server runs."""

    @property
    def is_changed(self) -> bool:
        return bool(self.value != self.given)


def changed_settings(store: Store, given: Settings) -> Settings:
    """The settings with what was changed in earlier runs. Raises StoreError."""
    settings = given
    for name in CHANGEABLE:
        value = store.do(find_setting, PREFIX + name)
        if value is None:
            continue
        try:
            settings = _with(settings, {name: value})
        except ValidationError as error:
            log.warning("the stored setting %s is left out: %s", name, _told(error))
    return settings


class SettingsDesk:
    def __init__(self, database: Database, lobby: Lobby, given: Settings) -> None:
        """`given` are those of the start, without changes."""
        self._database = database
        self._lobby = lobby
        self._given = given

    def states(self, actor: Actor) -> list[SettingState]:
        """All settings: first those that may change. Raises Rejected."""
        actor.check("settings", "read")
        names = [*CHANGEABLE, *(each for each in Settings.model_fields if each not in CHANGEABLE)]
        return [
            SettingState(
                each,
                _shown(getattr(self._lobby.settings, each)),
                _shown(getattr(self._given, each)),
                each in CHANGEABLE,
            )
            for each in names
        ]

    async def change(self, actor: Actor, values: dict[str, Any]) -> None:
        """Puts other values into force, all or none; None is what was given at the start.

        Raises Rejected.
        """
        actor.check("settings", "change")
        for name in values:
            if name not in CHANGEABLE:
                raise Rejected(ErrorCode.COMMAND_USAGE, f"{name}: needs a restart")
        before = self._lobby.settings
        wanted = {
            name: getattr(self._given, name) if value is None else value
            for name, value in values.items()
        }
        try:
            after = _with(before, wanted)
        except ValidationError as error:
            raise Rejected(ErrorCode.COMMAND_USAGE, _told(error)) from None
        differing = {
            name: getattr(after, name)
            for name in values
            if getattr(after, name) != getattr(before, name)
        }
        if not differing:
            return
        stored = {
            PREFIX + name: None if values[name] is None else value
            for name, value in differing.items()
        }
        changes = {
            name: {"was": getattr(before, name), "now": now} for name, now in differing.items()
        }
        audit = actor.audit("settings.change", ", ".join(differing), **changes)
        await self._database.do(change_settings, stored, audit)
        # Somebody else may have changed others meanwhile.
        self._lobby.change_settings(_with(self._lobby.settings, differing))


def _with(settings: Settings, values: dict[str, Any]) -> Settings:
    """Raises ValidationError. What is given outweighs the environment."""
    for name, value in values.items():
        # A number that a page sends as text, or true for 1, is no setting.
        kind: Any = Settings.model_fields[name].annotation
        TypeAdapter(kind).validate_python(value, strict=True)
    return Settings(**(dict(settings) | values))


def _told(error: ValidationError) -> str:
    fault = error.errors()[0]
    place = ".".join(str(each) for each in fault["loc"])
    return f"{place}: {fault['msg']}".removeprefix(": ")


def _shown(value: Any) -> Any:
    if isinstance(value, bool | int | float):
        return value
    if isinstance(value, SecretStr):
        return HIDDEN if value.get_secret_value() else ""
    if isinstance(value, str):
        return HIDDEN if any(secret for _, secret in passwords_in(value)) else value
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)
