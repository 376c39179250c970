"""Which passwords are good enough, and what hashing them does to everything else."""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, TypeVar

import argon2
import pytest

from protocol_spec.codec import ErrorCode
from server.failures import Rejected
from server.people.common_passwords import is_common, leaked_passwords
from server.people.passwords import Busy, Passwords, Verified, check_strength
from server.settings import Settings

T = TypeVar("T")

CHEAP = {"argon2_kib": 64, "argon2_passes": 1}
SLOW = {"argon2_kib": 64 * 1024, "argon2_passes": 3}
GOOD = "three lamps under water"
Make = Callable[..., Passwords]


@pytest.fixture
def make() -> Iterator[Make]:
    """Makes Passwords with other settings than those by default, and closes them."""
    made = []

    def passwords(**settings: int) -> Passwords:
        made.append(Passwords(Settings(**settings)))  # type: ignore[arg-type]
        return made[-1]

    yield passwords
    for each in made:
        each.close()


def refusal(password: str, *, for_staff: bool = False, name: str = "Vladimir") -> ErrorCode | None:
    try:
        check_strength(password, for_staff=for_staff, name=name)
    except Rejected as rejected:
        return rejected.code
    return None


# --- Strength


def test_a_player_needs_8_characters_and_staff_15() -> None:
    assert refusal("kd7-Pqx") == ErrorCode.PASSWORD_TOO_SHORT
    assert refusal("kd7-Pqx9") is None
    assert refusal("kd7-Pqx9-lampe", for_staff=True) == ErrorCode.PASSWORD_TOO_SHORT
    assert refusal("kd7-Pqx9-lampe2", for_staff=True) is None


def test_128_characters_of_any_alphabet_are_taken_and_no_more() -> None:
    phrase = "эхо над рекой и три сосны у дороги "
    assert refusal((phrase * 4)[:128]) is None
    assert refusal((phrase * 4)[:129]) == ErrorCode.PASSWORD_TOO_LONG
    assert refusal("x" * 1_000_000) == ErrorCode.PASSWORD_TOO_LONG


def test_characters_are_counted_as_they_are_hashed() -> None:
    """Seven letters with their marks typed apart are seven."""
    assert refusal("q\u0308o\u0308u\u0308a\u0308e\u0308i\u0308k") is None  # q has no such letter.
    assert refusal("x\u0308o\u0308u\u0308a\u0308e\u0308i\u0308k") == ErrorCode.PASSWORD_TOO_SHORT


@pytest.mark.parametrize(
    "password",
    [
        *("password", "PASSWORD1", "ＰＡＳＳＷＯＲＤ１", "drowssap", "p@ssw0rd!", "Dr4g0n2024!"),
        *("elephant7", "monkeymonkey", "123456dragon", "qwertyuiop", "1qaz2wsx3edc", "qweasdzxc"),
        *("1234567890", "98765432", "19850412", "01.02.1987", "+7 (916) 123-45-67"),
        *("aaaaaaaa", "abababababa", "abcdefgh", "!@#$%^&*", "x" * 128, "        "),
        *("пароль123", "Наташа1987", "йцукенгшщз", "ghbdtndctv", "абвгдежз", "солнышко"),
        *("estragon", "Эстрагон1"),
    ],
)
def test_what_is_tried_first_is_refused(password: str) -> None:
    assert refusal(password) == ErrorCode.PASSWORD_COMMON


@pytest.mark.parametrize(
    "password",
    ["Jean-Luc", "jeanluc1", "JEAN-LUC-1987", "jean-lucjean-luc", "cul-naej", "j3an-luc!"],
)
def test_the_name_is_no_password(password: str) -> None:
    assert refusal(password, name="Jean-Luc") == ErrorCode.PASSWORD_COMMON
    assert refusal(password + " und drei Lampen", name="Jean-Luc") is None


def test_a_russian_name_is_no_password_in_either_layout() -> None:
    assert refusal("Владимир", name="Владимир") == ErrorCode.PASSWORD_COMMON
    assert refusal("dkflbvbh", name="Владимир") == ErrorCode.PASSWORD_COMMON


@pytest.mark.parametrize(
    "password",
    [
        *("correct horse battery staple", "три сосны у дороги", "gegenüber-Fluss", "любовьморковь"),
        *(
            "aB3$xK9!",
            "kdjhf83h",
            "7#dog$9%2",
            "k9$-2~#8",
            "4a#8b$2c%9",
            "8fK-20ab",
            "ёлка🎄🎄🎄🎄",
        ),
    ],
)
def test_others_are_taken(password: str) -> None:
    assert refusal(password) is None


def test_the_list_is_there_and_asked_quickly() -> None:
    """zxcvbn may move its file: then this tells. A tick has 50 ms, so a check gets one."""
    assert len(leaked_passwords()) == 30_000
    began = time.thread_time()
    for password in ("a1" * 64, "x" * 127 + "y", ("a" * 63 + "b") * 2, "1|7!0@$5341" * 11):
        is_common(password, "Vladimir")
    assert (time.thread_time() - began) / 4 < 0.001


# --- Hashes


def test_a_password_verifies_and_others_do_not(make: Make) -> None:
    passwords = make()
    stored = asyncio.run(passwords.hash(GOOD))
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert asyncio.run(passwords.verify(stored, GOOD)) == Verified(True, None)
    for other in (GOOD.upper(), GOOD + " ", "", GOOD + "\0", "\ud800", GOOD * 100):
        assert asyncio.run(passwords.verify(stored, other)) == Verified(False, None)
        assert asyncio.run(passwords.verify(None, other)) == Verified(False, None)


@pytest.mark.parametrize(
    ("set_with", "typed"),
    [("Jose\u0301 and lamps", "José and lamps"), ("１２３ lamps", "123 lamps"), ("\ud800",) * 2],
)
def test_it_is_the_same_password_from_every_keyboard(make: Make, set_with: str, typed: str) -> None:
    passwords = make(**CHEAP)
    stored = asyncio.run(passwords.hash(set_with))
    assert asyncio.run(passwords.verify(stored, typed)).ok


def test_a_hash_with_old_parameters_is_made_anew_by_the_right_password(make: Make) -> None:
    old, new = make(**CHEAP), make(argon2_kib=128, argon2_passes=1)
    stored = asyncio.run(old.hash(GOOD))
    assert asyncio.run(new.verify(stored, "wrong " + GOOD)) == Verified(False, None)
    verified = asyncio.run(new.verify(stored, GOOD))
    assert verified.ok
    assert verified.new_hash is not None
    assert argon2.extract_parameters(verified.new_hash).memory_cost == 128
    assert asyncio.run(new.verify(verified.new_hash, GOOD)) == Verified(True, None)


def test_an_unknown_account_takes_as_long_as_a_known_one(make: Make) -> None:
    """In the processor's time, which does not depend on what else the machine does; in turn, for
    caches and clocks do. By the clock on the wall, over HTTP: tests/bench/logins.py."""
    passwords = make()

    async def medians() -> tuple[float, float]:
        known: str = await passwords.hash(GOOD)
        lasted: dict[str | None, list[float]] = {known: [], None: []}
        for number in range(50):
            for stored in (known, None) if number % 2 else (None, known):
                began = time.process_time()
                assert not (await passwords.verify(stored, "wrong " + GOOD)).ok
                lasted[stored].append(time.process_time() - began)
        return statistics.median(lasted[known]), statistics.median(lasted[None])

    known, unknown = asyncio.run(medians())
    assert abs(known - unknown) < 0.005
    assert min(known, unknown) > 0.005, "no work was done"


# --- Beside everything else


def test_the_loop_goes_on_while_a_password_is_hashed(make: Make) -> None:
    passwords = make(**SLOW)

    async def turns_meanwhile() -> int:
        hashing = asyncio.create_task(passwords.hash(GOOD))
        turns = 0
        while not hashing.done():
            await asyncio.sleep(0.001)
            turns += 1
        return turns

    assert asyncio.run(turns_meanwhile()) > 10


@pytest.mark.skipif(sys.platform != "linux", reason="threads have no priority of their own")
def test_the_threads_step_back_and_nobody_else_does(make: Make) -> None:
    others = set(threading.enumerate())  # Servers of other tests may have some of their own.
    before = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    passwords = make(**CHEAP, password_threads=3)
    asyncio.run(in_parallel(*(passwords.hash(GOOD) for _ in range(20))))
    threads = [
        each for each in set(threading.enumerate()) - others if each.name.startswith("passwords")
    ]
    assert 1 <= len(threads) <= 3
    niceness = {os.getpriority(os.PRIO_PROCESS, each.native_id or 0) for each in threads}
    assert niceness == {10}
    assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) == before < 10


async def in_parallel(*work: Coroutine[Any, Any, T]) -> list[T | BaseException]:
    return await asyncio.gather(*work, return_exceptions=True)


def test_whoever_finds_the_queue_full_hears_at_once_when_to_come(make: Make) -> None:
    passwords = make(**SLOW, password_threads=1, password_queue=2)
    answers = asyncio.run(in_parallel(*(passwords.hash(GOOD) for _ in range(10))))
    assert [isinstance(each, str) for each in answers] == [True] * 3 + [False] * 7
    for each in answers[3:]:
        assert isinstance(each, Busy)
        assert each.retry_after_seconds >= 1
    assert asyncio.run(passwords.hash(GOOD))


def test_whether_there_is_room_is_told_without_a_password(make: Make) -> None:
    passwords = make(**SLOW, password_threads=1, password_queue=1)

    async def ask() -> None:
        first = asyncio.create_task(passwords.hash(GOOD))
        await asyncio.sleep(0)
        for _ in range(10):
            passwords.check_room()
        second = asyncio.create_task(passwords.hash(GOOD))
        await asyncio.sleep(0)
        with pytest.raises(Busy):
            passwords.check_room()
        await asyncio.gather(first, second)
        passwords.check_room()

    asyncio.run(ask())


def test_the_wait_that_is_told_is_a_measured_one(make: Make) -> None:
    passwords = make(**SLOW, password_threads=1, password_queue=19)

    async def told_and_true() -> tuple[int, float]:
        began = time.perf_counter()
        work = [asyncio.create_task(passwords.hash(GOOD)) for _ in range(20)]
        await asyncio.sleep(0)
        with pytest.raises(Busy) as busy:
            await passwords.hash(GOOD)
        await asyncio.gather(*work)
        return busy.value.retry_after_seconds, time.perf_counter() - began

    told, true = asyncio.run(told_and_true())
    assert true / 4 < told < true * 2 + 1


def test_who_leaves_the_queue_makes_room_and_who_is_being_hashed_does_not(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    passwords = make(**CHEAP, password_threads=1, password_queue=1)
    begun, may_end = threading.Event(), threading.Event()

    def hash_when_told(*_: object) -> str:
        begun.set()
        assert may_end.wait(10)
        return "a hash"

    monkeypatch.setattr(argon2.PasswordHasher, "hash", hash_when_told)

    async def leave() -> None:
        hashed = asyncio.create_task(passwords.hash(GOOD))
        await asyncio.to_thread(begun.wait, 10)
        waits = asyncio.create_task(passwords.hash(GOOD))
        await asyncio.sleep(0)
        with pytest.raises(Busy):
            passwords.check_room()
        waits.cancel()
        await asyncio.wait([waits])
        next_one = asyncio.create_task(passwords.hash(GOOD))
        await asyncio.sleep(0)
        hashed.cancel()
        await asyncio.wait([hashed])
        with pytest.raises(Busy):
            passwords.check_room()
        may_end.set()
        assert await next_one == "a hash"
        assert waits.cancelled()
        assert hashed.cancelled()

    asyncio.run(leave())


def test_closing_waits_for_no_more_than_what_is_being_hashed(make: Make) -> None:
    passwords = make(**SLOW, password_threads=2, password_queue=30)

    async def close_amid() -> list[str | BaseException]:
        work = [asyncio.create_task(passwords.hash(GOOD)) for _ in range(32)]
        await work[0]
        passwords.close()
        return await asyncio.gather(*work, return_exceptions=True)

    hashed = [each for each in asyncio.run(close_amid()) if isinstance(each, str)]
    assert 1 <= len(hashed) <= 4
