"""The secrets that the server hands out."""

from __future__ import annotations

import re

import pytest

from server.people.tokens import TokenKind, is_token, new_token, token_hash


@pytest.mark.parametrize("kind", TokenKind)
def test_a_token_shows_its_kind_and_hides_256_bits(kind: TokenKind) -> None:
    tokens = {new_token(kind) for _ in range(1000)}
    assert len(tokens) == 1000
    assert all(re.fullmatch(kind + r"[\w-]{43}", each, re.ASCII) for each in tokens)


def test_kinds_are_told_apart_at_their_first_letters() -> None:
    assert all(re.fullmatch(r"est_[a-z]_", each) for each in TokenKind)


def test_what_is_kept_is_a_hash_that_only_the_token_fits() -> None:
    token = new_token(TokenKind.SETUP)
    kept = token_hash(token)
    assert re.fullmatch(r"[0-9a-f]{64}", kept)
    assert token[6:] not in kept
    assert is_token(token, kept)
    assert not is_token(kept, kept)
    assert not is_token(new_token(TokenKind.SETUP), kept)


@pytest.mark.parametrize("junk", ["", "\ud800", "\0", "я" * 100_000])
def test_whatever_somebody_sends_as_a_token_has_a_hash(junk: str) -> None:
    assert not is_token(junk, token_hash(new_token()))
