"""The real Godot client as a process: its own tests, and plays from a plan."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from time import monotonic
from typing import Any

from tests import toolbox

PROJECT = Path(__file__).resolve().parents[1] / "godot_client"
WINDOW = ("--rendering-driver", "opengl3", "--audio-driver", "Dummy")
COMPLAINT = re.compile(r"^(SCRIPT ERROR|USER ERROR|ERROR|USER WARNING|WARNING)", re.MULTILINE)
HEADLESS = ("--headless", "--max-fps", "60")
"""Without a screen to wait for it would draw nothing thousands of times a second."""
ABOUT_THE_SCREEN = ("V-Sync", "vsync")
"""A virtual display has no vertical blank to wait for; Godot warns of it at every start."""

Step = dict[str, Any]
Plan = Sequence[Mapping[str, Any]]


def complaints(output: str) -> list[str]:
    """Lines in which Godot warns of the project or reports an error in it."""
    return [
        line
        for line in output.splitlines()
        if COMPLAINT.match(line) and not any(word in line for word in ABOUT_THE_SCREEN)
    ]


def run_godot(*arguments: str | Path, timeout_seconds: float = 120) -> str:
    """Runs Godot headless on the project to its end; returns what it printed.

    Raises CalledProcessError where it fails, TimeoutExpired where it hangs.
    """
    done = subprocess.run(
        [toolbox.find("godot"), "--headless", "--path", PROJECT, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=timeout_seconds,
    )
    if done.returncode:
        raise AssertionError(f"Godot ends with {done.returncode}:\n{done.stdout}")
    return done.stdout


@cache
def import_project() -> None:
    """Godot sees all files of the project, once: a fresh checkout would not run without."""
    assert complaints(run_godot("--import", timeout_seconds=300)) == []


class GodotPlayer:
    """Godot plays the real scenes from a plan, in the steps of tests/play_driver.gd there."""

    def __init__(
        self,
        plan: Plan,
        plan_path: Path,
        *,
        address: str,
        name: str,
        locale: str = "en",
        display: dict[str, str] | None = None,
        size: str = "1280x720",
        home: Path | None = None,
        remembers: bool = False,
        nearby_port: int | None = None,
    ) -> None:
        """`display` are the variables of a screen to open a window on; headless without it.

        `home` is the folder in which the client's `user://` lies: that of the plan, if it is not
        said. Two in one would read each other's half-written shaders, and complain.
        What the client `remembers` it keeps there. It looks for servers nearby on this machine
        alone, at `nearby_port`.
        """
        plan_path.write_text(json.dumps(list(plan)), encoding="utf-8")
        screen = [*WINDOW, "--resolution", size] if display else [*HEADLESS]
        self._process = subprocess.Popen(
            [
                *(
                    str(toolbox.find("godot")),
                    "--path",
                    str(PROJECT),
                    *screen,
                    "res://tests/play.tscn",
                ),
                *("--", f"--server={address}", f"--name={name}", f"--plan={plan_path}"),
                f"--locale={locale}",
                *(["--remember=yes"] if remembers else []),
                *([f"--nearby-port={nearby_port}"] if nearby_port else []),
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={
                **os.environ,
                **(display or {}),
                "XDG_DATA_HOME": str(home or plan_path.parent),
            },
        )
        self._lines: Queue[str] = Queue()
        self.output = ""
        self.events: list[Step] = []
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> GodotPlayer:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        self._reader.join()  # Closed under it, what it reads from would raise there.
        if self._process.stdout is not None:
            self._process.stdout.close()

    def kill(self) -> None:
        """As a crash would."""
        self._process.kill()
        self._process.wait()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line)

    def wait_for(self, event: str, seconds: float = 30, **fields: Any) -> Step:
        """The next event of that name, with those fields. Raises AssertionError in time."""
        deadline = monotonic() + seconds
        while True:
            try:
                line = self._lines.get(timeout=max(0.0, deadline - monotonic()))
            except Empty:
                raise AssertionError(f"no {event} {fields} in\n{self.output}") from None
            told = self._take(line)
            if told.get("event") == event and fields.items() <= told.items():
                return told

    def finish(self, seconds: float = 60) -> str:
        """Waits for the plan's good end; returns all that Godot printed."""
        code = self._process.wait(timeout=seconds)
        self._reader.join()  # Only then all that was printed is there to be taken.
        while not self._lines.empty():
            self._take(self._lines.get())
        assert code == 0, self.output
        assert complaints(self.output) == [], self.output
        return self.output

    def _take(self, line: str) -> Step:
        self.output += line
        if not line.startswith("{"):
            return {}
        told: Step = json.loads(line)
        self.events.append(told)
        return told
