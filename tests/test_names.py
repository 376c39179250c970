"""What a player may be called."""

from __future__ import annotations

import json
import re
import sys
import timeit
import unicodedata
from functools import cache
from importlib.resources import files
from random import Random

import pytest

from protocol_spec.codec import ErrorCode
from server.failures import Rejected
from server.people.names import checked_name, is_reserved, skeleton


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
        "佐々木",
        "Սևակ",
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


TAKEN = (
    "Vladimir",
    "Nina",
    "VIVA",
    "Pepe",
    "Max Power",
    "Yunus",
    "Bill1000",
    "Marvin",
    "Wolfgang",
    "Straße",
    "Emma",
    "Эстрагон",
    "Сергей",
    "Алёна Юрьевна",
    "Вася2000",
    "Ольга",
    "Мар'яна",
    "Γιώργος",
    "Νίκος",
    "Άννα",
    "Արամ",
    "דניאל",
    "محمد",
)
UNSEEN = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u034f\u061c\u180e\u3164\ufe0f\U000e0041"
BIDI = "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
MARKS = "\u0301\u0300\u0308\u0336\u0338\u0489\u20dd\u05b0\u064b"
SPACES = " \u00a0\u2009\u3000_-.'’\u2010\t"


@cache
def likenesses() -> dict[str, set[str]]:
    """The list of Unicode read anew: what looks like a character, and its other forms."""
    text = (files("confusable_homoglyphs") / "confusables.json").read_text(encoding="ascii")
    found: dict[str, set[str]] = {}
    for one, others in json.loads(text).items():
        for other in others:
            found.setdefault(one.strip("\u200e"), set()).add(other["c"].strip("\u200e"))
    # Likenesses go through a third: Ι and l both look like I.
    for one in list(found):
        for other in list(found[one]):
            found[one] |= found.get(other, set()) - {one}
    for code in range(sys.maxunicode + 1):
        plain = unicodedata.normalize("NFKC", chr(code))
        if plain != chr(code):
            found.setdefault(plain, set()).add(chr(code))
    return found


def disguised(name: str, random: Random) -> str:
    """The name as somebody would write it who wants to be taken for its owner."""
    kind = random.choice((0, 1, 2, 2, 2, 3, 4, 5, 6, 7))
    cases = (name, name, name.upper(), name.lower(), name.swapcase())
    # A Greek capital seldom looks like what its small letter looks like: see `checked_name`.
    is_greek = unicodedata.name(name[0]).startswith("GREEK")
    letters = list(name if is_greek and kind else random.choice(cases))
    if kind == 0:
        hidden = random.choice((UNSEEN, BIDI, MARKS, SPACES))
        letters.insert(random.randrange(1, len(letters)), random.choice(hidden))
    elif kind in (1, 2):
        own = unicodedata.name(name[0]).split(" ")[0]
        others = ("CYRILLIC", "GREEK", "LATIN", "ARMENIAN", "FULLWIDTH", "MATHEMATICAL")
        scripts = (random.choice(others),) if kind == 1 else (own, "DIGIT")
        for place, each in enumerate(letters):
            shown = each if is_greek else random.choice((each, each.upper(), each.lower()))
            alike = {
                like
                for like in likenesses().get(shown, set())
                if unicodedata.name(like[0], "").startswith(scripts)
            }
            letters[place] = random.choice(sorted(alike) or [shown])
            if kind == 2:
                letters[place] = random.choice((shown, letters[place]))
                letters[place] += random.choice((*[""] * 12, "\u0301", "-", " "))
    elif kind == 3:
        pairs = [("m", "rn"), ("w", "vv"), ("rn", "m"), ("ю", "lo"), ("æ", "ae"), ("ы", "ьі")]
        return random.choice([name.replace(*pair) for pair in pairs])
    else:
        for place in random.sample(range(len(letters)), min(kind - 3, len(letters))):
            alike = likenesses().get(letters[place], set())
            letters[place] = random.choice(sorted(alike or {letters[place]}))
    return "".join(letters)


def test_a_disguised_name_is_refused_or_counts_as_the_taken_one() -> None:
    random = Random(1953)
    tried: set[str] = set()
    accepted = 0
    while len(tried) < 10_000:
        taken = random.choice(TAKEN)
        attempt = disguised(taken, random)
        if attempt in tried:
            continue
        tried.add(attempt)
        try:
            name = checked_name(attempt)
        except Rejected:
            continue
        accepted += 1
        assert skeleton(name) == skeleton(taken), (taken, attempt, ascii(attempt))
    assert accepted > 1000, "hardly a disguise came past the rules: the skeletons were not tried"


@pytest.mark.parametrize(
    ("taken", "attempt"),
    [
        ("Max", "Мах"),
        ("Bob", "BOB"),
        ("O'Neill", "O’NeiII"),
        ("Alexey", "A1exey"),
        ("Marvin", "Marviri".replace("ri", "n")),
        ("Emma", "Ernma"),
        ("Wolf", "VVolf"),
        ("Robo", "R0b0"),
        ("Алёна", "Алена"),
        ("Андрей", "Андреи"),
        ("Зоя", "3оя"),
        ("Борис", "6орис"),
        ("Чук", "4ук"),
        ("Маша", "Маща"),
        ("Jose", "José"),
        ("Lukasz", "Łukasz"),
        ("Didi Gogo", "Didi_Go-go"),
        ("cope", "соре"),
        ("ΡΟΡΑ", "РОРА"),
        ("ТОМ", "TOM"),
    ],
)
def test_these_two_are_one(taken: str, attempt: str) -> None:
    assert skeleton(checked_name(taken)) == skeleton(checked_name(attempt))


def test_a_greek_name_that_reads_as_another_in_latin_or_cyrillic_is_refused() -> None:
    """Its skeleton is that of its small letters, so it would not meet the name it looks like."""
    for name in ("ΝΙΝΑ", "Νίνα", "ΓΟΡΑ"):
        with pytest.raises(Rejected):
            checked_name(name)
    for name in ("Άννα", "Μαρίνα", "Γιάννα", "Νίκος", "Γιώργος", "Ελένη", "Ιωάννης", "Υψώ"):
        assert checked_name(name) == name


ORDINARY = re.findall(
    r"\S+",
    """
    Александр Алексей Анастасия Анатолий Андрей Анна Анной Антон Артём Борис Вадим Валентина
    Валерий Василий Вера Виктор Виталий Владимир Вячеслав Галина Геннадий Георгий Григорий Дарья
    Денис Дмитрий Евгений Екатерина Елена Елизавета Женя Зинаида Иван Игорь Илья Ирина Кирилл
    Константин Ксения Лариса Лев Леонид Любовь Людмила Макар Максим Маргарита Марина Мария Михаил
    Надежда Наталья Никита Николай Оксана Олег Олеся Ольга Павел Пётр Полина Роман Руслан Светлана
    Семён Сергей София Станислав Степан Тамара Татьяна Тимур Ульяна Фёдор Эдуард Юлия Юрий Яков Яна
    Ярослав Подъячев Съёмщик Щукин Цапля Эхо Эльф77 Волк_2000 Кот1 Кот2 Кот3 Кот-учёный Рыжик99

    Олександр Андрій Богдан Василина Ганна Григорій Дмитро Євген Іван Ігор Їжак Катерина Лесь
    Любомир Мар'яна Микола Мирослава Наталія Оксенія Олексій Остап Павло Петро Сергій Соломія Тарас
    Федір Юлія-2 Юрій Ярина Ґенік

    Alice Amelia Andrew Arthur Benjamin Charlotte Chloe Christopher Daniel David Dorothy Edward
    Eleanor Emily Ethan Florence Freddie George Grace Harry Henry Isabella Jack Jacob James Jessica
    John Joseph Joshua Kimberly Leo Lily Lucy Margaret Matthew Michael Millie Noah Oliver Olivia
    Oscar Patrick Peter Poppy Rebecca Robert Samuel Sarah Sophia Stephen Theodore Thomas Victoria
    William Winston Zachary Max2 Max7 Player42 x_Shadow_x Neo99 H4rry R2D2 C3PO Agent007 Mr.Bean

    Jürgen Günther Björn Käthe Jörg Heinz Wolfgang Dieter Uwe Hans-Peter Annegret Brünhilde
    Friedrich Gisela Ingeborg Klaus Liesel Matthias Müller Schröder Strauß Weiß Ulrich
    Wilhelmine Zacharias Änne Özil

    Amélie André Benoît Chloé2 Édouard François Gaëlle Hélène Jérôme Loïc Maëlys Noémie Océane
    Réne Sébastien Théo Zoé D'Artagnan Jean-Luc L'Oiseau Cœur Æther

    Agnieszka Błażej Bożena Elżbieta Grażyna Jędrzej Józef Krzysztof Łukasz Małgorzata Michał Paweł
    Radosław Stanisława Święto Tadeusz Wacław Wiesław Żaneta Zbigniew Źrebak Ćma
    """,
)


def test_ordinary_names_are_taken_and_are_different_people() -> None:
    """Russian, Ukrainian, English, German, French and Polish ones, with digits too."""
    owners: dict[str, str] = {}
    for name in ORDINARY:
        assert checked_name(name) == name
        assert owners.setdefault(skeleton(name), name) == name
    assert len(owners) == len(ORDINARY) == len(set(ORDINARY))


def test_an_apostrophe_from_a_telephone_is_the_plain_one() -> None:
    assert checked_name("Мар’яна") == checked_name("Марʼяна") == "Мар'яна"


@pytest.mark.parametrize(
    "name",
    [
        "aa\u3164",
        "\u115f\u1160\u115f",
        "محـــمد",
        "ﻣﺤﻤﺪ",
        "Ǆango",
        "ﬁnn",
        "ǀana",
        "ᴀnna",
        "Ѡмега",
        "ɑnna",
        "Ŀana",
        "ŉana",
        "Ĳana",
        "ٷلي",
    ],
)
def test_letters_that_no_living_language_writes_names_with_are_refused(name: str) -> None:
    with pytest.raises(Rejected):
        checked_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "Server",
        "ADMIN",
        "Admin 1",
        "аdmin",
        "Adm1n",
        "4dm1n",
        "M0derat0r",
        "rnoderator",
        "Mod3rator",
        "SYSTEM",
        "Bob_Admin",
        "Admin.Bob",
        "S-y-s-t-e-m",
        "Сервер",
        "админ",
        "Админ77",
        "МОДЕРАТОР",
        "Модератор Вася",
        "Систeма",
        "5erver",
    ],
)
def test_names_of_the_staff_are_reserved(name: str) -> None:
    assert is_reserved(name)


@pytest.mark.parametrize(
    "name", ["Badminton", "Servera", "Vladimir", "Административный", "Systema", "Админка", "1953"]
)
def test_other_names_are_not_reserved(name: str) -> None:
    assert not is_reserved(name)


def test_no_ordinary_name_is_reserved() -> None:
    assert not [name for name in ORDINARY if is_reserved(name)]


def test_a_skeleton_takes_less_than_50_microseconds() -> None:
    names = [name.ljust(20, "ж")[:20] for name in ORDINARY]
    fastest = min(timeit.repeat(lambda: [skeleton(each) for each in names], number=1, repeat=20))
    assert fastest / len(names) < 50e-6
