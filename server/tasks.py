"""Work that has to wait for something, begun from where nothing may wait."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

log = logging.getLogger(__name__)

_TASKS: set[asyncio.Task[None]] = set()
"""The loop itself holds its tasks weakly."""


def start_task(work: Coroutine[Any, Any, None]) -> None:
    """Has the event loop do it; what goes wrong there is our bug."""
    task = asyncio.get_running_loop().create_task(work)
    _TASKS.add(task)
    task.add_done_callback(_finished)


def _finished(task: asyncio.Task[None]) -> None:
    _TASKS.discard(task)
    if not task.cancelled() and (bug := task.exception()) is not None:
        log.error("%s failed", task.get_coro(), exc_info=bug)
