"""Accounts, their log-ins and where they stood. Functions on a session; Store.do gives them one."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import delete, insert, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from server.models import AccountRow, CounterRow, LoginRow, StandingRow, VisitRow
from server.people.identity import OWNER, Account, Sanction, Standing
from server.store import sanctions
from server.store.audit import Audit, write_audit
from server.store.chat import ChatLine, write_lines
from server.store.upsert import upsert

NEXT_PLAYER = "next_player"
MOST_LOGINS = 50
"""Of an account. Each that succeeds costs a row for a month, and nothing else holds them back."""


class NameTaken(Exception):
    """The name, or one that looks like it, belongs to an account."""


class LastOwner(Exception):
    """A server needs an owner."""


@dataclass(frozen=True)
class Login:
    """A log-in that begins."""

    token_hash: str
    address: str
    now_ms: int
    expires_ms: int


@dataclass(frozen=True)
class Arrival:
    """What the database knows of somebody who wants to come in."""

    account: Account | None
    sanctions: list[Sanction]
    standings: dict[str, Standing]


@dataclass(frozen=True)
class Visit:
    player_id: int
    name: str
    address: str
    is_guest: bool
    began_ms: int


def reserve_player_ids(session: Session, count: int) -> int:
    """The first of so many numbers that nobody had before."""
    row = session.get(CounterRow, NEXT_PLAYER)
    if row is None:
        row = CounterRow(name=NEXT_PLAYER, value=1)
    first = row.value
    row.value += count
    session.add(row)
    return first


def add_account(
    session: Session, account: Account, audit: Audit | None = None, login: Login | None = None
) -> None:
    """Raises NameTaken."""
    columns = asdict(account)
    row = AccountRow(id=columns.pop("player_id"), **columns)
    session.add(row)
    try:
        session.flush()
    except IntegrityError as error:
        raise NameTaken from error
    if audit is not None:
        write_audit(session, audit)
    if login is not None:
        _add_login(session, account.player_id, login)


def find_account(
    session: Session, *, player_id: int | None = None, skeleton: str | None = None
) -> Account | None:
    """By its number or by the skeleton of its name."""
    query = select(AccountRow)
    if player_id is not None:
        query = query.where(AccountRow.id == player_id)
    else:
        query = query.where(AccountRow.skeleton == skeleton)
    row = session.exec(query).first()
    return _account(row) if row else None


def all_accounts(session: Session) -> list[Account]:
    """Everybody, by name."""
    rows = session.exec(select(AccountRow).order_by(col(AccountRow.name)))
    return [_account(row) for row in rows]


def search_accounts(
    session: Session, text: str, role: str, limit: int, offset: int
) -> list[Account]:
    """Those with a text in their names and a role, as far as they are given; lately seen first."""
    query = select(AccountRow).order_by(col(AccountRow.seen_ms).desc(), col(AccountRow.id))
    if text:
        query = query.where(col(AccountRow.name).icontains(text, autoescape=True))
    if role:
        query = query.where(AccountRow.role == role)
    return [_account(row) for row in session.exec(query.offset(offset).limit(limit))]


def has_owner(session: Session, role: str) -> bool:
    return session.exec(select(AccountRow.id).where(AccountRow.role == role)).first() is not None


def change_account(
    session: Session, player_id: int, audit: Audit | None, columns: dict[str, Any]
) -> Account | None:
    """Sets columns; None where there is no such account. Raises NameTaken."""
    row = session.get(AccountRow, player_id)
    if row is None:
        return None
    for name, value in columns.items():
        setattr(row, name, value)
    session.add(row)
    try:
        session.flush()
    except IntegrityError as error:
        if "skeleton" not in columns:
            raise
        raise NameTaken from error
    if audit is not None:
        write_audit(session, audit)
    return _account(row)


def set_password(
    session: Session, player_id: int, password_hash: str, audit: Audit | None
) -> Account | None:
    """Ends all log-ins as well; None where there is no such account."""
    drop_logins(session, player_id)
    return change_account(session, player_id, audit, {"password_hash": password_hash})


def renew_hash(session: Session, player_id: int, old_hash: str, new_hash: str) -> bool:
    """Keeps another hash of the same password; False where that is no longer the password."""
    row = session.get(AccountRow, player_id)
    if row is None or row.password_hash != old_hash:
        return False
    row.password_hash = new_hash
    session.add(row)
    return True


def change_role(session: Session, player_id: int, role: str, audit: Audit) -> Account | None:
    """None where there is no such account. Raises LastOwner."""
    _check_owners(session, player_id, role)
    return change_account(session, player_id, audit, {"role": role})


def delete_account(session: Session, player_id: int, audit: Audit | None = None) -> bool:
    """With its log-ins, standings and visits; what others saw of it, as edits and chat, stays.

    Raises LastOwner.
    """
    row = session.get(AccountRow, player_id)
    if row is None:
        return False
    _check_owners(session, player_id, "")
    session.exec(delete(VisitRow).where(col(VisitRow.player_id) == player_id))
    session.delete(row)
    if audit is not None:
        write_audit(session, audit)
    return True


def _check_owners(session: Session, player_id: int, role: str) -> None:
    """Raises LastOwner where nobody would be one if that account had that role."""
    owners = set(session.exec(select(AccountRow.id).where(AccountRow.role == OWNER)))
    if owners == {player_id} and role != OWNER:
        raise LastOwner


def arrival(
    session: Session,
    address: str,
    now_ms: int,
    *,
    player_id: int | None = None,
    skeleton: str | None = None,
) -> Arrival:
    """The account, what is in force against it or the address, and where it stood."""
    account = find_account(session, player_id=player_id, skeleton=skeleton)
    found = account.player_id if account is not None else player_id
    return Arrival(
        account=account,
        sanctions=sanctions.in_force(session, found, address, now_ms),
        standings=standings(session, account.player_id) if account else {},
    )


def add_login(session: Session, player_id: int, password_hash: str, login: Login) -> Account | None:
    """For somebody who gave a password; None where it, or the account, is no more."""
    row = session.get(AccountRow, player_id)
    if row is None or row.password_hash != password_hash:
        return None
    _add_login(session, player_id, login)
    return _account(row)


def _add_login(session: Session, player_id: int, login: Login) -> None:
    """Of those of the account that are too many the one ends that was not used for longest."""
    session.exec(delete(LoginRow).where(col(LoginRow.expires_ms) <= login.now_ms))
    own = col(LoginRow.account_id) == player_id
    by_use = (col(LoginRow.expires_ms).desc(), col(LoginRow.id).desc())
    lately = select(LoginRow.id).where(own).order_by(*by_use).limit(MOST_LOGINS - 1)
    session.exec(delete(LoginRow).where(own, col(LoginRow.id).not_in(lately)))
    session.add(
        LoginRow(
            account_id=player_id,
            family_hash=login.token_hash,
            token_hash=login.token_hash,
            created_ms=login.now_ms,
            expires_ms=login.expires_ms,
            address=login.address,
        )
    )


def use_login(
    session: Session,
    family_hash: str,
    token_hash: str,
    now_ms: int,
    new_hash: str | None = None,
    expires_ms: int | None = None,
) -> Account | None:
    """The account of a log-in, whose token is then another one where `new_hash` is given.

    The token before the newest is still good, for the answer that told the newest may have been
    lost; as soon as the newest is used, it is not. One from before is in the hands of two, of whom
    one is a thief: it ends the log-in (RFC 9700, 4.14.2).
    """
    query = select(LoginRow, AccountRow).join(AccountRow)
    query = query.where(col(LoginRow.family_hash) == family_hash, col(LoginRow.expires_ms) > now_ms)
    found = session.exec(query).first()
    if found is None:
        return None
    login, account = found
    if token_hash not in (login.token_hash, login.previous_hash):
        session.delete(login)
        return None
    if new_hash is not None:
        login.previous_hash, login.token_hash = token_hash, new_hash
        if expires_ms is not None:
            login.expires_ms = expires_ms
    elif login.token_hash == token_hash:
        login.previous_hash = None
    session.add(login)
    return _account(account)


def come_back(
    session: Session,
    family_hash: str,
    token_hash: str,
    new_hash: str,
    expires_ms: int,
    address: str,
    now_ms: int,
) -> Arrival | None:
    """As `use_login`, with all else that is known of who comes."""
    account = use_login(session, family_hash, token_hash, now_ms, new_hash, expires_ms)
    if account is None:
        return None
    return arrival(session, address, now_ms, player_id=account.player_id)


def drop_login(session: Session, family_hash: str) -> None:
    session.exec(delete(LoginRow).where(col(LoginRow.family_hash) == family_hash))


def drop_logins(session: Session, player_id: int) -> None:
    session.exec(delete(LoginRow).where(col(LoginRow.account_id) == player_id))


def standings(session: Session, player_id: int) -> dict[str, Standing]:
    rows = session.exec(select(StandingRow).where(StandingRow.account_id == player_id))
    return {
        each.world: Standing(each.x, each.y, each.z, each.rotation, each.mode_data) for each in rows
    }


def write_log(
    session: Session,
    stood: dict[tuple[int, str], Standing],
    visits: list[Visit],
    lines: list[ChatLine],
    time_ms: int,
) -> None:
    """Where players stood, by player and world, who came, and what they said.

    Guests' places are not kept, nor is anything of an account that was deleted meanwhile.
    """
    numbers = {player_id for player_id, _ in stood} | {each.player_id for each in visits}
    accounts = set(session.exec(select(AccountRow.id).where(col(AccountRow.id).in_(numbers))))
    rows = [
        {
            "account_id": player_id,
            "world": world,
            "x": each.x,
            "y": each.y,
            "z": each.z,
            "rotation": each.rotation,
            "mode_data": each.mode_data,
            "time_ms": time_ms,
        }
        for (player_id, world), each in stood.items()
        if player_id in accounts
    ]
    if rows:
        upsert(session, StandingRow, ["account_id", "world"], rows)
        seen = update(AccountRow).where(col(AccountRow.id).in_({row["account_id"] for row in rows}))
        session.exec(seen.values(seen_ms=time_ms))
    came = [asdict(each) for each in visits if each.is_guest or each.player_id in accounts]
    if came:
        session.execute(insert(VisitRow), came)
    write_lines(session, lines)


def visits_of(session: Session, player_id: int, limit: int = 100) -> list[Visit]:
    """The latest first."""
    rows = session.exec(
        select(VisitRow)
        .where(VisitRow.player_id == player_id)
        .order_by(col(VisitRow.id).desc())
        .limit(limit)
    )
    return [
        Visit(each.player_id, each.name, each.address, each.is_guest, each.began_ms)
        for each in rows
    ]


def forget_visits(session: Session, before_ms: int) -> None:
    """Deletes those that began before a time."""
    session.exec(delete(VisitRow).where(col(VisitRow.began_ms) < before_ms))


def _account(row: AccountRow) -> Account:
    return Account(
        player_id=row.id,
        name=row.name,
        skeleton=row.skeleton,
        password_hash=row.password_hash,
        role=row.role,
        look=row.look,
        created_ms=row.created_ms,
        seen_ms=row.seen_ms,
    )
