"""The server's certificate and its key, read from files."""

from __future__ import annotations

import hashlib
import re
import ssl
from pathlib import Path

PEM = re.compile(r"-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----")


class TlsRefused(Exception):
    """The files do not do; the text is one line for a person."""


def server_context(cert: Path, key: Path) -> ssl.SSLContext:
    """What the server shows to those who connect by https and wss. Raises TlsRefused, OSError."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    fingerprint(cert)
    if "PRIVATE KEY" not in _read(key):
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
    return context


def fingerprint(cert: Path) -> str:
    """SHA-256 of the certificate itself, without those that vouch for it, in hex."""
    found = PEM.search(_read(cert))
    try:
        der = ssl.PEM_cert_to_DER_cert(found[0]) if found else b""
    except ValueError:
        der = b""
    if not der:
        raise TlsRefused(f"{cert} holds no certificate in PEM")
    return hashlib.sha256(der).hexdigest()


def _read(path: Path) -> str:
    return path.read_text(encoding="ascii", errors="replace")
