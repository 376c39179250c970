"""Accounts and moderation as a player of the real Godot client meets them, on a real server."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import stat
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from protocol_spec.client import Client
from protocol_spec.codec import NoticeCode
from server.people.identity import Standing
from server.store import Store, accounts, sanctions
from tests.certificates import make_certificate
from tests.godot_client import GodotPlayer, Plan, Step
from tests.people import PASSWORD, QUICK, ask, enter, log_in, register, staff
from tests.running import RunningServer, running_server

pytestmark = pytest.mark.usefixtures("godot")

OWNER = "Godeau"
"""Who may do everything."""
REASON = "Shouting at the tree"
SIGN_UP: Plan = [
    {"do": "press", "action": "menu"},
    {"do": "click", "node": "%PauseMenu/%Register"},
    {"do": "type", "node": "%RegisterDialog/%Form/%Password/%Entry", "text": PASSWORD},
    {"do": "type", "node": "%RegisterDialog/%Form/%Again/%Entry", "text": PASSWORD},
    {"do": "click", "node": "%RegisterDialog/%Create"},
    {
        "do": "wait_chat",
        "text": "Your account is made. From now on you can come back as Estragon.",
    },
]
"""A guest in the world becomes an account."""
PLAY: Plan = [{"do": "click", "node": "%Play"}, {"do": "wait_world"}]
WALK: Plan = [
    {"do": "walk", "action": "move_right", "tiles": 2},
    {"do": "tell_place"},
]


def log_in_steps(name: str, password: str = PASSWORD) -> Plan:
    """The menu's way to an account."""
    return [
        {"do": "fill_in"},
        {"do": "click", "node": "%Who/%LogInTab"},
        {"do": "type", "node": "%Who/%LogIn/%Name", "text": name},
        {"do": "type", "node": "%Who/%LogIn/%Password/%Entry", "text": password},
        {"do": "click", "node": "%Play"},
    ]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server with an owner."""
    folder = tmp_path_factory.mktemp("server")
    staff(folder / "data", (OWNER, "owner"))
    with running_server(folder, environment=QUICK) as started:
        yield started


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Where the client's `user://` lies: a computer of its own for each test."""
    return tmp_path / "home"


def player(
    plan: Plan, server: RunningServer, home: Path, name: str = "Estragon", locale: str = "en"
) -> GodotPlayer:
    """Godot, on the computer whose home that is."""
    home.mkdir(exist_ok=True)
    return GodotPlayer(
        plan,
        home / "plan.json",
        address=server.address,
        name=name,
        locale=locale,
        home=home,
        remembers=True,
    )


def place_of(told: Step) -> tuple[int, str, int, int]:
    """Who stands where, of what `tell_place` told."""
    return told["player_id"], told["name"], told["x"], told["y"]


def standing(server: RunningServer, player_id: int) -> Standing:
    """Where the database has a player, while nobody works on it."""
    store = Store(server.data)
    found = store.do(accounts.standings, player_id)
    store.close()
    return found["village"]


async def owner(server: RunningServer) -> Client:
    """The owner, in the world."""
    answer = await asyncio.to_thread(log_in, server, OWNER)
    return await enter(server, answer.told["ticket"])


def with_owner(server: RunningServer, act: Callable[[Client], Awaitable[None]]) -> None:
    """Has the owner come, act and go."""

    async def run() -> None:
        client = await owner(server)
        await act(client)
        await client.close()

    asyncio.run(run())


def command(server: RunningServer, line: str) -> None:
    """Has the owner give a command, and waits until it is carried out."""

    async def act(client: Client) -> None:
        client.session.say(line)
        await client.wait_for(
            lambda session: any(code is NoticeCode.DONE for code, _ in session.notices)
        )

    with_owner(server, act)


def test_a_guest_becomes_an_account_quits_and_is_back_in_the_same_place_with_a_click(
    tmp_path: Path, home: Path
) -> None:
    first: Plan = [
        {"do": "join", "world": "village"},
        {"do": "wait_world"},
        {"do": "tell_place"},
        *SIGN_UP,
        *WALK,
        {"do": "quit"},
    ]
    again: Plan = [
        {"do": "fill_in", "world": "village"},
        {"do": "wait_shown", "node": "%Who/%AccountName"},
        *PLAY,
        {"do": "tell_place"},
        {"do": "quit"},
    ]
    with running_server(tmp_path, environment=QUICK) as server:
        with player(first, server, home) as godot:
            as_guest = place_of(godot.wait_for("place"))
            left_at = place_of(godot.wait_for("place"))
            godot.finish()
        assert left_at[:2] == as_guest[:2], "the account is the guest"
        assert left_at[2] - as_guest[2] >= 2 * 1024
        with player(again, server, home, name="Nobody") as godot:
            assert place_of(godot.wait_for("place")) == left_at
            godot.finish()
        server.stop()
        kept = standing(server, left_at[0])
        assert (kept.x, kept.y) == left_at[2:]
        server.start()
        with player(again, server, home, name="Nobody") as godot:
            assert place_of(godot.wait_for("place")) == left_at, "the server was restarted"
            godot.finish()
    files = [each for each in home.rglob("*") if each.is_file()]
    for each in files:
        raw = each.read_bytes()
        assert PASSWORD.encode() not in raw
        assert b"estragon_login" not in raw
    (tokens,) = (each for each in files if each.name == "tokens.bin")
    assert stat.S_IMODE(tokens.stat().st_mode) == 0o600


@pytest.mark.parametrize("how", ["stop", "kill"])
def test_a_server_that_is_restarted_meanwhile_has_the_account_back(
    tmp_path: Path, home: Path, how: str
) -> None:
    lost = {"stop": "ERROR_SERVER_STOPPING", "kill": "ERROR_CONNECTION_LOST"}[how]
    plan: Plan = [
        {"do": "join", "world": "village"},
        {"do": "wait_world"},
        *SIGN_UP,
        *WALK,
        {"do": "wait_message", "text_key": lost},
        {"do": "wait_no_message", "seconds": 40},
        {"do": "wait_world"},
        {"do": "tell_place"},
        {"do": "quit"},
    ]
    with (
        running_server(tmp_path, environment=QUICK) as server,
        player(plan, server, home) as godot,
    ):
        before = place_of(godot.wait_for("place"))
        (server.stop if how == "stop" else server.kill)()
        godot.wait_for("message", text_key=lost)
        server.start()
        after = place_of(godot.wait_for("place", seconds=60))
        assert after[:2] == before[:2]
        if how == "stop":  # A power cut takes what was not yet written down.
            assert after == before
        godot.finish()


class Cable:
    """Between a client and a server, to be pulled out. It carries the game's socket and HTTP."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._ends: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def pull(self) -> None:
        """Breaks off all that goes through it just now."""
        ends, self._ends = self._ends, []
        for each in ends:
            # Closed with data unread or pending, TCP resets: no goodbye.
            each.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            with suppress(OSError):  # The other end may have gone with its neighbour.
                each.shutdown(socket.SHUT_RD)
            each.close()

    def close(self) -> None:
        self._listener.close()
        self.pull()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self._to))
            self._ends += [near, far]
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=self._carry, args=(source, sink), daemon=True).start()

    def _carry(self, source: socket.socket, sink: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            return


def test_a_guest_whose_line_breaks_resumes_as_the_same_player_in_the_same_place(
    server: RunningServer, home: Path
) -> None:
    plan: Plan = [
        {"do": "join", "world": "village"},
        {"do": "wait_world"},
        *WALK,
        {"do": "wait_message", "text_key": "ERROR_CONNECTION_LOST"},
        {"do": "wait_no_message"},
        {"do": "wait_world"},
        {"do": "tell_place"},
        {"do": "quit"},
    ]
    cable = Cable(server.port)
    home.mkdir()
    with GodotPlayer(
        plan, home / "plan.json", address=cable.address, name="Vladimir", home=home
    ) as godot:
        before = place_of(godot.wait_for("place"))
        cable.pull()
        assert place_of(godot.wait_for("place")) == before
        godot.finish()
    cable.close()


def test_a_guest_whose_game_crashed_comes_back_as_the_same_player(
    server: RunningServer, home: Path
) -> None:
    first: Plan = [
        {"do": "join", "world": "village"},
        {"do": "wait_world"},
        *WALK,
        {"do": "pause", "for": 60},
    ]
    again: Plan = [{"do": "join"}, {"do": "wait_world"}, {"do": "tell_place"}, {"do": "quit"}]
    with player(first, server, home, name="Lucky") as godot:
        before = place_of(godot.wait_for("place"))
        godot.kill()
    with player(again, server, home, name="Lucky") as godot:
        assert place_of(godot.wait_for("place")) == before
        godot.finish()
    with player(again, server, home, name="Lucky") as godot:
        assert place_of(godot.wait_for("place"))[0] != before[0], "who has left is somebody new"
        godot.finish()


def test_a_wrong_password_is_told_in_words_and_the_right_one_lets_in(
    server: RunningServer, home: Path
) -> None:
    register(server, "Pozzo")
    plan: Plan = [
        *log_in_steps("pozzo", "what did I say?"),
        {"do": "wait_message", "text_key": "ERROR_AUTH_FAILED"},
        {"do": "type", "node": "%Who/%LogIn/%Password/%Entry", "text": PASSWORD},
        {"do": "wait_no_message"},
        *PLAY,
        {"do": "tell_place"},
        {"do": "quit"},
    ]
    with player(plan, server, home, locale="ru") as godot:
        told = godot.wait_for("message", text_key="ERROR_AUTH_FAILED")
        assert told["text"] == "Имя и пароль не подходят друг к другу."
        assert godot.wait_for("place")["name"] == "Pozzo"
        godot.finish()


def test_an_account_is_made_and_used_over_https_and_wss(tmp_path: Path, home: Path) -> None:
    certificate = make_certificate(tmp_path / "tls")
    trusted = home / "godot/app_userdata/Estragon/authority.pem"
    trusted.parent.mkdir(parents=True)
    trusted.write_bytes(certificate.authority.read_bytes())
    form = "%Who/%Register"
    sign_up: Plan = [
        {"do": "fill_in"},
        {"do": "click", "node": "%Who/%RegisterTab"},
        {"do": "type", "node": f"{form}/%Name", "text": "Estragon"},
        {"do": "type", "node": f"{form}/%Password/%Entry", "text": PASSWORD},
        {"do": "type", "node": f"{form}/%Again/%Entry", "text": PASSWORD},
        *PLAY,
        *WALK,
        {"do": "quit"},
    ]
    again: Plan = [{"do": "fill_in"}, *PLAY, {"do": "tell_place"}, {"do": "quit"}]
    with running_server(tmp_path, environment=QUICK, certificate=certificate) as server:
        places = []
        for plan in (sign_up, again):
            with GodotPlayer(
                plan,
                home / "plan.json",
                address=server.base,
                name="",
                home=home,
                remembers=True,
            ) as godot:
                places.append(place_of(godot.wait_for("place")))
                godot.finish()
        assert places[0] == places[1]


def test_too_many_wrong_passwords_are_told_with_the_time_to_wait(
    tmp_path: Path, home: Path
) -> None:
    plan: Plan = [
        *log_in_steps("Winnie"),
        {"do": "wait_message", "text_key": "ERROR_AUTH_TOO_MANY_TRIES"},
        {"do": "quit"},
    ]
    strict = {**QUICK, "ESTRAGON_LIMIT_LOOPBACK_LOGINS": "true"}
    with running_server(tmp_path, environment=strict) as server:
        register(server, "Winnie")
        for _ in range(5):
            assert log_in(server, "Winnie", "wrong").status == 401
        with player(plan, server, home) as godot:
            told = godot.wait_for("message", text_key="ERROR_AUTH_TOO_MANY_TRIES")
            assert re.fullmatch(r"Too many tries\. Try again in \d\d seconds\.", told["text"])
            godot.finish()


def test_two_passwords_that_differ_and_a_taken_name_make_no_account(
    server: RunningServer, home: Path
) -> None:
    form = "%Who/%Register"
    plan: Plan = [
        {"do": "fill_in"},
        {"do": "click", "node": "%Who/%RegisterTab"},
        {"do": "type", "node": f"{form}/%Name", "text": OWNER.upper()},
        {"do": "type", "node": f"{form}/%Password/%Entry", "text": PASSWORD},
        {"do": "type", "node": f"{form}/%Again/%Entry", "text": PASSWORD + "?"},
        {"do": "click", "node": "%Play"},
        {"do": "wait_message", "text_key": "ACCOUNT_PASSWORDS_DIFFER"},
        {"do": "type", "node": f"{form}/%Again/%Entry", "text": PASSWORD},
        {"do": "click", "node": "%Play"},
        {"do": "wait_message", "text_key": "ERROR_NAME_REGISTERED"},
        {"do": "type", "node": f"{form}/%Name", "text": "Clov"},
        {"do": "type", "node": f"{form}/%Password/%Entry", "text": "password"},
        {"do": "type", "node": f"{form}/%Again/%Entry", "text": "password"},
        {"do": "click", "node": "%Play"},
        {"do": "wait_message", "text_key": "ERROR_PASSWORD_COMMON"},
        {"do": "quit"},
    ]
    with player(plan, server, home) as godot:
        godot.finish()
    assert log_in(server, "Clov").status == 401


def test_whoever_is_kicked_hears_why_stays_out_and_may_come_again(
    server: RunningServer, home: Path
) -> None:
    plan: Plan = [
        {"do": "join", "world": "village"},
        {"do": "wait_world"},
        {"do": "tell_place"},
        {"do": "wait_message", "text_key": "ERROR_KICKED"},
        {"do": "wait_shown", "node": "%Who"},
        {"do": "pause", "for": 3},
        {"do": "wait_message", "text_key": "ERROR_KICKED"},
        *PLAY,
        {"do": "quit"},
    ]
    with player(plan, server, home, name="Nagg") as godot:
        godot.wait_for("place")
        command(server, f"/kick Nagg {REASON}")
        told = godot.wait_for("message", text_key="ERROR_KICKED")
        assert told["text"] == f"You were sent out of the game. Reason: “{REASON}”."
        godot.wait_for("joined")
        godot.finish()
    joins = [each for each in godot.events if each["event"] == "joined"]
    assert len(joins) == 2, "it does not come back by itself"


def test_whoever_is_banned_is_out_at_once_and_not_let_in_again(
    server: RunningServer, home: Path
) -> None:
    register(server, "Hamm")
    plan: Plan = [
        *log_in_steps("Hamm"),
        {"do": "wait_world"},
        {"do": "tell_place"},
        {"do": "wait_message", "text_key": "ERROR_BANNED"},
        {"do": "wait_shown", "node": "%Who/%AccountName"},
        {"do": "click", "node": "%Play"},
        {"do": "wait_no_message"},
        {"do": "wait_message", "text_key": "ERROR_BANNED"},
        {"do": "click", "node": "%Who/%LogOut"},
        *log_in_steps("Hamm"),
        {"do": "wait_message", "text_key": "ERROR_BANNED"},
        {"do": "quit"},
    ]
    expected = (
        f"You may not come in here. Reason: “{REASON}”. It holds for another 120 minutes.",
        f"You may not come in here. Reason: “{REASON}”. It holds for another 2 hours.",
    )
    with player(plan, server, home) as godot:
        godot.wait_for("place")
        command(server, f"/ban Hamm 2h {REASON}")
        for _ in range(3):
            told = godot.wait_for("message", text_key="ERROR_BANNED")
            assert told["text"] in expected
        godot.finish()
    assert not any("CONNECTION_LOST" in each.get("text_key", "") for each in godot.events)


def test_whoever_is_muted_hears_for_how_long_and_why_and_when_it_is_over(
    server: RunningServer, home: Path
) -> None:
    muted = f"You may not write for now. Reason: “{REASON}”. It holds for another 10 minutes."
    plan: Plan = [
        {"do": "join", "world": "village"},
        {"do": "wait_world"},
        {"do": "tell_place"},
        {"do": "wait_chat", "text": muted},
        {"do": "say", "text": "But why?"},
        {"do": "wait_chat", "text": muted},
        {"do": "tell_place"},
        {"do": "wait_chat", "text": "You may write again."},
        {"do": "say", "text": "At last."},
        {"do": "wait_chat", "from": "Nell", "text": "At last."},
        {"do": "quit"},
    ]
    with player(plan, server, home, name="Nell") as godot:
        godot.wait_for("place")
        command(server, f"/mute Nell 10m {REASON}")
        godot.wait_for("place")
        command(server, "/unmute Nell")
        godot.finish()
    assert not any(each.get("text") == "But why?" for each in godot.events)


def test_the_same_account_elsewhere_takes_over_and_the_old_place_says_so(
    server: RunningServer, home: Path
) -> None:
    register(server, "Krapp")
    plan: Plan = [
        *log_in_steps("Krapp"),
        {"do": "wait_world"},
        {"do": "tell_place"},
        {"do": "wait_message", "text_key": "ERROR_TAKEN_OVER"},
        {"do": "wait_shown", "node": "%Who/%AccountName"},
        {"do": "quit"},
    ]

    async def come() -> None:
        answer = await asyncio.to_thread(log_in, server, "Krapp")
        elsewhere = await enter(server, answer.told["ticket"])
        await asyncio.to_thread(godot.finish)
        assert elsewhere.close_code is None, "the new place is not taken over in turn"
        await elsewhere.close()

    with player(plan, server, home) as godot:
        godot.wait_for("place")
        asyncio.run(come())


def test_whoever_is_logged_out_everywhere_is_asked_to_log_in(
    server: RunningServer, home: Path
) -> None:
    register(server, "Murphy")
    plan: Plan = [
        *log_in_steps("Murphy"),
        {"do": "wait_world"},
        {"do": "tell_place"},
        {"do": "wait_message", "text_key": "ERROR_LOGGED_OUT"},
        {"do": "wait_shown", "node": "%Who/%LogInTab"},
        {"do": "quit"},
    ]
    with player(plan, server, home) as godot:
        godot.wait_for("place")
        token = log_in(server, "Murphy").told["token"]
        assert ask(server, "POST", "/api/logout-everywhere", token=token).status == 204
        godot.finish()
    again: Plan = [{"do": "fill_in"}, {"do": "wait_shown", "node": "%Who/%Tabs"}, {"do": "quit"}]
    with player(again, server, home) as godot:
        godot.finish()


def test_a_remembered_log_in_that_is_no_longer_good_leads_to_the_log_in(
    server: RunningServer, home: Path
) -> None:
    register(server, "Molloy")
    first: Plan = [*log_in_steps("Molloy"), {"do": "wait_world"}, {"do": "quit"}]
    with player(first, server, home) as godot:
        godot.finish()
    token = log_in(server, "Molloy").told["token"]
    assert ask(server, "POST", "/api/logout-everywhere", token=token).status == 204
    again: Plan = [
        {"do": "fill_in"},
        {"do": "wait_shown", "node": "%Who/%AccountName"},
        {"do": "click", "node": "%Play"},
        {"do": "wait_message", "text_key": "ERROR_AUTH_EXPIRED"},
        {"do": "type", "node": "%Who/%LogIn/%Password/%Entry", "text": PASSWORD},
        *PLAY,
        {"do": "quit"},
    ]
    with player(again, server, home) as godot:
        godot.finish()


def test_the_owner_of_an_account_changes_exports_and_deletes_it(
    server: RunningServer, home: Path, tmp_path: Path
) -> None:
    register(server, "Malone")
    page, new = "%AccountPage", "another four words here"
    exported = tmp_path / "exported.json"
    plan: Plan = [
        *log_in_steps("Malone"),
        {"do": "wait_world"},
        {"do": "leave"},
        {"do": "click", "node": "%Who/%Open"},
        {"do": "type", "node": f"{page}/%Name", "text": "Macmann"},
        {"do": "click", "node": f"{page}/%ChangeName"},
        {"do": "wait_message", "text_key": "ACCOUNT_NAME_CHANGED"},
        {"do": "click", "node": f"{page}/%LookChooser/%Next"},
        {"do": "wait_message", "text_key": "ACCOUNT_LOOK_CHANGED"},
        {"do": "type", "node": f"{page}/%OldPassword/%Entry", "text": "wrong"},
        {"do": "type", "node": f"{page}/%NewPassword/%Entry", "text": new},
        {"do": "type", "node": f"{page}/%PasswordAgain/%Entry", "text": new},
        {"do": "click", "node": f"{page}/%ChangePassword"},
        {"do": "wait_message", "text_key": "ERROR_AUTH_FAILED"},
        {"do": "type", "node": f"{page}/%OldPassword/%Entry", "text": PASSWORD},
        {"do": "click", "node": f"{page}/%ChangePassword"},
        {"do": "wait_message", "text_key": "ACCOUNT_PASSWORD_CHANGED"},
        {"do": "click", "node": f"{page}/%SaveData"},
        {"do": "type", "node": f"{page}/%Path", "text": str(tmp_path / "nowhere/file.json")},
        {"do": "click", "node": f"{page}/%Save"},
        {"do": "wait_message", "text_key": "ACCOUNT_NOT_SAVED"},
        {"do": "type", "node": f"{page}/%Path", "text": str(exported)},
        {"do": "click", "node": f"{page}/%Save"},
        {"do": "wait_message", "text_key": "ACCOUNT_EXPORTED"},
        {"do": "click", "node": f"{page}/%Close"},
        *PLAY,
        {"do": "tell_place"},
        {"do": "leave"},
        {"do": "click", "node": "%Who/%Open"},
        {"do": "click", "node": f"{page}/%Delete"},
        {"do": "type", "node": f"{page}/%DeletePassword/%Entry", "text": new},
        {"do": "click", "node": f"{page}/%DeleteForGood"},
        {"do": "wait_message", "text_key": "ACCOUNT_DELETED"},
        {"do": "wait_shown", "node": "%Who/%Tabs"},
        {"do": "quit"},
    ]
    with player(plan, server, home) as godot:
        told = godot.wait_for("place", seconds=60)
        assert (told["name"], told["look"]) == ("Macmann", 1)
        godot.finish()
    assert '"Macmann"' in json.dumps(json.loads(exported.read_bytes()))
    assert log_in(server, "Macmann", new).status == 401


def test_a_guest_takes_another_name_in_the_world_and_everybody_sees_it(
    server: RunningServer, home: Path
) -> None:
    plan: Plan = [
        {"do": "join", "world": "village"},
        {"do": "wait_world"},
        {"do": "tell_place"},
        {"do": "press", "action": "menu"},
        {"do": "click", "node": "%PauseMenu/%Rename"},
        {"do": "type", "node": "%RenameDialog/%Name", "text": OWNER},
        {"do": "click", "node": "%RenameDialog/%Change"},
        {"do": "wait_chat", "text": "Somebody with this name is here already. Choose another."},
        {"do": "type", "node": "%RenameDialog/%Name", "text": "Watt"},
        {"do": "click", "node": "%RenameDialog/%Change"},
        {"do": "wait_chat", "text": "You are called Watt now."},
        {"do": "wait_player", "name": "Watt"},
        {"do": "tell_place"},
        {"do": "quit"},
    ]

    async def act(client: Client) -> None:
        before = await asyncio.to_thread(godot.wait_for, "place")
        await client.wait_for(lambda session: session.player("Watt") is not None)
        renamed = client.session.player("Watt")
        assert renamed is not None
        assert renamed.player_id == before["player_id"]
        after = await asyncio.to_thread(godot.wait_for, "place")
        assert place_of(after) == (before["player_id"], "Watt", before["x"], before["y"])
        await asyncio.to_thread(godot.finish)

    with player(plan, server, home, name="Knott") as godot:
        with_owner(server, act)


def test_whispers_come_to_one_alone_and_tab_completes_command_and_name(
    server: RunningServer, home: Path
) -> None:
    entry = "%ChatBox/%Entry"
    plan: Plan = [
        {"do": "join", "world": "village"},
        {"do": "wait_world"},
        {"do": "wait_player", "name": "Mercier Camier"},
        {"do": "tell_place"},
        {"do": "wait_chat", "from": "Mercier Camier", "text": "Psst!", "kind": "heard_whisper"},
        {"do": "ask_about", "name": "Mercier Camier"},
        {"do": "pick", "node": "%PlayerMenu", "item": "CHAT_WHISPER"},
        {"do": "wait_shown", "node": entry},
        {"do": "type", "node": entry, "text": '/w "merc'},
        {"do": "complete", "node": entry, "text": '/w "Mercier Camier" '},
        {"do": "type", "node": entry, "text": '/w "Mercier Camier" Yes?'},
        {"do": "enter"},
        {"do": "wait_chat", "from": "Mercier Camier", "text": "Yes?", "kind": "own_whisper"},
        {"do": "quit"},
    ]

    async def act(client: Client) -> None:
        mercier = await Client.join(server.url, "Mercier Camier")
        told = await asyncio.to_thread(godot.wait_for, "place")
        mercier.session.whisper(told["player_id"], "Psst!")
        await mercier.wait_for(lambda session: len(session.whispers) == 2)
        assert [(each.own, each.name, each.text) for each in mercier.session.whispers] == [
            (1, "Moran", "Psst!"),
            (0, "Moran", "Yes?"),
        ]
        await asyncio.to_thread(godot.finish)
        assert client.session.whispers == []
        await mercier.close()

    with player(plan, server, home, name="Moran") as godot:
        with_owner(server, act)


def test_a_report_goes_to_the_staff_with_the_chat_around_it(tmp_path: Path, home: Path) -> None:
    plan: Plan = [
        {"do": "join", "world": "village"},
        {"do": "wait_world"},
        {"do": "tell_place"},
        {"do": "wait_chat", "from": "Pozzo", "text": "Up, pig!"},
        {"do": "ask_about", "name": "Pozzo"},
        {"do": "pick", "node": "%PlayerMenu", "item": "CHAT_REPORT"},
        {"do": "type", "node": "%ReportDialog/%Text", "text": "He calls Lucky a pig."},
        {"do": "click", "node": "%ReportDialog/%Send"},
        {
            "do": "wait_chat",
            "text": "Ваша жалоба на игрока Pozzo передана администрации. Спасибо.",
        },
        {"do": "quit"},
    ]

    async def play(server: RunningServer, godot: GodotPlayer) -> None:
        pozzo = await Client.join(server.url, "Pozzo")
        await asyncio.to_thread(godot.wait_for, "place")
        pozzo.session.say("Up, pig!")
        await asyncio.to_thread(godot.finish)
        await pozzo.close()

    with (
        running_server(tmp_path, environment=QUICK) as server,
        player(plan, server, home, name="Lucky", locale="ru") as godot,
    ):
        asyncio.run(play(server, godot))
    store = Store(server.data)
    (report,) = store.do(sanctions.reports)
    store.close()
    assert (report.reporter_name, report.subject_name) == ("Lucky", "Pozzo")
    assert report.text == "He calls Lucky a pig."
    assert [each["text"] for each in report.chat] == ["Up, pig!"]
