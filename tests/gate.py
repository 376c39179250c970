"""A database that can be made to wait, so that two things happen in a certain order."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import pytest

from tests.mock_server import MockServer

T = TypeVar("T")


class Gate:
    """Holds one kind of the database's work up until it is opened, before or after it is done.

    What the server has to wait for runs in a loop of the gate's own, as far as `settle` lets it.
    """

    def __init__(self, mock: MockServer, held: Callable[..., Any], *, before: bool = False) -> None:
        self.loop = asyncio.new_event_loop()
        self._open = asyncio.Event()
        self._started: list[asyncio.Task[Any]] = []
        self._patch = pytest.MonkeyPatch()
        self._patch.setattr(mock.lobby, "start", self.start)
        real = mock.services.database.do

        async def do(work: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
            if work is held and before:
                await self._open.wait()
            answer = await real(work, *args, **kwargs)
            if work is held and not before:
                await self._open.wait()
            return answer

        self._patch.setattr(mock.services.database, "do", do)

    def __enter__(self) -> Gate:
        return self

    def __exit__(self, *_: object) -> None:
        self.open()
        for each in self._started:
            self.settle(each.done)
        self._patch.undo()
        self.loop.close()

    def start(self, work: Any) -> asyncio.Task[Any]:
        """Begins something, which goes on whenever the gate lets it."""
        self._started.append(self.loop.create_task(work))
        return self._started[-1]

    def run(self, work: Awaitable[T]) -> T:
        """What comes of something."""
        return self.loop.run_until_complete(work)

    def settle(self, until: Callable[[], object] = lambda: True) -> None:
        """Lets all come as far as it can; `until` is for what goes on beside the loop."""
        deadline = time.monotonic() + 10
        for turn in itertools.count():
            self.run(asyncio.sleep(0))
            if turn > 20 and until():
                return
            assert time.monotonic() < deadline

    def open(self) -> None:
        self._open.set()
        self.settle()
