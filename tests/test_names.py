"""What a player may be called."""

from __future__ import annotations

import pytest

from protocol_spec.codec import ErrorCode
from server.failures import Rejected
from server.names import checked_name, skeleton


@pytest.mark.parametrize(
    "name",
    [
        "Эстрагон",
        "Vladimir",
        "Поццо 2",
        "Jean-Luc",
        "O'Neill",
        "Dr. Müller",
        "Ёжик",
        "李小龍",
        "かなカナ漢字",
        "Ñandú_7",
        "x" * 20,
    ],
)
def test_ordinary_names_are_taken_as_they_are(name: str) -> None:
    assert checked_name(name) == name


def test_spaces_and_combining_marks_are_put_in_order() -> None:
    assert checked_name("  Didi \t Gogo ") == "Didi Gogo"
    assert checked_name("Jose\u0301") == "José"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("", ErrorCode.NAME_EMPTY),
        ("\u00a0 \u2009", ErrorCode.NAME_EMPTY),
        ("ab", ErrorCode.NAME_TOO_SHORT),
        ("я" * 21, ErrorCode.NAME_TOO_LONG),
        ("Pоzzo", ErrorCode.NAME_INVALID),  # The o is Cyrillic.
        ("1234", ErrorCode.NAME_INVALID),
        ("-Pozzo", ErrorCode.NAME_INVALID),
        ("Pozzo.", ErrorCode.NAME_INVALID),
        ("Poz\u200dzo", ErrorCode.NAME_INVALID),
        ("Pozzo\u202e", ErrorCode.NAME_INVALID),
        ("Ｐｏｚｚｏ", ErrorCode.NAME_INVALID),
        ("𝐏𝐨𝐳𝐳𝐨", ErrorCode.NAME_INVALID),
        ("Pozzo👑", ErrorCode.NAME_INVALID),
        ("<Pozzo>", ErrorCode.NAME_INVALID),
        ("Pozzo\x00", ErrorCode.NAME_INVALID),
        ("z\u0335\u0336alg", ErrorCode.NAME_INVALID),
        ("Lucky\ud800", ErrorCode.NAME_INVALID),
    ],
)
def test_others_are_refused_with_the_reason(name: str, code: ErrorCode) -> None:
    with pytest.raises(Rejected) as refusal:
        checked_name(name)
    assert refusal.value.code is code


def test_case_does_not_make_another_name() -> None:
    assert skeleton("ЭСТРАГОН") == skeleton("эстрагон")
    assert skeleton("Straße") == skeleton("STRASSE")
    assert skeleton("Pozzo") != skeleton("Lucky")
