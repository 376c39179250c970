"""Modes by their names: the built-in ones, those of installed packages, and `module:Class`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any

from pydantic import ValidationError

from server.modes.build import Build
from server.modes.free_roam import FreeRoam
from server.modes.mode import Mode, ModeSettings
from server.modes.race import Race
from server.modes.tag import Tag

ENTRY_POINTS = "estragon.modes"
"""The group of entry points in which packages name their modes."""
FREE_ROAM = "free_roam"
BUILT_IN: Mapping[str, type[Mode]] = {
    FREE_ROAM: FreeRoam,
    "build": Build,
    "tag": Tag,
    "race": Race,
}


class ModeRefused(Exception):
    """There is no such mode, or not with these settings; the text is one line for a person."""


@dataclass(frozen=True)
class Choice:
    """A mode with its settings, ready to begin."""

    name: str
    mode: type[Mode]
    settings: ModeSettings
    kept: Mapping[str, Any] = field(default_factory=dict)
    """What the mode kept in this world."""
    problem: str = ""
    """Why it is free roam in place of what was asked for."""


def mode_names() -> list[str]:
    """Those that can be chosen by a plain name."""
    return [*BUILT_IN, *sorted(each.name for each in entry_points(group=ENTRY_POINTS))]


def find_mode(name: str) -> type[Mode]:
    """Raises ModeRefused."""
    if name in BUILT_IN:
        return BUILT_IN[name]
    module, colon, attribute = name.partition(":")
    if not colon:
        found = list(entry_points(group=ENTRY_POINTS, name=name))
        if not found:
            raise ModeRefused(f"there is no mode {name!r}: {', '.join(mode_names())}")
        module, _, attribute = found[0].value.partition(":")
    try:
        mode = getattr(import_module(module), attribute)
    except (ImportError, AttributeError, SyntaxError, ValueError) as error:
        raise ModeRefused(f"the mode {name!r} cannot be loaded: {error}") from error
    if not (isinstance(mode, type) and issubclass(mode, Mode)):
        raise ModeRefused(f"{name!r} is no mode: it is not made from server.modes.Mode")
    return mode


def choose(name: str, settings: Mapping[str, Any], kept: Mapping[str, Any] | None = None) -> Choice:
    """The mode of that name with these settings; what is left out is as the mode has it.

    Raises ModeRefused.
    """
    mode = find_mode(name)
    try:
        return Choice(name, mode, mode.Settings.model_validate(dict(settings)), kept or {})
    except ValidationError as error:
        faults = []
        for fault in error.errors():
            place = ".".join(map(str, fault["loc"]))
            said = fault["msg"].removeprefix("Value error, ")
            faults.append(f"{place}: {said}" if place else said)
        raise ModeRefused("; ".join(faults)) from error


def free_roam(problem: str = "") -> Choice:
    return Choice(FREE_ROAM, FreeRoam, ModeSettings(), problem=problem)
