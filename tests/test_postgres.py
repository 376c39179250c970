"""The database server that other tests use, and what is left of it."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psutil
import pytest
from sqlalchemy import NullPool, create_engine, text

from tests.conftest import needed
from tests.postgres import fresh_database, postgres_server


@pytest.fixture(autouse=True)
def _postgres() -> None:
    needed("postgres")


def ask(url: str, question: str) -> object:
    with create_engine(url, poolclass=NullPool).connect() as connection:
        return connection.execute(text(question)).scalar_one()


def folder_of(url: str) -> Path:
    return Path(parse_qs(urlsplit(url).query)["host"][0])


def processes_in(folder: Path) -> list[psutil.Process]:
    return [
        process
        for process in psutil.process_iter(["cmdline"])
        if str(folder) in " ".join(process.info["cmdline"] or ())
    ]


def becomes_true(condition: Callable[[], bool], seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    return condition()


def test_a_server_answers_and_nothing_of_it_stays() -> None:
    with postgres_server() as url:
        assert ask(url, "SHOW server_encoding") == "UTF8"
        assert ask(url, "SELECT 'Ж' < 'я' COLLATE \"C\"")
        names = {ask(fresh_database(url), "SELECT current_database()") for _ in range(3)}
        assert len(names) == 3
        assert processes_in(folder_of(url))
    assert not processes_in(folder_of(url))
    assert not folder_of(url).exists()


def test_a_server_ends_with_tests_that_are_killed() -> None:
    program = (
        "from tests.postgres import postgres_server\n"
        "with postgres_server() as url:\n"
        "    print(url, flush=True)\n"
        "    input()\n"
    )
    command = [sys.executable, "-c", program]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as tests:
        assert tests.stdout is not None
        folder = folder_of(tests.stdout.readline().strip())
        assert processes_in(folder)
        tests.kill()
    assert becomes_true(lambda: not processes_in(folder))
    shutil.rmtree(folder)
