"""What a player may be called, and when two names are one. Pure."""

from __future__ import annotations

import unicodedata

from protocol_spec.codec import ErrorCode
from server.failures import Rejected

SHORTEST, LONGEST = 3, 20
JOINERS = " _-'."
SCRIPTS = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "GEORGIAN", "HEBREW", "ARABIC")
EAST_ASIAN = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL")
"""Written together in one word, so they count as one script."""


def checked_name(raw: str) -> str:
    """The name as it will be shown: NFC, single spaces. Raises Rejected with the code."""
    name = unicodedata.normalize("NFC", " ".join(raw.split()))
    if not name:
        raise Rejected(ErrorCode.NAME_EMPTY)
    if len(name) > LONGEST:
        raise Rejected(ErrorCode.NAME_TOO_LONG, f"at most {LONGEST} characters")
    if len(name) < SHORTEST:
        raise Rejected(ErrorCode.NAME_TOO_SHORT, f"at least {SHORTEST} characters")
    scripts = {_script(each) for each in name} - {"COMMON"}
    if "" in scripts or not scripts:
        raise Rejected(ErrorCode.NAME_INVALID, "letters of one script, digits and - _ ' . only")
    if len(scripts) > 1:
        raise Rejected(ErrorCode.NAME_INVALID, "letters of one script only")
    if name[0] in JOINERS or name[-1] in JOINERS:
        raise Rejected(ErrorCode.NAME_INVALID, "begins and ends with a letter or a digit")
    return name


def skeleton(name: str) -> str:
    """Equal for two names that count as the same."""
    return unicodedata.normalize("NFKC", name).casefold()


def _script(character: str) -> str:
    """The script of a letter, COMMON for what any name may hold, empty for what none may."""
    if character in JOINERS or ("0" <= character <= "9"):
        return "COMMON"
    if unicodedata.category(character) not in ("Ll", "Lu", "Lo", "Lm"):
        return ""
    name = unicodedata.name(character, "")
    word = name.split(" ", 1)[0].split("-", 1)[0]
    if word in EAST_ASIAN:
        return "EAST ASIAN"
    # Full-width and mathematical letters look like others: they are no letters here.
    return word if word in SCRIPTS else ""
