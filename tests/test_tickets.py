"""Secrets for one use."""

from __future__ import annotations

import asyncio
import sys
import threading
import time

from hypothesis import given
from hypothesis import strategies as st

from server.people.tickets import Tickets
from server.people.tokens import TokenKind, token_hash

LIFETIME = 60.0


def tickets(limit: int = 100) -> Tickets[str]:
    return Tickets(LIFETIME, limit)


def test_a_ticket_is_good_once_and_for_a_minute() -> None:
    made = tickets()
    token = made.issue("Vladimir", now=0.0)
    assert token.startswith(TokenKind.TICKET)
    assert made.peek(token, 59.9) == "Vladimir"
    assert made.take(token, 59.9) == "Vladimir"
    assert made.take(token, 59.9) is None
    late = made.issue("Vladimir", now=100.0)
    assert made.peek(late, 160.0) is None
    assert made.take(late, 160.0) is None
    assert made.take(late, 100.0) is None
    assert made.take("est_t_nonsense", 100.0) is None


def test_of_50_parallel_uses_one_wins() -> None:
    made = tickets()
    token = made.issue("Vladimir", now=0.0)

    async def use() -> str | None:
        await asyncio.sleep(0)
        return made.take(token, 1.0)

    async def all_at_once() -> list[str | None]:
        return await asyncio.gather(*(use() for _ in range(50)))

    assert sorted(each or "" for each in asyncio.run(all_at_once())) == [""] * 49 + ["Vladimir"]


def test_threads_never_take_the_same() -> None:
    """They take turns as often as Python lets them, in the middle of anything."""
    made = tickets(limit=20_000)
    tokens = [made.issue(str(number), now=0.0) for number in range(20_000)]
    start = time.perf_counter() + 0.05
    won: list[str] = []

    def use_all() -> None:
        while time.perf_counter() < start:
            pass
        won.extend(taken for token in tokens if (taken := made.take(token, 1.0)))

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=use_all) for _ in range(8)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
    finally:
        sys.setswitchinterval(interval)
    assert sorted(won, key=int) == list(map(str, range(20_000)))


def test_a_kept_token_outlives_its_minute_and_begins_it_when_let_go() -> None:
    made = tickets()
    token = made.issue("session", now=0.0)
    made.keep(token_hash(token))
    assert made.peek(token, 10_000.0) == "session"
    made.let_go(token_hash(token), now=10_000.0)
    assert made.peek(token, 10_059.0) == "session"
    assert made.take(token, 10_059.0) == "session"
    made.let_go(token_hash(token), now=10_059.0)
    assert made.take(token, 10_059.0) is None


def test_a_token_taken_while_it_was_kept_is_gone() -> None:
    """Somebody comes back before the server has noticed that they were lost."""
    made = tickets()
    token = made.issue("session", now=0.0)
    made.keep(token_hash(token))
    assert made.take(token, 1.0) == "session"
    assert made.take(token, 1.0) is None
    made.let_go(token_hash(token), now=2.0)
    assert made.take(token, 2.0) is None


def test_a_token_whose_successor_never_arrived_is_good_again() -> None:
    made = tickets()
    first = made.issue("session", now=0.0)
    assert made.take(first, 10.0) == "session"
    second = made.issue("session", now=10.0)
    made.keep(token_hash(second))
    # The connection is lost before the client said anything.
    made.drop(token_hash(second))
    made.put_back(token_hash(first), "session", now=30.0)
    assert made.take(second, 31.0) is None
    assert made.take(first, 89.0) == "session"
    assert made.take(first, 89.0) is None


def test_a_ban_takes_every_ticket_of_its_account() -> None:
    made = tickets()
    theirs = [made.issue("Pozzo", now=0.0) for _ in range(3)]
    made.keep(token_hash(theirs[0]))
    other = made.issue("Lucky", now=0.0)
    assert made.drop_where(lambda value: value == "Pozzo") == 3
    assert [made.take(each, 1.0) for each in theirs] == [None] * 3
    assert made.take(other, 1.0) == "Lucky"


def test_too_many_push_out_the_oldest_but_none_that_is_kept() -> None:
    made = tickets(limit=10)
    kept = made.issue("kept", now=0.0)
    made.keep(token_hash(kept))
    tokens = [made.issue(str(number), now=number / 1000) for number in range(1000)]
    assert len(made) == 11
    assert [made.take(each, 1.0) for each in tokens[-11:]] == [None, *map(str, range(990, 1000))]
    assert made.take(kept, 1.0) == "kept"


def test_what_expired_is_forgotten_by_the_next_issue() -> None:
    made = tickets(limit=1000)
    for number in range(500):
        made.issue(str(number), now=0.0)
    made.issue("new", now=LIFETIME)
    assert len(made) == 1


@given(st.lists(st.tuples(st.sampled_from("itkld"), st.integers(0, 4), st.integers(0, 40))))
def test_a_token_is_good_exactly_when_its_story_says_so(steps: list[tuple[str, int, int]]) -> None:
    """Against a model that keeps, for each token, when it ends: never, at a time, or already."""
    made, now = tickets(), 0.0
    ends: dict[str, float | None] = {}
    for what, which, passed in steps:
        now += passed
        if what == "i":
            ends[made.issue("session", now)] = now + LIFETIME
            continue
        if not ends:
            continue
        token = list(ends)[which % len(ends)]
        end = ends[token]
        is_good = end is None or now < end
        assert made.peek(token, now) == ("session" if is_good else None)
        if what == "t":
            assert made.take(token, now) == ("session" if is_good else None)
            ends[token] = 0.0
        elif what == "k" and is_good:
            made.keep(token_hash(token))
            ends[token] = None
        elif what == "l" and end is None:
            made.let_go(token_hash(token), now)
            ends[token] = now + LIFETIME
        elif what == "d":
            made.drop(token_hash(token))
            ends[token] = 0.0
