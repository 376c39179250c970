"""Who may what in the panel: each page and each deed of its desks, for each role, by roles.toml."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterator
from contextlib import suppress
from typing import Any

import pytest

from admin.frame import PAGES
from protocol_spec.codec import ErrorCode
from server.desks.audit import AuditDesk
from server.desks.audit_filter import AuditFilter
from server.desks.maps import MapDesk, MapRefused
from server.desks.settings import SettingsDesk
from server.desks.worlds import WorldDesk
from server.moderation.actor import Actor
from server.people.roles import Role, may
from server.store import StoreError
from server.worlds import Worlds
from tests.desks import PEOPLE, staffed_server
from tests.mock_server import MockServer, SameThread
from tests.panel import answer, sign_in
from tests.people import PASSWORD, account, actor, done, refusal
from tests.running import RunningServer

OWN_PAGES = ("/accounts", "/audit", "/settings", "/worlds", "/")
STAFF = tuple(role for role in PEOPLE if role is not Role.PLAYER)
"""Who can sign in."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with staffed_server(tmp_path_factory.mktemp("matrix")) as started:
        yield started


class Desks:
    """All of them, with an account `Subject` that is lower than everybody, and no world."""

    def __init__(self) -> None:
        server = MockServer()
        services = server.services
        self.server = server
        self.accounts = services.account_desk
        self.audit = AuditDesk(services.database)
        self.settings = SettingsDesk(services.database, server.lobby, server.settings)
        store = services.database.store
        self.worlds = WorldDesk(
            services.database, MapDesk(store), Worlds(store, SameThread()), services
        )
        account(server, "Subject", Role.PLAYER)

    async def states(self, who: Actor) -> object:
        return self.settings.states(who)


DEEDS: dict[str, tuple[str, Callable[[Desks, Actor], Coroutine[Any, Any, object]]]] = {
    # What is done -> the permission that it needs, and doing it.
    "list accounts": ("account.see", lambda d, a: d.accounts.accounts(a)),
    "search accounts": ("account.see", lambda d, a: d.accounts.search(a, "", "", 10)),
    "log out": ("account.log_out", lambda d, a: d.accounts.log_out(a, "Subject")),
    "password link": (
        "account.reset_password",
        lambda d, a: d.accounts.password_link(a, "Subject"),
    ),
    "create account": ("account.create", lambda d, a: d.accounts.invite(a, "Lulu", Role.PLAYER)),
    "rename account": ("account.rename", lambda d, a: d.accounts.rename(a, "Subject", "Other")),
    "export account": ("account.export", lambda d, a: d.accounts.export(a, "Subject")),
    "delete account": ("account.delete", lambda d, a: d.accounts.delete(a, "Subject")),
    "change role": (
        "account.change_role",
        lambda d, a: d.accounts.change_role(a, "Subject", Role.BUILDER),
    ),
    "read audit": ("audit.read", lambda d, a: d.audit.entries(a, AuditFilter(), 10)),
    "export audit": ("audit.export", lambda d, a: d.audit.export(a, AuditFilter(), "json")),
    "read settings": ("settings.read", lambda d, a: d.states(a)),
    "change settings": ("settings.change", lambda d, a: d.settings.change(a, {"name": "Tree"})),
    "see worlds": ("panel.enter", lambda d, a: d.worlds.states(a)),
    "free maps": ("world.create", lambda d, a: d.worlds.free_maps(a)),
    "create world": ("world.create", lambda d, a: d.worlds.create(a, "attic", "none", "free")),
    "start world": ("world.start", lambda d, a: d.worlds.start(a, "none")),
    "stop world": ("world.stop", lambda d, a: d.worlds.stop(a, "none")),
    "delete world": ("world.delete", lambda d, a: d.worlds.delete(a, "none")),
    "set mode": ("world.settings", lambda d, a: d.worlds.modes.change(a, "none", "tag")),
    "see mode": ("world.settings", lambda d, a: d.worlds.modes.state(a, "none")),
    "set message": ("world.message", lambda d, a: d.worlds.set_message(a, "none", "Tea")),
}


@pytest.mark.parametrize("role", PEOPLE)
@pytest.mark.parametrize("deed", DEEDS)
def test_a_deed_is_done_for_exactly_those_who_may(deed: str, role: Role) -> None:
    permission, work = DEEDS[deed]
    desks = Desks()
    who = actor(account(desks.server, PEOPLE[role], role))
    if not may(role, *permission.split(".")):
        assert refusal(work(desks, who)) is ErrorCode.FORBIDDEN
        return
    with suppress(MapRefused, StoreError):  # They may; there is just no such world or map.
        done(work(desks, who))


@pytest.mark.parametrize("role", PEOPLE)
def test_a_page_is_shown_to_exactly_those_who_may_see_it(server: RunningServer, role: Role) -> None:
    status, cookie = sign_in(server, PEOPLE[role], PASSWORD)
    assert (status == 204) == (role in STAFF)
    for path, _, _, (resource, action) in PAGES:
        if path not in OWN_PAGES:
            continue
        text = answer(server, f"/admin{path}", cookie=cookie.split(";")[0])[2]
        is_shown = role in STAFF and may(role, resource, action)
        assert ("q-drawer" in text) == is_shown, path
