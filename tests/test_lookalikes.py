"""Which characters people take for one another, by Unicode's list."""

from __future__ import annotations

import string
from itertools import combinations

import pytest

from server.people.lookalikes import look, seen_as

RUSSIAN = "абвгдежзийклмнопрстуфхцчшщъыьэюя"
UKRAINIAN = "абвгґдеєжзиіклмнопрстуфхцчшьюя"
GREEK = "αβγδεζηθικλμνξπρστυφχψω"


@pytest.mark.parametrize(
    "alike",
    [
        "aAаАαΑａ𝐚𝕬áàåⓐ",
        "oOоОοΟ0０øθ\u1d0f",
        "iIlL1іІιΙⅼ𝟏ıłӏ",
        "eеёєεéЁ",
        "cсСⅽ",
        "pрРρΡ",
        "xхХχΧ",
        "yуУўү",
        "hнНηΗ",
        "bвВьъβ",
        "tтТτΤ",
        "3зЗ",
        "6б",
        "4чЧ",
        "шщШ",
        "ийЙ",
        "пПπΠ",
        "ヘへ",
    ],
)
def test_these_are_taken_for_one_another(alike: str) -> None:
    assert len({look(each) for each in alike}) == 1


@pytest.mark.parametrize("letters", [string.ascii_lowercase + string.digits, RUSSIAN, UKRAINIAN])
def test_letters_of_one_alphabet_stay_apart(letters: str) -> None:
    """But for those that cannot be told apart in some typeface or case."""
    alike = {a + b for a, b in combinations(letters, 2) if look(a) == look(b)}
    assert alike <= {"il", "i1", "l1", "o0", "ий", "шщ", "ъь", "вь", "въ", "гґ", "еє"}


def test_greek_letters_stay_apart_but_for_sigma() -> None:
    alike = {a + b for a, b in combinations(GREEK + "ο", 2) if look(a) == look(b)}
    assert alike == {"θσ", "θο", "σο"}


def test_what_has_no_body_looks_like_nothing() -> None:
    for (
        each
    ) in "\u200b\u200d\u202e\u2066\ufe0f\u0301\u20dd\u00ad\u3164\uffa0\u115f -_.'’👑\x00\ud800":
        assert look(each) == ""


def test_a_yod_is_read_as_an_apostrophe() -> None:
    assert look("י") == look("'")


def test_one_letter_may_look_like_two() -> None:
    assert look("æ") == "ae"
    assert look("Ю") == look("l") + look("o")
    assert look("ы") == look("ь") + look("l")


def test_dots_of_arabic_and_marks_of_japanese_tell_letters_apart() -> None:
    assert look("س") != look("ش")
    assert look("か") != look("が")


def test_a_capital_is_seen_as_itself_and_not_as_its_small_letter() -> None:
    assert "N" in seen_as("Ν")
    assert "v" in seen_as("ν")
    assert "v" not in seen_as("Ν")
    assert seen_as("Ж") == frozenset()
