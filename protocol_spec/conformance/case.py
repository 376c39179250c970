"""What a case is, and what may become of one."""

from __future__ import annotations

import inspect
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar


class Level(StrEnum):
    """How much a rule asks for, as in RFC 2119."""

    MUST = "MUST"
    SHOULD = "SHOULD"
    MAY = "MAY"


class Verdict(StrEnum):
    """From good to bad; UNIMPLEMENTED says that nothing could be judged."""

    OK = "OK"
    INFORMATIONAL = "informational"
    NON_STRICT = "non-strict"
    UNIMPLEMENTED = "unimplemented"
    FAILED = "failed"


class Failed(Exception):
    """What was to be seen was not seen."""


class Unimplemented(Exception):
    """What is asked about is not there, or switched off."""


ALONE, LAST = "alone", "last"
"""Turns: one by one when nothing else is under way but what only waits, and after everything."""

Act = Callable[[Any], Awaitable[None]]
"""What a case does, on the stage that its side of the suite gives it."""
_ID = re.compile(r"(?:C-)?(EST-[A-Z]{2}-\d\d)[a-z]")


@dataclass(frozen=True)
class Case:
    id: str
    """The rule's name and a letter: EST-IN-07a. A client's case begins with C-."""
    category: str
    about: str
    level: Level
    act: Act
    lasts_seconds: float
    """So long it has to wait by its nature, as for a deadline of the peer's."""
    turn: str
    """Cases with the same word run one after another."""

    @property
    def rule(self) -> str:
        """The name of the rule, which is its anchor in PROTOCOL.md."""
        found = _ID.fullmatch(self.id)
        assert found, self.id
        return found[1]


A = TypeVar("A", bound=Act)


class Category:
    """The cases of a file: `@category.case("EST-IN-07a")` adds one."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.cases: list[Case] = []

    def case(
        self,
        id: str,
        level: Level = Level.MUST,
        *,
        lasts_seconds: float = 0,
        turn: str = "",
    ) -> Callable[[A], A]:
        """The function's docstring says what it looks at."""
        assert _ID.fullmatch(id), id

        def add(act: A) -> A:
            about = " ".join((inspect.getdoc(act) or "").split())
            assert about, id
            self.cases.append(Case(id, self.name, about, level, act, lasts_seconds, turn))
            return act

        return add


def chosen(cases: list[Case], ids: list[str], categories: list[str]) -> list[Case]:
    """Those that were asked for, all where nothing was. Raises ValueError on a word that fits none.

    An id may be a rule's: all of its cases are meant.
    """
    known = {each.category for each in cases}
    for each in categories:
        if each not in known:
            raise ValueError(f"no category {each!r}: there are {', '.join(sorted(known))}")
    for each in ids:
        if not any(each in (case.id, case.rule) for case in cases):
            raise ValueError(f"no case {each!r}")
    return [
        case
        for case in cases
        if (not ids or case.id in ids or case.rule in ids)
        and (not categories or case.category in categories)
    ]
