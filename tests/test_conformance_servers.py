"""Our own servers pass the whole conformance suite: with either gateway, on either database."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tests.postgres import fresh_database
from tests.running import running_server

LONGEST_SECONDS = 120
"""A whole run takes no more, two of them beside each other either."""
MOST_FAILED = 3
EXPECTED_UNIMPLEMENTED = {"EST-ED-09a"}
"""What guests hear who may not build: there they may."""


def test_both_gateways_and_both_databases_conform(tmp_path: Path, postgres: str) -> None:
    """Two servers at once, for most of a run is waiting.

    What fails there is tried again alone: a busy machine may keep a case waiting for too long.
    """
    database = ("--database-url", fresh_database(postgres))
    servers = {"fast": (), "asgi": database}
    runs: dict[str, subprocess.Popen[str]] = {}
    urls: dict[str, str] = {}
    with ExitStack() as running:
        for gateway, flags in servers.items():
            folder = tmp_path / gateway
            folder.mkdir()
            server = running.enter_context(
                running_server(
                    folder,
                    *("--gateway", gateway),
                    *flags,
                    environment={"ESTRAGON_GUESTS_MAY_BUILD": "1"},
                )
            )
            urls[gateway] = server.url
            command = [sys.executable, "-m", "server", "conform", "server", server.url]
            runs[gateway] = subprocess.Popen(
                [*command, "--strict", "--json", str(folder / "report.json")],
                stdout=subprocess.PIPE,
                text=True,
            )
        try:
            for run in runs.values():
                run.communicate(timeout=300)
        finally:
            for run in runs.values():
                run.kill()
        for gateway, url in urls.items():
            failed = [each["id"] for each in told(tmp_path / gateway)["cases"] if is_failed(each)]
            assert len(failed) <= MOST_FAILED, failed
            for each in failed:
                again = subprocess.run(
                    [sys.executable, "-m", "server", "conform", "server", url, "--case", each],
                    capture_output=True,
                    text=True,
                )
                assert again.returncode == 0, f"{gateway}: {again.stdout}"
    for gateway in servers:
        report = told(tmp_path / gateway)
        skipped = {each["id"] for each in report["cases"] if each["behaviour"] == "unimplemented"}
        assert skipped == EXPECTED_UNIMPLEMENTED
        assert report["seconds"] < LONGEST_SECONDS


def told(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    return found


def is_failed(case: dict[str, Any]) -> bool:
    return not {"failed", "non-strict"}.isdisjoint((case["behaviour"], case["close"]))
