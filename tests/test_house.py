"""The rules of CONTRIBUTING.md about who may know whom, read off the sources' own imports."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PURE = (
    "world",
    "inputs",
    "movement",
    "chunks",
    "snapshot",
    "roster",
    "counters",
    "classic",
    "people/names",
    "people/lookalikes",
    "people/roles",
    "chat/reading",
    "chat/filter",
    "limits",
    "tiles",
    "status",
    "failures",
    "editing/edits",
    "editing/operations",
    "editing/journal",
    "desks/audit_filter",
    "editing/requests",
    "editing/turns",
    "people/identity",
    "web/callers",
    "web/origins",
    "web/discovery",
    "people/tokens",
    "people/tickets",
    "people/taken_names",
    "people/returning",
    "people/login_limits",
    "frames",
    "greeting",
    "peer",
    "pulse",
    "people/registrations",
    "placeholders",
    "modes/mode",
    "modes/mode_world",
    "modes/rounds",
    "cli/play/picture",
    "cli/play/standings",
    "modes/free_roam",
    "modes/tag",
    "modes/race",
    "modes/build",
    "modes/areas",
    "modes/editor",
    "gateway/lengths",
)
ALLOWED_TO_PURE = {
    "__future__",
    "bisect",
    "collections",
    "contextlib",
    "dataclasses",
    "datetime",
    "enum",
    "functools",
    "importlib",
    "ipaddress",
    "itertools",
    "json",
    "math",
    "re",
    "string",
    "struct",
    "tomllib",
    "types",
    "typing",
    "unicodedata",
    "zlib",
    "numpy",
    "protocol_spec",
    "server",
}
ALSO_ALLOWED = {
    "people/tokens": {"enum", "hashlib", "hmac", "secrets"},
    "placeholders": {"urllib"},
    "web/discovery": {"struct"},
    "modes/mode": {"pydantic"},
    "modes/rounds": {"pydantic"},
    "modes/tag": {"pydantic"},
    "classic": {"urllib"},
    "modes/race": {"pydantic"},
    "modes/build": {"pydantic"},
}
"""What makes secrets may draw them; nobody else draws what no seed explains. Of urllib only the
parser is meant."""


def imports(path: Path) -> set[str]:
    """The dotted names of all modules that a file imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found |= {f"{node.module}.{each.name}" for each in node.names}
    return found


def sources(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


@pytest.mark.parametrize("name", PURE)
def test_a_pure_file_knows_no_clock_loop_web_or_database(name: str) -> None:
    known = imports(ROOT / f"server/{name}.py")
    allowed = ALLOWED_TO_PURE | ALSO_ALLOWED.get(name, set())
    assert {each.split(".")[0] for each in known} <= allowed
    modules = {path.relative_to(ROOT).with_suffix("").as_posix() for path in sources("server")}
    pure = {f"server/{each}" for each in PURE}
    assert not {each.replace(".", "/") for each in known} & (modules - pure)


@pytest.mark.parametrize("name", ["session", "clock", "prediction", "ground", "walker"])
def test_what_a_client_knows_and_predicts_with_knows_no_clock_loop_or_web(name: str) -> None:
    known = imports(ROOT / f"protocol_spec/{name}.py")
    assert {each.split(".")[0] for each in known} <= ALLOWED_TO_PURE - {"server"}


def test_the_spec_knows_neither_server_nor_panel() -> None:
    for path in sources("protocol_spec"):
        assert not {each for each in imports(path) if each.split(".")[0] in ("server", "admin")}


def test_only_main_knows_the_panel() -> None:
    knowing = [
        path.name
        for path in sources("server")
        if any(each.split(".")[0] == "admin" for each in imports(path))
    ]
    assert knowing == ["main.py"]


def test_only_the_store_speaks_sql() -> None:
    for path in sources("server", "admin"):
        if {"store", "migrations"} & set(path.parts) or path.name == "models.py":
            continue
        roots = {each.split(".")[0] for each in imports(path)}
        assert not roots & {"sqlalchemy", "sqlmodel", "alembic", "sqlite3"}, path


def test_only_the_gateway_and_who_plays_the_other_side_touch_game_sockets() -> None:
    for path in sources("server", "protocol_spec"):
        if {"gateway", "conformance"} & set(path.parts) or path.name == "client.py":
            continue
        known = imports(path)
        assert not {each for each in known if "websocket" in each.lower() or "picows" in each}, path


def test_everything_is_caught_in_two_places_only() -> None:
    """The gateway, the tick, and somebody else's modes: elsewhere a bug must not pass unseen."""
    broad = []
    for path in sources("server", "admin", "protocol_spec"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ExceptHandler):
                names = ast.unparse(node.type) if node.type else "everything"
                if names in ("everything", "Exception", "BaseException"):
                    broad.append(path.relative_to(ROOT).as_posix())
    tick = ["server/game.py", "server/modes/host.py", "server/modes/finding.py"]
    assert sorted(broad) == sorted([*tick, "server/gateway/connection.py"])
