"""What stands around the worlds, put together: who comes in, what they say, who keeps the peace."""

from __future__ import annotations

import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from server.chat.chat import Chat
from server.chat.commands import Commands
from server.chat.filter import ChatFilter, Rule, starter_rules
from server.clock import wall_clock_ms
from server.desks.accounts import AccountDesk
from server.game import Game
from server.lobby import Lobby
from server.moderation.deeds import FILTER_RULES, Deeds
from server.moderation.reports import ReportDesk
from server.moderation.sanctions import SanctionDesk
from server.people.accounts import Accounts
from server.people.authentication import Authentication
from server.people.first_owner import FirstOwner
from server.people.login_limits import LoginLimits
from server.people.passwords import Passwords
from server.people.registrations import Registrations
from server.people.sealing import Seal
from server.people.two_factor import TwoFactor
from server.player_log import PlayerLog
from server.settings import Settings
from server.store.settings import find_setting
from server.store.thread import Database
from server.tasks import start_task


@dataclass(frozen=True)
class Services:
    database: Database
    lobby: Lobby
    player_log: PlayerLog
    passwords: Passwords
    authentication: Authentication
    accounts: Accounts
    two_factor: TwoFactor
    chat: Chat
    sanctions: SanctionDesk
    reports: ReportDesk
    deeds: Deeds
    account_desk: AccountDesk
    first_owner: FirstOwner


def assemble(
    settings: Settings,
    database: Database,
    games: list[Game],
    *,
    clock: Callable[[], float] = time.monotonic,
    start: Callable[[Coroutine[Any, Any, None]], None] = start_task,
) -> Services:
    """All of it, around these worlds. Raises StoreError."""
    player_log = PlayerLog(database, settings.chat_days, settings.visit_days)
    lobby = Lobby(settings, games, player_log, clock=clock, start=start)
    passwords = Passwords(settings)
    limits = LoginLimits(
        clock,
        failures_per_name=settings.login_failures_per_minute,
        failures_per_address=settings.login_failures_per_address,
        limit_loopback=settings.limit_loopback_logins,
    )
    authentication = Authentication(database, lobby, passwords, limits)
    registrations = Registrations(clock, settings.registrations_per_hour)
    accounts = Accounts(database, lobby, passwords, authentication, registrations)
    chat = Chat(lobby, player_log, ChatFilter(_stored_rules(database)))
    sanctions = SanctionDesk(database, lobby)
    reports = ReportDesk(database, lobby, chat)
    deeds = Deeds(database, lobby, chat)
    lobby.authentication, lobby.accounts = authentication, accounts
    lobby.chat, lobby.reports = chat, reports
    lobby.commands = Commands(lobby, chat, accounts, sanctions, reports, deeds)
    return Services(
        database=database,
        lobby=lobby,
        player_log=player_log,
        passwords=passwords,
        authentication=authentication,
        accounts=accounts,
        two_factor=TwoFactor(database, limits, Seal(settings.data), wall_clock_ms),
        chat=chat,
        sanctions=sanctions,
        reports=reports,
        deeds=deeds,
        account_desk=AccountDesk(database, accounts, deeds),
        first_owner=FirstOwner(database, accounts, limits, clock),
    )


def _stored_rules(database: Database) -> list[Rule]:
    """The filter's rules: those to begin with until somebody changes them."""
    rows = database.store.do(find_setting, FILTER_RULES)
    return starter_rules() if rows is None else [Rule(**row) for row in rows]
