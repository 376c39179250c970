"""Second factors of accounts. Functions on a session; Store.do gives them one."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session

from server.models import TwoFactorRow
from server.store.audit import Audit, write_audit


@dataclass(frozen=True)
class StoredFactor:
    sealed: bytes
    last_step: int
    recovery_hashes: list[str]
    since_ms: int


def find_factor(session: Session, account_id: int) -> StoredFactor | None:
    row = session.get(TwoFactorRow, account_id)
    if row is None:
        return None
    return StoredFactor(row.sealed, row.last_step, list(row.recovery_hashes), row.since_ms)


def put_factor(session: Session, account_id: int, factor: StoredFactor, audit: Audit) -> bool:
    """False where the account has one already."""
    if session.get(TwoFactorRow, account_id) is not None:
        return False
    session.add(
        TwoFactorRow(
            account_id=account_id,
            sealed=factor.sealed,
            last_step=factor.last_step,
            recovery_hashes=factor.recovery_hashes,
            since_ms=factor.since_ms,
        )
    )
    write_audit(session, audit)
    return True


def use_step(session: Session, account_id: int, step: int) -> bool:
    """Whether a code of that time is the first of its time; then there is none of it any more."""
    row = session.get(TwoFactorRow, account_id)
    if row is None or step <= row.last_step:
        return False
    row.last_step = step
    session.add(row)
    return True


def use_recovery(session: Session, account_id: int, kept_hash: str, audit: Audit) -> bool:
    """Whether that is the hash of a recovery code; then it is none any more."""
    row = session.get(TwoFactorRow, account_id)
    if row is None or kept_hash not in row.recovery_hashes:
        return False
    row.recovery_hashes = [each for each in row.recovery_hashes if each != kept_hash]
    session.add(row)
    write_audit(session, audit)
    return True


def renew_recovery(session: Session, account_id: int, hashes: list[str], audit: Audit) -> bool:
    """False where there is no second factor."""
    row = session.get(TwoFactorRow, account_id)
    if row is None:
        return False
    row.recovery_hashes = hashes
    session.add(row)
    write_audit(session, audit)
    return True


def drop_factor(session: Session, account_id: int, audit: Audit) -> bool:
    """False where there was none."""
    row = session.get(TwoFactorRow, account_id)
    if row is None:
        return False
    session.delete(row)
    write_audit(session, audit)
    return True
