"""Modes in a server without sockets: what players hear of them, and what becomes of broken ones."""

from __future__ import annotations

import pytest

from protocol_spec.codec import ModeMark, ModePhase
from server.modes import Mode, Player
from server.modes.finding import Choice, ModeRefused, choose
from server.modes.mode import ModeSettings
from tests.mock_server import MockClient, MockServer

WEST, EAST = 0x8000, 0
QUICK = {"round_seconds": 10, "pause_seconds": 1, "safe_seconds": 1}


def tag_server(**settings: float) -> MockServer:
    return MockServer(
        spawns=((40, 48), (44, 48), (52, 48)), mode=choose("tag", {**QUICK, **settings})
    )


def it_of(client: MockClient) -> list[int]:
    return [each.player_id for each in client.scores.values() if each.marks & ModeMark.IT]


def phase(client: MockClient) -> ModePhase:
    assert client.mode is not None
    return ModePhase(client.mode.phase)


def begun(server: MockServer, *clients: MockClient) -> None:
    while phase(clients[0]) != ModePhase.RUNNING:
        server.tick()
    for each in clients:
        assert each.mode == clients[0].mode
        assert each.scores == clients[0].scores


def test_tag_waits_for_a_second_player_and_says_how_many_are_missing() -> None:
    server = tag_server()
    alone = server.join("Vladimir")
    server.tick(40)
    assert alone.mode is not None
    assert (alone.mode.mode, alone.mode.phase) == ("tag", ModePhase.WAITING)
    assert (alone.mode.key, alone.mode.values) == ("ROUND_WAITING", "1")
    server.join("Pozzo")
    assert phase(alone) == ModePhase.PAUSE
    assert alone.mode.ends_tick == server.world.tick + 20


def test_who_is_it_catches_by_touching_and_the_round_has_a_winner() -> None:
    server = tag_server()
    vladimir, pozzo = server.join("Vladimir"), server.join("Pozzo")
    begun(server, vladimir, pozzo)
    assert it_of(pozzo) == [vladimir.player_id]
    for _ in range(40):
        vladimir.walk(EAST)
        server.tick()
        if it_of(pozzo) == [pozzo.player_id]:
            break
    assert it_of(vladimir) == [pozzo.player_id]
    assert vladimir.mode_news[-1].key == "TAG_CAUGHT"
    assert vladimir.mode_news[-1].values.split("\x1f") == ["Pozzo", "Vladimir"]
    scores = {each.player_id: each.score for each in pozzo.scores.values()}
    assert scores == {vladimir.player_id: 1, pozzo.player_id: -1}
    # Both stand still: after a second the one who was caught may touch back, and does.
    server.tick(25)
    assert it_of(vladimir) == [vladimir.player_id]
    while phase(pozzo) != ModePhase.OVER:
        server.tick()
    assert it_of(pozzo) == []


def test_a_latecomer_watches_until_the_next_round() -> None:
    server = tag_server(round_seconds=2)
    vladimir, pozzo = server.join("Vladimir"), server.join("Pozzo")
    begun(server, vladimir, pozzo)
    lucky = server.join("Lucky")
    assert lucky.scores[lucky.player_id].marks == ModeMark.SPECTATOR
    assert lucky.scores == vladimir.scores
    while phase(lucky) == ModePhase.RUNNING:
        server.tick()
    begun(server, lucky)
    assert lucky.scores[lucky.player_id].marks != ModeMark.SPECTATOR


class Broken(Mode):
    """Fails when somebody speaks."""

    def chat(self, player: Player, text: str) -> None:
        raise RuntimeError(f"{text} is too much")


def test_a_broken_mode_is_stopped_and_the_world_goes_on() -> None:
    server = MockServer(mode=Choice("broken", Broken, ModeSettings()))
    vladimir = server.join("Vladimir")
    assert vladimir.mode is not None
    assert vladimir.mode.mode == "broken"
    vladimir.say("Hello")
    server.tick()
    assert vladimir.mode.mode == "free_roam"
    assert [(each.key, each.values) for each in vladimir.mode_news] == [("MODE_STOPPED", "broken")]
    assert "Hello is too much" in server.game.mode.problem
    assert vladimir.chat[-1].text == "Hello"
    place = vladimir.place
    server.walk(vladimir, EAST, 5)
    assert vladimir.place > place


@pytest.mark.parametrize(
    ("name", "settings", "said"),
    [
        ("chess", {}, "there is no mode 'chess'"),
        ("no_such_module:Mode", {}, "cannot be loaded"),
        ("server.game:Game", {}, "is no mode"),
        ("tag", {"round_seconds": 0}, "round_seconds: Input should be greater than or equal to 1"),
        ("tag", {"rounds": 3}, "rounds: Extra inputs are not permitted"),
    ],
)
def test_a_mode_that_cannot_be_is_refused_with_the_reason(
    name: str, settings: dict[str, float], said: str
) -> None:
    with pytest.raises(ModeRefused, match=said):
        choose(name, settings)
