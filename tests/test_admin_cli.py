"""`estragon admin`, as an operator types it: offline and beside a server."""

from __future__ import annotations

import asyncio
import http.client
import io
import json
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from protocol_spec.client import Client, Refused
from protocol_spec.codec import AuthMethod, ErrorCode, NoticeCode
from server.cli.main import main
from server.control.claim import CONTROL_NAME
from server.store import Store
from server.store.accounts import find_account
from server.store.audit import Audit, audit_entries
from tests.postgres import fresh_database
from tests.running import RunningServer, running_server

PASSWORD = "three blind mice run"
OTHER = "see how they run, see"


class Here:
    """The commands without processes of their own, each of which takes a second to start."""

    def __init__(self, captured: pytest.CaptureFixture[str], patch: pytest.MonkeyPatch) -> None:
        self._captured = captured
        self._patch = patch

    def run(self, *typed: str, data: Path, password: bytes | str = b"") -> tuple[int, str, str]:
        """The exit code and what was printed; a password is told on standard input."""
        said = password if isinstance(password, bytes) else f"{password}\n".encode()
        words = ["--password-stdin"] if password else []
        self._patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(said)))
        try:
            code = main(["admin", *typed, *words, "--data", str(data)])
        except SystemExit as end:
            code = int(end.code or 0)
        out, error = self._captured.readouterr()
        return code, out, error

    def done(self, *typed: str, data: Path, password: bytes | str = b"") -> str:
        """What a command that goes well prints."""
        code, out, error = self.run(*typed, data=data, password=password)
        assert (code, error) == (0, "")
        return out

    def refused(self, *typed: str, data: Path, password: bytes | str = b"", code: int = 1) -> str:
        """The one line of a command that does not."""
        found, out, line = self.run(*typed, data=data, password=password)
        assert (found, out) == (code, "")
        assert line.startswith("estragon: ")
        assert line.count("\n") == 1
        return line.removeprefix("estragon: ").strip()


@pytest.fixture
def here(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Here:
    for each in os.environ:
        if each.startswith("ESTRAGON_"):
            monkeypatch.delenv(each)
    return Here(capsys, monkeypatch)


@pytest.fixture
def owned(here: Here, tmp_path: Path) -> Path:
    """A data folder with an owner, and no server."""
    data = tmp_path / "data"
    assert here.done("create", "Godot", data=data, password=PASSWORD) == "Godot: owner\n"
    return data


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with running_server(tmp_path_factory.mktemp("admin")) as started:
        yield started


def accounts(here: Here, data: Path) -> dict[str, str]:
    """Roles by name, in the order in which they are listed."""
    listed = json.loads(here.done("list", "--json", data=data))
    return {each["name"]: each["role"] for each in listed}


def audit(data: Path) -> list[Audit]:
    """The latest first."""
    store = Store(data)
    try:
        return store.do(audit_entries)
    finally:
        store.close()


def log_in(server: RunningServer, name: str, password: str) -> tuple[int, dict[str, Any]]:
    return call(server, "POST", "/api/login", {"name": name, "password": password})


def call(
    server: RunningServer, method: str, path: str, body: Any = None, token: str = ""
) -> tuple[int, dict[str, Any]]:
    connection = http.client.HTTPConnection(server.address, timeout=30)
    headers = {"Content-Type": "application/json"}
    headers |= {"Authorization": f"Bearer {token}"} if token else {}
    connection.request(method, path, json.dumps(body), headers)
    answer = connection.getresponse()
    told = json.loads(answer.read())
    connection.close()
    return answer.status, told


class TestOffline:
    def test_the_first_account_is_the_owner_before_the_first_start(
        self, here: Here, owned: Path
    ) -> None:
        assert accounts(here, owned) == {"Godot": "owner"}
        with RunningServer(owned) as server:
            assert "#token=" not in server.log
            assert log_in(server, "Godot", PASSWORD)[0] == 200
            assert server.failures() == []

    def test_the_owner_makes_others_by_their_role(self, here: Here, owned: Path) -> None:
        line = here.refused("create", "Pozzo", data=owned, password=PASSWORD)
        assert line == "there is an owner already: say which role"
        for name, role in (("Pozzo", "player"), ("Lucky", "builder"), ("Vladimir", "admin")):
            made = here.done("create", name, "--role", role, data=owned, password=PASSWORD)
            assert made == f"{name}: {role}\n"
        here.done("create", "Estragon", "--role", "owner", data=owned, password=PASSWORD)
        ranked = ["Estragon", "Godot", "Vladimir", "Lucky", "Pozzo"]
        assert list(accounts(here, owned)) == ranked
        table = here.done("list", data=owned).splitlines()
        assert table[0].split("  ")[0] == "name"
        assert [line.split()[:2] for line in table[3:]] == [
            ["Vladimir", "admin"],
            ["Lucky", "builder"],
            ["Pozzo", "player"],
        ]

    def test_every_change_has_its_audit_row(self, here: Here, owned: Path) -> None:
        here.done("create", "Pozzo", "--role", "player", data=owned, password="tidy moor")
        here.done("role", "Pozzo", "moderator", data=owned)
        here.done("reset-password", "Pozzo", data=owned, password=OTHER)
        rows = audit(owned)[::-1]
        assert {(each.actor_id, each.via) for each in rows} == {(0, "cli")}
        assert all(each.actor.startswith("@") for each in rows)
        assert [(each.action, each.subject, each.details) for each in rows] == [
            ("account.create", "Godot", {"role": "owner"}),
            ("account.create", "Pozzo", {"role": "player"}),
            ("account.change_role", "Pozzo", {"was": "player", "now": "moderator"}),
            ("account.reset_password", "Pozzo", {}),
        ]

    def test_a_player_who_joins_the_staff_should_have_another_password(
        self, here: Here, owned: Path
    ) -> None:
        here.done("create", "Pozzo", "--role", "player", data=owned, password="tidy moor")
        told = here.done("role", "Pozzo", "builder", data=owned).splitlines()
        assert told[0] == "Pozzo: builder, was player"
        assert told[1].endswith('estragon admin reset-password "Pozzo"')
        told = here.done("role", "Pozzo", "admin", data=owned).splitlines()
        assert told == ["Pozzo: admin, was builder"]

    def test_a_name_is_found_however_it_is_spelled(self, here: Here, owned: Path) -> None:
        done = here.done("reset-password", " GODOT", data=owned, password=OTHER)
        assert done == "Godot: has another password; all log-ins are ended\n"

    def test_the_last_owner_stays_one(self, here: Here, owned: Path) -> None:
        line = here.refused("role", "Godot", "player", data=owned)
        assert line == "a server needs an owner"
        here.done("create", "Vladimir", "--role", "owner", data=owned, password=PASSWORD)
        assert here.done("role", "Godot", "admin", data=owned) == "Godot: admin, was owner\n"

    @pytest.mark.parametrize(
        ("typed", "password", "complaint"),
        [
            (("create", "ab"), PASSWORD, "the name will not do: at least 3 characters"),
            (("create", ""), PASSWORD, "there is no name"),
            (("create", "Gоdоt"), PASSWORD, "the name will not do: letters of one script only"),
            (("create", "g0dot"), PASSWORD, "there is an account of that name, or of one that"),
            (("create", "Pozzo"), "too short", "the password will not do: at least 15 characters"),
            (("create", "Pozzo"), "passwordpassword", "the password will not do: easily guessed"),
            (("reset-password", "Pozzo"), PASSWORD, "there is no account 'Pozzo'"),
            (("reset-password", "Godot"), "short", "the password will not do: at least 15"),
            (("role", "Pozzo", "admin"), "", "there is no account 'Pozzo'"),
        ],
    )
    def test_what_will_not_do_is_one_clear_line(
        self, here: Here, owned: Path, typed: tuple[str, ...], password: str, complaint: str
    ) -> None:
        role = ("--role", "moderator") if typed[0] == "create" else ()
        line = here.refused(*typed, *role, data=owned, password=password)
        assert line.startswith(complaint)
        assert accounts(here, owned) == {"Godot": "owner"}
        assert len(audit(owned)) == 1

    def test_a_folder_without_data_stays_as_it_is(self, here: Here, tmp_path: Path) -> None:
        missing = tmp_path / "typo"
        assert here.refused("list", data=missing) == f"there is no data in {missing}"
        assert not missing.exists()

    @pytest.mark.parametrize("role", ["guest", "king", ""])
    def test_a_role_that_is_none_is_refused(self, here: Here, owned: Path, role: str) -> None:
        code, out, error = here.run("role", "Godot", role, data=owned)
        assert (code, out) == (2, "")
        assert "invalid choice" in error


class TestPassword:
    """Where it comes from."""

    @pytest.mark.parametrize("ending", [b"", b"\n", b"\r\n"])
    def test_a_line_on_standard_input_is_one(
        self, here: Here, tmp_path: Path, ending: bytes
    ) -> None:
        data = tmp_path / "data"
        secret = "три слепые мышки "
        here.done("create", "Godot", data=data, password=secret.encode() + ending)
        with RunningServer(data) as server:
            assert log_in(server, "Godot", secret)[0] == 200

    @pytest.mark.parametrize(
        ("said", "complaint"),
        [
            (b"\n", "standard input holds no password"),
            (b"three blind mice run\nsee how they run\n", "standard input holds more than one"),
            (b"x" * 5000, "standard input holds more than one"),
            (b"\xff" * 20, "the password is not in UTF-8"),
        ],
    )
    def test_what_is_no_line_is_refused(
        self, here: Here, tmp_path: Path, said: bytes, complaint: str
    ) -> None:
        line = here.refused("create", "Godot", data=tmp_path / "data", password=said, code=2)
        assert line.startswith(complaint)
        assert not (tmp_path / "data").exists()

    def test_without_a_terminal_it_must_be_said_where_it_comes_from(
        self, here: Here, tmp_path: Path
    ) -> None:
        line = here.refused("create", "Godot", data=tmp_path / "data", code=2)
        assert line == "there is no terminal to ask for a password: --password-stdin"

    def test_it_cannot_be_one_of_the_commands_words(self, here: Here, tmp_path: Path) -> None:
        for words in (("--password", PASSWORD), (PASSWORD,)):
            code, _, _ = here.run("create", "Godot", *words, data=tmp_path / "data")
            assert code == 2

    def test_a_terminal_is_asked_twice_and_shows_nothing(self, tmp_path: Path) -> None:
        data = tmp_path / "data"
        code, shown = on_a_terminal(data, PASSWORD, OTHER)
        assert code == 1
        assert "estragon: these are two different passwords" in shown
        assert not data.exists()
        code, shown = on_a_terminal(data, PASSWORD, PASSWORD)
        assert code == 0
        assert "Password for Godot: " in shown
        assert "Once more: " in shown
        assert "Godot: owner" in shown
        assert "mice" not in shown


def on_a_terminal(data: Path, *typed: str) -> tuple[int, str]:
    """Has an owner made with these answers; returns the exit code and what the screen showed."""
    ours, theirs = pty.openpty()
    variables = {k: v for k, v in os.environ.items() if not k.startswith("ESTRAGON_")}
    command = [sys.executable, "-m", "server", "admin", "create", "Godot", "--data", str(data)]
    with subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env=variables, start_new_session=True
    ) as process:
        os.close(theirs)
        shown = b""
        answers = list(typed)
        with os.fdopen(ours, "r+b", buffering=0) as terminal:
            while True:
                try:
                    some = terminal.read(1024)
                except OSError:  # So Linux tells that the other end is closed.
                    break
                shown += some or b""
                if shown.count(b": ") > len(typed) - len(answers) and answers:
                    terminal.write(f"{answers.pop(0)}\n".encode())
        return process.wait(30), shown.decode()


class TestBesideAServer:
    def test_an_account_made_now_can_log_in_at_once(
        self, here: Here, server: RunningServer
    ) -> None:
        here.done("create", "Godot", data=server.data, password=PASSWORD)
        status, told = log_in(server, "Godot", PASSWORD)
        assert (status, told["account"]["role"]) == (200, "owner")
        line = here.refused("create", "G0DOT", "--role", "admin", data=server.data, password=OTHER)
        assert line.startswith("there is an account of that name")

    def test_a_name_that_somebody_plays_under_is_taken(
        self, here: Here, server: RunningServer
    ) -> None:
        async def play() -> None:
            guest = await Client.join(server.url, "Vladimir")
            typed = ("create", "Vladimir", "--role", "player")
            line = await asyncio.to_thread(
                here.refused, *typed, data=server.data, password=PASSWORD
            )
            assert line.startswith("somebody who is there has that name")
            await guest.close()

        asyncio.run(play())

    def test_who_plays_hears_of_a_new_role_at_once(self, here: Here, server: RunningServer) -> None:
        typed = ("create", "Lucky", "--role", "player")
        here.done(*typed, data=server.data, password="tidy moor")
        ticket = log_in(server, "Lucky", "tidy moor")[1]["ticket"]

        async def play() -> None:
            client = await join_by_ticket(server, ticket)
            await asyncio.to_thread(here.done, "role", "Lucky", "moderator", data=server.data)
            heard = (NoticeCode.ROLE_CHANGED, ["moderator"])
            await client.wait_for(lambda session: heard in session.notices, 5)
            assert client.session.role == "moderator"
            await client.close()

        asyncio.run(play())
        assert accounts(here, server.data)["Lucky"] == "moderator"

    def test_a_reset_password_ends_every_log_in_and_connection(
        self, here: Here, server: RunningServer
    ) -> None:
        here.done("create", "Estragon", "--role", "moderator", data=server.data, password=PASSWORD)
        told = log_in(server, "Estragon", PASSWORD)[1]
        assert call(server, "GET", "/api/account", token=told["token"])[0] == 200

        async def play() -> None:
            client = await join_by_ticket(server, told["ticket"])
            await asyncio.to_thread(
                here.done, "reset-password", "Estragon", data=server.data, password=OTHER
            )
            with pytest.raises(Refused) as end:
                await client.wait_for(lambda session: False, 5)
            assert end.value.code is ErrorCode.LOGGED_OUT
            await client.close()

        asyncio.run(play())
        assert call(server, "GET", "/api/account", token=told["token"])[0] == 401
        assert log_in(server, "Estragon", PASSWORD)[0] == 401
        assert log_in(server, "Estragon", OTHER)[0] == 200

    def test_no_password_is_written_down(self, here: Here, server: RunningServer) -> None:
        here.done("create", "Watcher", "--role", "builder", data=server.data, password=PASSWORD)
        assert PASSWORD not in server.log
        assert PASSWORD not in (server.data / CONTROL_NAME).read_text()
        kept = b"".join(each.read_bytes() for each in server.data.iterdir() if each.is_file())
        assert b"Watcher" in kept
        assert PASSWORD.encode() not in kept

    @pytest.mark.parametrize(
        "order",
        [
            {"do": "create_account", "name": "Boy", "password": PASSWORD, "role": "guest"},
            {"do": "create_account", "name": "Boy", "password": "", "role": "player"},
            {"do": "change_role", "name": "Boy"},
            {"do": "reset_password"},
        ],
    )
    def test_an_order_that_lacks_something_does_no_harm(
        self, server: RunningServer, order: dict[str, str]
    ) -> None:
        control = json.loads((server.data / CONTROL_NAME).read_text())
        status, told = call(server, "POST", "/api/control", order, control["token"])
        assert status == 200
        assert told["failed"]

    def test_a_stranger_cannot_give_them(self, server: RunningServer) -> None:
        connection = http.client.HTTPConnection(server.address, timeout=10)
        order = {"do": "create_account", "name": "Boy", "password": PASSWORD, "role": "owner"}
        connection.request("POST", "/api/control", json.dumps(order))
        assert connection.getresponse().status == 401
        connection.close()


async def join_by_ticket(server: RunningServer, ticket: str) -> Client:
    return await Client.join(server.url, "", method=AuthMethod.TICKET, secret=ticket.encode())


def test_it_works_on_postgresql_as_well(here: Here, tmp_path: Path, postgres: str) -> None:
    url = fresh_database(postgres)
    data = tmp_path / "data"
    on_it = ("--database-url", url)
    here.done("create", "Godot", *on_it, data=data, password=PASSWORD)
    here.done("create", "Pozzo", "--role", "player", *on_it, data=data, password=PASSWORD)
    assert here.done("role", "Pozzo", "admin", *on_it, data=data).startswith("Pozzo: admin")
    store = Store(data, url)
    pozzo = store.do(find_account, skeleton="pozzo")
    rows = store.do(audit_entries)
    store.close()
    assert pozzo is not None
    assert (pozzo.role, len(rows)) == ("admin", 3)
