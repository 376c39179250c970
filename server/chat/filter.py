"""What the operators want masked, flagged or held back in chat. Pure.

How a line is read, `chat_reading` tells. What counts as found:

- A letter has to stand there as often as the rule has it, or more often: `ass` is found in `asss`,
  not in `as`. So a rule for `god` finds `good` as well.
- Within a word, what cannot be seen is passed over: zero width, accents, marks.
- A rule for whole words passes over punctuation too, though not over apostrophes: `b-ad` is bad,
  and `he'll` is not hell.
- Single letters in a row are a word, whatever stands between them: `б л и н`, `b.a.d`. A wider
  gap may end it. Where the rule is for whole words, it has to be all of the row, but for one-letter
  words beside it.
- Spaces between longer pieces end a word: `pen is` is two.
- What is written with digits alone is a number, unless the rule has digits itself: those are
  meant as they are.

The time grows with the text's length alone, by LONGEST_WORD steps a letter at the very most.
"""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from importlib import resources
from typing import Any

from server.chat.reading import GAP, Alphabet, Row, rows

LONGEST_WORD = 40
MOST_RULES = 5000
MASK = "*"
SCRIPTS = {"en": ("LATIN",), "ru": ("CYRILLIC",), "any": ("LATIN", "CYRILLIC")}
"""By language: what the letters of a rule's word are."""

_DIGITS = {"3": "e", "4": "a", "5": "s", "6": "g", "7": "t", "8": "b", "9": "g"}
_ENGLISH = _DIGITS | {"@": "a", "$": "s", "€": "e", "×": "x", "б": "b", "и": "u", "п": "n"}
_RUSSIAN = {"8": "в", "9": "я", "@": "а", "$": "с", "×": "х", "i": "и", "n": "п", "u": "и"}
_SIGNS = {"!": "i", "|": "i", "+": "t", "(": "c"}
ALPHABETS = {"en": Alphabet(_ENGLISH, _SIGNS), "ru": Alphabet(_RUSSIAN)}


class Action(StrEnum):
    """What becomes of a line, the mildest first. Of several the strictest is done."""

    PASS = "pass"
    FLAG = "flag"
    """Shown as it is, and pointed out to the staff."""
    MASK = "mask"
    """Shown with stars."""
    HOLD = "hold"
    """Not shown until somebody of the staff lets it."""


@dataclass(frozen=True)
class Rule:
    """What to do about a word. A ChatFilter tells whether it is sound."""

    word: str
    language: str = "any"
    """How it is read: "en", "ru", or "any" for both ways."""
    action: str = "mask"
    whole_word: bool = True
    """Else it is found inside of words too."""

    def as_columns(self) -> dict[str, Any]:
        """What a Rule is made of again, plain values."""
        return asdict(self) | {"action": str(self.action)}


@dataclass(frozen=True)
class Match:
    """A rule, and where it was found: text[start:end]."""

    rule: Rule
    start: int
    end: int


@dataclass(frozen=True)
class Verdict:
    action: Action
    masked_text: str
    """As long as the text. Only letters of what is to be masked or held are stars."""
    matches: tuple[Match, ...] = ()
    """By where they begin. Of rules found from one letter on: the strictest, then the longest."""


class ChatFilter:
    """Judges lines by rules. Raises ValueError that names the rule which is not sound."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        if len(rules) > MOST_RULES:
            raise ValueError(f"{len(rules)} rules: at most {MOST_RULES}")
        for number, rule in enumerate(rules, 1):
            problem = _problem(rule)
            if problem:
                raise ValueError(f"rule {number}, {str(rule.word)[:LONGEST_WORD]!r}: {problem}")
        self._finders = [
            _Finder(alphabet, own)
            for language, alphabet in ALPHABETS.items()
            if (own := [each for each in rules if each.language in (language, "any")])
        ]

    def judge(self, text: str) -> Verdict:
        """What becomes of a line."""
        letters = list(text)
        found: set[Match] = set()
        for finder in self._finders:
            for way in finder.alphabet.ways(text):
                for match in finder.find(way):
                    found.add(match)
                    if match.rule.action != Action.FLAG:
                        for place in range(match.start, match.end):
                            if finder.alphabet.is_letter(way[place]):
                                letters[place] = MASK
        if not found:
            return Verdict(Action.PASS, text)
        matches = sorted(found, key=lambda each: (each.start, each.end))
        strictest = max((each.rule.action for each in matches), key=_STRICTNESS.__getitem__)
        return Verdict(Action(strictest), "".join(letters), tuple(matches))

    def dry_run(self, lines: Iterable[str]) -> list[tuple[int, Verdict]]:
        """Which of the lines would be caught: their indices, and what would become of them."""
        verdicts = ((index, self.judge(line)) for index, line in enumerate(lines))
        return [each for each in verdicts if each[1].action is not Action.PASS]


def read_rules(text: str) -> list[Rule]:
    """Rules out of TOML: tables [[rule]] with `words`, and else what a Rule has.

    Raises ValueError that names the line, the table or the rule.
    """
    document = tomllib.loads(text)
    if document.keys() != {"rule"}:
        raise ValueError(f"{', '.join(document) or 'nothing'}: only [[rule]] is meant to be here")
    rules = []
    if not isinstance(document["rule"], list):
        raise ValueError("rule is no list of tables: [[rule]]")
    for number, table in enumerate(document["rule"], 1):
        keys = {"words", "language", "action", "whole_word"}
        if not isinstance(table, dict) or table.keys() != keys:
            raise ValueError(f"table {number}: its keys are not {', '.join(sorted(keys))}")
        words = table.pop("words")
        if not isinstance(words, list):
            raise ValueError(f"table {number}: words is no list")
        rules += [Rule(word, **table) for word in words]
    ChatFilter(rules)
    return rules


def starter_rules() -> list[Rule]:
    """The short list that a new server begins with."""
    return read_rules((resources.files("server.chat") / "filter.toml").read_text("utf-8"))


@dataclass(frozen=True)
class _Word:
    """A rule's word as runs: each letter with how often it stands there in a row."""

    rule: Rule
    counts: tuple[tuple[int, int], ...]
    """Of runs longer than one: their index, and how long they are."""
    digits: tuple[tuple[int, str], ...]
    """Of runs that are a digit: their index, and the digit."""

    def fits(self, runs: Sequence[tuple[str, int]]) -> bool:
        """Whether runs of the right letters are long enough, and digits where the rule has them.

        A run is the character that it begins with and its length.
        """
        if any(runs[index][1] < count for index, count in self.counts):
            return False
        if not self.digits:
            return any(not character.isdigit() for character, _ in runs)
        return all(
            unicodedata.normalize("NFKC", runs[index][0]) == digit for index, digit in self.digits
        )


@dataclass(slots=True)
class _Branch:
    """A tree of words, one letter a step."""

    further: dict[str, _Branch] = field(default_factory=dict)
    words: list[_Word] = field(default_factory=list)
    """Those that end here."""

    def add(self, rule: Rule, alphabet: Alphabet) -> None:
        runs = alphabet.runs(rule.word)
        branch = self
        for symbol, _, _ in runs:
            branch = branch.further.setdefault(symbol, _Branch())
        counts = tuple((index, count) for index, (_, count, _) in enumerate(runs) if count > 1)
        digits = tuple(
            (index, first) for index, (_, _, first) in enumerate(runs) if first.isdigit()
        )
        branch.words.append(_Word(rule, counts, digits))


class _Finder:
    """Finds words in texts, read by one alphabet."""

    def __init__(self, alphabet: Alphabet, rules: Iterable[Rule]) -> None:
        self.alphabet = alphabet
        self._whole = _Branch()
        self._inside = _Branch()
        for rule in rules:
            (self._whole if rule.whole_word else self._inside).add(rule, alphabet)

    def find(self, text: str) -> Iterator[Match]:
        for row in rows(text, self.alphabet):
            for tree, begins in ((self._whole, row.begins), (self._inside, row.letters)):
                for begin in _worth_a_look(row.symbols, begins, tree):
                    match = self._find_from(text, row, begin, tree)
                    if match is not None:
                        yield match

    def _find_from(self, text: str, row: Row, begin: int, tree: _Branch) -> Match | None:
        """What begins there: of the strictest rule, then of the longest word."""
        symbols, places, ends = row.symbols, row.places, row.ends
        is_whole = tree is self._whole
        found: Match | None = None
        rank = 0
        runs: list[tuple[str, int]] = []
        end = begin
        while True:
            symbol = symbols[end]
            if symbol == GAP and is_whole:
                end += 1
                continue
            branch = tree.further.get(symbol)
            if branch is None:
                break
            tree = branch
            first = end
            while symbols[end] == symbol:
                end += 1
            runs.append((text[places[first]], end - first))
            if tree.words and (not is_whole or end in ends):
                for word in tree.words:
                    if _STRICTNESS[word.rule.action] >= rank and word.fits(runs):
                        found = Match(word.rule, places[begin], places[end - 1] + 1)
                        rank = _STRICTNESS[word.rule.action]
        return found


def _worth_a_look(symbols: str, begins: Sequence[int], tree: _Branch) -> Iterator[int]:
    """Where a word of the tree may begin: most places are ruled out by three letters."""
    further = tree.further
    for begin in begins if further else ():
        branch = further.get(symbols[begin])
        if branch is None:
            continue
        at = begin
        for _ in range(2):
            before = symbols[at]
            at += 1 if symbols[at + 1] != GAP else 2
            if branch.words or symbols[at] in (before, GAP):
                yield begin
                break
            branch = branch.further.get(symbols[at])
            if branch is None:
                break
        else:
            yield begin


def _problem(rule: Rule) -> str:
    """Why a rule is not sound; empty where it is."""
    if not isinstance(rule.word, str) or not rule.word:
        return "there is no word"
    if len(rule.word) > LONGEST_WORD:
        return f"at most {LONGEST_WORD} letters"
    if len(rule.word) < 2:
        return "a single letter is no word"
    if rule.language not in list(SCRIPTS):
        return f"language {rule.language!r} is none of {', '.join(SCRIPTS)}"
    scripts = SCRIPTS[rule.language]
    for each in rule.word:
        is_letter = each.isalpha() and unicodedata.name(each, "").startswith(scripts)
        if not is_letter and each not in "0123456789":
            return f"{each!r} is no letter of the language, and no digit"
    if rule.action not in (Action.FLAG, Action.MASK, Action.HOLD):
        return f"action {rule.action!r} is none of flag, mask, hold"
    if not isinstance(rule.whole_word, bool):
        return "whole_word is neither true nor false"
    return ""


_STRICTNESS = {str(action): rank for rank, action in enumerate(Action)}
