"""A PostgreSQL of the tests' own, which is gone after them."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, urlsplit

from sqlalchemy import NullPool, create_engine, text
from sqlalchemy.exc import OperationalError

from tests.toolbox import ToolMissing, find

START_SECONDS = 60
STOP_SECONDS = 30

NOBODY = 65534
"""The user and group that PostgreSQL runs as where the tests run as root."""


@contextmanager
def postgres_server() -> Iterator[str]:
    """Run a fresh PostgreSQL; yield the URL of an empty database, for SQLAlchemy and psycopg 3.

    It listens on a socket in its own temporary folder only, so servers may run side by side and
    nobody else can reach them. It does not wait for disks: what a crash of the machine would lose
    is in no test's interest. It ends with the context, or with the thread that entered it:
    should the tests be killed, the system stops it, and only the folder stays.
    """
    programs = find("postgres").resolve().parent
    with tempfile.TemporaryDirectory(prefix="postgres-") as name:
        folder, data = Path(name), Path(name, "data")
        if os.geteuid() == 0:
            os.chown(folder, NOBODY, NOBODY)
        cluster = ("--pgdata", data, "--username", "postgres", "--auth", "trust")
        locale = ("--encoding", "UTF8", "--locale", "C", "--no-sync")
        initdb = [*_unprivileged(), programs / "initdb", *cluster, *locale]
        settings = ("-c", "listen_addresses=", "-k", folder, "-c", "fsync=off")
        postgres = [*_unprivileged(), programs / "postgres", "-D", data, *settings]
        with (folder / "log").open("w") as log:
            if subprocess.run(initdb, cwd=folder, stdout=log, stderr=log, check=False).returncode:
                raise _failed("initdb", folder / "log")
            server = subprocess.Popen(postgres, cwd=folder, stdout=log, stderr=log)
        try:
            url = f"postgresql+psycopg://postgres@/postgres?host={quote(name)}"
            deadline = time.monotonic() + START_SECONDS
            while not _accepts(url):
                if server.poll() is not None or time.monotonic() > deadline:
                    raise _failed("postgres", folder / "log")
                time.sleep(0.05)
            yield url
        finally:
            server.send_signal(signal.SIGINT)
            try:
                server.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def fresh_database(url: str) -> str:
    """Make an empty database, with a name of its own, in the server of ``url``; return its URL."""
    name = f"test_{uuid.uuid4().hex}"
    engine = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    return urlsplit(url)._replace(path=f"/{name}").geturl()


def _accepts(url: str) -> bool:
    try:
        create_engine(url, poolclass=NullPool).connect().close()
    except OperationalError:
        return False
    return True


def _unprivileged() -> list[str | Path]:
    """Return what starts a command so that it ends with this thread, and never runs as root.

    PostgreSQL refuses to run as root. The capability keeps in reach what root alone may enter,
    such as a cache in root's home; the secure bit lets it count when a program asks whether it
    may. A user namespace would do as well, but many containers forbid it.
    """
    if not shutil.which("setpriv"):
        raise ToolMissing("PostgreSQL is started by setpriv (of util-linux), which is missing.")
    command: list[str | Path] = ["setpriv", "--pdeathsig", "QUIT"]
    if os.geteuid() == 0:
        command += ["--reuid", str(NOBODY), "--regid", str(NOBODY), "--clear-groups"]
        command += ["--inh-caps=+dac_override", "--ambient-caps=+dac_override"]
        command += ["--securebits=+no_setuid_fixup"]
    return [*command, "--"]


def _failed(program: str, log: Path) -> ToolMissing:
    return ToolMissing(f"{program} does not start: {log.read_text().strip()[-1000:]}")
