"""How many accounts an address may make."""

from __future__ import annotations

import pytest

from protocol_spec.codec import ErrorCode
from server.failures import Rejected
from server.people.registrations import HOUR_SECONDS, REMEMBERED, Registrations
from tests.stopped_clock import StoppedClock

HERE, ELSEWHERE = "192.0.2.7", "198.51.100.9"


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock()


@pytest.fixture
def registrations(clock: StoppedClock) -> Registrations:
    return Registrations(clock, 3)


def take(registrations: Registrations, address: str, count: int) -> int:
    """How many of so many are let in."""
    done = 0
    for _ in range(count):
        try:
            registrations.take(address)
        except Rejected:
            continue
        done += 1
    return done


def test_an_address_makes_so_many_at_once_and_no_more(registrations: Registrations) -> None:
    assert take(registrations, HERE, 10) == 3
    assert take(registrations, ELSEWHERE, 1) == 1


def test_whoever_waits_as_long_as_they_are_told_may_make_another(
    registrations: Registrations, clock: StoppedClock
) -> None:
    take(registrations, HERE, 3)
    with pytest.raises(Rejected) as refused:
        registrations.take(HERE)
    assert refused.value.code == ErrorCode.AUTH_TOO_MANY_TRIES
    assert 0 < refused.value.retry_after_ms <= HOUR_SECONDS * 1000
    clock.now += refused.value.retry_after_ms / 1000
    assert take(registrations, HERE, 5) == 1


def test_a_household_is_one_address(registrations: Registrations) -> None:
    addresses = [f"2001:db8:1:2::{number:x}" for number in range(1, 10)]
    assert sum(take(registrations, each, 1) for each in addresses) == 3


def test_this_machine_makes_as_many_as_it_likes(registrations: Registrations) -> None:
    assert take(registrations, "", 50) == take(registrations, "127.0.0.1", 50) == 50


def test_of_ever_new_addresses_only_the_last_are_remembered(registrations: Registrations) -> None:
    take(registrations, HERE, 3)
    assert take(registrations, HERE, 1) == 0
    for number in range(REMEMBERED):
        registrations.take(f"2001:db8:{number:x}::1")
    assert take(registrations, HERE, 1) == 1
