"""The command `estragon` in a process of its own that need not load the program first.

Loading it takes a server four times as long as starting. So one process loads it, does nothing
else, and is copied for each server: Python's own way, the "forkserver".
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
from pathlib import Path

from server.cli.main import main

LOADED = multiprocessing.get_context("forkserver")
LOADED.set_forkserver_preload(["tests.loaded", __name__])


class ForkedCommand:
    """Has of `subprocess.Popen` what a server needs."""

    def __init__(self, words: list[str], environment: dict[str, str], log: Path) -> None:
        """What it prints goes to the end of the file `log`."""
        self._process = LOADED.Process(target=_run, args=(words, environment, log), daemon=True)
        self._process.start()
        assert self._process.pid is not None
        self.pid: int = self._process.pid

    def poll(self) -> int | None:
        """How it ended; None while it runs."""
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """Raises TimeoutExpired."""
        self._process.join(timeout)
        code = self.poll()
        if code is None:
            raise subprocess.TimeoutExpired("estragon", timeout or 0)
        return code

    def send_signal(self, which: signal.Signals) -> None:
        if self.poll() is None:
            os.kill(self.pid, which)

    def kill(self) -> None:
        self._process.kill()


def _run(words: list[str], environment: dict[str, str], log: Path) -> None:
    for printed in (sys.stdout, sys.stderr):
        printed.flush()
    with log.open("ab") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    os.environ.clear()
    os.environ.update(environment)
    # A Python that begins would look there first.
    sys.path[:0] = filter(None, environment.get("PYTHONPATH", "").split(os.pathsep))
    # What it starts itself, it starts as every program does.
    multiprocessing.set_start_method(None, force=True)
    sys.exit(main(words))
