"""The second factor: which codes are good, how often, and what is kept of them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pyotp
import pytest

from protocol_spec.codec import ErrorCode
from server.moderation.actor import OPERATOR, Actor
from server.people.identity import Account
from server.people.login_limits import LoginLimits
from server.people.roles import Role
from server.people.sealing import KEY_NAME, Seal, SealBroken
from server.people.two_factor import TwoFactor
from server.store import Store, audit
from server.store.thread import Database
from tests.mock_server import MockServer
from tests.people import account, actor, done, refusal

STEP_MS = 30_000
START_MS = 59_000_000 * STEP_MS
"""The beginning of a step."""
ADDRESS = "192.0.2.7"


class Case:
    """An account of the staff, with a clock that is set by hand."""

    def __init__(self, folder: Path) -> None:
        store = Store(folder, "")
        store.migrate()
        self.server = MockServer(store=store)
        self.now_ms = START_MS
        self.limits = LoginLimits(lambda: self.now_ms / 1000)
        self.database = Database(store)
        self.folder = folder
        self.kept = account(self.server, "Pozzo", Role.MODERATOR)
        self.actor = actor(self.kept)
        self.factor = TwoFactor(self.database, self.limits, Seal(folder), lambda: self.now_ms)

    def on(self) -> tuple[pyotp.TOTP, list[str]]:
        """What makes its codes, and the recovery codes."""
        totp = pyotp.TOTP(done(self.factor.offer(self.actor, "Tree")).secret)
        codes = done(self.factor.switch_on(self.actor, self.kept, self.code(totp), ADDRESS))
        self.now_ms += 10 * STEP_MS
        return totp, codes

    def code(self, totp: pyotp.TOTP, steps_off: int = 0) -> str:
        return totp.generate_otp(self.now_ms // STEP_MS + steps_off)

    def check(self, code: str, address: str = ADDRESS) -> ErrorCode | None:
        """Why a code is refused."""
        try:
            return refusal(self.factor.check(self.kept, code, address))
        except AssertionError:
            return None

    def rows(self, query: str) -> list[tuple[object, ...]]:
        database = sqlite3.connect(self.folder / "estragon.sqlite3")
        try:
            return database.execute(query).fetchall()
        finally:
            database.close()


@pytest.fixture
def case(tmp_path: Path) -> Iterator[Case]:
    made = Case(tmp_path)
    yield made
    made.server.services.database.store.close()


def test_without_it_nothing_is_asked(case: Case) -> None:
    assert case.check("") is None
    assert done(case.factor.state(case.kept.player_id)) is None


def test_it_is_on_with_the_first_right_code_and_not_before(case: Case) -> None:
    totp = pyotp.TOTP(done(case.factor.offer(case.actor, "Tree")).secret)
    wrong = case.code(totp, 5)
    refused = refusal(case.factor.switch_on(case.actor, case.kept, wrong, ADDRESS))
    assert refused is ErrorCode.AUTH_FAILED
    assert done(case.factor.state(case.kept.player_id)) is None
    codes = done(case.factor.switch_on(case.actor, case.kept, case.code(totp), ADDRESS))
    assert len(set(codes)) == 10
    assert done(case.factor.state(case.kept.player_id)) is not None


def test_the_app_is_told_the_servers_name_and_the_accounts(case: Case) -> None:
    uri = done(case.factor.offer(case.actor, "Tree & Co")).uri
    parsed = pyotp.parse_uri(uri)
    assert (parsed.issuer, parsed.name) == ("Tree & Co", "Pozzo")


@pytest.mark.parametrize(
    ("steps_off", "is_good"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)]
)
def test_a_code_is_good_a_step_before_and_after_its_own(
    case: Case, steps_off: int, is_good: bool
) -> None:
    totp, _ = case.on()
    assert (case.check(case.code(totp, steps_off)) is None) == is_good


def test_a_code_is_good_once_and_none_from_before_it_is_good_afterwards(case: Case) -> None:
    totp, _ = case.on()
    assert case.check(case.code(totp)) is None
    assert case.check(case.code(totp)) is ErrorCode.AUTH_FAILED
    assert case.check(case.code(totp, -1)) is ErrorCode.AUTH_FAILED
    assert case.check(case.code(totp, 1)) is None


def test_the_code_that_switched_it_on_signs_nobody_in(case: Case) -> None:
    totp = pyotp.TOTP(done(case.factor.offer(case.actor, "Tree")).secret)
    code = case.code(totp)
    done(case.factor.switch_on(case.actor, case.kept, code, ADDRESS))
    assert case.check(code) is ErrorCode.AUTH_FAILED


def test_a_recovery_code_is_good_once_however_it_is_typed(case: Case) -> None:
    _, codes = case.on()
    assert case.check(f" {codes[3].upper().replace('-', ' ')} ") is None
    assert case.check(codes[3]) is ErrorCode.AUTH_FAILED
    state = done(case.factor.state(case.kept.player_id))
    assert state is not None
    assert state.recovery_left == 9
    fresh = done(case.factor.renew_recovery(case.actor))
    assert case.check(codes[4]) is ErrorCode.AUTH_FAILED
    assert case.check(fresh[0]) is None


def test_wrong_codes_count_and_the_password_does_not_clear_the_count(case: Case) -> None:
    totp, _ = case.on()
    for _ in range(5):
        assert case.check("000000") is ErrorCode.AUTH_FAILED
        case.limits.check(case.kept.skeleton, ADDRESS)
        case.limits.succeeded(case.kept.skeleton, ADDRESS)
    assert case.check(case.code(totp)) is ErrorCode.AUTH_TOO_MANY_TRIES
    case.now_ms += 61_000
    assert case.check(case.code(totp)) is None


def test_strangers_wrong_codes_hold_no_owner_back(case: Case) -> None:
    totp, _ = case.on()
    assert case.check(case.code(totp)) is None
    for _ in range(6):
        case.check("000000", "198.51.100.9")
    assert case.check(case.code(totp, 1)) is None


def test_the_database_alone_makes_no_codes(case: Case) -> None:
    totp, codes = case.on()
    ((sealed, hashes),) = case.rows("SELECT sealed, recovery_hashes FROM two_factors")
    assert isinstance(sealed, bytes)
    assert totp.secret.encode() not in sealed
    assert all(each.replace("-", "") not in str(hashes) for each in codes)
    key = case.folder / KEY_NAME
    assert key.stat().st_mode & 0o777 == 0o600
    key.unlink()
    assert case.check(case.code(totp)) is ErrorCode.AUTH_FAILED
    assert case.check(codes[0]) is None


def test_a_sealed_secret_opens_for_its_own_use_and_unchanged_only(tmp_path: Path) -> None:
    seal = Seal(tmp_path)
    sealed = seal.close(b"secret", b"1")
    assert seal.open(sealed, b"1") == b"secret"
    assert seal.close(b"secret", b"1") != sealed
    for other, use in ((sealed, b"2"), (sealed[:-1] + b"x", b"1"), (b"", b"1")):
        with pytest.raises(SealBroken):
            seal.open(other, use)


def test_whoever_lost_it_is_let_in_by_the_owner_and_that_is_written_down(case: Case) -> None:
    case.on()
    desk = case.server.services.account_desk
    admin = actor(account(case.server, "Estragon", Role.ADMIN))
    assert refusal(desk.end_two_factor(admin, "Pozzo")) is ErrorCode.FORBIDDEN
    done(desk.end_two_factor(OPERATOR, "pozzo"))
    assert case.check("") is None
    assert refusal(desk.end_two_factor(OPERATOR, "Pozzo")) is ErrorCode.COMMAND_USAGE
    rows = done(case.database.do(audit.audit_entries, subject="Pozzo"))
    assert [(each.actor, each.action) for each in rows] == [
        ("@operator", "account.end_two_factor"),
        ("Pozzo", "own.two_factor"),
    ]


def test_players_have_none(case: Case) -> None:
    kept: Account = account(case.server, "Lucky")
    player = Actor(kept.player_id, kept.name, kept.role, "panel")
    assert refusal(case.factor.offer(player, "Tree")) is ErrorCode.FORBIDDEN


def test_it_ends_with_its_account(case: Case) -> None:
    case.on()
    done(case.server.services.accounts.delete_at_once(case.kept))
    assert case.rows("SELECT * FROM two_factors") == []
