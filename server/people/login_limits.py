"""How often somebody may fail to log in. Pure: the clock is given.

Failures count for the name and for the address. Strangers' failures must lock nobody out, so an
address that logged in to a name before has a count of its own for that name, and is held back by
no other. Nobody's failures touch a session that lives.

A log-in that succeeds clears no other count than that. Else whoever has an account of their own
would clear their address with it, and the owner's visits would give a guesser new tries.

Names are counted whether there is such an account or not, or the answers would tell.
"""

from __future__ import annotations

import ipaddress
import math
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from protocol_spec.codec import ErrorCode
from server.failures import Rejected

NAME_WINDOW_SECONDS = 60.0
ADDRESS_WINDOW_SECONDS = 600.0
LONGEST_WAIT_SECONDS = 900.0
"""A name's owner comes in from a new place within a quarter of an hour, whatever strangers do. It
leaves these 96 tries a day."""
QUIET_SECONDS = 3600.0
"""After so long without a failure all is forgotten, and waits begin with the shortest again."""
FAILURES_IN_A_ROW = 100
"""However slowly they come, after so many each has its wait, as NIST SP 800-63B (3.2.2) asks."""
TRY_SECONDS = 10.0
"""A try counts as under way for so long, where nobody says how it ended."""
REMEMBERED = 5_000
"""So many names, addresses, and pairs of both are remembered, those of the last tries. Names and
addresses that somebody made up cost 6 MiB at the most."""
IPV6_PREFIX_DIGITS = len("2001:0db8:0000:0000")
"""64 bits: they tell one household, or one rented machine, from another."""
THIS_MACHINE = ""


class TooManyTries(Rejected):
    """Not now: nothing was tried, and nothing counts."""

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__(ErrorCode.AUTH_TOO_MANY_TRIES, retry_after_ms=retry_after_seconds * 1000)


class LoginLimits:
    """Asked before each try to log in, and told how it ended.

    In between a try counts as a failure, so that many at once are not more than many in a row.
    `name_key` is the same for all spellings that are one name (`names.skeleton`).
    """

    def __init__(
        self,
        clock: Callable[[], float],
        *,
        failures_per_name: int = 5,
        failures_per_address: int = 10,
        limit_loopback: bool = True,
    ) -> None:
        """`clock` gives seconds and never goes back.

        Without `limit_loopback` tries from this machine neither count nor are held back. Behind
        a proxy that is not named as trusted everybody seems to come from there.
        """
        self._clock = clock
        self._limit_loopback = limit_loopback
        self._name_rule = _Rule(failures_per_name, NAME_WINDOW_SECONDS, doubles=True)
        self._place_rule = _Rule(failures_per_address, ADDRESS_WINDOW_SECONDS, doubles=False)
        self._names: OrderedDict[int, _Tries] = OrderedDict()
        self._places: OrderedDict[int, _Tries] = OrderedDict()
        self._known: OrderedDict[int, _Tries] = OrderedDict()
        """By name and address, where they logged in once."""

    def check(self, name_key: str, address: str) -> None:
        """A try begins. Raises TooManyTries where it may not.

        `address` is that of whoever tries, or empty for this machine.
        """
        place = place_of(address)
        if self._is_exempt(place):
            return
        now = self._clock()
        judges = self._judges(name_key, place)
        wait = max(each.wait_seconds(now) for each in judges)
        if wait > 0:
            raise TooManyTries(math.ceil(wait))
        for each in judges:
            each.begin(now)

    def failed(self, name_key: str, address: str) -> None:
        """The try failed."""
        place = place_of(address)
        if self._is_exempt(place):
            return
        now = self._clock()
        judges = self._judges(name_key, place)
        for each in judges:
            each.end()
        # What fails at an address counts there for strangers, also where it is known.
        for each in {*judges, self._of_place(place)}:
            each.fail(now)

    def succeeded(self, name_key: str, address: str) -> None:
        """The try succeeded: from now on the address is known for this name."""
        place = place_of(address)
        if self._is_exempt(place):
            return
        self.abandoned(name_key, address)
        pair = hash((name_key, place))
        self._known.pop(pair, None)
        _find(self._known, pair, self._name_rule)

    def abandoned(self, name_key: str, address: str) -> None:
        """The try was not judged, for the server had no time: it does not count."""
        place = place_of(address)
        if not self._is_exempt(place):
            for each in self._judges(name_key, place):
                each.end()

    # Keys are hashes: a name may be long, and Python's hash has a secret of its own in each
    # process, so nobody can aim at somebody else's.

    def _judges(self, name_key: str, place: str) -> list[_Tries]:
        """Whose failures a try is held back by."""
        pair = hash((name_key, place))
        if pair in self._known:
            return [_find(self._known, pair, self._name_rule)]
        return [_find(self._names, hash(name_key), self._name_rule), self._of_place(place)]

    def _of_place(self, place: str) -> _Tries:
        return _find(self._places, hash(place), self._place_rule)

    def _is_exempt(self, place: str) -> bool:
        return place == THIS_MACHINE and not self._limit_loopback


def place_of(address: str) -> str:
    """What counts as one address."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        parsed = parsed.ipv4_mapped or parsed
    if parsed.is_loopback:
        return THIS_MACHINE
    if parsed.version == 6:
        return parsed.exploded[:IPV6_PREFIX_DIGITS]
    return str(parsed)


@dataclass(frozen=True)
class _Rule:
    failures: int
    window_seconds: float
    doubles: bool
    """Whether the window is only the first wait, and each failure afterwards has twice the one
    before."""


class _Tries:
    """The failures of a name, a place or a pair of both, and the tries under way."""

    __slots__ = ("_begun", "_failed", "_in_a_row", "_rule", "_until", "_wait")

    def __init__(self, rule: _Rule) -> None:
        self._rule = rule
        self._begun: tuple[float, ...] = ()
        """When those under way began."""
        self._failed: tuple[float, ...] = ()
        """When the last ones failed, as many as the rule allows."""
        self._in_a_row = 0
        self._wait = 0.0
        """The last one's seconds, or 0."""
        self._until = -math.inf

    def wait_seconds(self, now: float) -> float:
        """0 where a try may begin."""
        self._forget(now)
        if now < self._until:
            return self._until - now
        failed = self._recently_failed(now)
        free = 1 if self._wait else self._rule.failures - len(failed)
        if free <= 0:
            return failed[0] + self._rule.window_seconds - now
        under_way = sum(now - each < TRY_SECONDS for each in self._begun)
        return 1.0 if under_way >= free else 0.0

    def begin(self, now: float) -> None:
        self._begun = (*(each for each in self._begun if now - each < TRY_SECONDS), now)

    def end(self) -> None:
        self._begun = self._begun[1:]

    def fail(self, now: float) -> None:
        self._forget(now)
        self._in_a_row += 1
        self._failed = (*self._failed, now)[-self._rule.failures :]
        if not self._rule.doubles:
            return
        is_over = len(self._recently_failed(now)) == self._rule.failures
        if is_over or self._wait or self._in_a_row >= FAILURES_IN_A_ROW:
            self._wait = min(2 * self._wait or self._rule.window_seconds, LONGEST_WAIT_SECONDS)
            self._until = now + self._wait

    def _recently_failed(self, now: float) -> list[float]:
        return [each for each in self._failed if now - each < self._rule.window_seconds]

    def _forget(self, now: float) -> None:
        if self._failed and now - self._failed[-1] >= QUIET_SECONDS:
            self._failed, self._in_a_row, self._wait = (), 0, 0.0


def _find(table: OrderedDict[int, _Tries], key: int, rule: _Rule) -> _Tries:
    """The entry of a key, new where there is none; whoever was not asked for longest goes."""
    found = table.get(key)
    if found is None:
        found = table[key] = _Tries(rule)
        if len(table) > REMEMBERED:
            table.popitem(last=False)
    else:
        table.move_to_end(key)
    return found
