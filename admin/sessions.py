"""Who is signed in to the panel, by a cookie's token. In memory: a restart signs everybody out."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass

from server.people.tokens import TokenKind, new_token, token_hash

IDLE_SECONDS = 30 * 60
WHOLE_SECONDS = 12 * 3600
MOST_SESSIONS = 1000
LEAVING_SECONDS = 3.0
"""So long an open page lives on by a token that was replaced, to load itself anew by the other."""


@dataclass
class PanelSession:
    number: int
    """Tells it from others, and is no secret."""
    account_id: int
    opened: float
    used: float
    address: str = ""
    browser: str = ""
    ends: float = math.inf


class PanelSessions:
    """`now` is in seconds of any clock that does not go back. Only the tokens' hashes are kept."""

    def __init__(self) -> None:
        self._sessions: dict[str, PanelSession] = {}
        self._numbers = itertools.count(1)
        self.on_closed: Callable[[int], None] = lambda account_id: None
        """Told whose session is over, where it was ended and did not just run out."""

    def open(self, account_id: int, now: float, address: str = "", browser: str = "") -> str:
        """A new session, with a token that nobody had before."""
        self._forget(now)
        token = new_token(TokenKind.PANEL)
        session = PanelSession(next(self._numbers), account_id, now, now, address, browser)
        self._sessions[token_hash(token)] = session
        return token

    def succeed(self, token: str, session: PanelSession, now: float) -> str:
        """Another token for a session that was just ended with all others of its account."""
        successor = self.open(session.account_id, now, session.address, session.browser)
        session.ends = now + LEAVING_SECONDS
        self._sessions[token_hash(token)] = session
        return successor

    def find(self, token: str, now: float, *, is_use: bool) -> PanelSession | None:
        """The session of a token. Somebody's deed is a use; a page that refreshes itself is not."""
        found = self._sessions.get(token_hash(token)) if token else None
        if found is None or _is_over(found, now):
            return None
        if is_use:
            found.used = now
        return found

    def of(self, account_id: int, now: float) -> list[PanelSession]:
        """Those of an account that are open, the latest first."""
        own = [each for each in self._sessions.values() if each.account_id == account_id]
        own = [each for each in own if not _is_over(each, now) and each.ends == math.inf]
        return sorted(own, key=lambda each: each.opened, reverse=True)

    def close(self, token: str) -> None:
        closed = self._sessions.pop(token_hash(token), None)
        if closed is not None:
            self.on_closed(closed.account_id)

    def close_number(self, account_id: int, number: int) -> None:
        """The account's own one of that number."""
        self._sessions = {
            key: each
            for key, each in self._sessions.items()
            if (each.account_id, each.number) != (account_id, number)
        }
        self.on_closed(account_id)

    def close_all(self, account_id: int) -> None:
        self._sessions = {
            key: each for key, each in self._sessions.items() if each.account_id != account_id
        }
        self.on_closed(account_id)

    def _forget(self, now: float) -> None:
        alive = {key: each for key, each in self._sessions.items() if not _is_over(each, now)}
        self._sessions = dict(list(alive.items())[-MOST_SESSIONS + 1 :])


def _is_over(session: PanelSession, now: float) -> bool:
    last = min(session.used + IDLE_SECONDS, session.opened + WHOLE_SECONDS, session.ends)
    return now >= last
