"""The conformance suite against a server of ours, with a staff and leave to stop it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from protocol_spec.conformance.stage import Login
from tests.running import RunningServer

STAFF = {"Conrad": "owner", "Conrada": "admin"}
"""Names and roles. Where guests may not build, one case takes two who may."""
PASSWORD = "a password of the staff's"
LOGINS = tuple(Login(name, PASSWORD) for name in STAFF)


def hire(data: Path) -> None:
    """Gives the server with that folder its staff, whether it runs or not."""
    for name, role in STAFF.items():
        command = [sys.executable, "-m", "server", "admin", "create", name, "--role", role]
        command += ["--password-stdin", "--data", str(data)]
        subprocess.run(command, input=f"{PASSWORD}\n", text=True, capture_output=True, check=True)


def begin_run(server: RunningServer, *words: str | Path) -> subprocess.Popen[str]:
    """Starts the suite. It stops the server in the end."""
    command = [sys.executable, "-m", "server", "conform", "server", server.url, *words]
    for name in STAFF:
        command += ["--staff", name]
    command += ["--password-stdin", "--stop", f"kill -TERM {server.process.pid}"]
    run = subprocess.Popen(command, stdin=subprocess.PIPE, text=True)
    assert run.stdin is not None
    with run.stdin as passwords:
        passwords.write(f"{PASSWORD}\n" * len(STAFF))
    return run
