"""Roles: what each may do, as server/people/roles.toml has it. Pure.

A permission is "resource.action". One whom the server does not know is our bug, and so is a role:
both raise KeyError.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Set
from dataclasses import dataclass
from enum import StrEnum
from importlib import resources
from typing import Any


class Role(StrEnum):
    """The highest first."""

    OWNER = "owner"
    ADMIN = "admin"
    MODERATOR = "moderator"
    BUILDER = "builder"
    PLAYER = "player"
    GUEST = "guest"
    """Everybody without an account."""


STAFF_PERMISSION = "panel.enter"
"""Whoever has it belongs to the staff."""
LANGUAGES = ("en", "ru")


@dataclass(frozen=True)
class Matrix:
    """All of roles.toml. Meanings and titles are told by language, "en" and "ru"."""

    meanings: Mapping[str, Mapping[str, str]]
    """By permission."""
    titles: Mapping[str, Mapping[str, str]]
    """By role, the highest first."""
    granted: Mapping[str, frozenset[str]]
    """The permissions of each role, the highest first."""


def read_matrix(text: str) -> Matrix:
    """Reads a matrix from TOML. Raises ValueError that names the line or the key."""
    document = tomllib.loads(text)
    _require_keys("the file", document, {"permissions", "role"})
    meanings = _read_meanings(document["permissions"])
    entries = document["role"]
    _require(isinstance(entries, list), "role is no list of tables: [[role]]")
    for number, entry in enumerate(entries, 1):
        _require_keys(f"role {number}", entry, {"name", "title", "may"}, {"extends"})
    names = [entry["name"] for entry in entries]
    _require(names == list(Role), f"role: {names} are not the roles {', '.join(Role)} in order")
    titles: dict[str, dict[str, str]] = {}
    granted: dict[str, frozenset[str]] = {}
    for entry in reversed(entries):
        name = entry["name"]
        base = entry.get("extends")
        _require(
            base is None or base in granted, f"role {name}, extends: {base!r} is no lower role"
        )
        inherited = granted[base] if base else frozenset()
        _require(isinstance(entry["may"], list), f"role {name}, may is no list")
        for permission in entry["may"]:
            key = f"role {name}, may: {permission!r}"
            _require(permission in list(meanings), f"{key} is no permission")
            _require(permission not in inherited, f"{key} is {base}'s already")
            _require(entry["may"].count(permission) == 1, f"{key} stands there twice")
        titles[name] = _read_words(f"role {name}, title", entry["title"])
        granted[name] = inherited | frozenset(entry["may"])
    lacking = sorted(meanings.keys() - granted[Role.OWNER])
    _require(not lacking, f"role {Role.OWNER}, may: lacks {', '.join(lacking)}")
    return Matrix(meanings, dict(reversed(titles.items())), dict(reversed(granted.items())))


def may(role: str, resource: str, action: str) -> bool:
    permission = f"{resource}.{action}"
    if permission not in MATRIX.meanings:
        raise KeyError(f"{permission} is no permission")
    return permission in MATRIX.granted[role]


def permissions(role: str) -> frozenset[str]:
    """All that a role may do, as "resource.action"."""
    return MATRIX.granted[role]


def is_staff(role: str) -> bool:
    return STAFF_PERMISSION in MATRIX.granted[role]


def outranks(role: str, other: str) -> bool:
    """Whether the one may act upon the other: upon lower ones only, and the owner upon everybody.

    It tells nothing of what they may do to them.
    """
    return _RANKS[role] < _RANKS[other] or role == Role.OWNER


def may_grant(by: str, old: str, new: str) -> bool:
    """Whether somebody of the role `by` may turn an account's role from `old` into `new`.

    Nobody gives what they have not, and none but an owner makes, or unmakes, somebody as high as
    themselves. A guest has no account: nobody is made one or raised from there. That the last
    owner stays one is for the caller to see to.
    """
    return (
        may(by, "account", "change_role")
        and Role.GUEST not in (old, new)
        and outranks(by, old)
        and outranks(by, new)
        and permissions(new) <= permissions(by)
    )


def _read_meanings(table: Any) -> dict[str, dict[str, str]]:
    _require(isinstance(table, dict), "permissions is no table")
    meanings = {}
    for resource, actions in table.items():
        _require(isinstance(actions, dict), f"permissions.{resource} is no table")
        for action, words in actions.items():
            permission = f"{resource}.{action}"
            _require(
                re.fullmatch(r"[a-z_]+\.[a-z_]+", permission) is not None,
                f"permissions.{permission} is not in snake_case",
            )
            meanings[permission] = _read_words(f"permissions.{permission}", words)
    return meanings


def _read_words(key: str, words: Any) -> dict[str, str]:
    _require_keys(key, words, set(LANGUAGES))
    for language in LANGUAGES:
        text = words[language]
        _require(isinstance(text, str) and text.strip() != "", f"{key}.{language} tells nothing")
    return {language: words[language] for language in LANGUAGES}


def _require_keys(
    where: str, table: Any, needed: set[str], optional: Set[str] = frozenset()
) -> None:
    _require(isinstance(table, dict), f"{where} is no table")
    for key in sorted(needed - table.keys()):
        raise ValueError(f"{where}: {key} is missing")
    for key in sorted(table.keys() - needed - optional):
        raise ValueError(f"{where}: {key} means nothing here")


def _require(condition: bool, message: str) -> None:
    if not condition:
        raise ValueError(message)


MATRIX = read_matrix((resources.files("server.people") / "roles.toml").read_text("utf-8"))
_RANKS = {role: rank for rank, role in enumerate(MATRIX.granted)}
