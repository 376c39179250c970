"""Who works on a data folder: one server, or one command of its operator, never both.

A server also leaves there how a command reaches it: its address and a secret of this start.
"""

from __future__ import annotations

import json
import os
import secrets
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

LOCK_NAME = "lock"
CONTROL_NAME = "control.json"
TOKEN_BYTES = 32


class DataInUse(Exception):
    """Somebody else works on the data folder; the text is one line for a person."""


@dataclass(frozen=True)
class Control:
    """Where a running server listens to its operator's commands."""

    host: str
    port: int
    token: str
    pid: int
    certificate: str
    """The fingerprint of the one that it shows there; empty without TLS."""


def make_token() -> str:
    return secrets.token_urlsafe(TOKEN_BYTES)


@contextmanager
def claimed(folder: Path) -> Iterator[None]:
    """Makes the folder where it is missing and holds it. Raises DataInUse, OSError.

    The system itself lets go of it when the process ends, however that comes about.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = os.open(folder / LOCK_NAME, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if not _try_lock(lock):
            who = os.pread(lock, 32, 0).decode(errors="replace").strip() if os.name != "nt" else ""
            whom = f"process {who}" if who.isdecimal() else "another process"
            raise DataInUse(f"{folder} is in use by {whom}")
        os.ftruncate(lock, 0)
        os.write(lock, f"{os.getpid()}\n".encode())
        with suppress(FileNotFoundError):
            (folder / CONTROL_NAME).unlink()  # Of a server that was killed.
        yield
    finally:
        os.close(lock)


def here(host: str) -> str:
    """Where this machine itself reaches a server that listens at an address."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)


@contextmanager
def reachable(folder: Path, host: str, port: int, token: str, certificate: str) -> Iterator[None]:
    """Tells commands how to reach this server, for as long as it runs."""
    path = folder / CONTROL_NAME
    # A temporary file is the owner's alone from its first moment.
    descriptor, temporary = tempfile.mkstemp(prefix=".control-", dir=folder)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(asdict(Control(here(host), port, token, os.getpid(), certificate)), file)
    Path(temporary).replace(path)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def find_control(folder: Path) -> Control | None:
    """How to reach the server that runs on a folder, where one does and says so."""
    try:
        told = json.loads((folder / CONTROL_NAME).read_text(encoding="utf-8"))
        return Control(
            str(told["host"]),
            int(told["port"]),
            str(told["token"]),
            int(told["pid"]),
            str(told["certificate"]),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


if sys.platform == "win32":
    import msvcrt

    def _try_lock(descriptor: int) -> bool:
        # A byte far behind the content: Windows keeps others from reading what is locked.
        os.lseek(descriptor, 1 << 20, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        os.lseek(descriptor, 0, os.SEEK_SET)
        return True

else:
    import fcntl

    def _try_lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
