"""Everything that an operator can set: `ESTRAGON_*` in the environment, flags of `serve`."""

from __future__ import annotations

from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from server.placeholders import is_placeholder, passwords_in
from server.web.callers import Network
from server.web.origins import written_origin


def _words(value: object) -> object:
    """A list in the environment: words between commas or spaces."""
    return value.replace(",", " ").split() if isinstance(value, str) else value


MOST_PLAYERS = 2000
"""In a world. WORLD_STATE.players holds 4,000, and whoever crosses a chunk's edge twice."""


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="ESTRAGON_", extra="forbid", frozen=True)

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    data: Path = Path("data")
    """The folder of the database; created with mode 0700."""
    database_url: str = ""
    """Another database than the data folder's own, as SQLAlchemy writes it:
    postgresql+psycopg://user:password@host/name."""
    tls_cert: Path | None = None
    """The certificate, with those that vouch for it, in PEM. With its key: https and wss."""
    tls_key: Path | None = None
    trusted_proxies: Annotated[
        tuple[Annotated[Network, BeforeValidator(ip_network)], ...],
        NoDecode,
        BeforeValidator(_words),
    ] = ()
    """Addresses and networks of the proxies whose X-Forwarded-For and -Proto are believed."""
    allowed_origins: Annotated[
        tuple[Annotated[str, AfterValidator(written_origin)], ...],
        NoDecode,
        BeforeValidator(_words),
    ] = ()
    """Pages elsewhere that may use the game from a browser, such as https://play.example.org."""
    guests: bool = True
    """Whether somebody may play by a name alone."""
    classic: bool = True
    """Whether /ws/{player_id} is open, the first sketch's way in; they are guests, too."""
    resume_seconds: float = 60.0
    """So long a player whose connection was lost may come back as if nothing had been."""
    ticket_seconds: float = Field(default=60.0, gt=0)
    """So long a log-in's ticket for the game's socket is good."""
    chat_days: int = Field(default=30, ge=0)
    """Chat is kept for so long; 0: for ever."""
    visit_days: int = Field(default=90, ge=0)
    """So long it is kept who came, by which name and from which address; 0: for ever."""
    guests_may_build: bool = False
    """Whether everybody may change maps."""
    gateway: Literal["fast", "asgi"] = "fast"
    """fast: picows below uvicorn. asgi: uvicorn's own WebSockets, also used without picows."""

    discovery: bool = True
    """Whether clients on the local network find the server by asking everybody there."""
    discovery_port: int = Field(default=8000, ge=0, le=65535)
    """Of UDP. The clients ask there."""

    name: str = Field(default="Estragon", min_length=1, max_length=40)
    message_of_the_day: str = Field(default="", max_length=500)
    max_players: int = Field(default=MOST_PLAYERS, ge=1, le=MOST_PLAYERS)
    """In each world."""

    request_seconds: float = Field(default=10.0, gt=0)
    """So long an HTTP request may take to come in; a long body may take longer."""
    auth_timeout_seconds: float = 5.0
    ping_after_seconds: float = 15.0
    """So long a silence is answered with a PING..."""
    silence_seconds: float = 10.0
    """...and so much more of it ends the connection."""

    messages_per_second: int = Field(default=60, ge=1, le=65535)
    message_burst: int = 120
    chat_characters: int = Field(default=500, ge=1, le=500)
    """500 characters of 4 bytes are what CHAT_MESSAGE.text holds."""
    chat_burst: int = Field(default=8, ge=1)
    chat_window_seconds: float = Field(default=10.0, gt=0)
    slow_mode_seconds: float = Field(default=0.0, ge=0, le=3600)
    """Everybody waits so long between two lines, in worlds where the staff set nothing else."""

    edits_per_second: int = Field(default=10, ge=1)
    edit_burst: int = Field(default=40, ge=1)

    argon2_kib: int = Field(default=19 * 1024, ge=8)
    """With the two below: what OWASP recommends. Changed, they count for new hashes at once, and
    for each old one when its owner logs in."""
    argon2_passes: int = Field(default=2, ge=1)
    argon2_lanes: int = Field(default=1, ge=1)
    password_threads: int = Field(default=2, ge=1)
    """So many passwords are hashed at once."""
    password_queue: int = Field(default=32, ge=0)
    """So many more may wait; whoever comes then is told to come later."""
    login_failures_per_minute: int = Field(default=5, ge=1)
    """For each name; then it waits a minute, and twice as long after each further failure."""
    login_failures_per_address: int = Field(default=10, ge=1)
    """In ten minutes."""
    limit_loopback_logins: bool = True
    """Whether failures count for this machine, too. Only tests want it otherwise."""
    registrations_per_hour: int = Field(default=20, ge=1)
    """From an address other than this machine's; so many at once, too."""

    connections_per_address: int = 10
    """Not counted for loopback, save for what comes there through a trusted proxy."""
    unauthenticated_connections: int = 50
    """Counted alike."""
    queued_bytes: int = 256 * 1024
    """A connection with more than this unsent is aborted."""
    stalled_seconds: float = 5.0
    """A connection that has read nothing of a long queue for so long is aborted: with what the
    buffers on the way hold it is gone ten seconds after its last reading. Its player may resume."""

    metrics_token: SecretStr = SecretStr("")
    """Who sends it as a bearer token may read /metrics, from wherever; this machine always may."""

    @model_validator(mode="after")
    def _check_tls(self) -> Self:
        if (self.tls_cert is None) != (self.tls_key is None):
            raise ValueError("tls_cert and tls_key go together")
        return self

    @model_validator(mode="after")
    def _check_secrets(self) -> Self:
        if found := placeholders(self):
            raise ValueError(f"{found[0]}: its secret is a placeholder; put one of your own there")
        return self


def placeholders(settings: BaseSettings) -> list[str]:
    """The settings whose secret is a word out of an example.

    Secrets are what is a SecretStr, and the password in a database's address.
    """
    found = []
    for name, value in settings:
        if isinstance(value, SecretStr):
            secrets = [("", value.get_secret_value())]
        else:
            secrets = passwords_in(value) if isinstance(value, str) else []
        if any(is_placeholder(secret, user) for user, secret in secrets):
            found.append(name)
    return found
