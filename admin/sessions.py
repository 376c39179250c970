"""Who is signed in to the panel, by a cookie's token. In memory: a restart signs everybody out."""

from __future__ import annotations

from dataclasses import dataclass

from server.people.tokens import TokenKind, new_token, token_hash

IDLE_SECONDS = 30 * 60
WHOLE_SECONDS = 12 * 3600
MOST_SESSIONS = 1000


@dataclass
class PanelSession:
    account_id: int
    opened: float
    used: float


class PanelSessions:
    """`now` is in seconds of any clock that does not go back. Only the tokens' hashes are kept."""

    def __init__(self) -> None:
        self._sessions: dict[str, PanelSession] = {}

    def open(self, account_id: int, now: float) -> str:
        """A new session, with a token that nobody had before."""
        self._forget(now)
        token = new_token(TokenKind.PANEL)
        self._sessions[token_hash(token)] = PanelSession(account_id, now, now)
        return token

    def find(self, token: str, now: float, *, is_use: bool) -> PanelSession | None:
        """The session of a token. Somebody's deed is a use; a page that refreshes itself is not."""
        found = self._sessions.get(token_hash(token)) if token else None
        if found is None or _is_over(found, now):
            return None
        if is_use:
            found.used = now
        return found

    def close(self, token: str) -> None:
        self._sessions.pop(token_hash(token), None)

    def close_all(self, account_id: int) -> None:
        self._sessions = {
            key: each for key, each in self._sessions.items() if each.account_id != account_id
        }

    def _forget(self, now: float) -> None:
        alive = {key: each for key, each in self._sessions.items() if not _is_over(each, now)}
        self._sessions = dict(list(alive.items())[-MOST_SESSIONS + 1 :])


def _is_over(session: PanelSession, now: float) -> bool:
    return now >= session.used + IDLE_SECONDS or now >= session.opened + WHOLE_SECONDS
