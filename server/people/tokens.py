"""Secrets that the server hands out: what they look like, and what is kept of them.

256 random bits need no slow hash: nobody guesses them, so SHA-256 keeps a stolen database from
being a bunch of keys. Pure but for the system's random numbers.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from enum import StrEnum

RANDOM_BYTES = 32


class TokenKind(StrEnum):
    """What a token is for, as its first letters, by which whoever finds one can tell."""

    LOGIN = "est_l_"
    """Keeps somebody logged in."""
    TICKET = "est_t_"
    """From HTTP to the game's socket."""
    RESUME = "est_r_"
    """Back into a session whose connection was lost."""
    SETUP = "est_s_"
    """Makes the first owner."""
    RESET = "est_w_"
    """Sets a new password."""
    CODE = "est_c_"
    """Between the password and the second factor at the panel's sign-in."""
    PANEL = "est_p_"
    """A session in the panel."""


def new_token(kind: TokenKind = TokenKind.LOGIN) -> str:
    """The kind and 256 random bits, in 49 characters that any URL may hold."""
    return kind + secrets.token_urlsafe(RANDOM_BYTES)


def successor(token: str) -> str:
    """Another of the same family: it takes the first one's place, or that of a later one.

    Whoever comes with one that was replaced long ago can so be told from whoever comes with
    nothing (RFC 9700, 4.14.2).
    """
    return f"{family(token)}.{secrets.token_urlsafe(RANDOM_BYTES)}"


def family(token: str) -> str:
    """What all successors of a token have in common, which is the first one."""
    return token.partition(".")[0]


def token_hash(token: str) -> str:
    """What is kept: SHA-256 in 64 hex digits. Takes whatever somebody sent as a token."""
    # A lone surrogate, which JSON can carry, has no UTF-8 otherwise.
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def is_token(token: str, kept_hash: str) -> bool:
    """Whether a token is the one that was kept, in the same time for any.

    Not needed where a token is looked up by its hash: who cannot choose the hash learns nothing
    from how long the search took.
    """
    return hmac.compare_digest(token_hash(token), kept_hash)
