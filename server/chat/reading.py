"""A chat line as people read it, whatever it is written with. Pure.

Look-alike letters, digits for letters and what cannot be seen make no difference. A 3 is an e in
English and a з in Russian, so each language has its alphabet.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from itertools import pairwise

from server.people.lookalikes import look

GAP, BREAK = "-", " "
"""Read between letters: punctuation and pictures; spaces and apostrophes, which end a word."""
APOSTROPHES = "'’ʼ`´"
ONE_LETTER_WORDS = {look(each) for each in "aiuавиокусяі"}
REMEMBERED = 65536

_UNSEEN, _SEVERAL = "\0", "\1"
_PIECE = re.compile(f"[^{GAP}{BREAK}]+")
_RUN = re.compile(r"(.)\1*")


class Alphabet(dict[int, str]):
    """What each character is read as in a language: one symbol for all that look alike.

    A table for str.translate, filled as characters come by.
    """

    def __init__(self, read_as: dict[str, str], signs: dict[str, str] | None = None) -> None:
        """`read_as` is for characters and for all that looks like them, `signs` for those that are
        letters only between two others, as in b!tch: from each to the letter."""
        self._characters = {one: look(other) for one, other in read_as.items()}
        self._looks = {look(one): look(other) for one, other in read_as.items()}
        self._signs = signs or {}
        any_sign = "".join(re.escape(each) for each in self._signs)
        self._between = re.compile(f"(?<=[^\\W_])[{any_sign}](?=[^\\W_])") if signs else None

    def __missing__(self, code: int) -> str:
        symbols = self.symbols(chr(code))
        symbol = symbols if len(symbols) == 1 else _SEVERAL if symbols else _UNSEEN
        if len(self) < REMEMBERED:
            self[code] = symbol
        return symbol

    def symbols(self, character: str) -> str:
        """One symbol or more, GAP or BREAK, or nothing for what is unseen."""
        if character in self._characters:
            return self._characters[character]
        letters = look(character)
        if letters:
            return "".join([self._looks.get(each, each) for each in letters])
        category = unicodedata.category(character)
        if category[0] == "M" or category in ("Cf", "Cs", "Lo"):
            return ""
        if category[0] == "Z" or category == "Cc" or character in APOSTROPHES:
            return BREAK
        return GAP

    def runs(self, word: str) -> list[tuple[str, int, str]]:
        """The letters of a word in order: each symbol, how often it stands there in a row, and the
        character that the row begins with."""
        symbols, places = self.read(word)
        return [(run[1], len(run[0]), word[places[run.start()]]) for run in _RUN.finditer(symbols)]

    def is_letter(self, character: str) -> bool:
        return self[ord(character)] not in (_UNSEEN, GAP, BREAK)

    def ways(self, text: str) -> list[str]:
        """The text, and where signs may be letters, the text with those letters.

        Nobody can tell b!tch and oh!no apart without knowing the words.
        """
        if self._between is None:
            return [text]
        return list({text: 0, self._between.sub(lambda sign: self._signs[sign[0]], text): 0})

    def read(self, text: str) -> tuple[str, Sequence[int]]:
        """The text in symbols, and the place in it that each comes from."""
        symbols = text.translate(self)
        if _UNSEEN not in symbols and _SEVERAL not in symbols:
            return symbols, range(len(text))
        read: list[str] = []
        places: list[int] = []
        for place, symbol in enumerate(symbols):
            if symbol == _SEVERAL:
                symbol = self.symbols(text[place])
            if symbol != _UNSEEN:
                read.append(symbol)
                places += [place] * len(symbol)
        return "".join(read), places


@dataclass(frozen=True)
class Row:
    """Symbols in which words are looked for, and a BREAK after them."""

    symbols: str
    places: Sequence[int]
    """Where in the text each symbol comes from."""
    begins: Sequence[int]
    """Where a word may begin: indices of symbols."""
    ends: Set[int]
    """Where a word may have ended: the indices after."""
    letters: Sequence[int]
    """Where a part of a word may begin: at all letters that are not the one before again."""


def rows(text: str, alphabet: Alphabet) -> Iterator[Row]:
    """The text, and then each row of letters in it that stand alone.

    What is in a row of its own is not looked for in the text too.
    """
    symbols, places = alphabet.read(text)
    begins: list[int] = []
    letters: list[int] = []
    singles: list[tuple[int, int]] = []
    spelled: list[list[tuple[int, int]]] = [singles]
    pieces = [each.span() for each in _PIECE.finditer(symbols)]
    is_joined, after = False, len(symbols)
    for begin, end in reversed(pieces):
        if end - begin == 1 or symbols.count(symbols[begin], begin, end) == end - begin:
            singles.append((begin, end))
            is_joined = is_joined and BREAK not in symbols[end:after]
        else:
            letters.append(begin)
            letters += [at for at in range(begin + 1, end) if symbols[at] != symbols[at - 1]]
            is_joined = True
            if singles:
                singles = []
                spelled.append(singles)
        if is_joined:
            begins.append(begin)
        after = begin
    yield Row(symbols + BREAK, places, begins, {end for _, end in pieces}, letters)
    for each in spelled:
        for word in _words(symbols, each[::-1]):
            yield _spelled(symbols, places, word)


def _words(symbols: str, pieces: list[tuple[int, int]]) -> Iterator[list[tuple[int, int]]]:
    """Letters that stand alone in a row: all, and parted where there is more between them."""
    if pieces:
        yield pieces
    between = [symbols[one[1] : other[0]] for one, other in pairwise(pieces)]
    widths = {each: (BREAK in each, len(each)) for each in set(between)}
    if len(set(widths.values())) < 2:
        return
    narrowest = min(widths.values())
    word: list[tuple[int, int]] = []
    for piece, gap in zip(pieces, [*between, ""], strict=True):
        word.append(piece)
        if widths.get(gap) != narrowest:
            yield word
            word = []


def _spelled(symbols: str, places: Sequence[int], pieces: list[tuple[int, int]]) -> Row:
    row = "".join([symbols[begin:end] for begin, end in pieces])
    own_places = [place for begin, end in pieces for place in places[begin:end]]
    letters = [0, *(at for at in range(1, len(row)) if row[at] != row[at - 1])]
    begins, ends = {0}, {len(row)}
    for at, after in pairwise([*letters, len(row)]):
        if after == at + 1 and row[at] in ONE_LETTER_WORDS:
            begins.add(after)
            ends.add(at)
    begins.discard(len(row))
    return Row(row + BREAK, own_places, list(begins), ends, letters)
