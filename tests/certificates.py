"""An authority of the test's own, and what it vouches for."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path

import trustme


@dataclass(frozen=True)
class Certificate:
    """A server's certificate and its key, and the authority to trust, as files in PEM."""

    path: Path
    key: Path
    authority: Path

    @property
    def flags(self) -> tuple[str, ...]:
        """For `estragon serve`."""
        return ("--tls-cert", str(self.path), "--tls-key", str(self.key))

    def client_context(self) -> ssl.SSLContext:
        """For a client that trusts this authority and no other."""
        return ssl.create_default_context(cafile=self.authority)


def make_certificate(folder: Path, *names: str) -> Certificate:
    """A new authority and a certificate of it, for names and addresses."""
    folder.mkdir(parents=True, exist_ok=True)
    authority = trustme.CA()
    issued = authority.issue_cert(*names or ("127.0.0.1", "localhost"))
    made = Certificate(folder / "cert.pem", folder / "key.pem", folder / "authority.pem")
    authority.cert_pem.write_to_path(made.authority)
    issued.private_key_pem.write_to_path(made.key)
    for each in issued.cert_chain_pems:
        each.write_to_path(made.path, append=True)
    return made
