"""Which characters people take for one another. Pure.

The letters come from Unicode's own list (confusables.txt of Technical Report 39), as the package
confusable-homoglyphs ships it; a few that it lacks are added here. What it says of single shapes
is joined with letter case: a В looks like B, so в counts as b.

Followed without end, that would make nearly everything one: Ν looks like N, its small ν like v.
So two of the plain letters a-z and digits never become one, but for i, l and 1, and o and 0.
Where the list says so, the likeness named first in `_likeness_order` holds and the other is left
out; `seen_as` still tells of it.
"""

from __future__ import annotations

import json
import string
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from importlib import resources

PLAIN = string.ascii_lowercase + string.digits
ONE_OF_US = (("l", "1"), ("l", "i"), ("o", "0"))
"""Plain characters that do count as one: 1, l and the capital I; 0 and O."""
ALSO = (("ш", "щ"), ("4", "ч"))
"""Likenesses that the list lacks."""
FIRST_SCRIPTS = ("LATIN", "DIGIT", "CYRILLIC", "GREEK")
FILLERS = "\u115f\u1160"
"""Letters of Hangul that show nothing."""
EAST_ASIAN_MARKS = "\u3099\u309a々ー"
"""Marks and modifiers without which a word is another one: が is not か."""


class _Groups:
    """Characters joined into groups, each named by its plainest member."""

    def __init__(self) -> None:
        self._above: dict[str, str] = {}

    def name(self, character: str) -> str:
        while (above := self._above.get(character, character)) != character:
            character = above
        return character

    def join(self, one: str, other: str) -> None:
        first, second = sorted((self.name(one), self.name(other)), key=_plainness)
        self._above[second] = first

    def __iter__(self) -> Iterator[str]:
        return iter(self._above)


def bare(text: str) -> str:
    """Small letters and digits without width, style, accents, marks and all that stands between.

    What looks the same to Unicode's own normal forms is the same here: ａ, 𝐚, á and A are a.
    """
    # Marks go before case: a small one below a Greek letter has a capital letter of its own.
    return _bodies(_bodies(text).casefold())


@lru_cache(maxsize=65536)
def look(character: str) -> str:
    """What stands for all that looks like this character: mostly one letter, nothing for marks.

    æ gives two, and so does Ю. Equal looks are what people may mistake.
    """
    return "".join(_LOOKS.get(each, each) for each in bare(character))


def seen_as(character: str) -> frozenset[str]:
    """All that looks like this very character, as it stands: N for Ν, and v for ν."""
    return _SEEN.get(character, frozenset())


def _bodies(text: str) -> str:
    return "".join([each for each in unicodedata.normalize("NFKD", text) if _has_a_body(each)])


def _has_a_body(character: str) -> bool:
    category = unicodedata.category(character)
    if category in ("Ll", "Lo", "Nd", "No", "Nl", "Lu", "Lt"):
        return character not in FILLERS
    return character in EAST_ASIAN_MARKS


def _plainness(character: str) -> tuple[bool, int, str]:
    """Sorts plain characters first, then letters of the scripts of most names here."""
    script = unicodedata.name(character, "").split(" ")[0]
    rank = FIRST_SCRIPTS.index(script) if script in FIRST_SCRIPTS else len(FIRST_SCRIPTS)
    return character not in PLAIN, rank, character


def _read() -> Iterator[tuple[str, str]]:
    """Pairs of the list: a character, and the one or several that look the same."""
    path = resources.files("confusable_homoglyphs") / "confusables.json"
    for character, others in json.loads(path.read_text(encoding="ascii")).items():
        one = character.strip("\u200e")
        for each in others:
            other = each["c"].strip("\u200e")
            # Every pair of single ones is there in both orders. Other forms of a letter are that
            # letter before anybody asks for its look.
            if (
                len(one) == 1
                and (one < other or len(other) > 1)
                and unicodedata.is_normalized("NFKC", one + other)
            ):
                yield one, other


def _likeness_order(pair: tuple[str, str]) -> tuple[int, bool, bool, bool, str, str]:
    """Latin, Cyrillic and Greek first; of those, what needs no accent put aside; then what looks
    like a plain letter; then small ones."""
    letters = bare("".join(pair))
    rank = max(_plainness(each)[1] for each in letters)
    is_plain = any(each in string.ascii_lowercase for each in letters)
    is_small = pair[0] + pair[1] == (pair[0] + pair[1]).casefold()
    return rank, len(pair[1]) > 1, not is_plain, not is_small, *pair


def _looks(pairs: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    """From each bare letter to what stands for its look, where that is not itself."""
    groups = _Groups()
    for one, other in ONE_OF_US:
        groups.join(one, other)
    likenesses = []
    spelled: dict[str, str] = {}
    for one, other in pairs:
        # Accents are put aside; the dots of an Arabic letter are what makes it another one.
        if any(unicodedata.combining(each) and not "\u0300" <= each <= "\u036f" for each in other):
            continue
        letter, shape = bare(one), bare(other)
        if len(letter) == 1 == len(shape):
            likenesses.append((one, other))
        elif letter == one.casefold() and shape:
            spelled[letter] = shape
        elif one == "'" and len(shape) == 1:
            spelled[shape] = ""  # The Hebrew yod.
    for one, other in (*ALSO, *sorted(likenesses, key=_likeness_order)):
        first, second = groups.name(bare(one)), groups.name(bare(other))
        if first != second and not (first in PLAIN and second in PLAIN):
            groups.join(first, second)
    looks = {each: groups.name(each) for each in groups}
    for letter, shape in spelled.items():
        if looks.get(letter, letter) not in PLAIN:
            looks[letter] = "".join(groups.name(each) for each in shape)
    return looks


def _seen(pairs: Iterable[tuple[str, str]]) -> Mapping[str, frozenset[str]]:
    """From each character to all that look the same as it stands."""
    groups = _Groups()
    for one, other in pairs:
        if len(other) == 1:
            groups.join(one, other)
    members: dict[str, set[str]] = {}
    for each in groups:
        members.setdefault(groups.name(each), {groups.name(each)}).add(each)
    return {each: frozenset(group - {each}) for group in members.values() for each in group}


_PAIRS = tuple(_read())
_LOOKS = _looks(_PAIRS)
_SEEN = _seen(_PAIRS)
del _PAIRS
