"""A player's stay on a server: coming in, and coming back after a lost connection."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import urlsplit

from protocol_spec import codec
from protocol_spec.client import Client, Refused
from protocol_spec.codec import AuthMethod, ErrorCode
from protocol_spec.walker import Walker
from server import movement

FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 0.5, 15.0
WRONG_NAME = {
    ErrorCode.NAME_EMPTY,
    ErrorCode.NAME_IN_USE,
    ErrorCode.NAME_INVALID,
    ErrorCode.NAME_TOO_LONG,
    ErrorCode.NAME_TOO_SHORT,
}
"""Another name may do."""
WRONG_PLAYER = WRONG_NAME | {
    ErrorCode.AUTH_EXPIRED,
    ErrorCode.AUTH_FAILED,
    ErrorCode.AUTH_INSECURE,
    ErrorCode.AUTH_TOO_MANY_TRIES,
    ErrorCode.GUESTS_FORBIDDEN,
    ErrorCode.NAME_REGISTERED,
}
"""Another name or password may do."""
FOR_GOOD = {
    ErrorCode.BANNED,
    ErrorCode.KICKED,
    ErrorCode.LOGGED_OUT,
    ErrorCode.TAKEN_OVER,
    ErrorCode.VERSION_UNSUPPORTED,
    ErrorCode.WORLD_UNKNOWN,
}
"""EST-AU-10: after these nobody comes back by themselves."""

NO_ENTRY = {ErrorCode.SERVER_BUSY, ErrorCode.WORLD_FULL, ErrorCode.WORLD_UNKNOWN}
"""Another world may do."""


@dataclass(frozen=True)
class Entrant:
    """Who wants to come in: a guest where there is no password."""

    name: str
    password: str = field(default="", repr=False)
    world: str = ""
    """Where to; empty for the server's first world."""

    @property
    def credentials(self) -> tuple[AuthMethod, bytes]:
        if self.password:
            return AuthMethod.PASSWORD, self.password.encode()
        return AuthMethod.GUEST, b""


class Visit:
    """`hear` is told each message once the session has worked it in, `lose` of a connection that
    is lost while the player waits to come back."""

    def __init__(
        self,
        url: str,
        hear: Callable[[codec.Message], None],
        lose: Callable[[], None],
    ) -> None:
        self.url = url
        self.client: Client | None = None
        self.walker: Walker | None = None
        """None while the player is not in the world."""
        self.has_begun = False
        """The player was in the world already."""
        self._tell, self._lose = hear, lose
        self._world = ""
        self._world_before: str | None = None
        """Where the player comes from, while they go to another world."""
        self._is_leaving = False

    async def stay(self, who: Entrant) -> codec.Error | str:
        """Returns why it is over: what the server said, or a key of the words."""
        if who.password and not is_private(self.url):
            return "ERROR_AUTH_INSECURE"
        (method, secret), wait = who.credentials, FIRST_WAIT_SECONDS
        name, self._world, self.has_begun = who.name, who.world, False
        while True:
            client = Client(name, self._world, method=method, secret=secret)
            client.session.on_message = self._hear
            self.client = client
            try:
                await client.connect(self.url)
                walker = Walker(client.session, movement.alone_on)
                going = asyncio.create_task(client.go_with(walker))
                await client.wait_for(lambda session: session.state is not None)
                self.walker, self.has_begun, self._world_before = walker, True, None
                name, wait = client.session.name, FIRST_WAIT_SECONDS
                await going
            except ssl.SSLCertVerificationError:
                return "untrusted"
            except (OSError, TimeoutError):
                if not self.has_begun:
                    return "unreachable"
            except Refused:
                pass
            finally:
                self.walker = None
                client.abort()
            error = client.session.error
            if self._is_leaving:
                self._is_leaving, (method, secret) = False, who.credentials
                continue
            token = client.session.resume_token
            if token:
                method, secret = AuthMethod.RESUME, token
                if error is not None and error.code in NO_ENTRY and self._world_before is not None:
                    # To where the player came from.
                    self._world, self._world_before = self._world_before, None
                    continue
            elif error is not None and error.code == ErrorCode.AUTH_EXPIRED:
                # The server knows the token no more: in by the door again.
                (method, secret), error = who.credentials, None
            if error is not None and self._ends(error):
                return error
            self._lose()
            await asyncio.sleep(wait)
            wait = min(wait * 2, LONGEST_WAIT_SECONDS)

    def _hear(self, message: codec.Message) -> None:
        assert self.client is not None
        self._tell(message)
        if isinstance(message, codec.Error) and not message.fatal and self.walker is not None:
            # An answer in the game, which is no reason to leave it.
            self.client.session.error = None

    def _ends(self, error: codec.Error) -> bool:
        return not self.has_begun or error.code in FOR_GOOD | WRONG_PLAYER

    async def go_to(self, world: str) -> None:
        """Leaves for another world of the server, by the door: a connection knows no way."""
        if self.walker is not None:
            self._world_before, self._world, self._is_leaving = self._world, world, True
            await self.end()

    async def end(self) -> None:
        if self.client is not None and self.client.close_code is None:
            await self.client.close()


def is_private(url: str) -> bool:
    """Nobody on the way can read what goes there: EST-AU-08."""
    parts = urlsplit(url)
    if parts.scheme == "wss" or parts.hostname == "localhost":
        return True
    try:
        return ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False
