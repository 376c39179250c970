"""The rules of PROTOCOL.md, read off the page: name, words, and how much each asks for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from protocol_spec.conformance.case import Level

PAGE = Path(__file__).resolve().parents[1] / "PROTOCOL.md"
_RULE = re.compile(r'^- <a id="(EST-[A-Z]{2}-\d\d)"></a>\*\*\1\*\* (.+)$', re.MULTILINE)


@dataclass(frozen=True)
class Rule:
    name: str
    text: str
    levels: frozenset[Level]
    """Those of its words. A rule without one of them is a fact that binds the one whom it names,
    as much as MUST does."""


def read_rules(page: Path = PAGE) -> dict[str, Rule]:
    """By name, in the page's order."""
    found = {}
    for name, text in _RULE.findall(page.read_text(encoding="utf-8")):
        words = {each for each in Level if re.search(rf"\b{each}\b", text)}
        found[name] = Rule(name, text, frozenset(words) or frozenset({Level.MUST}))
    return found
