"""The store from the event loop: each work in the database's own thread, one after the other."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from functools import partial
from typing import Concatenate, ParamSpec, TypeVar

from sqlmodel import Session

from server.store.database import Store

P = ParamSpec("P")
T = TypeVar("T")


class Database:
    def __init__(self, store: Store, executor: Executor | None = None) -> None:
        """`executor` has one thread, since the database has one writer; without one the caller's
        own waits."""
        self.store = store
        self._executor = executor

    async def do(
        self, work: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """`Store.do`. Raises StoreError. What has begun is finished, whoever is cancelled."""
        if self._executor is None:
            return self.store.do(work, *args, **kwargs)
        loop = asyncio.get_running_loop()
        call = partial(self.store.do, work, *args, **kwargs)
        return await asyncio.shield(loop.run_in_executor(self._executor, call))
