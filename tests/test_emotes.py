"""What players show without words, and who sees it."""

from __future__ import annotations

import pytest

from protocol_spec import codec
from protocol_spec.codec import EmoteKind, ErrorCode
from server.people.identity import SanctionKind
from tests.mock_server import MockClient, MockServer, meadow
from tests.people import guest
from tests.test_moderation import punish
from tests.test_watching import look, watcher


@pytest.fixture
def server() -> MockServer:
    """Two places to arrive at, out of each other's sight."""
    return MockServer(meadow(192, 192), ((24, 24), (168, 168)))


def shown(client: MockClient) -> list[tuple[int, int]]:
    """Who showed what, as far as the client was told."""
    client.server.tick()
    return [(each.player_id, each.kind) for each in client.emotes]


def test_who_sees_a_player_sees_what_they_show(server: MockServer) -> None:
    vladimir, far, estragon = (guest(server, name) for name in ("Vladimir", "Pozzo", "Estragon"))
    vladimir.show(EmoteKind.HEART)
    heart = (vladimir.player_id, EmoteKind.HEART)
    assert shown(vladimir) == [heart]
    assert shown(estragon) == [heart]
    assert shown(far) == []


def test_who_needs_something_of_their_own_in_that_tick_sees_it_too(server: MockServer) -> None:
    vladimir, _, estragon = (guest(server, name) for name in ("Vladimir", "Pozzo", "Estragon"))
    estragon.send(codec.Resync().encode())
    vladimir.show(EmoteKind.WAVE)
    assert shown(estragon) == [(vladimir.player_id, EmoteKind.WAVE)]


def test_a_watcher_sees_it_and_shows_nothing() -> None:
    server = MockServer()
    vladimir = guest(server, "Vladimir")
    client = watcher(server)
    look(client)
    server.tick()
    vladimir.show(EmoteKind.SLEEP)
    assert shown(client) == [(vladimir.player_id, EmoteKind.SLEEP)]
    client.show(EmoteKind.WAVE)
    assert client.wire.errors() == [ErrorCode.FORBIDDEN]


@pytest.mark.parametrize("kind", [0, len(EmoteKind) + 1, 255])
def test_nobody_shows_what_does_not_exist(server: MockServer, kind: int) -> None:
    vladimir = guest(server, "Vladimir")
    vladimir.send(codec.Emote(0, kind).encode())
    assert vladimir.wire.errors() == [ErrorCode.EMOTE_UNKNOWN]
    assert shown(vladimir) == []


def test_whoever_else_is_named_it_is_the_sender_who_shows_it(server: MockServer) -> None:
    vladimir, _, estragon = (guest(server, name) for name in ("Vladimir", "Pozzo", "Estragon"))
    vladimir.send(codec.Emote(estragon.player_id, EmoteKind.ANGRY).encode())
    assert shown(estragon) == [(vladimir.player_id, EmoteKind.ANGRY)]


def test_emotes_and_lines_share_one_limit() -> None:
    server = MockServer(chat_burst=2, chat_window_seconds=10)
    vladimir = guest(server, "Vladimir")
    vladimir.say("Nothing to be done.")
    vladimir.show(EmoteKind.SAD)
    vladimir.show(EmoteKind.SAD)
    assert vladimir.error is not None
    assert vladimir.error.code == ErrorCode.CHAT_TOO_FAST
    assert vladimir.error.retry_after_ms > 0
    assert len(shown(vladimir)) == 1


def test_slow_mode_slows_no_emotes() -> None:
    server = MockServer(slow_mode_seconds=60)
    vladimir = guest(server, "Vladimir")
    vladimir.say("Nothing to be done.")
    vladimir.show(EmoteKind.SAD)
    assert len(shown(vladimir)) == 1


def test_who_is_muted_shows_nothing(server: MockServer) -> None:
    vladimir = guest(server, "Vladimir")
    punish(server, SanctionKind.MUTE, vladimir)
    vladimir.show(EmoteKind.ANGRY)
    assert vladimir.wire.errors() == [ErrorCode.CHAT_MUTED]
    assert shown(vladimir) == []


def test_who_is_shadow_muted_shows_it_to_themselves(server: MockServer) -> None:
    vladimir, _, estragon = (guest(server, name) for name in ("Vladimir", "Pozzo", "Estragon"))
    punish(server, SanctionKind.SHADOW_MUTE, vladimir)
    vladimir.show(EmoteKind.ANGRY)
    assert shown(vladimir) == [(vladimir.player_id, EmoteKind.ANGRY)]
    assert shown(estragon) == []
