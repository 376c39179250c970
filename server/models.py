"""The database's tables. What each column means stands here; how they are used, in server/store."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Index, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel


def _blob() -> Any:
    return Field(sa_column=Column(LargeBinary, nullable=False))


def _time_ms() -> Any:
    """Milliseconds since 1970."""
    return Field(sa_column=Column(BigInteger, nullable=False))


def _time_ms_or_never() -> Any:
    return Field(default=None, sa_column=Column(BigInteger))


def _json() -> Any:
    return Field(sa_column=Column(JSON, nullable=False))


class TileSetRow(SQLModel, table=True):
    """A tile set."""

    __tablename__ = "tile_sets"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(max_length=64)
    document: dict[str, Any] = _json()
    """As `server.tiles.read_tile_set` reads it."""


class MapRow(SQLModel, table=True):
    """A map; its tiles lie in ChunkRow."""

    __tablename__ = "maps"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(max_length=64, unique=True)
    width: int
    """In tiles."""
    height: int
    tile_set_id: int = Field(foreign_key="tile_sets.id", ondelete="RESTRICT")
    spawns: list[list[int]] = _json()
    """[x, y] of tiles."""
    areas: list[dict[str, Any]] = _json()
    """Name, x, y, width and height of each."""


class ChunkRow(SQLModel, table=True):
    """A square of a map; chunks that hold nothing and never did have no row."""

    __tablename__ = "chunks"

    map_id: int = Field(foreign_key="maps.id", ondelete="CASCADE", primary_key=True)
    chunk_x: int = Field(primary_key=True)
    chunk_y: int = Field(primary_key=True)
    revision: int
    cells: bytes = _blob()
    """As CHUNK_DATA.cells."""


class WorldRow(SQLModel, table=True):
    """A world: a map that runs in a mode. A map runs in one world at the most."""

    __tablename__ = "worlds"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(max_length=64, unique=True)
    mode: str = Field(max_length=64)
    map_id: int = Field(foreign_key="maps.id", ondelete="RESTRICT", unique=True)
    settings: dict[str, Any] = _json()


class ModeDataRow(SQLModel, table=True):
    """What a mode keeps of a world over restarts."""

    __tablename__ = "mode_data"

    world: str = Field(max_length=64, primary_key=True)
    mode: str = Field(max_length=64, primary_key=True)
    document: dict[str, Any] = _json()


class EditRow(SQLModel, table=True):
    """An edit of a map: an entry of its journal."""

    __tablename__ = "edits"

    id: int | None = Field(default=None, primary_key=True)
    map_id: int = Field(foreign_key="maps.id", ondelete="CASCADE", index=True)
    time_ms: int = Field(sa_column=Column(BigInteger, nullable=False))
    """Since 1970."""
    author: str = Field(max_length=64)
    author_id: int = Field(default=0, index=True)
    """The player's number; 0 where it was none."""
    via: str = Field(max_length=16)
    kind: str = Field(max_length=16)
    left: int
    """The rectangle that the changed cells lie in, in tiles, the last column and row included."""
    top: int
    right: int
    bottom: int
    cell_count: int
    cells: bytes = _blob()
    """zlib of rows of server.edits.CHANGE_DTYPE."""
    places_before: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))
    """Spawns and areas, where the edit changed them."""
    is_undone: bool = False


class SnapshotRow(SQLModel, table=True):
    """A map as it was, under a name."""

    __tablename__ = "snapshots"
    __table_args__ = (UniqueConstraint("map_id", "name"),)

    id: int | None = Field(default=None, primary_key=True)
    map_id: int = Field(foreign_key="maps.id", ondelete="CASCADE")
    name: str = Field(max_length=64)
    time_ms: int = Field(sa_column=Column(BigInteger, nullable=False))
    author: str = Field(max_length=64)
    spawns: list[list[int]] = _json()
    areas: list[dict[str, Any]] = _json()


class SnapshotChunkRow(SQLModel, table=True):
    __tablename__ = "snapshot_chunks"

    snapshot_id: int = Field(foreign_key="snapshots.id", ondelete="CASCADE", primary_key=True)
    chunk_x: int = Field(primary_key=True)
    chunk_y: int = Field(primary_key=True)
    cells: bytes = _blob()


class CounterRow(SQLModel, table=True):
    """A number that only grows, such as the next player's."""

    __tablename__ = "counters"

    name: str = Field(max_length=32, primary_key=True)
    value: int


class AccountRow(SQLModel, table=True):
    """Somebody who comes back. The number is that of the player, who may have been a guest."""

    __tablename__ = "accounts"

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    name: str = Field(max_length=20)
    skeleton: str = Field(max_length=255, unique=True)
    """Equal for names that look alike (server.names)."""
    password_hash: str = Field(max_length=255)
    role: str = Field(max_length=16)
    look: int
    created_ms: int = _time_ms()
    seen_ms: int = _time_ms()


class LoginRow(SQLModel, table=True):
    """A log-in that is remembered. Its token changes at each use; only hashes are kept."""

    __tablename__ = "logins"

    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="accounts.id", ondelete="CASCADE", index=True)
    family_hash: str = Field(max_length=64, unique=True)
    """What all tokens of a log-in have in common: so an old one is known again."""
    token_hash: str = Field(max_length=64)
    previous_hash: str | None = Field(default=None, max_length=64)
    """Good until the new token is used for the first time: its answer may have been lost."""
    created_ms: int = _time_ms()
    expires_ms: int = _time_ms()
    address: str = Field(max_length=64)


class TwoFactorRow(SQLModel, table=True):
    """An account's second factor for the panel. Without a row it has none."""

    __tablename__ = "two_factors"

    account_id: int = Field(
        foreign_key="accounts.id",
        ondelete="CASCADE",
        primary_key=True,
        sa_column_kwargs={"autoincrement": False},
    )
    sealed: bytes = _blob()
    """The secret, as server.people.sealing closes it."""
    last_step: int = Field(sa_column=Column(BigInteger, nullable=False))
    """Of the last code that was used, in 30 s since 1970: none of it or before is good again."""
    recovery_hashes: list[str] = _json()
    """SHA-256 of the recovery codes that are still good."""
    since_ms: int = _time_ms()


class StandingRow(SQLModel, table=True):
    """Where an account's player stood last in a world."""

    __tablename__ = "standings"

    account_id: int = Field(foreign_key="accounts.id", ondelete="CASCADE", primary_key=True)
    world: str = Field(max_length=64, primary_key=True)
    x: int
    """1/1024 tile."""
    y: int
    z: int
    rotation: int
    """1/65536 turn."""
    mode_data: dict[str, Any] = _json()
    """What the world's mode keeps of the player."""
    time_ms: int = _time_ms()


class VisitRow(SQLModel, table=True):
    """A player was here: under which name, and from where."""

    __tablename__ = "visits"

    id: int | None = Field(default=None, primary_key=True)
    player_id: int = Field(index=True)
    name: str = Field(max_length=20)
    address: str = Field(max_length=64, index=True)
    is_guest: bool
    began_ms: int = _time_ms()


class SanctionRow(SQLModel, table=True):
    """A mute, shadow mute, ban, kick or warning: of a player, or a ban of addresses."""

    __tablename__ = "sanctions"

    id: int | None = Field(default=None, primary_key=True)
    kind: str = Field(max_length=16)
    player_id: int | None = Field(default=None, index=True)
    name: str = Field(max_length=20)
    """The player's, as it was then."""
    network: str = Field(max_length=64)
    """An address or a range, as 192.0.2.0/24; empty where an account is meant."""
    first_address: str = Field(max_length=40)
    """Of the range, as server.identity.address_key has it; empty where there is none."""
    last_address: str = Field(max_length=40, index=True)
    reason: str = Field(max_length=500)
    """Told to the player."""
    note: str = Field(max_length=500)
    """For the staff."""
    by_id: int
    by_name: str = Field(max_length=64)
    created_ms: int = _time_ms()
    expires_ms: int | None = _time_ms_or_never()
    lifted_ms: int | None = _time_ms_or_never()
    lifted_by: str = Field(max_length=64)


class ReportRow(SQLModel, table=True):
    """A player's complaint about another, with the chat around it as it was."""

    __tablename__ = "reports"

    id: int | None = Field(default=None, primary_key=True)
    time_ms: int = _time_ms()
    world: str = Field(max_length=64)
    reporter_id: int
    reporter_name: str = Field(max_length=20)
    subject_id: int = Field(index=True)
    subject_name: str = Field(max_length=20)
    text: str = Field(max_length=1000)
    chat: list[dict[str, Any]] = _json()
    state: str = Field(max_length=16, index=True)
    """open, taken or closed."""
    taken_by: str = Field(max_length=64)
    outcome: str = Field(max_length=500)
    closed_ms: int | None = _time_ms_or_never()


class NoteRow(SQLModel, table=True):
    """What the staff wrote down about a player."""

    __tablename__ = "notes"

    id: int | None = Field(default=None, primary_key=True)
    player_id: int = Field(index=True)
    text: str = Field(max_length=1000)
    by_name: str = Field(max_length=64)
    time_ms: int = _time_ms()


class ChatRow(SQLModel, table=True):
    """A chat line."""

    __tablename__ = "chat"
    __table_args__ = (Index("ix_chat_world_time", "world", "time_ms"),)

    id: int | None = Field(default=None, primary_key=True)
    time_ms: int = Field(sa_column=Column(BigInteger, nullable=False, index=True))
    world: str = Field(max_length=64)
    player_id: int = Field(index=True)
    name: str = Field(max_length=20)
    to_id: int | None = None
    """Whom a whisper was for."""
    to_name: str = Field(max_length=20)
    text: str = Field(max_length=500)
    """As it was written, before the filter."""
    fate: str = Field(max_length=16)
    """said, masked, flagged, held, shadowed or deleted."""


class AuditRow(SQLModel, table=True):
    """What somebody of the staff did. The database itself refuses to change or delete these."""

    __tablename__ = "audit"

    id: int | None = Field(default=None, primary_key=True)
    time_ms: int = Field(sa_column=Column(BigInteger, nullable=False, index=True))
    actor_id: int
    """0: the command line."""
    actor: str = Field(max_length=64)
    via: str = Field(max_length=16)
    """panel, game or cli."""
    action: str = Field(max_length=32)
    """resource.action, as server/people/roles.toml has them."""
    subject: str = Field(max_length=128)
    details: dict[str, Any] = _json()


class SettingRow(SQLModel, table=True):
    """A setting that was changed while the server ran."""

    __tablename__ = "settings"

    name: str = Field(max_length=64, primary_key=True)
    value: Any = _json()
