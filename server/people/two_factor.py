"""The second factor of the panel's sign-in: codes of an authenticator app (TOTP, RFC 6238), and
recovery codes for whoever has lost it.

It guards the panel. The game's log-in asks for the password alone, and the powers that the staff
has in the game's chat come with it.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass

import pyotp

from protocol_spec.codec import ErrorCode
from server.failures import Rejected
from server.moderation.actor import Actor
from server.people.identity import Account
from server.people.login_limits import LoginLimits
from server.people.sealing import Seal, SealBroken
from server.people.tokens import token_hash
from server.store import two_factors
from server.store.thread import Database
from server.store.two_factors import StoredFactor

log = logging.getLogger(__name__)

STEP_SECONDS = 30
STEPS_OFF = (0, -1, 1)
"""A clock may be wrong by one step, and typing takes its time (RFC 6238, 5.2)."""
RECOVERY_CODES = 10
RECOVERY_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""None that is taken for another: 16 of them are 79 random bits."""
RECOVERY_LENGTH = 16
LIMIT_SUFFIX = " CODE"
"""Codes count in the limits of log-ins beside the passwords: else whoever knows the password could
clear the count of wrong codes by logging in to the game. No name's skeleton has capitals."""
MOST_OFFERS = 1000


@dataclass(frozen=True)
class Offer:
    """A secret that is not in force yet."""

    secret: str
    """In base 32, for typing."""
    uri: str
    """For an authenticator app, as a QR code."""


@dataclass(frozen=True)
class FactorState:
    since_ms: int
    recovery_left: int


class TwoFactor:
    def __init__(
        self,
        database: Database,
        limits: LoginLimits,
        seal: Seal,
        wall_clock_ms: Callable[[], int],
    ) -> None:
        self._database = database
        self._limits = limits
        self._seal = seal
        self._wall_clock_ms = wall_clock_ms
        self._offers: dict[int, str] = {}
        """By account: secrets that wait for their first code."""

    async def state(self, player_id: int) -> FactorState | None:
        """None where it is off."""
        found = await self._database.do(two_factors.find_factor, player_id)
        return FactorState(found.since_ms, len(found.recovery_hashes)) if found else None

    async def offer(self, actor: Actor, issuer: str) -> Offer:
        """A new secret for the actor's own account; `issuer` is what the app calls the server.

        Raises Rejected.
        """
        actor.check("own", "two_factor")
        if await self.state(actor.player_id) is not None:
            raise Rejected(ErrorCode.FORBIDDEN, "it is on already")
        secret = pyotp.random_base32()
        self._offers.pop(actor.player_id, None)
        self._offers[actor.player_id] = secret
        if len(self._offers) > MOST_OFFERS:
            del self._offers[next(iter(self._offers))]
        uri = pyotp.TOTP(secret).provisioning_uri(name=actor.name, issuer_name=issuer)
        return Offer(secret, uri)

    async def switch_on(self, actor: Actor, account: Account, code: str, address: str) -> list[str]:
        """By the first code of the secret that was offered. The result are the recovery codes,
        which nobody can see again. Raises Rejected."""
        actor.check("own", "two_factor")
        secret = self._offers.get(actor.player_id)
        if secret is None:
            raise Rejected(ErrorCode.AUTH_EXPIRED, "there is no new secret")
        key = self._begin_try(account, address)
        step = self._step_of(secret, code)
        if step is None:
            self._limits.failed(key, address)
            raise Rejected(ErrorCode.AUTH_FAILED)
        self._limits.abandoned(key, address)
        codes = _recovery_codes()
        sealed = await asyncio.to_thread(
            self._seal.close, secret.encode(), _use_of(actor.player_id)
        )
        factor = StoredFactor(sealed, step, _hashes(codes), self._wall_clock_ms())
        audit = actor.audit("own.two_factor", actor.name, on=True)
        if not await self._database.do(two_factors.put_factor, actor.player_id, factor, audit):
            raise Rejected(ErrorCode.FORBIDDEN, "it is on already")
        self._offers.pop(actor.player_id, None)
        return codes

    async def check(self, account: Account, code: str, address: str) -> None:
        """A code of the app, or a recovery code, each good once. Raises Rejected.

        `address` is what limits count. Where it is off, every code will do.
        """
        factor = await self._database.do(two_factors.find_factor, account.player_id)
        if factor is None:
            return
        key = self._begin_try(account, address)
        if not await self._use(account, factor, code):
            self._limits.failed(key, address)
            raise Rejected(ErrorCode.AUTH_FAILED)
        self._limits.succeeded(key, address)

    async def renew_recovery(self, actor: Actor) -> list[str]:
        """Other recovery codes; those from before are good no more. Raises Rejected."""
        actor.check("own", "two_factor")
        codes = _recovery_codes()
        audit = actor.audit("own.two_factor", actor.name, recovery_codes="new")
        if not await self._database.do(
            two_factors.renew_recovery, actor.player_id, _hashes(codes), audit
        ):
            raise Rejected(ErrorCode.AUTH_EXPIRED, "it is off")
        return codes

    async def switch_off(self, actor: Actor) -> None:
        """The actor's own. Raises Rejected."""
        actor.check("own", "two_factor")
        audit = actor.audit("own.two_factor", actor.name, on=False)
        await self._database.do(two_factors.drop_factor, actor.player_id, audit)

    def _begin_try(self, account: Account, address: str) -> str:
        """The key by which it counts. Raises Rejected."""
        key = account.skeleton + LIMIT_SUFFIX
        self._limits.check(key, address)
        return key

    async def _use(self, account: Account, factor: StoredFactor, code: str) -> bool:
        code = "".join(code.split()).replace("-", "").lower()
        if len(code) == RECOVERY_LENGTH:
            actor = Actor(account.player_id, account.name, account.role, "panel")
            audit = actor.audit("own.two_factor", account.name, recovery_codes="used one")
            return await self._database.do(
                two_factors.use_recovery, account.player_id, token_hash(code), audit
            )
        try:
            secret = await asyncio.to_thread(
                self._seal.open, factor.sealed, _use_of(account.player_id)
            )
        except SealBroken as broken:
            log.warning("the second factor of %s cannot be read: %s", account.name, broken)
            return False
        step = self._step_of(secret.decode(), code)
        return step is not None and await self._database.do(
            two_factors.use_step, account.player_id, step
        )

    def _step_of(self, secret: str, code: str) -> int | None:
        """Which step's code it is, counted since 1970; None where it is none of now."""
        totp = pyotp.TOTP(secret)
        now = self._wall_clock_ms() // 1000 // STEP_SECONDS
        typed = "".join(code.split()).encode()
        for step in (now + off for off in STEPS_OFF):
            if hmac.compare_digest(totp.generate_otp(step).encode(), typed):
                return step
        return None


def _use_of(player_id: int) -> bytes:
    return b"two factor of %d" % player_id


def _recovery_codes() -> list[str]:
    """As they are shown: in groups of four."""
    codes = []
    for _ in range(RECOVERY_CODES):
        letters = [secrets.choice(RECOVERY_LETTERS) for _ in range(RECOVERY_LENGTH)]
        groups = ("".join(letters[at : at + 4]) for at in range(0, RECOVERY_LENGTH, 4))
        codes.append("-".join(groups))
    return codes


def _hashes(codes: list[str]) -> list[str]:
    return [token_hash(each.replace("-", "")) for each in codes]
