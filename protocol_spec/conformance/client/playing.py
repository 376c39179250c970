"""A client in the world: its clock and commands, and what it makes of what comes."""

from __future__ import annotations

import asyncio
import zlib
from typing import TypeVar

from protocol_spec import codec
from protocol_spec.codec import (
    CHUNK_SIZE,
    INPUT_BUFFER_TICKS,
    ErrorCode,
    LeaveReason,
    PlayerState,
)
from protocol_spec.conformance import wire
from protocol_spec.conformance.case import Category, Failed, Level
from protocol_spec.conformance.client.scene import CHAT_CHARACTERS, Host, Scene, unsent
from protocol_spec.conformance.client.village import CHUNKS, MIDDLE, PLAYER_ID
from protocol_spec.conformance.peer import ABNORMAL_CLOSURE, Heard
from protocol_spec.conformance.stage import expect, expect_that

category = Category("playing")
case = category.case

STRANGER, STRANGERS_SLOT = 77, 9
BUTTONS = codec.Button.JUMP | codec.Button.USE
SOME_INPUTS = 30
PINGS = 3
PONG_SECONDS = 1.0
CHAT_SECONDS = 5.0
"""So long a client that talks by itself is listened to."""
SPEECH = codec.ChatMessage | codec.Whisper | codec.Emote | codec.Report | codec.Rename
CHAT_BURST, CHAT_GAP_SECONDS = 8, 1.25
HELD_UP_SECONDS = 2.0
"""By so much what was said later may catch up on the way with what was said before."""
REFUSED_SECONDS = 4.0
"""So long a client that speaks too fast is told to wait..."""
WAITED_SECONDS = 3.0
"""...and so much of it is looked at: a clock and the way may be off by the rest."""

M = TypeVar("M", bound=codec.Message)


async def stays(peer: Host, *frames: bytes) -> None:
    """Is there still after these came, and goes on."""
    await peer.send(*frames)
    await peer.settle()


async def inputs(scene: Scene) -> list[codec.Input]:
    """What a player who walks sends. Raises Unimplemented where this one never does."""
    peer = await scene.playing()
    try:
        await peer.until(codec.Input)
    except Failed:
        raise unsent("INPUT") from None
    while len(peer.messages(codec.Input)) < SOME_INPUTS:
        await peer.until(codec.Input)
    return peer.messages(codec.Input)


async def unasked(scene: Scene, kind: type[M], name: str) -> list[M]:
    """What it says or shows by itself. Raises Unimplemented where that is nothing."""
    peer = await scene.playing()
    await asyncio.sleep(CHAT_SECONDS)
    await peer.settle()
    said = peer.messages(kind)
    if not said:
        raise unsent(name)
    return said


async def own_chat(scene: Scene) -> list[codec.ChatMessage]:
    return await unasked(scene, codec.ChatMessage, "CHAT_MESSAGE")


def spoken(peer: Host, since: int = 0) -> list[Heard]:
    """What counts as a chat message in the limits."""
    return [each for each in peer.heard[since:] if isinstance(each.message, SPEECH)]


@case("C-EST-TM-02a")
async def pings(scene: Scene) -> None:
    """PING is answered by PONG with the same token; its tick and phase are 0."""
    peer = await scene.playing()
    for token in (0, 1, 0x80000000, 0xFFFFFFFF):
        await peer.send(wire.ping(token))
        pong = await peer.until(codec.Pong)
        expect((pong.token, pong.tick, pong.phase), (token, 0, 0), "token, tick and phase")


@case("C-EST-TM-02b")
async def pongs_at_once(scene: Scene) -> None:
    """PONG comes within a second, at its best."""
    peer = await scene.playing()
    loop = asyncio.get_running_loop()
    waits = []
    for _ in range(PINGS):
        sent = loop.time()
        await peer.settle()
        waits.append(loop.time() - sent)
    expect_that(min(waits) <= PONG_SECONDS, f"it takes {min(waits):.1f} s")


@case("C-EST-LV-02a")
async def pings_in_the_lobby(scene: Scene) -> None:
    """PING is answered in every state."""
    peer = await scene.client()
    await peer.until(codec.Hello)
    await peer.settle()
    await peer.send(scene.welcome())
    await peer.until(codec.Auth)
    await peer.settle()
    await peer.send(scene.auth_ok())
    await peer.until(codec.EnterWorld)
    await peer.settle()


@case("C-EST-TM-04a", Level.SHOULD)
async def pings_of_its_own(scene: Scene) -> None:
    """It sends a PING of its own every few seconds."""
    peer = await scene.playing()
    for _ in range(2):
        await peer.until(codec.Ping, seconds=10)


@case("C-EST-IN-01a")
async def few_commands(scene: Scene) -> None:
    """There are at most 8 commands in an INPUT."""
    most = max(len(each.commands) // codec.Command.SIZE for each in await inputs(scene))
    expect_that(0 < most <= 8, f"one has {most}")


@case("C-EST-IN-02a", Level.SHOULD)
async def each_command_once(scene: Scene) -> None:
    """It sends one command a tick, and each once."""
    ticks: list[int] = []
    for each in (await inputs(scene))[5:]:  # The first ones find their time.
        ticks += range(each.tick, each.tick + len(each.commands) // codec.Command.SIZE)
    again = len(ticks) - len(set(ticks))
    expect(again, 0, "how many commands came for a tick that had one")


@case("C-EST-IN-03a", Level.SHOULD)
async def commands_in_time(scene: Scene) -> None:
    """Most of its commands come before their tick is done."""
    await inputs(scene)
    lead = scene.village.newest_input - scene.village.tick
    expect_that(lead >= -2, f"the newest command is for {-lead} ticks ago")
    expect_that(scene.village.input_tick > 0, "no command came in time")


@case("C-EST-IN-04a")
async def commands_not_too_early(scene: Scene) -> None:
    """None is for a tick more than 32 after the last one done."""
    await inputs(scene)
    ahead = scene.village.furthest_ahead
    expect_that(ahead <= INPUT_BUFFER_TICKS, f"one is {ahead} ticks ahead")


@case("C-EST-IN-07a")
async def known_buttons(scene: Scene) -> None:
    """It leaves all bits of buttons 0 that have no meaning."""
    for each in await inputs(scene):
        for command in codec.Command.unpack(each.commands):
            expect(command.buttons & ~BUTTONS, 0, "the other bits of buttons")


@case("C-EST-EW-03a")
async def who_never_came(scene: Scene) -> None:
    """A PLAYER_LEAVE of a player that it does not know is ignored."""
    peer = await scene.playing()
    await stays(peer, codec.PlayerLeave(0xFFFFFFFF, LeaveReason.LEFT).encode())


@case("C-EST-SN-01a", Level.SHOULD)
async def unknown_slots(scene: Scene) -> None:
    """A record whose slot it does not know is ignored."""
    peer = await scene.playing()
    record = PlayerState(999, 5, 5, 0, 0).pack()
    await stays(peer, scene.village.state(records=record).encode())


@case("C-EST-SN-03a")
async def records_twice(scene: Scene) -> None:
    """A record that comes twice, and records of oneself, do no harm."""
    peer = await scene.playing()
    record = scene.village.own_record()
    await stays(peer, scene.village.state(full=True, records=record * 2).encode())


@case("C-EST-SN-11a")
async def no_snapshot_for_a_while(scene: Scene) -> None:
    """It does not rely on a snapshot for every tick: a gap of thirty does no harm."""
    peer = await scene.playing()
    await peer.settle()
    await scene.end_ticks()
    for _ in range(30):
        scene.village.step()
    await stays(peer, scene.village.state(full=True).encode())


@case("C-EST-CH-01a")
async def chunks_given_up(scene: Scene) -> None:
    """After CHUNK_DROP it holds the chunk no more: it misses no change of it."""
    peer = await scene.playing()
    mark = len(peer.heard)
    missed = codec.ChunkEdit(0, 0, 500, 501, codec.CellChange(0, 1).pack()).encode()
    await stays(peer, codec.ChunkDrop(0, 0).encode(), missed)
    expect(len(peer.messages(codec.ChunkRequest, mark)), 0, "how often it asks for the chunk")


@case("C-EST-CH-03a", Level.SHOULD)
async def chunks_of_the_wrong_length(scene: Scene) -> None:
    """A chunk that unpacks to another length, or not at all, is refused: it stays, or closes."""
    peer = await scene.playing()
    try:
        for cells in (zlib.compress(bytes(7)), zlib.compress(bytes(5000)), b"no zlib stream"):
            await stays(peer, codec.ChunkData(1, 1, 9, cells).encode())
    except Failed:
        await peer.cut_off()
        expect_that(peer.close_code != ABNORMAL_CLOSURE, "it is gone without a word")


@case("C-EST-CT-02a", Level.SHOULD)
async def own_lines(scene: Scene) -> None:
    """What it says in the chat has player_id and timestamp 0."""
    for each in await own_chat(scene):
        expect((each.player_id, each.timestamp), (0, 0), "player_id and timestamp")


@case("C-EST-CT-04a")
async def length_of_own_lines(scene: Scene) -> None:
    """What it says has a character at least, and no more than WELCOME allows."""
    for each in await own_chat(scene):
        expect_that(0 < len(each.text) <= CHAT_CHARACTERS, f"one has {len(each.text)}")


@case("C-EST-CT-05a", Level.SHOULD)
async def pace_of_own_lines(scene: Scene) -> None:
    """What it says and shows keeps the pace: 8 at once, then one each 1.25 seconds."""
    peer = await scene.playing()
    await asyncio.sleep(CHAT_SECONDS)
    await peer.settle()
    times = [each.at for each in spoken(peer)]
    if not times:
        raise unsent("CHAT_MESSAGE")
    for first, begin in enumerate(times):
        for last, end in enumerate(times[first:], first):
            room = CHAT_BURST + (end - begin + HELD_UP_SECONDS) / CHAT_GAP_SECONDS
            said = last - first + 1
            expect_that(said <= room, f"{said} came within {end - begin:.1f} s")


@case("C-EST-CT-05b", Level.SHOULD)
async def quiet_when_refused(scene: Scene) -> None:
    """After CHAT_TOO_FAST it says nothing more before retry_after_ms has passed."""
    peer = await scene.playing()
    try:
        await peer.until(codec.ChatMessage, seconds=CHAT_SECONDS)
    except Failed:
        raise unsent("CHAT_MESSAGE") from None
    wait_ms = round(REFUSED_SECONDS * 1000)
    error = codec.Error(ErrorCode.CHAT_TOO_FAST, 0, codec.ChatMessage.TYPE, wait_ms, "")
    await peer.send(error.encode())
    await peer.settle()
    mark = len(peer.heard)
    await asyncio.sleep(WAITED_SECONDS)
    expect(len(spoken(peer, mark)), 0, "how often it spoke all the same")


@case("C-EST-EM-01a", Level.SHOULD)
async def own_emotes(scene: Scene) -> None:
    """What it shows has player_id 0."""
    for each in await unasked(scene, codec.Emote, "EMOTE"):
        expect(each.player_id, 0, "the player_id")


@case("C-EST-EM-01b")
async def emotes(scene: Scene) -> None:
    """Emotes of every kind are taken: its own, of somebody in sight, and of somebody unknown."""
    peer = await scene.playing()
    frames = [
        codec.PlayerJoin(STRANGER, STRANGERS_SLOT, 0, "Stranger").encode(),
        codec.PlayerUpdate(STRANGER, MIDDLE, MIDDLE, 0, 0, scene.village.tick).encode(),
    ]
    for player_id in (PLAYER_ID, STRANGER, STRANGER + 1):
        frames += [codec.Emote(player_id, kind).encode() for kind in codec.EmoteKind]
    await stays(peer, *frames)


@case("C-EST-CH-05a")
async def chunks_again(scene: Scene) -> None:
    """A CHUNK_DATA for a chunk that it holds replaces it, with its revision."""
    peer = await scene.playing()
    mark = len(peer.heard)
    edit = codec.ChunkEdit(0, 0, 7, 8, codec.CellChange(0, 1).pack()).encode()
    await stays(peer, scene.village.chunk(0, 0, revision=7).encode(), edit)
    expect(len(peer.messages(codec.ChunkRequest, mark)), 0, "how often it asks for the chunk")


@case("C-EST-ED-01a")
async def edits_one_after_the_other(scene: Scene) -> None:
    """Edits whose base is the revision held are taken, each on the one before."""
    peer = await scene.playing()
    mark = len(peer.heard)
    cell = codec.CellChange(CHUNK_SIZE, 1).pack()
    edits = [codec.ChunkEdit(1, 1, base, base + 1, cell).encode() for base in (1, 2, 3)]
    await stays(peer, *edits)
    expect(len(peer.messages(codec.ChunkRequest, mark)), 0, "how often it asks for the chunk")


@case("C-EST-ED-02a", Level.SHOULD)
async def missed_edits(scene: Scene) -> None:
    """Where a change was missed, it asks for the chunk, once, by CHUNK_REQUEST."""
    peer = await scene.playing()
    mark = len(peer.heard)
    cell = codec.CellChange(0, 1).pack()
    edits = [codec.ChunkEdit(1, 1, base, base + 1, cell).encode() for base in (8, 9)]
    await stays(peer, *edits)
    asked = [(each.chunk_x, each.chunk_y) for each in peer.messages(codec.ChunkRequest, mark)]
    expect(asked, [(1, 1)], "the chunks that it asks for")
    await stays(peer, scene.village.chunk(1, 1, revision=10).encode())


@case("C-EST-ED-03a")
async def edits_of_what_is_not_held(scene: Scene) -> None:
    """A CHUNK_EDIT of a chunk that it does not hold is ignored."""
    peer = await scene.playing()
    mark = len(peer.heard)
    drop = codec.ChunkDrop(0, 0).encode()
    cell = codec.CellChange(0, 1).pack()
    edits = [codec.ChunkEdit(x, 0, 1, 2, cell).encode() for x in (0, CHUNKS + 40)]
    await stays(peer, drop, *edits)
    expect(len(peer.messages(codec.ChunkRequest, mark)), 0, "how often it asks for a chunk")


@case("C-EST-ID-06a")
async def renamed_players(scene: Scene) -> None:
    """A PLAYER_JOIN of a player who is known already, and one with an unknown look, are taken."""
    peer = await scene.playing()
    frames = [
        codec.PlayerJoin(STRANGER, STRANGERS_SLOT, 255, "Stranger").encode(),
        codec.PlayerUpdate(STRANGER, MIDDLE, MIDDLE, 0, 0, scene.village.tick).encode(),
        codec.PlayerJoin(STRANGER, STRANGERS_SLOT, 3, "Friend").encode(),
        codec.PlayerLeave(STRANGER, LeaveReason.LOST).encode(),
    ]
    await stays(peer, *frames)


@case("C-EST-ID-02a")
async def slots_change_hands(scene: Scene) -> None:
    """A slot that another player gets is another player's from there on."""
    peer = await scene.playing()
    frames = []
    for player_id in (STRANGER, STRANGER + 1):
        frames.append(codec.PlayerJoin(player_id, STRANGERS_SLOT, 0, f"No {player_id}").encode())
        frames.append(codec.PlayerLeave(player_id, LeaveReason.LEFT).encode())
    record = PlayerState(STRANGERS_SLOT, 1, 1, 0, 0).pack()
    await stays(peer, *frames, scene.village.state(records=record).encode())


@case("C-EST-FC-05a")
async def unknown_bits_and_values(scene: Scene) -> None:
    """Bits of flags and values of enums that it does not know are accepted."""
    peer = await scene.playing()
    village = scene.village
    state = village.state()
    state.flags |= 0xF0
    record = PlayerState(STRANGERS_SLOT, 1, 1, 0, 0xF8).pack()
    frames = [
        codec.PlayerJoin(STRANGER, STRANGERS_SLOT, 0, "Stranger").encode(),
        state.encode(),
        village.state(records=record).encode(),
        codec.PlayerLeave(STRANGER, 200).encode(),
    ]
    await stays(peer, *frames)


@case("C-EST-NT-03a")
async def unknown_notices(scene: Scene) -> None:
    """A NOTICE with a code that it does not know is ignored."""
    peer = await scene.playing()
    await stays(peer, codec.Notice(250, "one\x1ftwo").encode())


@case("C-EST-NT-02a")
async def notices_cut_short(scene: Scene) -> None:
    """A NOTICE that has fewer values than others of its kind does no harm."""
    peer = await scene.playing()
    codes = [*codec.NoticeCode]
    await stays(peer, *(codec.Notice(code, "").encode() for code in codes))


@case("C-EST-EM-02a")
async def unknown_emotes(scene: Scene) -> None:
    """An EMOTE of a kind that it does not know is ignored."""
    peer = await scene.playing()
    await stays(peer, codec.Emote(PLAYER_ID, 250).encode())


@case("C-EST-MD-02a")
async def another_mode(scene: Scene) -> None:
    """A MODE_STATE with another mode is taken, its scores too."""
    peer = await scene.playing()
    frames = []
    for mode in ("free_roam", "of_another_game"):
        frames.append(codec.ModeState(mode, 0, 0, 0, "", "", "").encode())
        frames.append(codec.ModeScores(1, b"").encode())
    await stays(peer, *frames)


@case("C-EST-MD-04a")
async def unknown_phases(scene: Scene) -> None:
    """Phases, kinds of scores and texts that it does not know are accepted."""
    peer = await scene.playing()
    state = codec.ModeState("of_another_game", 250, 0, 250, "no.such.key", "a\x1fb", "")
    await stays(peer, state.encode())


@case("C-EST-ER-05a")
async def unknown_errors(scene: Scene) -> None:
    """An ERROR that is not fatal and has a code that it does not know is no reason to go."""
    peer = await scene.playing()
    await stays(peer, codec.Error(9999, 0, 0, 0, "of a later version").encode())


@case("C-EST-ER-01a")
async def refusals(scene: Scene) -> None:
    """After a refusal that is not fatal it plays on."""
    peer = await scene.playing()
    error = codec.Error(ErrorCode.CHAT_TOO_FAST, 0, codec.ChatMessage.TYPE, 500, "")
    await stays(peer, error.encode())


@case("C-EST-CT-09a")
async def removed_lines(scene: Scene) -> None:
    """Lines come and are taken away, also one that it never had."""
    peer = await scene.playing()
    frames = [
        codec.ChatMessage(0, "the server speaks", 1_700_000_000_000).encode(),
        codec.ChatMessage(PLAYER_ID, "Привет 👋", 1_700_000_000_001).encode(),
        codec.ChatRemoved(PLAYER_ID, 1_700_000_000_001).encode(),
        codec.ChatRemoved(STRANGER, 5).encode(),
    ]
    await stays(peer, *frames)
