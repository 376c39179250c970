"""Who may do what, who may act upon whom, and how a broken matrix is refused."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import product

import pytest

from server.people import roles
from server.people.roles import (
    LANGUAGES,
    MATRIX,
    Role,
    is_staff,
    may,
    may_grant,
    outranks,
    permissions,
    read_matrix,
)

OWNER, ADMIN, MODERATOR, BUILDER, PLAYER, GUEST = Role
EVERYBODY = set(Role)
ACCOUNTS = {OWNER, ADMIN, MODERATOR, BUILDER, PLAYER}
STAFF = {OWNER, ADMIN, MODERATOR, BUILDER}
KEEPERS = {OWNER, ADMIN, MODERATOR}
"""They keep the peace."""
BUILDERS = {OWNER, ADMIN, BUILDER}
ADMINS = {OWNER, ADMIN}

BY_HAND = {
    "own.register": EVERYBODY,
    "own.rename": EVERYBODY,
    "own.change_password": ACCOUNTS,
    "own.two_factor": STAFF,
    "own.log_out_everywhere": ACCOUNTS,
    "own.export": ACCOUNTS,
    "own.delete": ACCOUNTS,
    "world.join": EVERYBODY,
    "world.spectate": EVERYBODY,
    "world.start": ADMINS,
    "world.stop": ADMINS,
    "world.create": ADMINS,
    "world.delete": ADMINS,
    "world.settings": ADMINS,
    "world.message": ADMINS,
    "chat.speak": EVERYBODY,
    "chat.whisper": EVERYBODY,
    "chat.emote": EVERYBODY,
    "chat.read_history": KEEPERS,
    "chat.read_whispers": ADMINS,
    "chat.delete": KEEPERS,
    "chat.announce": KEEPERS,
    "chat.slow_mode": KEEPERS,
    "player.see": KEEPERS,
    "player.see_address": ADMINS,
    "player.watch": KEEPERS,
    "player.note": KEEPERS,
    "player.warn": KEEPERS,
    "player.kick": KEEPERS,
    "player.mute": KEEPERS,
    "player.shadow_mute": KEEPERS,
    "player.ban": KEEPERS,
    "player.ban_address": ADMINS,
    "player.teleport": KEEPERS,
    "report.file": EVERYBODY,
    "report.see": KEEPERS,
    "report.take": KEEPERS,
    "report.close": KEEPERS,
    "filter.see": KEEPERS,
    "filter.try": KEEPERS,
    "filter.edit": ADMINS,
    "map.build": ACCOUNTS,
    "map.edit": BUILDERS,
    "map.edit_areas": BUILDERS,
    "map.see_history": STAFF,
    "map.revert_others": KEEPERS,
    "map.snapshot": BUILDERS,
    "map.restore": ADMINS,
    "map.create": ADMINS,
    "map.import": ADMINS,
    "map.export": BUILDERS,
    "map.delete": ADMINS,
    "map.purge": {OWNER},
    "account.see": KEEPERS,
    "account.rename": KEEPERS,
    "account.log_out": KEEPERS,
    "account.reset_password": ADMINS,
    "account.end_two_factor": {OWNER},
    "account.create": ADMINS,
    "account.change_role": ADMINS,
    "account.export": {OWNER},
    "account.delete": {OWNER},
    "audit.read": ADMINS,
    "audit.export": {OWNER},
    "settings.read": ADMINS,
    "settings.change": ADMINS,
    "server.metrics": ADMINS,
    "server.stop": {OWNER},
    "panel.enter": STAFF,
}


def test_the_table_knows_every_permission() -> None:
    assert BY_HAND.keys() == MATRIX.meanings.keys()


@pytest.mark.parametrize("role", Role)
def test_a_role_may_do_what_the_table_says_and_no_more(role: Role) -> None:
    for permission, those in BY_HAND.items():
        resource, action = permission.split(".")
        assert may(role, resource, action) is (role in those), permission
    assert permissions(role) == {each for each, those in BY_HAND.items() if role in those}


def test_a_higher_role_may_do_all_that_a_lower_one_may() -> None:
    """But for moderators and builders, whose work is different."""
    for higher, lower in (
        (OWNER, ADMIN),
        (ADMIN, MODERATOR),
        (ADMIN, BUILDER),
        (MODERATOR, PLAYER),
        (BUILDER, PLAYER),
        (PLAYER, GUEST),
    ):
        assert permissions(higher) >= permissions(lower)
    assert not permissions(MODERATOR) >= permissions(BUILDER)
    assert not permissions(BUILDER) >= permissions(MODERATOR)


def test_everybody_who_may_enter_the_panel_is_staff() -> None:
    assert {role for role in Role if is_staff(role)} == STAFF


def test_an_unknown_permission_or_role_is_our_bug() -> None:
    with pytest.raises(KeyError, match=r"chat\.speek"):
        may("owner", "chat", "speek")
    with pytest.raises(KeyError):
        may("king", "chat", "speak")
    with pytest.raises(KeyError):
        permissions("king")
    with pytest.raises(KeyError):
        outranks("owner", "king")


def test_one_acts_upon_lower_ones_only_and_an_owner_upon_all() -> None:
    allowed = {
        (role, other) for role, other in product(Role, Role) if outranks(str(role), str(other))
    }
    assert allowed == {
        *((OWNER, other) for other in Role),
        *((ADMIN, other) for other in (MODERATOR, BUILDER, PLAYER, GUEST)),
        *((MODERATOR, other) for other in (BUILDER, PLAYER, GUEST)),
        *((BUILDER, other) for other in (PLAYER, GUEST)),
        (PLAYER, GUEST),
    }


def test_nobody_gives_a_role_that_they_could_not_take_away() -> None:
    allowed = {each for each in product(Role, Role, Role) if may_grant(*each)}
    owners = {(OWNER, old, new) for old, new in product(ACCOUNTS, ACCOUNTS)}
    admins = {
        (ADMIN, old, new)
        for old, new in product((MODERATOR, BUILDER, PLAYER), (MODERATOR, BUILDER, PLAYER))
    }
    assert allowed == owners | admins


def test_nobody_gives_what_they_have_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even to somebody who stays below them."""
    granted = {**MATRIX.granted, "builder": MATRIX.granted["owner"]}
    monkeypatch.setattr(roles, "MATRIX", replace(MATRIX, granted=granted))
    assert not may_grant("admin", "player", "builder")
    assert may_grant("admin", "builder", "player")


def test_every_permission_and_role_is_told_in_both_languages() -> None:
    for words in (*MATRIX.meanings.values(), *MATRIX.titles.values()):
        assert tuple(words) == LANGUAGES
        assert re.search("[а-яё]", words["ru"])
        assert not re.search("[а-яё]", words["en"])
    assert list(MATRIX.titles) == list(MATRIX.granted) == list(Role)


WHOLE = """
[permissions.chat]
speak = { en = "Speak.", ru = "Говорить." }
delete = { en = "Delete.", ru = "Удалять." }

[[role]]
name = "owner"
title = { en = "Owner", ru = "Владелец" }
extends = "admin"
may = ["chat.delete"]

[[role]]
name = "admin"
title = { en = "Admin", ru = "Администратор" }
extends = "moderator"
may = []

[[role]]
name = "moderator"
title = { en = "Moderator", ru = "Модератор" }
extends = "player"
may = []

[[role]]
name = "builder"
title = { en = "Builder", ru = "Строитель" }
extends = "player"
may = []

[[role]]
name = "player"
title = { en = "Player", ru = "Игрок" }
extends = "guest"
may = []

[[role]]
name = "guest"
title = { en = "Guest", ru = "Гость" }
may = ["chat.speak"]
"""


def test_a_whole_matrix_is_read() -> None:
    matrix = read_matrix(WHOLE)
    assert matrix.granted["owner"] == {"chat.speak", "chat.delete"}
    assert matrix.granted["admin"] == {"chat.speak"}


@pytest.mark.parametrize(
    ("part", "instead", "told"),
    [
        ('may = ["chat.delete"]', "may = [", r"line \d+"),
        ("[permissions.chat]", "[permissions.chat]\nspeak = 1", "line 4"),
        (
            'may = ["chat.delete"]',
            'may = ["chat.erase"]',
            "role owner, may: 'chat.erase' is no per",
        ),
        (
            'may = ["chat.delete"]',
            'may = ["chat.speak"]',
            "role owner, may: 'chat.speak' is admin's",
        ),
        ('may = ["chat.delete"]', 'may = ["chat.delete", "chat.delete"]', "stands there twice"),
        ('may = ["chat.delete"]', "may = []", "role owner, may: lacks chat.delete"),
        ('may = ["chat.delete"]', "may = [1]", "role owner, may: 1 is no permission"),
        ('extends = "admin"', 'extends = "king"', "role owner, extends: 'king' is no lower role"),
        (
            'extends = "guest"',
            'extends = "owner"',
            "role player, extends: 'owner' is no lower role",
        ),
        ('extends = "guest"', 'inherits = "guest"', "role 5: inherits means nothing here"),
        ('name = "guest"', 'name = "ghost"', "ghost.*are not the roles owner, admin"),
        ('name = "guest"\n', "", "role 6: name is missing"),
        (', ru = "Гость"', "", "role guest, title: ru is missing"),
        ('ru = "Говорить."', 'ru = " "', r"permissions.chat.speak.ru tells nothing"),
        ('speak = { en = "Speak.", ru = "Говорить." }', "speak = 1", "chat.speak is no table"),
        (
            "[permissions.chat]",
            "[permissions]\nchat = 1\n[permission.chat]",
            "means nothing|missing",
        ),
        ("[permissions.chat]", "[permissions.Chat]", "permissions.Chat.speak is not in snake_case"),
        ("[[role]]", "[[roles]]", "the file: role is missing"),
        (WHOLE, "permissions = {}\nrole = 1", r"role is no list of tables"),
        (WHOLE, "permissions = 1\nrole = []", "permissions is no table"),
        (WHOLE, "[permissions]\nchat = 1\n[[role]]", "permissions.chat is no table"),
        (WHOLE, "permissions = {}\nrole = [1]", "role 1 is no table"),
        ('may = ["chat.speak"]', 'may = "chat.speak"', "role guest, may is no list"),
        ('may = ["chat.speak"]', 'may = [["chat.speak"]]', "role guest, may: .* is no permission"),
    ],
)
def test_a_broken_matrix_is_refused_at_a_stated_place(part: str, instead: str, told: str) -> None:
    assert part in WHOLE
    with pytest.raises(ValueError, match=told):
        read_matrix(WHOLE.replace(part, instead))
