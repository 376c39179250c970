"""Fixtures that several files share."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from server.store import Store
from server.store.database import DATABASE_NAME
from tests import toolbox
from tests.godot_client import import_project
from tests.postgres import fresh_database, postgres_server
from tests.running import RunningServer, running_server

# A red run shall be the fault of the change: in `make soak` alone Hypothesis searches by chance.
hypothesis.settings.register_profile("steady", derandomize=True)
if os.environ.get("ESTRAGON_SOAK") != "1":
    hypothesis.settings.load_profile("steady")


LONG = (
    "test_screenshots",
    "test_panel_screenshots",
    "test_panel_replay",
    "test_garbage",
    "test_conformance_clients",
    "test_conformance_mutants",
    "test_conformance_servers",
    "test_godot",
    "test_godot_accounts",
    "test_panel_map",
    "test_panel_players",
    "test_panel_hostile",
)
"""Files of about a minute and more, longest first."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files begin first: at the end, one would run while the other processes wait for it."""
    order = {name: number for number, name in enumerate(LONG)}
    items.sort(key=lambda item: order.get(item.path.stem, len(LONG)))


def pytest_sessionstart(session: pytest.Session) -> None:
    """Where several processes share the tests, Godot imports the project before any of them."""
    if session.config.getoption("numprocesses", None) and not worker():
        with contextlib.suppress(toolbox.ToolMissing):
            import_project()


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Who asks for what must be alone need not read all the files in which nothing must."""
    if config.getoption("markexpr") != "alone" or not collection_path.is_file():
        return None
    return True if "mark.alone" not in collection_path.read_text(encoding="utf-8") else None


def worker() -> bool:
    """Is this one of several processes that share the tests?"""
    return "PYTEST_XDIST_WORKER" in os.environ


@pytest.fixture(scope="module", params=["fast", "asgi"])
def either_server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningServer]:
    """A running server, once with each gateway."""
    folder = tmp_path_factory.mktemp(request.param)
    with running_server(folder, "--gateway", request.param) as server:
        yield server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A running server, as an operator starts it."""
    with running_server(tmp_path_factory.mktemp("server")) as started:
        yield started


@pytest.fixture(scope="session")
def godot() -> Path:
    """Godot's program, which has seen the project's files: it plays no fresh checkout without.

    Where there is none the test is skipped; in CI that is a failure.
    """
    program = needed("godot")
    if not worker():
        import_project()
    return program


@pytest.fixture(scope="session")
def chromium() -> Path:
    """Chromium's program, for tests.browser. Where there is none the test is skipped, as above."""
    return needed("chromium")


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL, for `fresh_database`."""
    needed("postgres")
    with postgres_server() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgres"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Of an empty database, as SQLAlchemy writes it."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'data' / DATABASE_NAME}"
    return fresh_database(request.getfixturevalue("postgres"))


@pytest.fixture
def store(address: str, tmp_path: Path) -> Iterator[Store]:
    store = open_store(address, tmp_path)
    store.migrate()
    yield store
    store.close()


def open_store(address: str, tmp_path: Path) -> Store:
    return Store(tmp_path / "data", "" if address.startswith("sqlite") else address)


def needed(tool: str) -> Path:
    try:
        return toolbox.find(tool)
    except toolbox.ToolMissing as reason:
        if os.environ.get("CI"):
            pytest.fail(str(reason))
        pytest.skip(str(reason))
