"""Our own servers pass the whole conformance suite: with either gateway, on either database."""

from __future__ import annotations

import json
import subprocess
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tests.postgres import fresh_database
from tests.running import RunningServer, running_server
from tests.staffed import begin_run, hire

LONGEST_SECONDS = 120
"""A whole run takes no more, two of them beside each other either."""
MOST_FAILED = 3
OVER_SECONDS = "20"
"""A third of the defaults. For as long as the server tells, a case waits until a ticket is no good
any more, and another until nobody can come back."""
SETTINGS = {"ESTRAGON_TICKET_SECONDS": OVER_SECONDS, "ESTRAGON_RESUME_SECONDS": OVER_SECONDS}
GATEWAYS: dict[str, tuple[dict[str, str], set[str]]] = {
    "fast": ({}, set()),
    "asgi": ({"ESTRAGON_GUESTS_MAY_BUILD": "1"}, {"EST-ED-09a"}),
}
"""What each is set to, and which cases have nothing to judge then: where guests may build, what
they hear who may not."""


def test_both_gateways_and_both_databases_conform(tmp_path: Path, postgres: str) -> None:
    """Two servers at once, for most of a run is waiting.

    What fails there is tried again alone: a busy machine may keep a case waiting for too long.
    """
    database = {"fast": (), "asgi": ("--database-url", fresh_database(postgres))}
    runs: dict[str, subprocess.Popen[str]] = {}
    servers: dict[str, RunningServer] = {}
    with ExitStack() as running:
        for gateway, (environment, _) in GATEWAYS.items():
            folder = tmp_path / gateway
            folder.mkdir()
            servers[gateway] = running.enter_context(
                running_server(
                    folder,
                    *("--gateway", gateway),
                    *database[gateway],
                    environment={**environment, **SETTINGS},
                )
            )
            hire(servers[gateway].data)
            report = folder / "report.json"
            runs[gateway] = begin_run(servers[gateway], "--strict", "--json", report)
        try:
            for run in runs.values():
                run.wait(timeout=300)
        finally:
            for run in runs.values():
                run.kill()
        for gateway, server in servers.items():
            failed = [each["id"] for each in told(tmp_path / gateway)["cases"] if is_failed(each)]
            assert len(failed) <= MOST_FAILED, failed
            for each in failed:
                assert passes_alone(server, each), f"{gateway}: {each}"
    for gateway, (_, without) in GATEWAYS.items():
        report_told = told(tmp_path / gateway)
        cases = report_told["cases"]
        assert {each["id"] for each in cases if each["behaviour"] == "unimplemented"} == without
        assert report_told["seconds"] < LONGEST_SECONDS


def passes_alone(server: RunningServer, case: str) -> bool:
    """At the second try at the latest."""
    for _ in range(2):
        server.stop()  # The run before did already.
        server.start()
        if begin_run(server, "--case", case).wait(timeout=180) == 0:
            return True
    return False


def told(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    return found


def is_failed(case: dict[str, Any]) -> bool:
    return not {"failed", "non-strict"}.isdisjoint((case["behaviour"], case["close"]))
