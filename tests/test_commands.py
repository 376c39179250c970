"""Lines with a slash: how they are read, who may give which, and what comes of it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol_spec import codec
from protocol_spec.codec import ErrorCode, MessageType, NoticeCode
from server.moderation.actor import OPERATOR
from server.people.identity import SanctionKind
from server.people.roles import Role, permissions
from server.store import sanctions
from tests.mock_server import MockClient, MockServer
from tests.people import account, done, guest, heard, joined, of_type, play, with_ticket

COMMANDS = {
    "help": "chat.speak",
    "who": "chat.speak",
    "w": "chat.whisper",
    "nick": "own.rename",
    "report": "report.file",
    "kick": "player.kick",
    "warn": "player.warn",
    "mute": "player.mute",
    "unmute": "player.mute",
    "shadowmute": "player.shadow_mute",
    "unshadowmute": "player.shadow_mute",
    "ban": "player.ban",
    "unban": "player.ban",
    "tp": "player.teleport",
    "slow": "chat.slow_mode",
    "say": "chat.announce",
}
"""Each with the permission that it needs."""


@pytest.fixture
def mock() -> MockServer:
    return MockServer(chat_burst=10_000)


@pytest.fixture
def admin(mock: MockServer) -> MockClient:
    return play(mock, "Hamm", Role.ADMIN)


def errors(client: MockClient) -> list[tuple[ErrorCode, str]]:
    return [(ErrorCode(each.code), each.text) for each in of_type(client, codec.Error)]


def held(mock: MockServer, client: MockClient) -> list[tuple[str, str, int | None]]:
    """Kind, reason and length of all that was done to a player, the latest first."""
    found = done(mock.services.database.do(sanctions.all_sanctions, player_id=client.player_id))
    return [
        (each.kind.value, each.reason, each.expires_ms and each.expires_ms - each.created_ms)
        for each in found
    ]


# -- Who may ------------------------------------------------------------------------------


@pytest.mark.parametrize("role", Role)
def test_everybody_is_told_the_commands_of_their_role_and_has_no_others(
    mock: MockServer, role: Role
) -> None:
    client = guest(mock, "Clov") if role == Role.GUEST else play(mock, "Clov", role)
    allowed = sorted(name for name, each in COMMANDS.items() if each in permissions(role))
    assert list(client.commands) == allowed
    client.say("/help")
    ((code, lines),) = client.notices
    assert code is NoticeCode.COMMANDS
    assert lines == [f"/{name} {client.commands[name]}".strip() for name in allowed]
    for name in COMMANDS.keys() - set(allowed):
        client.say(f"/{name} Clov 1")
    denied = sorted(text for _, text in errors(client))
    assert denied == sorted(f"/{name}" for name in COMMANDS.keys() - set(allowed))
    assert {code for code, _ in errors(client)} <= {ErrorCode.COMMAND_UNKNOWN}
    assert heard(client) == []


def test_with_another_role_come_other_commands(mock: MockServer, admin: MockClient) -> None:
    kept = account(mock, "Clov")
    client = joined(with_ticket(mock, kept.player_id))
    assert "kick" not in client.commands
    done(mock.services.deeds.change_role(OPERATOR, kept.player_id, Role.MODERATOR))
    assert client.role == "moderator"
    assert "kick" in client.commands
    assert client.notices == [(NoticeCode.ROLE_CHANGED, ["moderator"])]
    pozzo = guest(mock, "Pozzo")
    client.say("/kick Pozzo")
    assert pozzo.wire.closed is not None
    done(mock.services.deeds.change_role(OPERATOR, kept.player_id, Role.PLAYER))
    assert "kick" not in client.commands
    client.say("/kick Hamm")
    assert errors(client) == [(ErrorCode.COMMAND_UNKNOWN, "/kick")]


# -- How they are read ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "done_to"),
    [
        ("/mute Lucky", ("mute", "", None)),
        ("/MUTE lucky", ("mute", "", None)),
        ("/mute   Lucky   10m   thinking   aloud", ("mute", "thinking aloud", 600_000)),
        ("/mute Lucky 90S", ("mute", "", 90_000)),
        ("/mute Lucky 2h x", ("mute", "x", 7_200_000)),
        ("/mute Lucky 3d", ("mute", "", 3 * 86_400_000)),
        ("/mute Lucky 1w", ("mute", "", 604_800_000)),
        ("/mute Lucky 999999w", ("mute", "", None)),
        ("/mute Lucky 10 minutes", ("mute", "10 minutes", None)),
        ("/mute Lucky 10m 20m", ("mute", "20m", 600_000)),
        ('/mute "Lucky" 10m', ("mute", "", 600_000)),
        ('/mute "Lucky"10m', ("mute", "", 600_000)),
        ("/warn Lucky enough", ("warning", "enough", None)),
        ("/kick Lucky", ("kick", "", None)),
        ("/shadowmute Lucky 1h", ("shadow_mute", "", 3_600_000)),
        ("/ban Lucky dancing the Net", ("ban", "dancing the Net", None)),
        ("/mute Lucky ٣٠m", ("mute", "", 1_800_000)),
    ],
)
def test_a_line_means_what_it_says(
    mock: MockServer, admin: MockClient, line: str, done_to: tuple[str, str, int | None]
) -> None:
    lucky = guest(mock, "Lucky")
    admin.say(line)
    assert held(mock, lucky) == [done_to]
    assert admin.notices == [(NoticeCode.DONE, [done_to[0], "Lucky"])]
    assert errors(admin) == []


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("/", ErrorCode.COMMAND_UNKNOWN),
        ("//", ErrorCode.COMMAND_UNKNOWN),
        ("/ help", ErrorCode.COMMAND_UNKNOWN),
        ("/hel", ErrorCode.COMMAND_UNKNOWN),
        ("/помощь", ErrorCode.COMMAND_UNKNOWN),
        ("/" + "x" * 499, ErrorCode.COMMAND_UNKNOWN),
        ("/" + "🌳" * 499, ErrorCode.COMMAND_UNKNOWN),
        ("/__init__", ErrorCode.COMMAND_UNKNOWN),
        ("/mute", ErrorCode.COMMAND_USAGE),
        ("/warn Lucky", ErrorCode.COMMAND_USAGE),
        ("/help me", ErrorCode.COMMAND_USAGE),
        ("/who else", ErrorCode.COMMAND_USAGE),
        ("/unmute Lucky now", ErrorCode.COMMAND_USAGE),
        ("/slow", ErrorCode.COMMAND_USAGE),
        ("/slow fast", ErrorCode.COMMAND_USAGE),
        ("/slow -1", ErrorCode.COMMAND_USAGE),
        ("/slow 5000", ErrorCode.COMMAND_USAGE),
        ("/slow 12345", ErrorCode.COMMAND_USAGE),
        ("/mute Lucky 0m", ErrorCode.COMMAND_USAGE),
        ("/tp Lucky Hamm Lucky", ErrorCode.COMMAND_USAGE),
        ("/w", ErrorCode.COMMAND_USAGE),
        ("/w Lucky", ErrorCode.COMMAND_USAGE),
        ("/say", ErrorCode.COMMAND_USAGE),
        ("/nick", ErrorCode.COMMAND_USAGE),
        ("/nick x", ErrorCode.NAME_TOO_SHORT),
        ("/mute Nobody", ErrorCode.CHAT_NOBODY),
        ('/mute "', ErrorCode.CHAT_NOBODY),
        ('/mute ""', ErrorCode.CHAT_NOBODY),
        ("/mute " + "🌳" * 490, ErrorCode.CHAT_NOBODY),
        ("/tp " + "🌳" * 490, ErrorCode.CHAT_NOBODY),
        ("/mute " + "a " * 240, ErrorCode.CHAT_NOBODY),
        ("/mute Hamm", ErrorCode.FORBIDDEN),
        ("/unmute Lucky", ErrorCode.CHAT_NOBODY),
        ("/w Hamm to myself", ErrorCode.CHAT_NOBODY),
        ("/report Hamm myself", ErrorCode.CHAT_NOBODY),
        ("/tp Godot", ErrorCode.CHAT_NOBODY),
        ("/kick Godot", ErrorCode.CHAT_NOBODY),
    ],
)
def test_a_line_that_cannot_be_carried_out_is_answered_and_heard_by_nobody(
    mock: MockServer, admin: MockClient, line: str, code: ErrorCode
) -> None:
    lucky = guest(mock, "Lucky")
    admin.say(line)
    assert [each for each, _ in errors(admin)] == [code]
    assert admin.wire.closed is None
    assert heard(lucky) == heard(admin) == []
    assert held(mock, lucky) == []
    assert admin.notices == []


def test_a_refusal_says_how_the_command_is_used_and_names_what_it_refuses(
    mock: MockServer, admin: MockClient
) -> None:
    admin.say("/mute")
    assert errors(admin) == [(ErrorCode.COMMAND_USAGE, "/mute player [duration] [text]")]
    (error,) = of_type(admin, codec.Error)
    assert error.message == MessageType.CHAT_MESSAGE


@given(st.text(max_size=499))
@settings(max_examples=300, deadline=None)
def test_whatever_is_written_is_answered_and_ends_nothing(text: str) -> None:
    owner, other = _pair()
    already = len(of_type(owner, codec.Error))
    other.wire.sent.clear()
    owner.say(f"/{text}")
    owner.server.tick()
    assert owner.wire.closed is None
    assert of_type(other, codec.ChatMessage) == []
    new = of_type(owner, codec.Error)[already:]
    assert len(new) <= 1
    owner.wire.sent.clear()


@given(st.sampled_from(sorted(COMMANDS)), st.text("ab\"' /\\Luckyham019mhdw-_.🌳", max_size=60))
@settings(max_examples=500, deadline=None)
def test_whatever_stands_behind_a_command_is_answered_and_ends_nothing(
    name: str, rest: str
) -> None:
    owner, _ = _pair()
    owner.wire.sent.clear()
    owner.say(f"/{name} {rest}")
    assert owner.wire.closed is None
    answers = [each for each in owner.wire.messages() if isinstance(each, codec.Error)]
    assert len(answers) <= 1


_PAIR: list[MockClient] = []


def _pair() -> tuple[MockClient, MockClient]:
    """An admin who may command all, and a player: the same two for all examples."""
    if not _PAIR or any(each.wire.closed is not None for each in _PAIR):
        mock = MockServer(chat_burst=1_000_000, messages_per_second=10_000, message_burst=1_000_000)
        _PAIR[:] = [play(mock, "Hamm", Role.ADMIN), guest(mock, "Vladimir")]
    return _PAIR[0], _PAIR[1]


def test_names_with_spaces_are_found_with_and_without_quotes(
    mock: MockServer, admin: MockClient
) -> None:
    albert, al = guest(mock, "Monsieur Albert"), guest(mock, "Monsieur")
    admin.say("/warn Monsieur Albert enough")
    assert held(mock, albert) == [("warning", "enough", None)]
    admin.say("/warn monsieur  albert enough")
    admin.say('/warn "Monsieur Albert" enough')
    assert len(held(mock, albert)) == 3
    admin.say('/warn "Monsieur" Albert is not meant')
    assert held(mock, al) == [("warning", "Albert is not meant", None)]
    admin.say("/tp Monsieur Monsieur Albert")
    assert admin.notices[-1] == (NoticeCode.DONE, ["teleport", "Monsieur"])


def test_a_name_that_is_spelled_so_comes_before_one_that_only_looks_so(
    mock: MockServer, admin: MockClient
) -> None:
    """`/ban Pozzo spam` is not about a Pozzospam."""
    pozzo, other = guest(mock, "Pozzo"), guest(mock, "Pozzospam")
    admin.say("/ban Pozzo spam")
    assert pozzo.wire.closed is not None
    assert other.wire.closed is None
    assert held(mock, pozzo) == [("ban", "spam", None)]
    admin.say("/kick Pozzo spam")
    assert other.wire.closed is not None


def test_a_name_of_many_words_is_found(mock: MockServer, admin: MockClient) -> None:
    longest = guest(mock, "a b c d e f g h i j")
    admin.say("/warn a b c d e f g h i j enough")
    assert held(mock, longest) == [("warning", "enough", None)]


def test_who_is_gone_or_was_cut_off_can_be_judged_by_name(
    mock: MockServer, admin: MockClient
) -> None:
    gone, lost = play(mock, "Pozzo"), guest(mock, "Lucky")
    gone.server_session.lost(said_goodbye=True)
    lost.disconnect()
    for line in ("/ban pozzo 1h gone", "/mute Lucky"):
        admin.say(line)
    assert held(mock, gone) == [("ban", "gone", 3_600_000)]
    assert held(mock, lost) == [("mute", "", None)]
    admin.say("/unban Pozzo")
    assert admin.notices[-1] == (NoticeCode.DONE, ["unban", "Pozzo"])
    admin.say("/kick Pozzo")
    assert errors(admin) == [(ErrorCode.CHAT_NOBODY, "Pozzo")]


# -- What comes of them ---------------------------------------------------------------------


def test_who_lists_all_who_are_in_the_world(mock: MockServer) -> None:
    client = guest(mock, "Vladimir")
    guest(mock, "Estragon")
    mock.connect("Godot")
    client.say("/who")
    assert client.notices == [(NoticeCode.PLAYERS, ["meadow", "Estragon", "Vladimir"])]


def test_a_list_that_is_too_long_ends_with_a_whole_name(mock: MockServer) -> None:
    client = guest(mock, "Vladimir")
    names = [f"Эстрагон {number:04} Ж" for number in range(250)]
    for name in names:
        guest(mock, name)
    client.say("/who")
    ((_, values),) = client.notices
    assert values[0] == "meadow"
    assert set(values[1:]) <= {*names, "Vladimir"}
    assert len(values) > 100


def test_a_whisper_by_command_is_a_whisper(mock: MockServer) -> None:
    client, other = guest(mock, "Vladimir"), guest(mock, "Monsieur Albert")
    client.say("/w Monsieur Albert pst: here")
    assert [each.text for each in other.whispers] == ["pst: here"]
    assert [each.own for each in client.whispers] == [1]
    assert heard(other) == []


def test_a_report_by_command_is_a_report(mock: MockServer) -> None:
    client = guest(mock, "Vladimir")
    guest(mock, "Pozzo")
    client.say("/report Pozzo cruelty")
    assert client.notices == [(NoticeCode.REPORT_FILED, ["Pozzo"])]
    (report,) = done(mock.services.database.do(sanctions.reports))
    assert report.text == "cruelty"


def test_a_name_by_command_is_the_rest_of_the_line(mock: MockServer) -> None:
    client = guest(mock, "Vladimir")
    client.say("/nick Monsieur Albert")
    assert client.name == "Monsieur Albert"


def test_what_was_done_can_be_undone(mock: MockServer, admin: MockClient) -> None:
    lucky = guest(mock, "Lucky")
    for command, kind in (("mute", SanctionKind.MUTE), ("shadowmute", SanctionKind.SHADOW_MUTE)):
        for _ in range(3):
            admin.say(f"/{command} Lucky")
        admin.say(f"/un{command} Lucky")
        assert admin.notices[-1] == (NoticeCode.DONE, [f"un{kind.value}", "Lucky"])
    lucky.say("I resume")
    assert heard(admin) == ["I resume"]


def test_a_teleport_goes_to_a_player_or_brings_one_to_another(
    mock: MockServer, admin: MockClient
) -> None:
    lucky, pozzo = guest(mock, "Lucky"), guest(mock, "Pozzo")
    mock.walk(lucky, 0, 30)
    admin.say("/tp Lucky")
    mock.tick(2)
    assert admin.place == lucky.place
    assert admin.notices == [(NoticeCode.DONE, ["teleport", "Hamm"])]
    admin.say("/tp Pozzo Lucky")
    mock.tick(2)
    assert pozzo.place == lucky.place
    assert pozzo.notices == [(NoticeCode.TELEPORTED, ["Hamm"])]
    assert lucky.notices == []


def test_nobody_is_moved_by_those_who_are_not_above_them(mock: MockServer) -> None:
    moderator, equal = (play(mock, name, Role.MODERATOR) for name in ("Hamm", "Clov"))
    lucky = guest(mock, "Lucky")
    mock.walk(lucky, 0, 30)
    before = equal.place
    moderator.say("/tp Clov Lucky")
    mock.tick(2)
    assert equal.place == before
    assert [code for code, _ in errors(moderator)] == [ErrorCode.FORBIDDEN]
    moderator.say("/tp Clov")  # One may go to them, though.
    assert moderator.notices == [(NoticeCode.DONE, ["teleport", "Hamm"])]


def test_commands_count_as_lines(mock: MockServer) -> None:
    quick = MockServer()
    client = guest(quick, "Vladimir")
    for _ in range(9):
        client.say("/help")
    assert [code for code, _ in errors(client)] == [ErrorCode.CHAT_TOO_FAST]
    assert len(client.notices) == 8


def test_completion_data_is_sent_once_a_role(mock: MockServer) -> None:
    client = guest(mock, "Vladimir")
    told: list[Any] = of_type(client, codec.ChatCommand)
    assert [each.index for each in told] == list(range(len(client.commands)))
    assert all(
        word.strip("[]") in ("player", "duration", "number", "word", "text")
        for each in told
        for word in each.parameters.split()
    )
