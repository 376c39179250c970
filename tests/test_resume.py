"""Coming back after a lost connection: the same player in the same place, and nobody else."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from protocol_spec import codec
from protocol_spec.client import Client, Refused
from protocol_spec.codec import AuthMethod, ErrorCode, LeaveReason
from server.moderation.actor import OPERATOR
from server.people.identity import SanctionKind
from server.people.roles import Role
from tests.mock_server import MockClient, MockServer
from tests.people import (
    PASSWORD,
    QUICK,
    account,
    ask,
    close_code,
    done,
    drop,
    enter,
    fifty_at_once,
    guest,
    hang_up,
    heard,
    joined,
    knock,
    of_type,
    play,
    register,
    since,
    with_resume_token,
    with_ticket,
)
from tests.running import RunningServer, running_server

EAST = 0


@pytest.fixture
def mock() -> MockServer:
    return MockServer()


def expire(mock: MockServer) -> None:
    """As long passes as somebody is waited for."""
    mock.now += mock.settings.resume_seconds
    mock.lobby.give_up_absent()


def _ticket(server: RunningServer, token: str) -> str:
    return str(ask(server, "POST", "/api/tickets", token=token).told["ticket"])


@pytest.mark.parametrize("enters", [guest, play])
def test_who_was_cut_off_is_back_where_they_were(
    mock: MockServer, enters: Callable[[MockServer, str], MockClient]
) -> None:
    lost, watcher = enters(mock, "Vladimir"), guest(mock, "Estragon")
    mock.walk(lost, 0x1234, 20)
    facing = lost.state.rotation if lost.state else None
    told = since(watcher, lost.disconnect)
    assert told == [codec.PlayerLeave(lost.player_id, LeaveReason.LOST)]
    mock.tick(40)
    back = joined(with_resume_token(mock, lost.resume_token))
    assert (back.player_id, back.name) == (lost.player_id, "Vladimir")
    assert (back.is_account, back.role) == (lost.is_account, lost.role)
    assert back.place == lost.place
    assert back.state is not None
    assert back.state.rotation == facing
    assert watcher.players[lost.player_id].is_in_sight


def test_a_resume_token_is_good_once(mock: MockServer) -> None:
    lost = guest(mock, "Vladimir")
    lost.disconnect()
    back = joined(with_resume_token(mock, lost.resume_token))
    assert knock(with_resume_token(mock, lost.resume_token)) is ErrorCode.AUTH_EXPIRED
    assert back.wire.closed is None
    assert back.resume_token != lost.resume_token
    back.disconnect()
    again = joined(with_resume_token(mock, back.resume_token))
    assert again.player_id == lost.player_id


def test_of_fifty_who_use_a_resume_token_at_once_one_comes_in(tmp_path: Path) -> None:
    async def scene(server: RunningServer) -> list[str]:
        lost = await Client.join(server.url, "Vladimir")
        await drop(lost)
        return await fifty_at_once(server, lost.session.resume_token, AuthMethod.RESUME)

    with running_server(tmp_path, environment=QUICK) as server:
        assert asyncio.run(scene(server)) == ["AUTH_EXPIRED"] * 49 + ["in"]


def test_after_its_time_nobody_is_waited_for_and_the_name_is_free(mock: MockServer) -> None:
    lost = guest(mock, "Vladimir")
    lost.disconnect()
    mock.now += mock.settings.resume_seconds - 1
    mock.lobby.give_up_absent()
    assert knock(mock.connect("Vladimir")) is ErrorCode.NAME_IN_USE
    mock.now += 1
    mock.lobby.give_up_absent()
    assert knock(with_resume_token(mock, lost.resume_token)) is ErrorCode.AUTH_EXPIRED
    assert guest(mock, "Vladimir").player_id != lost.player_id


def test_who_says_goodbye_is_not_waited_for(mock: MockServer) -> None:
    gone = guest(mock, "Vladimir")
    gone.server_session.lost(said_goodbye=True)
    assert knock(with_resume_token(mock, gone.resume_token)) is ErrorCode.AUTH_EXPIRED
    guest(mock, "Vladimir")


def test_who_fell_silent_may_come_back_like_anybody_whose_cable_was_pulled(
    mock: MockServer,
) -> None:
    silent, watcher = guest(mock, "Vladimir"), guest(mock, "Estragon")
    silent.wire.client = None
    told = since(watcher, lambda: silent.server_session.check_time(mock.now + 26))
    assert silent.wire.errors() == [ErrorCode.SILENT]
    assert told == [codec.PlayerLeave(silent.player_id, LeaveReason.LOST)]
    back = joined(with_resume_token(mock, silent.resume_token))
    assert back.player_id == silent.player_id


def test_who_was_cut_off_by_a_bug_of_ours_may_come_back(mock: MockServer) -> None:
    victim = guest(mock, "Vladimir")
    victim.server_session.fail(ErrorCode.INTERNAL)
    assert joined(with_resume_token(mock, victim.resume_token)).player_id == victim.player_id


def test_who_was_ended_for_what_they_sent_may_not(mock: MockServer) -> None:
    sinner = guest(mock, "Vladimir")
    sinner.server_session.receive(b"", mock.now)
    assert sinner.wire.errors() == [ErrorCode.EMPTY_MESSAGE]
    assert knock(with_resume_token(mock, sinner.resume_token)) is ErrorCode.AUTH_EXPIRED


def test_who_comes_back_before_the_server_noticed_takes_over_from_themselves(
    mock: MockServer,
) -> None:
    stale, watcher = guest(mock, "Vladimir"), guest(mock, "Estragon")
    mock.walk(stale, EAST, 10)
    token = stale.resume_token
    back = joined(with_resume_token(mock, token))
    assert stale.wire.errors() == [ErrorCode.TAKEN_OVER]
    assert stale.wire.closed == (4000 + ErrorCode.TAKEN_OVER, "TAKEN_OVER")
    assert back.place == stale.place
    assert back.player_id == stale.player_id
    mock.tick(3)
    assert set(watcher.players) == {back.player_id, watcher.player_id}
    stale.disconnect()  # At last.
    mock.tick()
    assert back.wire.closed is None
    assert set(mock.world.players) == {back.player_id, watcher.player_id}
    assert knock(mock.connect("Vladimir")) is ErrorCode.NAME_IN_USE


def test_the_same_account_elsewhere_takes_over_where_it_stands_just_now(mock: MockServer) -> None:
    """Not where it stood when that was last written down."""
    kept = account(mock, "Vladimir")
    here = joined(with_ticket(mock, kept.player_id))
    mock.services.player_log.note_standings([mock.game])
    mock.walk(here, EAST, 30)
    elsewhere = joined(with_ticket(mock, kept.player_id))
    assert here.wire.closed == (4000 + ErrorCode.TAKEN_OVER, "TAKEN_OVER")
    assert elsewhere.place == here.place
    assert elsewhere.place[0] > 50 * 1024
    assert knock(with_resume_token(mock, here.resume_token)) is ErrorCode.AUTH_EXPIRED
    assert len(mock.world.players) == 1


def test_who_enters_again_in_the_very_tick_of_leaving_stands_where_they_were(
    mock: MockServer,
) -> None:
    kept = account(mock, "Vladimir")
    client = joined(with_ticket(mock, kept.player_id))
    mock.walk(client, EAST, 20)
    place = client.place
    client.server_session.lost(said_goodbye=True)
    back = with_ticket(mock, kept.player_id)
    back.begin()
    mock.tick()
    assert back.place == place


def test_an_auth_ok_that_is_lost_shuts_nobody_out(mock: MockServer) -> None:
    lost = guest(mock, "Vladimir")
    lost.disconnect()
    for _ in range(3):
        unlucky = with_resume_token(mock, lost.resume_token)
        unlucky.wire.client = None  # It hears nothing of what it is told.
        unlucky.server_session.receive(codec.Hello(codec.MAGIC, 1, 1, 0, 0, "").encode(), mock.now)
        auth = codec.Auth(AuthMethod.RESUME, 0, "", lost.resume_token)
        unlucky.server_session.receive(auth.encode(), mock.now)
        (ok,) = of_type(unlucky, codec.AuthOk)
        unlucky.disconnect()
    back = joined(with_resume_token(mock, lost.resume_token))
    assert back.player_id == lost.player_id
    assert knock(with_resume_token(mock, ok.resume_token)) is ErrorCode.AUTH_EXPIRED


def test_the_auth_ok_of_a_change_that_is_lost_shuts_nobody_out(mock: MockServer) -> None:
    client = guest(mock, "Vladimir")
    before = client.resume_token
    client.rename("Estragon")
    after = client.resume_token
    client.disconnect()
    back = joined(with_resume_token(mock, before))
    assert (back.player_id, back.name) == (client.player_id, "Estragon")
    assert knock(with_resume_token(mock, after)) is ErrorCode.AUTH_EXPIRED


def test_only_the_last_two_tokens_of_many_are_good(mock: MockServer) -> None:
    client = guest(mock, "Vladimir")
    tokens = [client.resume_token]
    for name in ("Estragon", "Pozzo", "Lucky"):
        client.rename(name)
        tokens.append(client.resume_token)
    client.disconnect()
    for token in tokens[:2]:
        assert knock(with_resume_token(mock, token)) is ErrorCode.AUTH_EXPIRED
    assert joined(with_resume_token(mock, tokens[2])).name == "Lucky"
    assert len(mock.lobby.returning.tokens) == 1


def test_nobody_comes_back_as_who_they_were_before_they_were_judged(mock: MockServer) -> None:
    """The token of a connection that was lost must not bring an old role or a lifted tongue back,
    after the account came in another way."""
    kept = account(mock, "Vladimir", Role.MODERATOR)
    lost = joined(with_ticket(mock, kept.player_id))
    lost.disconnect()
    now = joined(with_ticket(mock, kept.player_id))
    done(mock.services.deeds.change_role(OPERATOR, kept.player_id, Role.PLAYER))
    done(mock.services.sanctions.sanction(OPERATOR, SanctionKind.MUTE, kept.player_id, "x"))
    now.disconnect()
    assert knock(with_resume_token(mock, lost.resume_token)) is ErrorCode.AUTH_EXPIRED
    back = joined(with_resume_token(mock, now.resume_token))
    assert back.role == "player"
    back.say("I am a moderator")
    assert back.wire.errors() == [ErrorCode.CHAT_MUTED]


def test_what_happens_to_who_is_expected_back_is_so_when_they_come(mock: MockServer) -> None:
    kept = account(mock, "Vladimir")
    lost = joined(with_ticket(mock, kept.player_id))
    lost.disconnect()
    done(mock.services.accounts.change_name(kept, "Estragon"))
    done(mock.services.deeds.change_role(OPERATOR, kept.player_id, Role.MODERATOR))
    done(mock.services.sanctions.sanction(OPERATOR, SanctionKind.MUTE, kept.player_id, "x"))
    back = joined(with_resume_token(mock, lost.resume_token))
    assert (back.name, back.role) == ("Estragon", "moderator")
    back.say("hello")
    assert back.wire.errors() == [ErrorCode.CHAT_MUTED]
    guest(mock, "Vladimir")


def test_a_deleted_account_does_not_come_back(mock: MockServer) -> None:
    kept = account(mock, "Vladimir")
    lost = joined(with_ticket(mock, kept.player_id))
    lost.disconnect()
    done(mock.services.accounts.delete(kept, PASSWORD, ""))
    assert knock(with_resume_token(mock, lost.resume_token)) is ErrorCode.AUTH_EXPIRED
    guest(mock, "Vladimir")


@pytest.mark.parametrize("kind", [SanctionKind.KICK, SanctionKind.BAN])
def test_who_was_thrown_out_cannot_resume(mock: MockServer, kind: SanctionKind) -> None:
    client = guest(mock, "Vladimir")
    done(mock.services.sanctions.sanction(OPERATOR, kind, client.player_id, "x"))
    client.disconnect()
    assert knock(with_resume_token(mock, client.resume_token)) is ErrorCode.AUTH_EXPIRED


def test_nobody_resumes_from_an_address_that_was_banned_meanwhile(mock: MockServer) -> None:
    lost = guest(mock, "Vladimir", "192.0.2.7")
    lost.disconnect()
    done(mock.services.sanctions.ban_network(OPERATOR, "198.51.100.0/24", "x"))
    elsewhere = with_resume_token(mock, lost.resume_token, "198.51.100.9")
    assert knock(elsewhere) is ErrorCode.BANNED
    back = joined(with_resume_token(mock, lost.resume_token, "192.0.2.7"))
    assert back.player_id == lost.player_id


def test_what_was_said_meanwhile_is_not_heard_but_what_is_said_then(mock: MockServer) -> None:
    lost, other = guest(mock, "Vladimir"), guest(mock, "Estragon")
    lost.disconnect()
    other.say("Gone?")
    mock.tick()
    back = joined(with_resume_token(mock, lost.resume_token))
    other.say("There you are again.")
    assert heard(back) == ["There you are again."]


def test_who_resumes_while_a_full_world_has_no_room_waits_in_the_lobby() -> None:
    mock = MockServer(max_players=1)
    lost = guest(mock, "Vladimir")
    lost.disconnect()
    mock.tick()
    guest(mock, "Estragon")
    back = with_resume_token(mock, lost.resume_token)
    back.begin()
    mock.tick()
    assert back.wire.errors() == [ErrorCode.WORLD_FULL]
    assert back.wire.closed is None


def test_names_and_tokens_of_those_who_are_gone_are_forgotten(mock: MockServer) -> None:
    for number in range(20):
        client = guest(mock, f"Lucky {number}")
        client.rename(f"Pozzo {number}")
        client.disconnect()
    expire(mock)
    assert mock.lobby.names.holders == {}
    assert mock.lobby.returning.absent == {}
    guest(mock, "Vladimir").server_session.lost(said_goodbye=True)
    assert len(mock.lobby.returning.tokens) == 0
    assert mock.lobby.sessions == set()


def test_over_real_sockets_a_dropped_connection_resumes_in_place(
    either_server: RunningServer,
) -> None:
    async def scene() -> None:
        lost = await Client.join(either_server.url, "Vladimir")
        watcher = await Client.join(either_server.url, "Estragon")
        for _ in range(20):
            lost.session.walk(EAST)
            now = lost.session.state
            await lost.wait_for(lambda session: session.state is not now)  # noqa: B023
        await drop(lost)
        number = lost.session.player_id
        await watcher.wait_for(lambda session: number not in session.players)
        back = await enter(either_server, lost.session.resume_token, AuthMethod.RESUME)
        assert back.session.player_id == number
        await watcher.wait_for(lambda session: number in session.players)
        assert back.session.state is not None
        assert lost.session.state is not None
        # It walked on for a few ticks, as commands that are missing are repeated.
        assert 0 <= back.session.state.x - lost.session.state.x <= 5 * codec.WALK_SPEED
        stale = back
        back = await enter(either_server, stale.session.resume_token, AuthMethod.RESUME)
        assert await close_code(stale, 2.0) == 4000 + ErrorCode.TAKEN_OVER
        assert stale.session.error is not None
        assert stale.session.error.code == ErrorCode.TAKEN_OVER
        await hang_up(back, watcher)

    asyncio.run(scene())


def test_the_same_account_takes_over_over_real_sockets(tmp_path: Path) -> None:
    async def scene(server: RunningServer) -> None:
        told = await asyncio.to_thread(register, server, "Vladimir")
        first = await enter(server, told["ticket"])
        again = await asyncio.to_thread(_ticket, server, told["token"])
        second = await enter(server, again)
        assert await close_code(first, 2.0) == 4000 + ErrorCode.TAKEN_OVER
        assert second.session.player_id == first.session.player_id
        assert second.session.state is not None
        assert first.session.state is not None
        assert (second.session.state.x, second.session.state.y) == (
            first.session.state.x,
            first.session.state.y,
        )
        await hang_up(second)

    with running_server(tmp_path, environment=QUICK) as server:
        asyncio.run(scene(server))


def test_a_restart_ends_all_resume_tokens_and_no_log_in(tmp_path: Path) -> None:
    with running_server(tmp_path, environment=QUICK) as server:
        told = register(server, "Vladimir")

        async def play_on() -> Client:
            return await enter(server, told["ticket"])

        async def scene() -> bytes:
            client = await play_on()
            await asyncio.to_thread(server.stop)
            assert await close_code(client, 5.0) == 4000 + ErrorCode.SERVER_STOPPING
            return client.session.resume_token

        token = asyncio.run(scene())
        server.start()
        with pytest.raises(Refused, match="AUTH_EXPIRED"):
            asyncio.run(enter(server, token, AuthMethod.RESUME))

        async def come_back() -> int:
            client = await enter(server, await asyncio.to_thread(_ticket, server, told["token"]))
            await hang_up(client)
            return client.session.player_id

        assert asyncio.run(come_back()) == told["account"]["player_id"]


def test_a_refused_entry_leaves_the_resume_token_good(mock: MockServer) -> None:
    lost = guest(mock, "Vladimir")
    lost.disconnect()
    stray = with_resume_token(mock, b"est_r_of somebody else")
    assert knock(stray) is ErrorCode.AUTH_EXPIRED
    assert stray.wire.closed is None
    assert joined(with_resume_token(mock, lost.resume_token)).player_id == lost.player_id
