"""Runs the whole conformance suite against a server of its own: `make conformance`.

Writes protocol_spec/conformance/report.html, the page that the documentation shows.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.running import running_server
from tests.staffed import begin_run, hire

REPORT = Path(__file__).resolve().parents[1] / "protocol_spec/conformance/report.html"


def make_report() -> int:
    """The suite's exit code."""
    with (
        tempfile.TemporaryDirectory(prefix="conformance-") as folder,
        running_server(Path(folder)) as server,
    ):
        hire(server.data)
        return begin_run(server, "--html", REPORT).wait()


if __name__ == "__main__":
    sys.exit(make_report())
