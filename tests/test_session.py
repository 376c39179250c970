"""One connection's way through the states, and what each kind of nonsense is answered with."""

from __future__ import annotations

import pytest

from protocol_spec import codec
from protocol_spec.codec import ErrorCode
from protocol_spec.generate import spec
from server.handlers import HANDLERS, State, clean_chat
from tests.mock_server import MockClient, MockServer

HELLO = codec.Hello(codec.MAGIC, 1, 1, 0, 0, "test").encode()


def guest(name: str) -> bytes:
    return codec.Auth(codec.AuthMethod.GUEST, 0, name, b"").encode()


@pytest.fixture
def server() -> MockServer:
    return MockServer()


def refused(client: MockClient, data: bytes) -> ErrorCode:
    """Sends bytes that must end the connection; returns the code it was ended with."""
    client.server_session.receive(data, client.server.now)
    (code,) = client.wire.errors()
    assert client.wire.closed == (4000 + code, code.name)
    assert client.server_session.state is State.CLOSED
    return code


def answered(client: MockClient, data: bytes) -> ErrorCode:
    """Sends bytes that are answered with an ERROR, after which everything goes on."""
    client.server_session.receive(data, client.server.now)
    assert client.wire.closed is None
    return client.wire.errors()[-1]


SEVERAL = ("any", "lobby or watching")
"""Words of the spec for more than one state: their handlers look for themselves."""


def test_the_handlers_need_the_states_that_the_spec_names() -> None:
    named = {
        each.number: None if each.state in SEVERAL else State(each.state)
        for each in spec.load().messages
        if each.state
    }
    assert {number: state for number, (state, _) in HANDLERS.items()} == named


def test_a_guest_is_welcomed_let_in_and_put_into_the_world(server: MockServer) -> None:
    client = server.join("Эстрагон")
    assert client.welcome is not None
    assert client.welcome.tick_rate == 20
    assert client.entered is not None
    assert (client.entered.width, client.entered.height) == (96, 96)
    assert client.player("Эстрагон") is not None
    assert client.tiles
    assert client.state is not None
    assert client.state.flags & codec.SnapshotFlag.FULL


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", ErrorCode.EMPTY_MESSAGE),
        (bytes(codec.MAX_CLIENT_MESSAGE + 1), ErrorCode.MESSAGE_TOO_LARGE),
        (b"\x06\x00\xff\x01", ErrorCode.LENGTH_BEYOND_END),
        (b"\x3e\x00\x00", ErrorCode.UNKNOWN_TYPE),
        (b"\x00\x00\x00", ErrorCode.UNKNOWN_TYPE),
        (codec.ChunkDrop(1, 1).encode(), ErrorCode.WRONG_DIRECTION),
        (guest("Pozzo"), ErrorCode.WRONG_STATE),
        (b"\x06\x00\x01\x45", ErrorCode.TRUNCATED),
        (HELLO.replace(b"ESTR", b"BECK"), ErrorCode.BAD_MAGIC),
        (codec.Hello(codec.MAGIC, 2, 9, 0, 0, "").encode(), ErrorCode.VERSION_UNSUPPORTED),
        (codec.Hello(codec.MAGIC, 0, 0, 0, 0, "").encode(), ErrorCode.VERSION_UNSUPPORTED),
        (HELLO + HELLO, ErrorCode.WRONG_STATE),
        (b"\x06\x00\x10" + HELLO[3:17] + b"\x01\xff", ErrorCode.BAD_TEXT),
        (b"\x06\x00\x0f" + HELLO[3:17] + b"\x41", ErrorCode.VALUE_TOO_LONG),
    ],
)
def test_nonsense_at_the_door_is_refused_with_its_code(
    server: MockServer, data: bytes, code: ErrorCode
) -> None:
    assert refused(server.connect(), data) is code


def test_a_text_message_is_told_so_and_closed_with_1003(server: MockServer) -> None:
    client = server.connect()
    client.server_session.receive_text()
    assert client.wire.errors() == [ErrorCode.TEXT_FRAME]
    assert client.wire.closed == (1003, "TEXT_FRAME")


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("", ErrorCode.NAME_EMPTY),
        (" \t\u2003", ErrorCode.NAME_EMPTY),
        ("Di", ErrorCode.NAME_TOO_SHORT),
        ("x" * 21, ErrorCode.NAME_TOO_LONG),
        ("x" * 255, ErrorCode.NAME_TOO_LONG),
        ("<b>Lucky</b>", ErrorCode.NAME_INVALID),
        ("Estrаgon", ErrorCode.NAME_INVALID),  # The fifth letter is Cyrillic.
        ("12345", ErrorCode.NAME_INVALID),
        ("Lucky\u200b", ErrorCode.NAME_INVALID),
        ("Lu\ncky\x00", ErrorCode.NAME_INVALID),
        ("VLADIMIR", ErrorCode.NAME_IN_USE),
    ],
)
def test_a_bad_name_is_refused_and_a_better_one_may_follow(
    server: MockServer, name: str, code: ErrorCode
) -> None:
    server.join("Vladimir")
    client = server.connect()
    client.wire.client = None
    client.server_session.receive(HELLO, server.now)
    assert answered(client, guest(name)) is code
    client.server_session.receive(guest("Pozzo"), server.now)
    assert isinstance(client.wire.messages()[-1], codec.AuthOk)


def test_a_name_is_free_again_when_its_owner_has_gone(server: MockServer) -> None:
    server.join("Vladimir").server_session.lost(said_goodbye=True)
    server.tick()
    server.join("Vladimir")


def test_a_name_waits_for_who_lost_the_connection_as_long_as_they_may_resume(
    server: MockServer,
) -> None:
    server.join("Vladimir").disconnect()
    server.lobby.give_up_absent()
    client = server.connect("Vladimir")
    client.begin()
    assert client.wire.errors() == [ErrorCode.NAME_IN_USE]
    server.now += server.settings.resume_seconds
    server.lobby.give_up_absent()
    server.join("Vladimir")


def test_an_unknown_way_to_authenticate_is_answered(server: MockServer) -> None:
    client = server.connect()
    client.wire.client = None
    client.server_session.receive(HELLO, server.now)
    auth = codec.Auth(99, 0, "Pozzo", b"secret").encode()
    assert answered(client, auth) is ErrorCode.AUTH_METHOD_UNSUPPORTED


def test_an_unknown_world_is_answered(server: MockServer) -> None:
    client = server.connect()
    client.world = "Godot's"
    client.begin()
    assert client.wire.errors() == [ErrorCode.WORLD_UNKNOWN]
    assert client.wire.closed is None


def test_a_full_world_is_answered() -> None:
    server = MockServer(max_players=1)
    server.join("Vladimir")
    client = server.connect("Estragon")
    client.begin()
    server.tick()
    assert client.wire.errors() == [ErrorCode.WORLD_FULL]
    assert client.wire.closed is None


def test_a_session_that_ended_stays_ended_when_the_world_refuses_it() -> None:
    server = MockServer(max_players=3)
    server.join("Vladimir")
    server.world._free.clear()
    client = server.connect("Estragon")
    client.begin()
    client.disconnect()
    taker = server.connect("Estragon")
    taker.begin()
    server.tick()
    assert client.wire.errors() == []
    assert client.server_session.state is State.CLOSED
    assert "estragon" in server.lobby.names.holders


def test_who_does_not_read_in_the_lobby_is_dropped(server: MockServer) -> None:
    client = server.connect()
    client.world = "nowhere"
    client.begin()
    client.wire.queued_bytes = 300_000
    client.server_session.check_time(server.now + 1)
    assert client.wire.is_aborted


def test_play_before_the_world_is_entered_is_refused(server: MockServer) -> None:
    client = server.connect()
    client.begin()
    assert client.server_session.state is State.ENTERING
    chat = codec.ChatMessage(0, "already?", 0).encode()
    assert refused(client, chat) is ErrorCode.WRONG_STATE


def test_who_goes_before_entering_never_appears(server: MockServer) -> None:
    client = server.connect()
    client.begin()
    client.disconnect()
    server.tick()
    assert not server.world.players


def test_unknown_optional_types_are_skipped(server: MockServer) -> None:
    client = server.join()
    for number in (0x40, 0x7F, 0x80, 0xBF, 0xC0, 0xFF):
        client.server_session.receive(bytes([number, 0, 2, 1, 2]), server.now)
    assert client.wire.errors() == []
    assert client.wire.closed is None


def test_bytes_after_the_last_field_are_ignored(server: MockServer) -> None:
    client = server.join()
    client.server_session.receive(b"\x0c\x00\x06\x00\x00\x00\x05\xaa\xbb", server.now)
    assert isinstance(client.wire.messages()[-1], codec.Pong)


def test_a_ping_is_answered_with_the_tick_and_how_much_of_the_next_has_passed(
    server: MockServer,
) -> None:
    client = server.join()
    server.now += 0.025
    client.send(codec.Ping(77).encode())
    pong = client.wire.messages()[-1]
    assert isinstance(pong, codec.Pong)
    assert (pong.token, pong.tick) == (77, server.world.tick)
    assert pong.phase == pytest.approx(0x8000, abs=2)


def test_who_does_not_authenticate_in_time_is_closed(server: MockServer) -> None:
    client = server.connect()
    client.wire.client = None  # It says hello and no more.
    client.server_session.receive(HELLO, server.now)
    client.server_session.check_time(server.now + 4.9)
    assert client.wire.closed is None
    client.server_session.check_time(server.now + 5.1)
    assert client.wire.errors() == [ErrorCode.AUTH_TIMEOUT]


def test_the_silent_are_asked_once_and_then_ended(server: MockServer) -> None:
    client = server.join()
    client.wire.client = None  # It hears, and answers nothing.
    began, already = server.now, len(client.wire.sent)
    for second in range(1, 25):
        client.server_session.check_time(began + second)
    pings = [each for each in client.wire.messages() if isinstance(each, codec.Ping)]
    assert len(pings) == 1
    assert len(client.wire.sent) == already + 1
    client.server_session.check_time(began + 25.1)
    assert client.wire.errors() == [ErrorCode.SILENT]


def test_a_pong_is_a_sign_of_life(server: MockServer) -> None:
    client = server.join()
    for second in range(60):
        server.now += 1
        client.server_session.check_time(server.now)
        assert client.wire.closed is None, second


def test_a_flood_gets_one_reply_and_then_the_end(server: MockServer) -> None:
    client = server.join()
    pong = codec.Pong(0, 0, 0).encode()
    for _ in range(120 + 100):
        client.server_session.receive(pong, server.now)
    assert client.wire.errors() == [ErrorCode.RATE_LIMITED]
    assert client.wire.closed is None
    for _ in range(100):
        client.server_session.receive(pong, server.now)
    assert client.wire.errors() == [ErrorCode.RATE_LIMITED] * 2
    assert client.wire.closed == (4023, "RATE_LIMITED")


def test_a_flood_inside_one_message_ends_as_well(server: MockServer) -> None:
    client = server.join()
    assert len(client.wire.errors()) == 0
    client.server_session.receive(codec.Pong(0, 0, 0).encode() * 300, server.now)
    assert client.wire.closed == (4023, "RATE_LIMITED")


def test_a_warning_is_forgotten_after_a_rest(server: MockServer) -> None:
    client = server.join()
    pong = codec.Pong(0, 0, 0).encode()
    for _ in range(4):
        for _ in range(200):
            client.server_session.receive(pong, server.now)
        server.now += 10
    assert client.wire.errors() == [ErrorCode.RATE_LIMITED] * 4
    assert client.wire.closed is None


def test_sixty_messages_a_second_are_never_too_many(server: MockServer) -> None:
    client = server.join()
    for _ in range(600):
        server.now += 1 / 60
        client.send(codec.Pong(0, 0, 0).encode())
    assert client.wire.errors() == []


def test_chat_reaches_everybody_with_the_true_speaker(server: MockServer) -> None:
    vladimir, estragon = server.join("Vladimir"), server.join("Estragon")
    forged = codec.ChatMessage(estragon.player_id, "Ничего нельзя сделать 🌳", 1).encode()
    vladimir.send(forged)
    server.tick()
    for hearer in (vladimir, estragon):
        (heard,) = hearer.chat
        assert heard.player_id == vladimir.player_id
        assert heard.text == "Ничего нельзя сделать 🌳"
        assert heard.timestamp > 1_700_000_000_000


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", ErrorCode.CHAT_EMPTY),
        ("  \n\t ", ErrorCode.CHAT_EMPTY),
        ("\u202e\x07", ErrorCode.CHAT_EMPTY),
        ("x" * 501, ErrorCode.CHAT_TOO_LONG),
    ],
)
def test_bad_chat_is_answered_and_not_spread(
    server: MockServer, text: str, code: ErrorCode
) -> None:
    client = server.join()
    client.say(text)
    server.tick()
    assert client.wire.errors() == [code]
    assert client.chat == []


def test_500_characters_of_four_bytes_are_a_chat_message(server: MockServer) -> None:
    client = server.join()
    client.say("🌳" * 500)
    server.tick()
    assert client.chat[0].text == "🌳" * 500


def test_fast_chat_is_told_when_to_go_on(server: MockServer) -> None:
    client = server.join()
    for number in range(9):
        client.say(f"line {number}")
    server.tick()
    assert len(client.chat) == 8
    (error,) = [each for each in client.wire.messages() if isinstance(each, codec.Error)]
    assert error.code == ErrorCode.CHAT_TOO_FAST
    assert 0 < error.retry_after_ms <= 1250
    server.now += error.retry_after_ms / 1000
    client.say("line 9")
    server.tick()
    assert client.chat[-1].text == "line 9"


def test_chat_is_one_line_without_what_could_disturb_others() -> None:
    assert clean_chat("  a\n\nb\tc\x00\x1b[31m ") == "a b c[31m"
    assert clean_chat("\u202eevil\u202c") == "evil"
    assert clean_chat("👨\u200d👩\u200d👧") == "👨\u200d👩\u200d👧"


def test_the_eleventh_connection_of_an_address_is_refused(server: MockServer) -> None:
    clients = [server.connect(address="192.0.2.1") for _ in range(11)]
    assert [each.wire.errors() for each in clients[:10]] == [[]] * 10
    assert clients[10].wire.errors() == [ErrorCode.TOO_MANY_CONNECTIONS]
    clients[10].disconnect()
    clients[0].disconnect()
    assert server.connect(address="192.0.2.1").wire.errors() == []


def test_strangers_cannot_fill_the_door(server: MockServer) -> None:
    for number in range(50):
        assert server.connect(address=f"192.0.2.{number}").wire.errors() == []
    late = server.connect(address="198.51.100.1")
    assert late.wire.errors() == [ErrorCode.TOO_MANY_CONNECTIONS]


def test_loopback_is_not_counted(server: MockServer) -> None:
    assert all(server.connect().wire.errors() == [] for _ in range(100))


def test_nothing_is_heard_after_the_end(server: MockServer) -> None:
    client = server.connect()
    refused(client, b"")
    client.server_session.receive(HELLO, server.now)
    client.server_session.check_time(server.now + 100)
    assert len(client.wire.sent) == 1


def test_the_way_to_a_player_is_measured_and_their_messages_are_counted(
    server: MockServer,
) -> None:
    client = server.join()
    session = client.server_session
    client.wire.client = None  # Its answers come by hand.
    for _ in range(11):
        session.receive(codec.Pong(0, 0, 0).encode() * 3, server.now)
        session.check_time(server.now)
        server.now += 1
    pings = [each for each in client.wire.messages() if isinstance(each, codec.Ping)]
    assert len(pings) == 2
    assert session.pulse.messages_per_second == 3
    assert session.pulse.ping_ms is None
    sent = server.now - 1
    session.receive(codec.Pong(pings[0].token, 0, 0).encode(), sent + 0.01)
    assert session.pulse.ping_ms is None  # That one was given up: it is as old as five seconds.
    session.receive(codec.Pong(pings[1].token, 0, 0).encode(), sent + 0.042)
    assert session.pulse.ping_ms == pytest.approx(42)
    session.receive(codec.Pong(pings[1].token, 0, 0).encode(), sent + 3)
    assert session.pulse.ping_ms == pytest.approx(42)


def test_commands_that_come_too_late_are_counted_for_their_player(server: MockServer) -> None:
    late, prompt = server.join("Pozzo"), server.join("Lucky")
    server.tick(5)
    for _ in range(4):
        late.send(codec.Input(server.world.tick - 3, bytes(codec.Command.SIZE)).encode())
        prompt.walk(0)
        server.tick()
    counted = {each.name: each.corrections for each in server.game.player_statuses()}
    assert counted == {"Pozzo": 4, "Lucky": 0}
