"""Runs the whole conformance suite against a server of its own: `make conformance`.

Writes protocol_spec/conformance/report.html, the page that the documentation shows.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from server.cli.main import main
from tests.running import running_server

REPORT = Path(__file__).resolve().parents[1] / "protocol_spec/conformance/report.html"


def make_report() -> int:
    """The suite's exit code."""
    with tempfile.TemporaryDirectory(prefix="conformance-") as folder:
        environment = {"ESTRAGON_GUESTS_MAY_BUILD": "1"}
        with running_server(Path(folder), environment=environment) as server:
            return main(["conform", "server", server.url, "--html", str(REPORT)])


if __name__ == "__main__":
    sys.exit(make_report())
