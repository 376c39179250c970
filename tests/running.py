"""The real server as a process of its own, on a port that the system chose."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from tests.certificates import Certificate
from tests.forked import ForkedCommand

START_SECONDS = 60
STOP_SECONDS = 15


class RunningServer:
    """`estragon serve` with its log. Use as a context manager, or start and stop by hand."""

    def __init__(
        self,
        data: Path,
        *flags: str,
        port: int = 0,
        cpu: int | None = None,
        is_fresh: bool = False,
        environment: dict[str, str] | None = None,
        certificate: Certificate | None = None,
    ) -> None:
        """`environment` has what the server shall find there; of ours it gets no setting. It is
        not to be found on the local network where that does not say so.

        With a `cpu` it keeps to that one. One that `is_fresh`, or has a `cpu`, is a Python of
        its own that loads the program as an operator's does; others were loaded before:
        tests/forked.py. With a `certificate` it speaks https and wss.
        """
        self.data = data
        self.port = port
        self.certificate = certificate
        self._flags = (*flags, *(certificate.flags if certificate else ()))
        self._context = certificate.client_context() if certificate else None
        self._cpu = cpu
        self._is_fresh = is_fresh or cpu is not None
        self._environment = environment or {}
        self._log_path = data.parent / f"{data.name}.log"
        self._process: subprocess.Popen[bytes] | ForkedCommand | None = None

    def __enter__(self) -> RunningServer:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def base(self) -> str:
        """The address of its pages."""
        return f"{'https' if self.certificate else 'http'}://{self.address}"

    @property
    def url(self) -> str:
        return f"ws{self.base.removeprefix('http')}/ws"

    @property
    def log(self) -> str:
        return self._log_path.read_text(encoding="utf-8")

    @property
    def process(self) -> psutil.Process:
        assert self._process is not None
        return psutil.Process(self._process.pid)

    def start(self) -> None:
        """Starts the server and waits until it answers. After a stop, on the same port."""
        words = ["serve", "--port", str(self.port), "--data", str(self.data), *self._flags]
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("ESTRAGON_")}
        environment = {**inherited, "ESTRAGON_DISCOVERY": "false", **self._environment}
        with self._log_path.open("ab") as log:
            already = log.tell()
            if self._is_fresh:
                self._process = subprocess.Popen(
                    [sys.executable, "-m", "server", *words],
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    env=environment,
                )
            else:
                self._process = ForkedCommand(words, environment, self._log_path)
        if self._cpu is not None:
            self.process.cpu_affinity([self._cpu])
        deadline = time.monotonic() + START_SECONDS
        while not self._answers(already):
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError(f"the server does not start:\n{self.log}")
            time.sleep(0.05)

    def _answers(self, already: int) -> bool:
        said = self._log_path.read_bytes()[already:].decode()
        found = re.search(r"waits for Godot at (?:https://)?127\.0\.0\.1:(\d+)", said)
        if not found:
            return False
        self.port = int(found[1])
        try:
            with self.get("/healthz") as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def get(self, path: str) -> http.client.HTTPResponse:
        """The answer to a plain request."""
        answer = urllib.request.urlopen(f"{self.base}{path}", timeout=5, context=self._context)
        assert isinstance(answer, http.client.HTTPResponse)
        return answer

    def wait_for_players(self, count: int, seconds: float = 20) -> None:
        """Until so many players are in the server's worlds."""
        deadline = time.monotonic() + seconds
        while True:
            with self.get("/api/server") as answer:
                there = json.load(answer)["players"]
            if there == count:
                return
            if time.monotonic() > deadline:
                raise TimeoutError(f"{there} players are there, not {count}")
            time.sleep(0.05)

    def stop(self) -> None:
        """Asks the server to end, as an operator would."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Ends the server as a power cut would."""
        self._end(signal.SIGKILL)

    def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        self._process.send_signal(how)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            raise
        finally:
            self._process = None

    def failures(self) -> list[str]:
        """Lines of the log that tell of a bug of ours."""
        return [
            line for line in self.log.splitlines() if re.search(r"Traceback|ERROR|CRITICAL", line)
        ]


@contextmanager
def running_server(
    folder: Path,
    *flags: str,
    is_fresh: bool = False,
    environment: dict[str, str] | None = None,
    certificate: Certificate | None = None,
) -> Iterator[RunningServer]:
    """A server on a fresh data folder; afterwards its log must not tell of a bug."""
    with RunningServer(
        folder / "data",
        *flags,
        is_fresh=is_fresh,
        environment=environment,
        certificate=certificate,
    ) as server:
        yield server
    assert server.failures() == []
