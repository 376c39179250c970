"""The server's certificate and its key, read from files."""

from __future__ import annotations

import hashlib
import re
import ssl
from pathlib import Path

PEM = re.compile(r"-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----")


class TlsRefused(Exception):
    """The files do not do; the text is one line for a person."""


class Certificate:
    """What the server shows to those who come by https and wss."""

    def __init__(self, cert: Path, key: Path) -> None:
        """From files in PEM. Raises TlsRefused, OSError."""
        self._cert = cert
        self._key = key
        self.context, self.fingerprint = _read(cert, key)

    def renew(self) -> None:
        """Reads the files again; who connects from now on is shown what they hold.

        Raises TlsRefused or OSError where they will not do. Then all stays as it was.
        """
        _, self.fingerprint = _read(self._cert, self._key)
        self.context.load_cert_chain(self._cert, self._key)


def _read(cert: Path, key: Path) -> tuple[ssl.SSLContext, str]:
    """What OpenSSL makes of the files, and SHA-256 of the certificate alone, in hex."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    fingerprint = _fingerprint(cert)
    if "PRIVATE KEY" not in _text(key):
        raise TlsRefused(f"{key} holds no private key in PEM")

    def password() -> str:
        # Without this OpenSSL asks whoever sits at the terminal.
        raise TlsRefused(f"{key} is locked with a password: give the server one that is not")

    try:
        context.load_cert_chain(cert, key, password)
    except ssl.SSLError as error:
        if error.reason == "KEY_VALUES_MISMATCH":
            raise TlsRefused(f"{key} is not the key of {cert}") from None
        raise TlsRefused(f"{cert} and {key}: {error.reason or error}") from None
    return context, fingerprint


def _fingerprint(cert: Path) -> str:
    found = PEM.search(_text(cert))
    try:
        der = ssl.PEM_cert_to_DER_cert(found[0]) if found else b""
    except ValueError:
        der = b""
    if not der:
        raise TlsRefused(f"{cert} holds no certificate in PEM")
    return hashlib.sha256(der).hexdigest()


def _text(path: Path) -> str:
    return path.read_text(encoding="ascii", errors="replace")
