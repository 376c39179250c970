"""Modes by their names: the built-in ones, those of installed packages, and `module:Class`."""

from __future__ import annotations

import importlib
import sys
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
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


NOT_ITS_OWN = ("importlib", __file__)
"""Files on the way to a mode's own."""
_read: dict[str, tuple[int, int] | None] = {}
"""By module, when its file had last been changed as it was read, and its size; None without one."""


class ModeRefused(Exception):
    """There is no such mode, or not with these settings; the text is one line for a person.

    Where the mode's own file fails, its traceback follows.
    """


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


def find_mode(name: str, *, anew: bool = False) -> type[Mode]:
    """`anew`: one named as `module:Class` is as its file is now. Raises ModeRefused."""
    if name in BUILT_IN:
        return BUILT_IN[name]
    module, colon, attribute = name.partition(":")
    if not colon:
        found = list(entry_points(group=ENTRY_POINTS, name=name))
        if not found:
            raise ModeRefused(f"there is no mode {name!r}: {', '.join(mode_names())}")
        module, _, attribute = found[0].value.partition(":")
    try:
        mode = getattr(_module(module, anew=anew and bool(colon)), attribute)
    except Exception as error:
        # Somebody else's file may raise anything.
        raise ModeRefused(f"the mode {name!r} cannot be loaded: {_why(error)}") from error
    if not (isinstance(mode, type) and issubclass(mode, Mode)):
        raise ModeRefused(f"{name!r} is no mode: it is not made from server.modes.Mode")
    return mode


def _module(name: str, *, anew: bool) -> ModuleType:
    """As it is loaded; `anew`: as its file is now. What it imports itself is not read again."""
    importlib.invalidate_caches()
    known = sys.modules.get(name)
    spec = find_spec(name)
    file = Path(spec.origin) if spec is not None and spec.has_location and spec.origin else None
    state = (file.stat().st_mtime_ns, file.stat().st_size) if file is not None else None
    if known is not None and (not anew or state == _read.setdefault(name, state)):
        return known
    sys.modules.pop(name, None)
    try:
        module = importlib.import_module(name)
    finally:
        if known is not None:
            sys.modules.setdefault(name, known)
    _read[name] = state
    return module


def _why(error: Exception) -> str:
    """One line, and where in the mode's own file it was, as far as it got there."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [each for each in frames if not any(part in each.filename for part in NOT_ITS_OWN)]
    if not own and not isinstance(error, SyntaxError):
        return str(error)
    lines = [*traceback.format_exception_only(error), *traceback.format_list(own)]
    return "".join(lines).rstrip()


def choose(name: str, settings: Mapping[str, Any], kept: Mapping[str, Any] | None = None) -> Choice:
    """The mode of that name with these settings; what is left out is as the mode has it.

    A file that has changed is read again. Raises ModeRefused.
    """
    mode = find_mode(name, anew=True)
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
