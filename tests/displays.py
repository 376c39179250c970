"""A screen for programs that open windows, where the machine has none."""

from __future__ import annotations

import os
import re
import select
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from tests.toolbox import ToolMissing, find


@contextmanager
def virtual_display(screen: str = "1920x1080x24") -> Iterator[dict[str, str]]:
    """Run an X server that shows nothing; yield the variables that lead programs to it.

    The server itself chooses a free display number, so tests may run side by side.
    """
    options = ("-screen", "0", screen, "-nolisten", "tcp", "-noreset")
    program = find("Xvfb")
    reader, writer = os.pipe()
    with os.fdopen(reader) as number, tempfile.TemporaryFile("w+") as complaints:
        try:
            command = (program, "-displayfd", str(writer), *options)
            server = subprocess.Popen(command, pass_fds=[writer], stderr=complaints)
        finally:
            os.close(writer)
        try:
            ready, _, _ = select.select([number], [], [], 30)
            display = number.readline().strip() if ready else ""
            if not display:
                complaints.seek(0)
                errors = re.findall(r"^\(EE\) (.+)", complaints.read(), re.MULTILINE)
                raise ToolMissing(f"{program} does not start: {', '.join(errors)}.")
            yield {"DISPLAY": f":{display}"}
        finally:
            server.terminate()
            try:
                server.wait(timeout=10)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()
