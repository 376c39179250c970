"""Who may try to log in, after how many failures of whom."""

from __future__ import annotations

import tracemalloc
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.people.login_limits import TRY_SECONDS, LoginLimits, TooManyTries

HOME, OFFICE = "198.51.100.7", "203.0.113.40"


class Door:
    """A server's limits with a clock that the test sets, and who tries at them."""

    def __init__(self, *, limit_loopback: bool = True) -> None:
        self.now = 1000.0
        self.limits = LoginLimits(lambda: self.now, limit_loopback=limit_loopback)

    def wait(self, name: str, address: str) -> int:
        """What a try that is given up at once hears: 0 where it may be made."""
        try:
            self.limits.check(name, address)
        except TooManyTries as answer:
            return answer.retry_after_ms // 1000
        self.limits.abandoned(name, address)
        return 0

    def fail(self, name: str, address: str) -> int:
        """A try with a wrong password; returns the wait where there was none."""
        try:
            self.limits.check(name, address)
        except TooManyTries as answer:
            return answer.retry_after_ms // 1000
        self.limits.failed(name, address)
        return 0

    def log_in(self, name: str, address: str) -> None:
        """With the right password."""
        self.limits.check(name, address)
        self.limits.succeeded(name, address)


@pytest.fixture
def door() -> Door:
    return Door()


def strangers(count: int) -> list[str]:
    return [f"192.0.2.{number}" for number in range(count)]


# --- Names


def test_a_name_has_five_failures_a_minute_from_wherever_they_come(door: Door) -> None:
    for address in strangers(5):
        door.now += 1
        assert door.fail("vladimir", address) == 0
    assert door.wait("vladimir", OFFICE) == 60
    assert door.wait("estragon", OFFICE) == 0
    door.now += 60
    assert door.wait("vladimir", OFFICE) == 0


def test_failures_that_are_a_minute_apart_do_not_add_up(door: Door) -> None:
    for address in strangers(4):
        assert door.fail("vladimir", address) == 0
    door.now += 60
    for address in strangers(4):
        assert door.fail("vladimir", address) == 0


def test_each_further_failure_doubles_the_wait_up_to_a_quarter_of_an_hour(door: Door) -> None:
    for address in strangers(5):
        door.fail("vladimir", address)
    waits = []
    for address in strangers(20)[5:11]:
        waits.append(door.wait("vladimir", OFFICE))
        door.now += waits[-1]
        assert door.fail("vladimir", address) == 0
    assert waits == [60, 120, 240, 480, 900, 900]


def test_after_a_quiet_hour_all_is_as_at_first(door: Door) -> None:
    for address in strangers(5):
        door.fail("vladimir", address)
    door.now += 120
    assert door.fail("vladimir", OFFICE) == 0
    assert door.wait("vladimir", OFFICE) == 120
    door.now += 3600
    for address in strangers(4):
        assert door.fail("vladimir", address) == 0
    assert door.wait("vladimir", OFFICE) == 0


def test_a_guesser_with_patience_is_held_back_after_a_hundred(door: Door) -> None:
    """One failure every 16 seconds never makes five a minute."""
    addresses = strangers(250)
    tries = 0
    while not door.fail("vladimir", addresses[tries % 250]):
        tries += 1
        door.now += 16
    assert tries == 100


def test_a_name_waits_whether_there_is_such_an_account_or_not(door: Door) -> None:
    """Nothing here is ever told whether there is one: the answers cannot tell either."""
    assert [door.fail("nobody", address) for address in strangers(6)] == [0, 0, 0, 0, 0, 60]


# --- Addresses


def test_an_address_has_ten_failures_in_ten_minutes_for_whatever_names(door: Door) -> None:
    for number in range(10):
        door.now += 10
        assert door.fail(f"name{number}", HOME) == 0
    assert door.wait("another", HOME) == 600 - 90
    assert door.wait("another", OFFICE) == 0
    door.now += 600 - 90
    assert door.fail("another", HOME) == 0
    assert door.wait("another", HOME) == 10, "the second of the ten is still within ten minutes"


@pytest.mark.parametrize(
    ("one", "same", "other"),
    [
        ("2001:db8:1:2::1", "2001:0DB8:1:2:ffff::9", "2001:db8:1:3::1"),
        ("::ffff:198.51.100.7", "198.51.100.7", "198.51.100.8"),
        ("127.0.0.1", "", "198.51.100.7"),
        ("127.0.0.1", "::1", "::2"),
        ("::ffff:127.0.0.1", "127.0.0.2", "128.0.0.1"),
        ("unix socket", "unix socket", "testclient"),
    ],
)
def test_what_one_household_has_counts_as_one_address(
    door: Door, one: str, same: str, other: str
) -> None:
    for number in range(10):
        assert door.fail(f"name{number}", one) == 0
    assert door.wait("another", same) > 0
    assert door.wait("another", other) == 0


def test_a_log_in_to_an_account_of_ones_own_clears_nothing_for_the_address(door: Door) -> None:
    for number in range(9):
        door.fail(f"name{number}", HOME)
    door.log_in("pozzo", HOME)
    assert door.fail("name9", HOME) == 0
    assert door.wait("another", HOME) > 0


# --- The owner


def test_strangers_lock_nobody_out_of_where_they_logged_in_before(door: Door) -> None:
    door.log_in("vladimir", HOME)
    for round_ in range(20):
        for address in strangers(5):
            door.fail("vladimir", f"{address}{round_ % 5}")
        door.now += 30
        assert door.wait("vladimir", HOME) == 0
    assert door.wait("vladimir", OFFICE) > 0


def test_neighbours_at_the_same_address_lock_nobody_out_either(door: Door) -> None:
    door.log_in("vladimir", HOME)
    for number in range(10):
        door.fail(f"name{number}", HOME)
    assert door.wait("estragon", HOME) > 0
    assert door.wait("vladimir", HOME) == 0


def test_a_known_address_has_five_failures_a_minute_of_its_own(door: Door) -> None:
    door.log_in("vladimir", HOME)
    assert [door.fail("vladimir", HOME) for _ in range(6)] == [0, 0, 0, 0, 0, 60]
    assert door.wait("vladimir", OFFICE) == 0, "the owner's slips lock nobody out elsewhere"
    door.now += 60
    door.log_in("vladimir", HOME)
    assert [door.fail("vladimir", HOME) for _ in range(4)] == [0] * 4


def test_whoever_guesses_from_known_addresses_uses_their_own_up(door: Door) -> None:
    """Else an account would open its address for guesses at others."""
    door.log_in("pozzo", HOME)
    for _ in range(2):
        for _ in range(5):
            assert door.fail("pozzo", HOME) == 0
        door.now += 60
        door.log_in("pozzo", HOME)
    assert door.wait("vladimir", HOME) > 0


def test_the_owners_visits_give_strangers_no_new_tries(door: Door) -> None:
    door.log_in("vladimir", HOME)
    for address in strangers(5):
        door.fail("vladimir", address)
    door.log_in("vladimir", HOME)
    assert door.wait("vladimir", OFFICE) == 60


# --- Many at once


def test_tries_under_way_count_until_it_is_known_how_they_end(door: Door) -> None:
    """Else as many guesses would be free as wait for their hash."""
    for address in strangers(5):
        door.limits.check("vladimir", address)
    assert door.wait("vladimir", OFFICE) == 1
    door.limits.abandoned("vladimir", strangers(1)[0])
    assert door.wait("vladimir", OFFICE) == 0
    door.limits.failed("vladimir", strangers(2)[1])
    assert door.wait("vladimir", OFFICE) == 0
    door.limits.check("vladimir", OFFICE)
    assert door.wait("vladimir", HOME) == 1


def test_after_a_wait_one_may_try_at_a_time(door: Door) -> None:
    for address in strangers(5):
        door.fail("vladimir", address)
    door.now += 60
    door.limits.check("vladimir", HOME)
    assert door.wait("vladimir", OFFICE) == 1


def test_a_try_of_which_nobody_says_how_it_ended_is_forgotten(door: Door) -> None:
    for address in strangers(5):
        door.limits.check("vladimir", address)
    door.now += 10
    assert door.wait("vladimir", OFFICE) == 0


def test_a_refused_try_does_not_count(door: Door) -> None:
    for address in strangers(5):
        door.fail("vladimir", address)
    for _ in range(1000):
        assert door.wait("vladimir", OFFICE) == 60
    door.now += 60
    assert door.wait("vladimir", OFFICE) == 0


@given(st.lists(st.tuples(st.integers(0, 25), st.integers(0, 30), st.sampled_from("fas"))))
def test_no_minute_has_more_than_five_failures_of_a_name_from_strangers(
    steps: list[tuple[int, int, str]],
) -> None:
    """However tries overlap. Each step lets seconds pass, then a try begins or the oldest ends."""
    door = Door()
    begun: list[tuple[float, str]] = []
    failed: list[float] = []
    for number, (what, passed, how) in enumerate(steps):
        door.now += max(0, passed - 25)
        begun = [each for each in begun if door.now - each[0] < TRY_SECONDS]
        if what < 15:
            address = f"10.0.{number // 200}.{number % 200}"
            with suppress(TooManyTries):
                door.limits.check("vladimir", address)
                begun.append((door.now, address))
        elif begun:
            _, address = begun.pop(0)
            if how == "f":
                door.limits.failed("vladimir", address)
                failed.append(door.now)
                assert sum(each > door.now - 60 for each in failed) <= 5
            elif how == "a":
                door.limits.abandoned("vladimir", address)
            else:
                door.limits.succeeded("vladimir", address)


# --- This machine, and memory


def test_this_machine_is_exempt_only_where_it_is_set(door: Door) -> None:
    assert [door.fail("vladimir", "127.0.0.1") for _ in range(6)][-1] == 60
    exempt = Door(limit_loopback=False)
    for address in ("127.0.0.1", "::1", ""):
        assert [exempt.fail("vladimir", address) for _ in range(500)] == [0] * 500
    assert exempt.wait("vladimir", HOME) == 0, "nor does it count for others"
    assert [exempt.fail("vladimir", HOME) for _ in range(6)][-1] == 60


def test_hostile_names_and_addresses_cost_a_few_mib_however_many_they_are() -> None:
    """100,000 of them cost what 6,000 do: here it is 12,000, for the measuring is slow."""
    door = Door()
    tracemalloc.start()
    try:
        fail_as_strangers(door, range(6000))
        of_few = tracemalloc.get_traced_memory()[0]
        fail_as_strangers(door, range(6000, 12_000))
        of_many = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert of_many < of_few * 1.1
    assert of_many < 4 * 2**20


def fail_as_strangers(door: Door, numbers: range) -> None:
    for number in numbers:
        door.now += 0.01
        assert door.fail(f"{number}" * 100, f"10.0.{number // 256}.{number % 256}") == 0


def test_those_of_the_last_tries_are_remembered(door: Door) -> None:
    fail_as_strangers(door, range(20_000))
    for address in strangers(4):
        door.fail("19999" * 100, address)
    fail_as_strangers(door, range(20_000, 24_000))
    assert door.wait("19999" * 100, OFFICE) > 0
