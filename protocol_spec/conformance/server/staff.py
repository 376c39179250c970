"""What the staff does to players, and how they watch: by an account that the operator names."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from protocol_spec import codec
from protocol_spec.codec import (
    CHUNK_SIZE,
    WATCHED_CHUNKS,
    AuthMethod,
    EmoteKind,
    ErrorCode,
    LeaveReason,
    NoticeCode,
    SnapshotFlag,
)
from protocol_spec.conformance import wire
from protocol_spec.conformance.case import ALONE, Category, Unimplemented
from protocol_spec.conformance.course import body_of, ground_of, own_id, ticks_later
from protocol_spec.conformance.peer import Client
from protocol_spec.conformance.stage import STAFF, Account, Stage, expect, expect_that, new_name

category = Category("staff")
case = category.case

HOUR_MS = 3_600_000
REASON = "for the suite's sake"
SLOW_SECONDS = 30
FAR = 60_000
"""No map has so many chunks."""


def name_of(peer: Client) -> str:
    return peer.last(codec.AuthOk).name


async def moderator(stage: Stage) -> Client:
    """One of the staff in the first world."""
    peer = await stage.staff()
    await stage.enter(peer)
    return peer


async def carried_out(peer: Client, command: str, deed: str) -> None:
    """Gives a command and hears that it was done."""
    await peer.send(wire.chat(command))
    told = await peer.until(codec.Notice, lambda notice: notice.code == NoticeCode.DONE)
    expect(told.values.partition("\x1f")[0], deed, "what the notice says was done")


async def owner_of(stage: Stage, account: Account) -> Client:
    """Somebody with an account in the first world."""
    peer = await stage.come_back(account.ticket.encode(), AuthMethod.TICKET)
    await stage.enter(peer)
    return peer


@asynccontextmanager
async def banned(
    stage: Stage, duration: str = "1h"
) -> AsyncIterator[tuple[Client, Client, Account]]:
    """One of the staff, whom they banned just now, and the account. Lifted in the end.

    It is an account's: the ban of a guest would hold for everybody at their address.
    """
    staff = await moderator(stage)
    account = await stage.account()
    player = await owner_of(stage, account)
    await carried_out(staff, f"/ban {account.name} {duration} {REASON}".replace("  ", " "), "ban")
    try:
        yield staff, player, account
    finally:
        await carried_out(staff, f"/unban {account.name}", "unban")


@asynccontextmanager
async def muted(stage: Stage, duration: str = "1h") -> AsyncIterator[tuple[Client, Client]]:
    """One of the staff, and a guest whom they muted. Lifted in the end."""
    staff, player = await moderator(stage), await stage.player()
    await carried_out(
        staff, f"/mute {name_of(player)} {duration} {REASON}".replace("  ", " "), "mute"
    )
    try:
        yield staff, player
    finally:
        await carried_out(staff, f"/unmute {name_of(player)}", "unmute")


async def refused_login(stage: Stage, account: Account) -> codec.Error:
    """The fatal BANNED that the account's owner gets."""
    peer = await stage.greeted()
    auth = wire.auth(account.name, method=AuthMethod.PASSWORD, secret=account.password)
    await peer.send(auth)
    return await peer.ended(ErrorCode.BANNED, message=codec.Auth.TYPE)


def lasts_an_hour(error: codec.Error) -> None:
    expect(error.text, REASON, "the reason")
    wait_ms = error.retry_after_ms
    expect_that(HOUR_MS - 60_000 < wait_ms <= HOUR_MS, f"it holds for {wait_ms} ms, not an hour")


@case("EST-AU-07a", turn=STAFF)
async def banned_while_here(stage: Stage) -> None:
    """Who is banned while they play gets a fatal BANNED with the reason and how long it holds."""
    async with banned(stage) as (_, player, _account):
        lasts_an_hour(await player.ended(ErrorCode.BANNED))


@case("EST-AU-07b", turn=STAFF)
async def banned_at_the_door(stage: Stage) -> None:
    """Who is banned is not let in: the same fatal BANNED. When it is lifted, they are."""
    async with banned(stage) as (_, player, account):
        await player.ended(ErrorCode.BANNED)
        lasts_an_hour(await refused_login(stage, account))
    await stage.by_password(account.name, account.password)


@case("EST-AU-07c", turn=STAFF)
async def banned_for_good(stage: Stage) -> None:
    """retry_after_ms is 0 for good."""
    async with banned(stage, "") as (_, player, _account):
        error = await player.ended(ErrorCode.BANNED)
        expect(error.retry_after_ms, 0, "retry_after_ms")


@case("EST-RS-04d", turn=STAFF)
async def no_return_after_a_kick(stage: Stage) -> None:
    """Who was kicked gets KICKED with the reason, is REMOVED for others, and cannot resume."""
    staff, player = await moderator(stage), await stage.player()
    token = player.last(codec.AuthOk).resume_token
    await carried_out(staff, f"/kick {name_of(player)} {REASON}", "kick")
    error = await player.ended(ErrorCode.KICKED)
    expect(error.text, REASON, "the reason")
    me = own_id(player)
    told = await staff.until(codec.PlayerLeave, lambda each: each.player_id == me)
    expect(told.reason, LeaveReason.REMOVED, "the reason of the PLAYER_LEAVE")
    peer = await stage.greeted()
    await peer.send(wire.auth(method=AuthMethod.RESUME, secret=token))
    await peer.refused(ErrorCode.AUTH_EXPIRED, message=codec.Auth.TYPE)


@case("EST-CT-06a", turn=STAFF)
async def muted_in_the_chat(stage: Stage) -> None:
    """Who is muted gets CHAT_MUTED for what they say, with reason and time; nobody hears it."""
    async with muted(stage) as (staff, player):
        text = f"unheard {new_name()}"
        await player.send(wire.chat(text))
        lasts_an_hour(await player.refused(ErrorCode.CHAT_MUTED, message=codec.ChatMessage.TYPE))
        await ticks_later(staff, 3)
        lines = [each for each in staff.messages(codec.ChatMessage) if each.text == text]
        expect(lines, [], "the lines that were heard")


@case("EST-CT-06b", turn=STAFF)
async def muted_whispers(stage: Stage) -> None:
    """Likewise for what they whisper."""
    async with muted(stage) as (staff, player):
        await player.send(codec.Whisper(own_id(staff), 0, "", "psst", 0).encode())
        lasts_an_hour(await player.refused(ErrorCode.CHAT_MUTED, message=codec.Whisper.TYPE))


@case("EST-EM-03b", turn=STAFF)
async def muted_emotes(stage: Stage) -> None:
    """A mute holds for emotes, too."""
    async with muted(stage) as (_, player):
        await player.send(codec.Emote(0, EmoteKind.WAVE).encode())
        await player.refused(ErrorCode.CHAT_MUTED, message=codec.Emote.TYPE)


@case("EST-CT-06c", turn=STAFF)
async def muted_until_lifted(stage: Stage) -> None:
    """Where it has no end, retry_after_ms is 0; when it is lifted, everybody hears them again."""
    async with muted(stage, "") as (staff, player):
        await player.send(wire.chat("unheard"))
        error = await player.refused(ErrorCode.CHAT_MUTED)
        expect(error.retry_after_ms, 0, "retry_after_ms")
    text = f"heard {new_name()}"
    await player.send(wire.chat(text))
    await staff.until(codec.ChatMessage, lambda chat: chat.text == text)


@case("EST-RP-02c", turn=STAFF)
async def muted_reports(stage: Stage) -> None:
    """A mute does not count for reports."""
    async with muted(stage) as (staff, player):
        await player.send(codec.Report(own_id(staff), "conformance, no complaint").encode())
        await player.until(codec.Notice, lambda notice: notice.code == NoticeCode.REPORT_FILED)


@case("EST-CT-07a", turn=ALONE)
async def slow_mode(stage: Stage) -> None:
    """In slow mode a second line gets CHAT_TOO_FAST and when it may come; a whisper does not."""
    staff, player = await moderator(stage), await stage.player()
    other = await stage.player()
    await staff.send(wire.chat(f"/slow {SLOW_SECONDS}"))
    try:
        await staff.until(codec.Notice)
        first = f"one {new_name()}"
        await player.send(wire.chat(first))
        await other.until(codec.ChatMessage, lambda chat: chat.text == first)
        await player.send(wire.chat("two"))
        error = await player.refused(ErrorCode.CHAT_TOO_FAST, message=codec.ChatMessage.TYPE)
        is_right = (SLOW_SECONDS - 10) * 1000 < error.retry_after_ms <= SLOW_SECONDS * 1000
        expect_that(is_right, f"it says to wait for {error.retry_after_ms} ms")
        await player.send(codec.Whisper(own_id(other), 0, "", first, 0).encode())
        await other.until(codec.Whisper, lambda whisper: whisper.text == first)
    finally:
        await staff.send(wire.chat("/slow 0"))
        await staff.until(codec.Notice)


@case("EST-CM-02b", turn=STAFF)
async def commands_of_the_staff(stage: Stage) -> None:
    """The staff is told of commands that guests are not, and guests of none that they lack."""
    staff, player = await moderator(stage), await stage.player()
    theirs = {each.name for each in staff.messages(codec.ChatCommand)}
    ours = {each.name for each in player.messages(codec.ChatCommand)}
    expect_that(ours < theirs, f"guests have {sorted(ours - theirs)}, the staff has not")


@case("EST-CM-04d", turn=STAFF)
async def deeds_to_oneself(stage: Stage) -> None:
    """Whom one may do nothing to, such as oneself, gets FORBIDDEN, which is not fatal."""
    staff = await moderator(stage)
    await staff.send(wire.chat(f'/mute "{name_of(staff)}" 1s {REASON}'))
    await staff.refused(ErrorCode.FORBIDDEN, message=codec.ChatMessage.TYPE)


async def watcher(stage: Stage, *rectangle: int) -> Client:
    """One of the staff who watches these chunks: left column, upper row, width and height."""
    peer = await stage.staff()
    await look(peer, *rectangle)
    entered = await peer.until(codec.WorldEntered)
    expect(entered.slot, codec.WATCHER, "the slot")
    return peer


async def look(peer: Client, *rectangle: int, player_id: int = 0) -> None:
    await peer.send(codec.Watch("", player_id, *(rectangle or (0, 0, 0, 0))).encode())


async def holds(peer: Client, wanted: set[tuple[int, int]]) -> None:
    """Waits until just these chunks are held."""
    for _ in range(60):
        if set(ground_of(peer).chunks) == wanted:
            return
        await peer.until(codec.WorldState)
    expect(sorted(ground_of(peer).chunks), sorted(wanted), "the chunks")


def around(peer: Client) -> tuple[int, int, int, int]:
    """The rectangle of 3 by 3 chunks, or fewer at the map's edge, with a player in its middle."""
    body = body_of(peer.last(codec.WorldState))
    left = max(0, (body.x >> 10) // CHUNK_SIZE - 1)
    top = max(0, (body.y >> 10) // CHUNK_SIZE - 1)
    entered = peer.last(codec.WorldEntered)
    wide, high = -(-entered.width // CHUNK_SIZE), -(-entered.height // CHUNK_SIZE)
    return left, top, min(3, wide - left), min(3, high - top)


def chunks_of(left: int, top: int, width: int, height: int) -> set[tuple[int, int]]:
    return {(left + x, top + y) for x in range(width) for y in range(height)}


@case("EST-WA-01b", turn=STAFF)
async def watched_unseen(stage: Stage) -> None:
    """Who watches sees those who are there, and nobody sees them."""
    player = await stage.player()
    peer = await watcher(stage, *around(player))
    join = codec.PlayerJoin
    await peer.until(join, lambda each: each.player_id == own_id(player))
    await holds(peer, chunks_of(*around(player)))
    await ticks_later(player, 3)
    seen = {each.player_id for each in player.messages(join)}
    expect_that(own_id(peer) not in seen, "others are told of who watches")


@case("EST-WA-02a", turn=STAFF)
async def watched_chunks(stage: Stage) -> None:
    """The chunks of the rectangle come, no others, and a snapshot at every tick."""
    player = await stage.player()
    rectangle = around(player)
    peer = await watcher(stage, *rectangle)
    await holds(peer, chunks_of(*rectangle))
    await ticks_later(peer, 10)
    ticks = [each.tick for each in peer.messages(codec.WorldState)]
    expect(ticks, list(range(ticks[0], ticks[0] + len(ticks))), "the ticks of the snapshots")


@case("EST-WA-02b", turn=STAFF)
async def middle_of_the_view(stage: Stage) -> None:
    """A snapshot's head tells of the middle of what is watched, so that places come out right."""
    player = await stage.player()
    left, top, width, height = around(player)
    peer = await watcher(stage, left, top, width, height)
    await holds(peer, chunks_of(left, top, width, height))
    state = await peer.until(codec.WorldState)
    middle = ((2 * left + width) * CHUNK_SIZE * 512, (2 * top + height) * CHUNK_SIZE * 512)
    expect((state.x, state.y), middle, "the place in the head")


@case("EST-WA-03a", turn=STAFF)
async def view_moves(stage: Stage) -> None:
    """A WATCH that follows moves the view: chunks come and are dropped."""
    player = await stage.player()
    left, top, width, height = around(player)
    peer = await watcher(stage, left, top, width, height)
    await holds(peer, chunks_of(left, top, width, height))
    await look(peer, left, top, 1, 1)
    await holds(peer, {(left, top)})
    await look(peer, left, top, width, height)
    await holds(peer, chunks_of(left, top, width, height))


@case("EST-WA-03b", turn=STAFF)
async def through_a_players_eyes(stage: Stage) -> None:
    """With a player_id the view is what that player's client holds; when they go, it stays."""
    player = await stage.player()
    peer = await watcher(stage, *around(player))
    await look(peer, player_id=own_id(player))
    view = set(ground_of(player).chunks)
    await holds(peer, view)
    me = own_id(player)
    await player.leave()
    await peer.until(codec.PlayerLeave, lambda each: each.player_id == me)
    await ticks_later(peer, 3)
    expect(sorted(ground_of(peer).chunks), sorted(view), "the chunks after they have gone")


@case("EST-WA-04a", turn=STAFF)
async def too_much_to_watch(stage: Stage) -> None:
    """No chunk of the map, or a side that is too long, gets WATCH_TOO_MUCH; the view stays."""
    player = await stage.player()
    left, top, width, height = around(player)
    peer = await watcher(stage, left, top, width, height)
    await holds(peer, chunks_of(left, top, width, height))
    for rectangle in (
        (left, top, 0, 1),
        (left, top, WATCHED_CHUNKS + 1, 1),
        (left, top, 1, 255),
        (FAR, top, 1, 1),
        (left, FAR, 1, 1),
    ):
        await look(peer, *rectangle)
        await peer.refused(ErrorCode.WATCH_TOO_MUCH, message=codec.Watch.TYPE)
    await ticks_later(peer, 3)
    expect(set(ground_of(peer).chunks), chunks_of(left, top, width, height), "the view")


@case("EST-WA-04b", turn=STAFF)
async def nothing_to_watch(stage: Stage) -> None:
    """Where the first WATCH is refused so, the lobby stays."""
    peer = await stage.staff()
    await look(peer, FAR, FAR, 1, 1)
    await peer.refused(ErrorCode.WATCH_TOO_MUCH, message=codec.Watch.TYPE)
    await stage.enter(peer)


@case("EST-WA-05a", turn=STAFF)
async def watchers_do_not_play(stage: Stage) -> None:
    """INPUT and chat of who watches are FORBIDDEN, which is not fatal."""
    player = await stage.player()
    peer = await watcher(stage, *around(player))
    state = await peer.until(codec.WorldState)
    await peer.send(wire.commands(state.tick + 4, wire.command()))
    await peer.refused(ErrorCode.FORBIDDEN, message=codec.Input.TYPE)
    await peer.send(wire.chat("from nowhere"))
    await peer.refused(ErrorCode.FORBIDDEN, message=codec.ChatMessage.TYPE)


@case("EST-WA-05b", turn=STAFF)
async def watchers_edit(stage: Stage) -> None:
    """Who watches may edit, as their role allows."""
    player = await stage.player()
    peer = await watcher(stage, *around(player))
    await holds(peer, chunks_of(*around(player)))
    body = body_of(player.last(codec.WorldState))
    x, y = body.x >> 10, body.y >> 10
    same = codec.CellEdit(0, x, y, ground_of(peer).tile(0, x, y)).pack()
    await peer.send(codec.EditCells(1, same).encode())
    result = await peer.until(codec.EditResult)
    if result.code == ErrorCode.EDIT_FORBIDDEN:
        raise Unimplemented("the staff that is named may not build")
    expect((result.edit, result.code), (1, 0), "number and code")


@case("EST-SN-13c", turn=STAFF)
async def watchers_resync(stage: Stage) -> None:
    """RESYNC of who watches brings a snapshot with FULL that lists who is there."""
    player = await stage.player()
    peer = await watcher(stage, *around(player))
    await holds(peer, chunks_of(*around(player)))
    await peer.settle()
    await peer.send(codec.Resync().encode())
    full = await peer.until(codec.WorldState, lambda state: bool(state.flags & SnapshotFlag.FULL))
    expect_that(len(full.players) >= 8, "nobody is listed")
