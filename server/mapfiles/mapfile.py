"""A map as it comes from a file or goes into one, and what there is to say about it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from server.mapmakers import Draft
from server.tiles import TileSet

SMALLEST_SIDE = 16
LARGEST_SIDE = 4096
"""Of a map, in tiles."""

_MOST_NOTES = 200
_NAMED_PER_NOTE = 5
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What XML cannot hold, and so no name may."""


class MapFileError(ValueError):
    """The file cannot be read or written; the text is one line that tells a person why."""

    def __init__(self, reason: str) -> None:
        super().__init__(" ".join(reason.split()))


@dataclass
class MapFile:
    """A map with its tiles. `notes` are what could not be kept of the file, one line each."""

    draft: Draft
    tiles: TileSet
    notes: list[str] = field(default_factory=list)


class Notes:
    """Gathers what could not be kept, so that a thousand alike make one line, not a thousand."""

    def __init__(self) -> None:
        self._subjects: dict[tuple[str, str, str], list[str]] = {}

    def add(self, line: str) -> None:
        """One line, said once."""
        self._subjects.setdefault(("", "", line), [])

    def about(self, kind: str, name: str, one: str, many: str) -> None:
        """'object "npc" is left out' or, where there are more, '3 objects are left out'.

        `kind` is the subject's noun in the singular, `one` and `many` what to say of it.
        """
        self._subjects.setdefault((kind, one, many), []).append(shown(name))

    def lines(self) -> list[str]:
        found = [
            " ".join(_line(*key, subjects).split()) for key, subjects in self._subjects.items()
        ]
        if len(found) > _MOST_NOTES:
            rest = len(found) - _MOST_NOTES
            return [*found[:_MOST_NOTES], f"... and {rest} more remarks like these"]
        return found


def _line(kind: str, one: str, many: str, subjects: list[str]) -> str:
    if not kind:
        return many
    if len(subjects) == 1:
        return f"{kind} {subjects[0]} {one}"
    return f"{len(subjects)} {kind}s ({listed(subjects)}) {many}"


def listed(names: Iterable[str]) -> str:
    """The first few of some names."""
    known = list(dict.fromkeys(names))
    more = ", ..." if len(known) > _NAMED_PER_NOTE else ""
    return ", ".join(known[:_NAMED_PER_NOTE]) + more


def shown(name: str) -> str:
    """A name out of a file, quoted and short enough for a line."""
    return repr(name if len(name) <= 60 else name[:57] + "...")


def is_text(name: str) -> bool:
    """Whether a name can stand in any file."""
    return _NO_TEXT.search(name) is None


def clean_text(name: str) -> str:
    """A name without what no file can hold."""
    return _NO_TEXT.sub("", name)
