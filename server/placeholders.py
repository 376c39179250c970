"""Secrets that are none: the words that stand in examples until somebody puts their own. Pure."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import parse_qsl, unquote

WORDS = re.compile(
    r"admin|administrator|default|dummy|estragon|example|fixme|guest|letmein|none|null|passphrase"
    r"|placeholder|postgres|postgresql|replaceme|root|sample|secretkey|supersecret|tbd|test|todo"
    r"|user|username|пароль|секрет"
)
TO_BE_CHANGED = re.compile(
    r"(please)?(change|replace|edit|fill|set)(me|it|this|in|that|now)+"
    r"|(please)?(change|replace|insert|enter|put|set|choose|use)?"
    r"(with|in|a|an|the|your|my|own|some|new|strong|secure|secret|long|random|this)*"
    r"(db|database|postgres|postgresql|user|admin|root)?"
    r"(password|passwd|pass|pwd|secret|token|key)(here)?"
)
DISGUISES = str.maketrans("@0$3", "aose")
BRACKETS = (("<", ">"), ("{", "}"), ("[", "]"), ("$", "}"), ("$", ")"), ("%", "%"), ("__", "__"))
"""Somebody was to put something in place of all this."""
MORE = 4
"""A word with no more digits and marks around it, such as a year, is that word."""
SEPARATORS = "-_ ."

URL = re.compile(r"[a-z][\w+.-]*://(?:([^:/@]*)(?::([^@]*))?@)?[^?]*(?:\?(.*))?", re.I | re.S)
"""A database's address, as SQLAlchemy reads it: a password may hold slashes."""
PASSWORD_PARAMETERS = ("password", "sslpassword")


def is_placeholder(secret: str, user: str = "") -> bool:
    """Whether whoever has read the examples would try this secret first.

    `user` is whose it is, for a password that is the name once more.
    """
    text = unicodedata.normalize("NFKC", secret).strip().casefold()
    if len(set(text)) <= 1 or text == user.casefold() or "1234567890".startswith(text):
        return bool(secret)
    if any(text.startswith(left) and text.endswith(right) for left, right in BRACKETS):
        return True
    return any(_is_word(each) for each in (text, text.translate(DISGUISES)))


def _is_word(text: str) -> bool:
    letters = "".join(each for each in text if each.isalpha())
    around = sum(not each.isalpha() and each not in SEPARATORS for each in text)
    is_known = WORDS.fullmatch(letters) or TO_BE_CHANGED.fullmatch(letters)
    return is_known is not None and around <= MORE


def passwords_in(url: str) -> list[tuple[str, str]]:
    """User and password of each password in the address of a database."""
    found = URL.fullmatch(url)
    if found is None:
        return []
    user, password, query = (each or "" for each in found.groups())
    named = [value for key, value in parse_qsl(query) if key.lower() in PASSWORD_PARAMETERS]
    return [(unquote(user), each) for each in (unquote(password), *named) if each]
