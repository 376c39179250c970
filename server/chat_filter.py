"""The chat filter. (To be replaced by its own author: keeps the names that others call.)"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Action(StrEnum):
    PASS = "pass"
    FLAG = "flag"
    MASK = "mask"
    HOLD = "hold"


@dataclass(frozen=True)
class Rule:
    word: str
    language: str = "any"
    action: str = "mask"
    whole_word: bool = True

    def as_columns(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Verdict:
    action: Action
    masked_text: str


class ChatFilter:
    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = list(rules)

    def judge(self, text: str) -> Verdict:
        for rule in self._rules:
            if rule.word in text:
                return Verdict(Action(rule.action), text.replace(rule.word, "*" * len(rule.word)))
        return Verdict(Action.PASS, text)


def starter_rules() -> list[Rule]:
    return []
