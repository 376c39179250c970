"""Passwords: which ones are good enough, and their hashes, made beside the event loop.

What a password is follows NIST SP 800-63B-4 (3.1.1.2). It is in NFKC, so that it is the same from
every keyboard, and counted in code points. Nobody asks what it is made of, only that it is none
of those that are tried first.
"""

from __future__ import annotations

import asyncio
import math
import os
import sys
import threading
import time
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from protocol_spec.codec import ErrorCode
from server.failures import Rejected
from server.people.common_passwords import is_common, leaked_passwords
from server.people.tokens import new_token
from server.settings import Settings

T = TypeVar("T")

PLAYER_SHORTEST, STAFF_SHORTEST, LONGEST = 8, 15, 128
LONGEST_TYPED = 4 * LONGEST
"""Before NFKC, which joins marks to their letters. Longer ones are not even looked at."""
NICENESS = 10


@dataclass(frozen=True)
class Verified:
    ok: bool
    new_hash: str | None
    """To be stored instead of the old one, where that was made with other parameters."""


class Busy(Exception):
    """Too many passwords wait already."""

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__(f"too many passwords wait; again in {retry_after_seconds} s")
        self.retry_after_seconds = retry_after_seconds


def check_strength(password: str, *, for_staff: bool, name: str) -> None:
    """Raises Rejected with the code, where a password will not do for that name."""
    shortest = STAFF_SHORTEST if for_staff else PLAYER_SHORTEST
    if len(password) > LONGEST_TYPED or len(_normal(password)) > LONGEST:
        raise Rejected(ErrorCode.PASSWORD_TOO_LONG, f"at most {LONGEST} characters")
    if len(_normal(password)) < shortest:
        raise Rejected(ErrorCode.PASSWORD_TOO_SHORT, f"at least {shortest} characters")
    if is_common(password, name):
        raise Rejected(ErrorCode.PASSWORD_COMMON, "easily guessed")


class Passwords:
    """Argon2id in threads of its own, few at a time: a hash takes long, and much memory, on
    purpose. argon2-cffi lets go of the interpreter meanwhile, and the threads come after the tick
    where they share a processor with it.
    """

    def __init__(self, settings: Settings) -> None:
        self._hasher = PasswordHasher(
            time_cost=settings.argon2_passes,
            memory_cost=settings.argon2_kib,
            parallelism=settings.argon2_lanes,
        )
        self._thread_count = settings.password_threads
        self._threads = ThreadPoolExecutor(
            settings.password_threads, thread_name_prefix="passwords", initializer=_step_back
        )
        self._waiting_limit = settings.password_threads + settings.password_queue
        self._places = threading.Semaphore(self._waiting_limit)
        self._seconds = 0.0
        """What a hash takes, about."""
        self._nobodys = self._timed(lambda: self._hasher.hash(new_token()))
        leaked_passwords()

    def check_room(self) -> None:
        """Raises Busy where a password would have to wait too long now.

        To be asked before the account is looked up. In a flood of log-ins it was that, and not
        the hashing, that made a tick's p99 twice as long (tests/bench/logins.py).
        """
        self._take_place()
        self._places.release()

    async def hash(self, password: str) -> str:
        """For storing. Raises Busy."""
        return await self._run(lambda: self._hasher.hash(_bytes(password)))

    async def verify(self, stored: str | None, password: str) -> Verified:
        """Whether that is the password, for None never. Raises Busy.

        None is for an account that does not exist, and takes as long as a wrong password for one
        that does. (Not for one whose hash has parameters of old, until it logs in.)
        """
        if len(password) > LONGEST_TYPED:
            stored, password = None, ""
        return await self._run(lambda: self._verify(stored, password))

    def close(self) -> None:
        """Waits for the hashes that are being made; whoever still waits is cancelled."""
        self._threads.shutdown(cancel_futures=True)

    def _verify(self, stored: str | None, password: str) -> Verified:
        try:
            self._hasher.verify(stored or self._nobodys, _bytes(password))
        except VerifyMismatchError:
            return Verified(False, None)
        if stored is None:
            return Verified(False, None)
        if not self._hasher.check_needs_rehash(stored):
            return Verified(True, None)
        return Verified(True, self._hasher.hash(_bytes(password)))

    async def _run(self, job: Callable[[], T]) -> T:
        self._take_place()
        future = self._threads.submit(self._timed, job)
        future.add_done_callback(lambda _: self._places.release())
        return await asyncio.wrap_future(future)

    def _take_place(self) -> None:
        # Given back when the threads are done with it, and not when whoever waited left.
        if not self._places.acquire(blocking=False):
            wait = self._waiting_limit * self._seconds / self._thread_count
            raise Busy(max(1, math.ceil(wait)))

    def _timed(self, job: Callable[[], T]) -> T:
        began = time.perf_counter()
        try:
            return job()
        finally:
            took = time.perf_counter() - began
            # Threads may overwrite each other's: it is an estimate.
            self._seconds = 0.875 * (self._seconds or took) + 0.125 * took


def _step_back() -> None:
    """Lets all other threads go first. Elsewhere than on Linux priorities belong to processes."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)


def _normal(password: str) -> str:
    return unicodedata.normalize("NFKC", password)


def _bytes(password: str) -> bytes:
    # A lone surrogate, which JSON can carry, has no UTF-8 otherwise.
    return _normal(password).encode("utf-8", "surrogatepass")
