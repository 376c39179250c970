"""Secrets that must be read again, sealed by a key that lies beside the database and not in it.

Who has only the database, a dump of it or a PostgreSQL's other users, can do nothing with them. Who
can read the data folder has the key as well: against them nothing on this machine helps.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

KEY_NAME = "seal.key"
KEY_BYTES = 32
NONCE_BYTES = 12


class SealBroken(Exception):
    """It was sealed by another key, or for something else, or was changed since."""


class Seal:
    """The key is made when the first secret is sealed. Both ways read a file: not for the tick."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / KEY_NAME

    def close(self, secret: bytes, use: bytes) -> bytes:
        """Opens again for the same use only, so that nobody exchanges two rows of a table."""
        # Imported by whoever has a second factor: it is 7 MiB.
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + AESGCM(self._key()).encrypt(nonce, secret, use)

    def open(self, sealed: bytes, use: bytes) -> bytes:
        """Raises SealBroken."""
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        try:
            key = self._path.read_bytes()
            return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], use)
        except (OSError, ValueError, InvalidTag) as error:
            raise SealBroken(f"{self._path} is not the key of what is stored") from error

    def _key(self) -> bytes:
        try:
            return self._path.read_bytes()
        except FileNotFoundError:
            return self._new_key()

    def _new_key(self) -> bytes:
        """Whole on the disk before anything is sealed by it."""
        key = secrets.token_bytes(KEY_BYTES)
        part = self._path.with_suffix(".part")
        part.unlink(missing_ok=True)
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(key)
            file.flush()
            os.fsync(file.fileno())
        part.rename(self._path)
        return key
