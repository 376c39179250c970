"""Which passwords are tried first. Takes microseconds: it runs between two ticks.

The list is the one of leaked passwords that zxcvbn carries. zxcvbn itself looks further, but some
passwords take it 30 ms, which is too long beside a tick.
"""

from __future__ import annotations

import runpy
import unicodedata
from array import array
from bisect import bisect_left
from collections.abc import Iterable
from functools import cache
from importlib.util import find_spec
from itertools import accumulate, pairwise
from pathlib import Path

HOUSE_WORDS = ("estragon", "эстрагон", "vladimir", "godot")
RUSSIAN_KEYS = str.maketrans(
    "йцукенгшщзхъфывапролджэячсмитьбюё", "qwertyuiop[]asdfghjkl;'zxcvbnm,.`"
)
"""The same keys on an American keyboard. The list has the commonest Russian words typed so."""
DISGUISES = str.maketrans("@403!1$57", "aaoeiisst")
ROWS = (
    *("`1234567890-=", "qwertyuiop[]\\", "asdfghjkl;'", "zxcvbnm,./", "abcdefghijklmnopqrstuvwxyz"),
    *("абвгдежзийклмнопрстуфхцчшщъыьэюя", "1qaz", "2wsx", "3edc", "4rfv", "5tgb", "6yhn", "7ujm"),
    *("!@#$%^&*()_+", "8ik,", "9ol.", "0p;/"),
)
"""Along these a run goes, either way."""
NUMBER_MARKS = " .,-/+()#*"
AROUND = 5
"""So few characters around a common word make it no rarer."""
SHORT_PERIOD = 4


def is_common(password: str, name: str) -> bool:
    """Whether whoever knows the name would soon try this password."""
    text = _folded(password)
    if not text.strip("0123456789" + NUMBER_MARKS):
        return True  # Dates, telephone numbers.
    begin, end = _core(text)
    around = text[:begin] + text[end:]
    known = {_letters(_folded(each)) for each in (name, *HOUSE_WORDS)} - {""}
    candidates = [text]
    if len(around) <= AROUND or around.isdecimal() or _is_run(around):
        candidates.append(text[begin:end])
    return any(_is_easy(each, known) for each in candidates)


def _is_easy(text: str, known: set[str]) -> bool:
    period = _period(text)
    repeats = 2 * period <= len(text)
    if (repeats and period <= SHORT_PERIOD) or _is_run(text):
        return True
    readings = {text, text[:period]} if repeats else {text}
    readings |= {each[::-1] for each in readings}
    readings |= {each.translate(DISGUISES) for each in readings}
    return any(
        each.translate(RUSSIAN_KEYS) in leaked_passwords() or _letters(each) in known
        for each in readings
    )


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _core(text: str) -> tuple[int, int]:
    """From the first letter to the last."""
    letters = [at for at, each in enumerate(text) if each.isalpha()]
    return (letters[0], letters[-1] + 1) if letters else (0, len(text))


def _letters(text: str) -> str:
    return "".join(each for each in text if each.isalpha())


def _period(text: str) -> int:
    """After how many characters a text repeats itself; its length where it never does."""
    return next((at for at in range(1, len(text)) if text.startswith(text[at:])), len(text))


def _is_run(text: str) -> bool:
    """Whether one moves along a row for three characters or more at a time."""
    runs, going = 1, None
    for one, other in pairwise(text):
        step = _steps().get(one + other)
        if step is None or going not in (None, step):
            runs, going = runs + 1, None
        else:
            going = step
    return 3 * runs <= len(text)


@cache
def _steps() -> dict[str, int]:
    """The direction of each pair of neighbours in a row."""
    found = {each + each: 0 for row in ROWS for each in row}
    for row in ROWS:
        for one, other in pairwise(row):
            found.setdefault(one + other, 1)
            found.setdefault(other + one, -1)
    return found


class WordList:
    """Words in their order in one text, and where each begins: 0.4 MiB, where a set took 3.6."""

    def __init__(self, words: Iterable[str]) -> None:
        ordered = sorted(set(words))
        self._text = "".join(ordered)
        self._ends = array("I", accumulate(map(len, ordered), initial=0))

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __contains__(self, word: str) -> bool:
        at = bisect_left(range(len(self)), word, key=self._word)
        return at < len(self) and self._word(at) == word

    def _word(self, at: int) -> str:
        return self._text[self._ends[at] : self._ends[at + 1]]


@cache
def leaked_passwords() -> WordList:
    """30,000, in lower case. Reading them takes a while: to be called before the first tick.

    Only that file is run. The whole of zxcvbn would stay in memory with 14 MiB.
    """
    zxcvbn = find_spec("zxcvbn")
    assert zxcvbn is not None
    assert zxcvbn.origin is not None
    lists = runpy.run_path(str(Path(zxcvbn.origin).with_name("frequency_lists.py")))
    return WordList(lists["FREQUENCY_LISTS"]["passwords"])
