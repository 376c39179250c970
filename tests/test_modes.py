"""Modes in a server without sockets: what players hear of them, and what becomes of broken ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import pytest

from protocol_spec import codec
from protocol_spec.codec import AuthMethod, ErrorCode, ModeMark, ModePhase, ScoreKind
from server.editing.edits import Edit
from server.editing.operations import Places, SetPlaces
from server.mapmakers import Area, Draft
from server.modes import Mode, Player, Text
from server.modes.finding import Choice, ModeRefused, choose, find_mode
from server.modes.mode import ModeSettings
from tests.mock_server import TILES, WALL, MockClient, MockServer, empty_store, grass

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


def until(server: MockServer, client: MockClient, wanted: ModePhase) -> None:
    for _ in range(600):
        if phase(client) == wanted:
            return
        server.tick()
    raise AssertionError(f"{client.mode} after 600 ticks")


def begun(server: MockServer, *clients: MockClient) -> None:
    until(server, clients[0], ModePhase.RUNNING)
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
    until(server, pozzo, ModePhase.OVER)
    assert it_of(pozzo) == []


def test_a_latecomer_watches_until_the_next_round() -> None:
    server = tag_server(round_seconds=2)
    vladimir, pozzo = server.join("Vladimir"), server.join("Pozzo")
    begun(server, vladimir, pozzo)
    lucky = server.join("Lucky")
    assert lucky.scores[lucky.player_id].marks == ModeMark.SPECTATOR
    assert lucky.scores == vladimir.scores
    until(server, lucky, ModePhase.OVER)
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


def test_a_file_that_has_changed_is_read_again_and_a_broken_one_leaves_what_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "own_mode_of_a_test.py"
    monkeypatch.syspath_prepend(str(tmp_path))
    good = "from server.modes import Mode\n\n\nclass Own(Mode):\n    said = {!r}\n"

    def said() -> str:
        return str(vars(choose("own_mode_of_a_test:Own", {}).mode)["said"])

    file.write_text(good.format("one"), encoding="utf-8")
    assert said() == "one"
    first = find_mode("own_mode_of_a_test:Own")
    assert choose("own_mode_of_a_test:Own", {}).mode is first, "nothing has changed"
    file.write_text(good.format("another"), encoding="utf-8")
    assert find_mode("own_mode_of_a_test:Own") is first, "only looked at"
    assert said() == "another"
    for broken, why in (
        ("def what(:\n", "SyntaxError"),
        ("x = {}\nx['gone']\n", r"KeyError: 'gone'\n(.|\n)*own_mode_of_a_test.py\", line 2"),
        ("1 / 0  # at once\n", "ZeroDivisionError"),
    ):
        file.write_text(broken, encoding="utf-8")
        with pytest.raises(ModeRefused, match=why):
            said()
        assert find_mode("own_mode_of_a_test:Own").__dict__["said"] == "another"
    file.write_text(good.format("at last"), encoding="utf-8")
    assert said() == "at last"


# A straight track to the east along the row 48: from the start over two checkpoints to the finish.
TRACK = (
    Area("start", 40, 46, 2, 5),
    Area("checkpoint 2", 48, 44, 1, 9),
    Area("checkpoint 1", 44, 44, 1, 9),
    Area("finish", 52, 44, 2, 9),
)


def race_server(**settings: float) -> MockServer:
    choice = choose("race", {"pause_seconds": 1, "round_seconds": 20, **settings})
    return MockServer(spawns=((38, 48),), areas=TRACK, mode=choice)


def ran(server: MockServer, *clients: MockClient, direction: int = EAST, ticks: int = 200) -> None:
    """All of them run on until the race is over, or for so long."""
    for _ in range(ticks):
        for each in clients:
            each.walk(direction)
        server.tick()
        if phase(clients[0]) == ModePhase.OVER:
            return


def heard(client: MockClient) -> list[tuple[str, ...]]:
    return [(each.key, *each.values.split("\x1f")) for each in client.mode_news]


def test_a_race_goes_over_its_checkpoints_in_order_and_has_a_winner_and_a_record() -> None:
    server = race_server()
    vladimir = server.join("Vladimir")
    begun(server, vladimir)
    began = server.world.tick
    server.tick(3)
    assert 40 <= vladimir.place[0] / 1024 < 42
    assert vladimir.goal == codec.ModeGoal(44, 44, 1, 9)
    ran(server, vladimir)
    row = vladimir.scores[vladimir.player_id]
    assert row.score == 1
    assert vladimir.goal is None
    # From the first cell of the start to the finish are 11.5 tiles at 0.25 a tick.
    assert 46 <= row.time <= 60
    assert row.time <= server.world.tick - began
    assert row.marks == ModeMark.FINISHED | ModeMark.WINNER
    assert [each[:3] for each in heard(vladimir)[:2]] == [
        ("RACE_CHECKPOINT", "1", "2"),
        ("RACE_CHECKPOINT", "2", "2"),
    ]
    assert [each[:2] for each in heard(vladimir)[2:]] == [
        ("RACE_FINISHED", "Vladimir"),
        ("RACE_RECORD", "Vladimir"),
    ]
    assert [(each.name, each.time) for each in vladimir.records] == [("Vladimir", row.time)]


def test_who_goes_the_track_backwards_has_not_raced() -> None:
    server = race_server(round_seconds=10)
    vladimir = server.join("Vladimir")
    begun(server, vladimir)
    server.tick(3)
    server.game.move(vladimir.player_id, 55 * 1024, 48 * 1024, 0)
    server.tick(2)
    ran(server, vladimir, direction=WEST, ticks=70)
    assert vladimir.place[0] / 1024 < 42
    # Back over the first checkpoint alone, and round the others to the line.
    server.game.move(vladimir.player_id, 55 * 1024, 48 * 1024, 0)
    ran(server, vladimir, direction=WEST, ticks=10)
    assert vladimir.scores[vladimir.player_id].time == 0
    until(server, vladimir, ModePhase.OVER)
    assert vladimir.mode is not None
    assert vladimir.mode.key == "RACE_NOBODY"


def test_a_racer_who_was_lost_comes_back_into_the_race() -> None:
    server = race_server(least_players=2)
    vladimir, pozzo = server.join("Vladimir"), server.join("Pozzo")
    begun(server, vladimir, pozzo)
    ran(server, pozzo, vladimir, ticks=25)
    token = vladimir.resume_token
    lucky = server.join("Lucky")
    vladimir.disconnect()
    server.tick()
    assert phase(pozzo) == ModePhase.RUNNING
    again = server.connect("Vladimir")
    again.method, again.secret = AuthMethod.RESUME, token
    again.begin()
    server.tick()
    assert again.player_id == vladimir.player_id
    assert again.scores[again.player_id].marks == 0
    assert again.scores[lucky.player_id].marks == ModeMark.SPECTATOR
    ran(server, again, pozzo, lucky)
    assert again.scores[again.player_id].marks & ModeMark.FINISHED
    assert again.scores[lucky.player_id].marks == ModeMark.SPECTATOR


def test_a_race_needs_a_track_and_takes_the_one_that_is_drawn() -> None:
    choice = choose("race", {"pause_seconds": 1})
    server = MockServer(spawns=((38, 48),), mode=choice, **stored_meadow())
    vladimir = server.join("Vladimir")
    server.tick(40)
    assert vladimir.mode is not None
    assert vladimir.mode.key == "RACE_NO_TRACK"
    server.game.edit(Edit("Godot", "cli", SetPlaces(Places(((38, 48),), TRACK)), 0))
    begun(server, vladimir)


def test_best_times_outlast_the_server_until_the_track_changes() -> None:
    store = empty_store()

    def server_with(areas: tuple[Area, ...]) -> MockServer:
        choice = choose("race", {"pause_seconds": 1}, store.mode_data("meadow", "race"))
        return MockServer(spawns=((38, 48),), areas=areas, mode=choice, store=store)

    first = server_with(TRACK)
    vladimir = first.join("Vladimir")
    begun(first, vladimir)
    ran(first, vladimir)
    first.tick(20)
    second = server_with(TRACK)
    pozzo = second.join("Pozzo")
    assert pozzo.records == vladimir.records
    pozzo.say("/best")
    second.tick()
    assert heard(pozzo)[-1][:3] == ("RACE_BEST", "1", "Vladimir")
    assert pozzo.commands["best"] == ""
    assert server_with((*TRACK[:3], Area("finish", 60, 44, 2, 9))).join("Lucky").records == []


def stored_meadow() -> dict[str, Any]:
    """A database with the meadow in it, so that edits can be saved."""
    store = empty_store()
    draft = Draft(grass(96, 96), ((48, 48),), ())
    return {"store": store, "map_id": store.add_map("meadow", draft, TILES)}


def building_server(**settings: object) -> MockServer:
    areas = (
        Area("castle", 40, 40, 4, 4),
        Area("castle", 60, 40, 4, 4),
        Area("garden", 50, 40, 4, 4),
    )
    return MockServer(mode=choose("build", settings), areas=areas, **stored_meadow())


def placed(server: MockServer, client: MockClient, *cells: tuple[int, int]) -> ErrorCode | int:
    """What becomes of tiles on these cells."""
    packed = b"".join(codec.CellEdit(1, x, y, WALL).pack() for x, y in cells)
    number = client.edit(codec.EditCells(0, packed))
    server.tick(3)
    return client.edit_results[number].code


def test_in_build_mode_players_build_but_not_in_areas_that_are_kept_for_others() -> None:
    kept_for = {"castle": ["builder"], "garden": ["@Pozzo"]}
    server = building_server(guests_build=True, areas=kept_for)
    vladimir = server.join("Vladimir")
    assert placed(server, vladimir, (45, 41), (46, 41)) == 0
    assert vladimir.scores[vladimir.player_id].score == 2
    assert vladimir.mode is not None
    assert vladimir.mode.score_kind == ScoreKind.TILES
    # Not one of the cells, where one of them is forbidden.
    assert placed(server, vladimir, (45, 42), (61, 41)) == ErrorCode.EDIT_PROTECTED
    assert placed(server, vladimir, (50, 41)) == ErrorCode.EDIT_PROTECTED
    result = list(vladimir.edit_results.values())[-1]
    assert result.text == "garden"
    assert vladimir.tile_at(1, 45, 42) == 0
    identity = server.lobby.players[vladimir.player_id].identity
    assert identity is not None
    identity.role = "builder"
    assert placed(server, vladimir, (40, 41)) == 0
    assert placed(server, vladimir, (50, 41)) == ErrorCode.EDIT_PROTECTED
    identity.role = "owner"
    assert placed(server, vladimir, (50, 41)) == 0
    # What somebody may not touch they may not bring back either.
    identity.role = "builder"
    undo = vladimir.undo()
    server.tick(3)
    assert vladimir.edit_results[undo].code == ErrorCode.EDIT_PROTECTED


def test_guests_build_where_the_mode_lets_them_and_nowhere_else() -> None:
    for mode in ("build", "free_roam", "tag"):
        server = MockServer(mode=choose(mode, {}))
        assert placed(server, server.join(), (45, 41)) == ErrorCode.EDIT_FORBIDDEN


def test_a_building_rule_for_nobody_that_there_is_is_refused() -> None:
    with pytest.raises(ModeRefused, match="areas: 'wizard' is neither everyone, a role"):
        choose("build", {"areas": {"castle": ["wizard"]}})


def test_tag_goes_on_when_who_is_it_leaves_and_ends_when_all_do() -> None:
    server = tag_server()
    three = [server.join(each) for each in ("Vladimir", "Pozzo", "Lucky")]
    begun(server, *three)
    vladimir, pozzo, lucky = three
    assert it_of(pozzo) == [vladimir.player_id]
    vladimir.disconnect()
    server.tick()
    assert it_of(pozzo) == [pozzo.player_id]
    assert heard(pozzo)[-1] == ("TAG_NEW_IT", "Pozzo")
    pozzo.disconnect()
    lucky.disconnect()
    server.tick(5)
    assert server.game.mode.problem == ""
    assert phase(server.join("Godot")) == ModePhase.OVER


class Doors(Mode):
    """Writes down who crosses which edge."""

    def start(self) -> None:
        self.seen: list[tuple[str, str, str]] = []

    def enter_area(self, player: Player, area: str) -> None:
        self.seen.append(("in", player.name, area))

    def leave_area(self, player: Player, area: str) -> None:
        self.seen.append(("out", player.name, area))

    def command(self, player: Player, name: str, text: str) -> None:
        self.world.announce(Text("SEEN", (len(self.seen),)), to=player.player_id)
        self.world.teleport(player.player_id, 60.5, 48.5)

    commands: ClassVar[dict[str, str]] = {"seen": "[text]", "kick": ""}


def test_a_mode_hears_who_comes_into_areas_and_who_leaves_them() -> None:
    areas = (
        Area("hall", 47, 47, 2, 3),
        Area("hall", 49, 47, 2, 3),
        Area("far", 60, 48, 1, 1),
        Area("house", 46, 46, 6, 6),
    )
    choice = Choice("doors", Doors, ModeSettings())
    server = MockServer(areas=areas, mode=choice, **stored_meadow())
    vladimir, pozzo = server.join("Vladimir"), server.join("Pozzo")
    mode = server.game.mode._mode
    assert isinstance(mode, Doors)
    names = [("in", name, area) for name in ("Vladimir", "Pozzo") for area in ("hall", "house")]
    assert mode.seen == names
    # From one rectangle of the hall into the other is no way out of it.
    server.walk(vladimir, EAST, 8)
    assert mode.seen == names
    server.walk(vladimir, EAST, 16)
    assert mode.seen[4:] == [("out", "Vladimir", "hall"), ("out", "Vladimir", "house")]
    vladimir.say("/seen it all")
    server.tick(3)
    assert heard(vladimir)[-1] == ("SEEN", "6")
    assert pozzo.mode_news == []
    assert mode.seen[6:] == [("in", "Vladimir", "far")]
    # Whoever leaves the world leaves no area, and their slot is nobody's.
    pozzo.disconnect()
    server.tick()
    assert len(mode.seen) == 7
    # A command of the server's own stays the server's.
    assert vladimir.commands["seen"] == "[text]"
    assert "kick" not in vladimir.commands
    places = Places(((48, 48),), (Area("new", 60, 40, 9, 9),))
    server.game.edit(Edit("Godot", "cli", SetPlaces(places), 0))
    server.tick(3)
    assert mode.seen[7:] == [("in", "Vladimir", "new")]


def failing(hook: str) -> type[Mode]:
    """A mode of which one hook fails."""

    def fail(self: Mode, *told: object) -> None:
        raise ZeroDivisionError(hook)

    return type("Failing", (Mode,), {hook: fail, "commands": {"go": ""}})


@pytest.mark.parametrize(
    "hook",
    [
        "start",
        "join",
        "leave",
        "tick",
        "command",
        "message",
        "enter_area",
        "refuse_edit",
        "may_build",
    ],
)
def test_whatever_hook_fails_the_world_goes_on(hook: str) -> None:
    areas = (Area("start", 40, 40, 20, 20),)
    choice = Choice("failing", failing(hook), ModeSettings())
    server = MockServer(mode=choice, areas=areas, **stored_meadow())
    vladimir, pozzo = server.join("Vladimir"), server.join("Pozzo")
    vladimir.say("/go")
    vladimir.send_own(0x80, b"")
    vladimir.edit(codec.EditCells(0, codec.CellEdit(1, 45, 41, WALL).pack()))
    server.tick(2)
    if hook == "refuse_edit":
        identity = server.lobby.players[vladimir.player_id].identity
        assert identity is not None
        identity.role = "builder"
        assert placed(server, vladimir, (45, 41)) == ErrorCode.EDIT_FORBIDDEN
    pozzo.disconnect()
    server.tick(2)
    assert f"ZeroDivisionError: {hook}" in server.game.mode.problem
    assert vladimir.mode is not None
    assert vladimir.mode.mode == "free_roam"
    assert vladimir.error is None or vladimir.error.code != ErrorCode.INTERNAL
    vladimir.say("Still here")
    server.tick()
    assert vladimir.chat[-1].text == "Still here"


class Echo(Mode):
    """Sends each message of the game's own back, and tells all others how long it was."""

    def message(self, player: Player, kind: int, payload: bytes) -> None:
        self.world.send(kind, payload, to=player.player_id)
        self.world.send(0xBF, bytes([len(payload)]))


def test_a_mode_and_its_clients_have_messages_of_their_own() -> None:
    server = MockServer(mode=Choice("echo", Echo, ModeSettings()))
    vladimir, pozzo = server.join("Vladimir"), server.join("Pozzo")
    vladimir.send_own(0x80, b"well?")
    vladimir.send_own(0xBF, b"")
    server.tick()
    assert sorted(vladimir.own_messages) == [
        (0x80, b"well?"), (0xBF, b""), (0xBF, b"\x00"), (0xBF, b"\x05")
    ]  # fmt: skip
    assert pozzo.own_messages == [(0xBF, b"\x05"), (0xBF, b"\x00")]


def test_what_is_said_in_ones_own_messages_where_nobody_listens_is_skipped() -> None:
    server = MockServer()
    client = server.connect("Vladimir")
    client.send_own(0x80, b"too early")
    client.begin()
    server.tick(2)
    client.send_own(0x80, b"in free roam")
    server.tick()
    assert client.error is None
    assert client.own_messages == []


@pytest.mark.parametrize(("kind", "length"), [(0x7F, 0), (0xC0, 0), (0x80, 16 * 1024 + 1)])
def test_a_mode_that_sends_what_cannot_be_is_stopped(kind: int, length: int) -> None:
    class Wrong(Mode):
        def join(self, player: Player) -> None:
            self.world.send(kind, bytes(length))

    server = MockServer(mode=Choice("wrong", Wrong, ModeSettings()))
    server.join("Vladimir")
    server.tick()
    assert "ValueError" in server.game.mode.problem


class Hoarder(Mode):
    """Keeps what JSON cannot hold."""

    def join(self, player: Player) -> None:
        self.world.keep({"players": {player}})


def test_what_cannot_be_kept_stops_the_mode_and_not_the_server() -> None:
    server = MockServer(mode=Choice("hoarder", Hoarder, ModeSettings()))
    server.join()
    assert "not JSON serializable" in server.game.mode.problem
    server.tick(40)
    assert server.keeper.is_idle


def test_a_client_cannot_say_how_the_round_stands() -> None:
    server = tag_server()
    vladimir = server.join("Vladimir")
    row = codec.ModeScore(vladimir.player_id, 1000, 0, 0)
    vladimir.send(codec.ModeScores(1, row.pack()).encode())
    assert vladimir.wire.errors() == [ErrorCode.WRONG_DIRECTION]


def test_a_mode_that_keeps_a_line_to_itself_is_obeyed() -> None:
    class Secret(Mode):
        def chat(self, player: Player, text: str) -> bool | None:
            return None if text != "mum" else False

    server = MockServer(mode=Choice("secret", Secret, ModeSettings()))
    vladimir, pozzo = server.join("Vladimir"), server.join("Pozzo")
    vladimir.say("mum")
    vladimir.say("is the word")
    server.tick()
    assert [each.text for each in pozzo.chat] == ["is the word"]
