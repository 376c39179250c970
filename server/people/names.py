"""What a player may be called, and when two names are one. Pure."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from protocol_spec.codec import ErrorCode
from server.failures import Rejected
from server.people.lookalikes import look, seen_as

SHORTEST, LONGEST = 3, 20
JOINERS = " _-'."
LETTERS = {
    "Latin": "A-Za-zÀ-ÖØ-öø-žƏəƆɔƐɛƁɓƊɗƘƙƠơƯưǍ-ǜȘ-țḀ-ỹ",
    "Cyrillic": "Ѐ-џҊ-ӿ",
    "Greek": "Ά-ώἀ-ῼ",
    "Armenian": "Ա-Ֆա-և",
    "Georgian": "ა-ჺᲐ-Ჺ",
    "Hebrew": "א-ת",
    "Arabic": "ء-غف-يٱ-ۓە",
    "East Asian": "々ぁ-ゖァ-ヺー㐀-䶿一-鿿가-힣\U00020000-\U000323af",
}
"""The letters that living languages write names with. What they write together is one script.

A name that could be read whole in an earlier script is that script's: see `_is_read_as_another`.
"""
TWO_LETTERS = {"m": "rn", "w": "vv"}
"""Letters that two others look like, side by side."""
RESERVED = (
    "server",
    "admin",
    "administrator",
    "moderator",
    "system",
    "owner",
    "staff",
    "сервер",
    "админ",
    "администратор",
    "модератор",
    "модер",
    "система",
    "владелец",
)
"""Who speaks with authority here."""

_SCRIPTS = {script: re.compile(f"[{letters}]") for script, letters in LETTERS.items()}
_WORDS = re.compile(f"[^{re.escape(JOINERS)}]+")
_APOSTROPHES = str.maketrans("’ʼ", "''")
_LEET = str.maketrans("345", "eas")


def checked_name(raw: str) -> str:
    """The name as it will be shown: NFC, single spaces, plain apostrophes.

    Raises Rejected with the code.
    """
    name = unicodedata.normalize("NFC", " ".join(raw.split())).translate(_APOSTROPHES)
    if not name:
        raise Rejected(ErrorCode.NAME_EMPTY)
    if len(name) > LONGEST:
        raise Rejected(ErrorCode.NAME_TOO_LONG, f"at most {LONGEST} characters")
    if len(name) < SHORTEST:
        raise Rejected(ErrorCode.NAME_TOO_SHORT, f"at least {SHORTEST} characters")
    scripts = {_script(each) for each in name} - {"common"}
    if "" in scripts or not scripts:
        raise Rejected(ErrorCode.NAME_INVALID, "letters of one script, digits and - _ ' . only")
    if len(scripts) > 1:
        raise Rejected(ErrorCode.NAME_INVALID, "letters of one script only")
    if name[0] in JOINERS or name[-1] in JOINERS:
        raise Rejected(ErrorCode.NAME_INVALID, "begins and ends with a letter or a digit")
    if _is_read_as_another(name, scripts.pop()):
        raise Rejected(ErrorCode.NAME_INVALID, "looks like a name in other letters")
    return name


def skeleton(name: str) -> str:
    """Equal for two names that people may take for one another.

    Case, accents, width, style, joiners and what cannot be seen make no difference, nor do letters
    that look alike, of whichever script. It is for comparing and never shown; kept ones must be
    made anew when the list behind `lookalikes` changes.
    """
    looks = "".join([look(each) for each in name])
    for letter, pair in TWO_LETTERS.items():
        looks = looks.replace(letter, pair)
    return looks


def is_reserved(name: str) -> bool:
    """True where the name, a word of it, or either without digits around it, means the staff."""
    words = [name, *_WORDS.findall(name)]
    plain = {skeleton(each.strip("0123456789" + JOINERS)) for each in words}
    spelled = {skeleton(each.translate(_LEET)) for each in words}
    return not _RESERVED.isdisjoint(plain | spelled)


def _is_read_as_another(name: str, script: str) -> bool:
    """True where all letters look like those of an earlier script, but other than skeletons tell.

    The skeleton takes Ν for ν, as case makes no difference, and so for v. Where Ν and all others
    could be Latin, people would read an N.
    """
    letters = [unicodedata.normalize("NFD", each)[0] for each in name if _script(each) == script]
    for earlier in list(LETTERS)[: list(LETTERS).index(script)]:
        readings = [
            [like for like in seen_as(each) if _script(like) == earlier] for each in letters
        ]
        if all(readings) and any(
            look(like) != look(each)
            for each, likes in zip(letters, readings, strict=True)
            for like in likes
        ):
            return True
    return False


@lru_cache(maxsize=65536)
def _script(character: str) -> str:
    """The script of a letter, "common" for what any name may hold, empty for what none may."""
    if character in JOINERS or ("0" <= character <= "9"):
        return "common"
    # Other forms of a letter are refused, but for և, which Armenians write.
    if not unicodedata.is_normalized("NFKC", character) and character != "և":
        return ""
    if unicodedata.category(character) not in ("Ll", "Lu", "Lo", "Lm"):
        return ""
    for script, letters in _SCRIPTS.items():
        if letters.match(character):
            return script
    return ""


_RESERVED = {skeleton(each) for each in RESERVED}
