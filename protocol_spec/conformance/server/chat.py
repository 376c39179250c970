"""Chat, whispers, commands, reports and notices, in all of Unicode."""

from __future__ import annotations

import asyncio

from protocol_spec import codec
from protocol_spec.codec import ErrorCode, NoticeCode
from protocol_spec.conformance import wire
from protocol_spec.conformance.case import Category, Failed
from protocol_spec.conformance.course import own_id, ticks_later
from protocol_spec.conformance.peer import Client
from protocol_spec.conformance.stage import Stage, expect, expect_that, new_name

category = Category("chat")
case = category.case

BURST = 8
WAIT_MS = 1250
GREATEST_TIME = 1 << 53


def word() -> str:
    """A word that nobody says."""
    return new_name().lower()


async def said(peer: Client, text: str | bytes) -> codec.ChatMessage:
    """What comes back of a line of one's own."""
    me = own_id(peer)
    await peer.send(wire.chat(text))
    return await peer.until(codec.ChatMessage, lambda chat: chat.player_id == me)


async def heard_as(stage: Stage, text: str, shown: str) -> None:
    peer = await stage.player()
    expect((await said(peer, text)).text, shown, "what is heard")


async def refused_text(stage: Stage, text: str, code: ErrorCode) -> None:
    peer = await stage.player()
    await peer.send(wire.chat(text))
    await peer.refused(code, message=codec.ChatMessage.TYPE)
    await said(peer, word())


async def hears_nothing(peer: Client, text: str) -> None:
    """The next ticks bring no such line."""
    await peer.settle()
    await ticks_later(peer, 3)
    lines = [each.text for each in peer.messages(codec.ChatMessage)]
    lines += [each.text for each in peer.messages(codec.Whisper)]
    expect_that(not any(text in each for each in lines), "it was heard")


@case("EST-CT-01a")
async def everybody_hears(stage: Stage) -> None:
    """A line goes to everybody in the world, the sender included."""
    players = [await stage.player() for _ in range(3)]
    text = f"to all {word()}"
    await players[0].send(wire.chat(text))
    for each in players:
        line = await each.until(codec.ChatMessage, lambda chat: chat.text == text)
        expect(line.player_id, own_id(players[0]), "the speaker")


@case("EST-CT-01b")
async def lines_in_order(stage: Stage) -> None:
    """Lines are heard in the order in which they were said."""
    listener, peer = await stage.player(), await stage.player()
    texts = [f"{number} {word()}" for number in range(6)]
    await peer.send(*(wire.chat(text) for text in texts))
    await listener.until(codec.ChatMessage, lambda chat: chat.text == texts[-1])
    heard = [each.text for each in listener.messages(codec.ChatMessage)]
    expect([each for each in heard if each in texts], texts, "what is heard")


@case("EST-CT-01c")
async def lobby_hears_nothing(stage: Stage) -> None:
    """Who is in no world hears nothing."""
    waiting, peer = await stage.lobby(), await stage.player()
    await said(peer, f"hello {word()}")
    expect(await waiting.settle(), [], "what came to the lobby")


@case("EST-CT-02a")
async def claimed_sender(stage: Stage) -> None:
    """The player_id that a client writes is ignored: the server says who speaks."""
    other, peer = await stage.player(), await stage.player()
    text = f"I am you {word()}"
    await peer.send(wire.chat(text, player_id=own_id(other)))
    line = await other.until(codec.ChatMessage, lambda chat: chat.text == text)
    expect(line.player_id, own_id(peer), "the speaker")


@case("EST-CT-02b")
async def claimed_server(stage: Stage) -> None:
    """So is 0, which would be the server itself."""
    peer = await stage.player()
    text = f"I am the server {word()}"
    await peer.send(wire.chat(text, player_id=0))
    line = await peer.until(codec.ChatMessage, lambda chat: chat.text == text)
    expect(line.player_id, own_id(peer), "the speaker")


@case("EST-CT-02c")
async def claimed_time(stage: Stage) -> None:
    """The timestamp that a client writes is ignored: the server's own comes."""
    peer = await stage.player()
    first = await said(peer, word())
    text = f"long ago {word()}"
    await peer.send(wire.chat(text, timestamp=GREATEST_TIME * 3))
    line = await peer.until(codec.ChatMessage, lambda chat: chat.text == text)
    expect_that(0 <= line.timestamp - first.timestamp < 60_000, f"it is {line.timestamp}")
    expect_that(line.timestamp < GREATEST_TIME, "the timestamp is not below 2^53")


@case("EST-CT-03a")
async def white_space(stage: Stage) -> None:
    """Each run of white space becomes a space; at the ends there is none."""
    one, two = word(), word()
    await heard_as(stage, f"  {one} \t\u2003\u00a0 {two}\n", f"{one} {two}")


@case("EST-CT-03b")
async def one_line(stage: Stage) -> None:
    """Line ends of any kind become spaces."""
    a, b, c, d = (word()[:6] for _ in range(4))
    await heard_as(stage, f"{a}\n{b}\r\n{c}\u2028{d}", f"{a} {b} {c} {d}")


@case("EST-CT-03c")
async def control_characters(stage: Stage) -> None:
    """Control characters are taken out: zero, escape, bell, delete."""
    one, two = word(), word()
    await heard_as(stage, f"{one}\x00\x07\x1b\x7f\x9b{two}", f"{one}{two}")


@case("EST-CT-03d")
async def turned_writing(stage: Stage) -> None:
    """Marks that turn the direction of writing are taken out."""
    one, two = word(), word()
    await heard_as(stage, f"{one}\u202e\u2066{two}\u2069\u202c", f"{one}{two}")


@case("EST-CT-03e")
async def all_of_unicode(stage: Stage) -> None:
    """Letters of any script and families of emoji come through as they are."""
    text = f"Привет 世界 שלום 👩‍👩‍👧‍👦 🏳️‍🌈 e\u0301 {word()}"
    await heard_as(stage, text, text)


@case("EST-CT-03f")
async def last_characters(stage: Stage) -> None:
    """So do the last characters of the planes, which take four bytes each."""
    text = f"\U0001f9ff \U0002f800 \U0010fffd {word()}"
    await heard_as(stage, text, text)


@case("EST-CT-04a")
async def nothing_said(stage: Stage) -> None:
    """An empty line is CHAT_EMPTY."""
    await refused_text(stage, "", ErrorCode.CHAT_EMPTY)


@case("EST-CT-04b")
async def spaces_said(stage: Stage) -> None:
    """So is one of which nothing is left: spaces and control characters."""
    await refused_text(stage, " \n\t\x00\u202e ", ErrorCode.CHAT_EMPTY)


@case("EST-CT-04c")
async def longest_line(stage: Stage) -> None:
    """A line of exactly chat_characters of four bytes each is heard."""
    peer = await stage.player()
    most = peer.last(codec.Welcome).chat_characters
    text = "\U0001f98a" * most
    expect((await said(peer, text)).text, text, "what is heard")


@case("EST-CT-04d")
async def line_too_long(stage: Stage) -> None:
    """One character more is CHAT_TOO_LONG."""
    peer = await stage.player()
    most = peer.last(codec.Welcome).chat_characters
    await peer.send(wire.chat("x" * (most + 1)))
    await peer.refused(ErrorCode.CHAT_TOO_LONG, message=codec.ChatMessage.TYPE)


@case("EST-CT-04e")
async def length_after_cleaning(stage: Stage) -> None:
    """What counts is what is left: spaces at the ends do not."""
    peer = await stage.player()
    most = peer.last(codec.Welcome).chat_characters
    text = "x" * most
    expect((await said(peer, f"   {text}   ")).text, text, "what is heard")


@case("EST-CT-05a")
async def too_fast(stage: Stage) -> None:
    """Of nine lines at once eight are heard; the ninth is CHAT_TOO_FAST and says how long."""
    peer = await stage.player()
    texts = [f"{number} {word()}" for number in range(BURST + 1)]
    await peer.send(*(wire.chat(text) for text in texts))
    error = await peer.refused(ErrorCode.CHAT_TOO_FAST, message=codec.ChatMessage.TYPE)
    expect_that(0 < error.retry_after_ms <= WAIT_MS, f"it says {error.retry_after_ms} ms")
    await ticks_later(peer, 3)
    me = own_id(peer)
    heard = [each.text for each in peer.messages(codec.ChatMessage) if each.player_id == me]
    expect(heard, texts[:BURST], "what is heard")


@case("EST-CT-05b")
async def after_the_wait(stage: Stage) -> None:
    """After retry_after_ms the next may come."""
    peer = await stage.player()
    await peer.send(*(wire.chat(word()) for _ in range(BURST + 1)))
    error = await peer.refused(ErrorCode.CHAT_TOO_FAST)
    await asyncio.sleep(error.retry_after_ms / 1000 + 0.1)
    text = f"at last {word()}"
    await peer.send(wire.chat(text))
    await peer.until(codec.ChatMessage, lambda chat: chat.text == text)


@case("EST-CT-05c")
async def refused_lines_do_not_count(stage: Stage) -> None:
    """Lines that are refused for their text do not count."""
    peer = await stage.player()
    for _ in range(4):
        await peer.send(wire.chat(""))
        await peer.refused(ErrorCode.CHAT_EMPTY)
    texts = [f"{number} {word()}" for number in range(BURST)]
    await peer.send(*(wire.chat(text) for text in texts))
    await peer.until(codec.ChatMessage, lambda chat: chat.text == texts[-1])


@case("EST-CT-09a")
async def times_of_lines(stage: Stage) -> None:
    """No two lines have the same timestamp."""
    players = [await stage.player() for _ in range(3)]
    texts = [word() for _ in range(12)]
    for index, text in enumerate(texts):
        await players[index % 3].send(wire.chat(text))
        await players[index % 3].settle()
    await ticks_later(players[0], 3)
    times = [each.timestamp for each in players[0].messages(codec.ChatMessage)]
    expect(len(set(times)), len(times), "how many different timestamps there are")
    expect_that(len(times) >= len(texts), "not all lines were heard")


def whisper(to: int, text: str) -> bytes:
    return codec.Whisper(to, 0, "", text, 0).encode()


@case("EST-WH-01a")
async def whispers_are_private(stage: Stage) -> None:
    """A whisper goes to its receiver alone."""
    writer, reader, stranger = [await stage.player() for _ in range(3)]
    text = f"between us {word()}"
    await writer.send(whisper(own_id(reader), text))
    await reader.until(codec.Whisper, lambda each: each.text == text)
    await hears_nothing(stranger, text)


@case("EST-WH-01b")
async def claims_in_whispers(stage: Stage) -> None:
    """What a client writes into own, name and timestamp is ignored."""
    writer, reader = await stage.player(), await stage.player()
    text = f"trust me {word()}"
    await writer.send(codec.Whisper(own_id(reader), 1, "The server", text, 5).encode())
    got = await reader.until(codec.Whisper, lambda each: each.text == text)
    name = writer.last(codec.AuthOk).name
    expect((got.player_id, got.own, got.name), (own_id(writer), 0, name), "whom it is from")
    expect_that(got.timestamp != 5, "the timestamp is the writer's")


@case("EST-WH-02a")
async def whispers_come_back(stage: Stage) -> None:
    """The receiver reads who wrote it; the writer gets it back with own 1 and the receiver."""
    writer, reader = await stage.player(), await stage.player()
    text = f"psst {word()}"
    await writer.send(whisper(own_id(reader), text))
    got = await reader.until(codec.Whisper, lambda each: each.text == text)
    back = await writer.until(codec.Whisper, lambda each: each.text == text)
    names = [each.last(codec.AuthOk).name for each in (writer, reader)]
    expect((got.player_id, got.own, got.name), (own_id(writer), 0, names[0]), "what comes")
    expect((back.player_id, back.own, back.name), (own_id(reader), 1, names[1]), "what comes back")
    expect(back.timestamp, got.timestamp, "the timestamp of what comes back")


@case("EST-WH-03a")
async def whisper_to_nobody(stage: Stage) -> None:
    """A whisper to a number that nobody has is CHAT_NOBODY."""
    peer = await stage.player()
    await peer.send(whisper(0xFFFFFFFF, word()))
    await peer.refused(ErrorCode.CHAT_NOBODY, message=codec.Whisper.TYPE)


@case("EST-WH-03b")
async def whisper_to_oneself(stage: Stage) -> None:
    """So is one to oneself."""
    peer = await stage.player()
    await peer.send(whisper(own_id(peer), word()))
    await peer.refused(ErrorCode.CHAT_NOBODY, message=codec.Whisper.TYPE)


@case("EST-WH-03c")
async def whisper_to_the_lobby(stage: Stage) -> None:
    """So is one to somebody who is in no world yet."""
    peer, waiting = await stage.player(), await stage.lobby()
    await peer.send(whisper(own_id(waiting), word()))
    await peer.refused(ErrorCode.CHAT_NOBODY, message=codec.Whisper.TYPE)


@case("EST-WH-04a")
async def rules_of_whispers(stage: Stage) -> None:
    """The text is cleaned like chat, and must be left over."""
    writer, reader = await stage.player(), await stage.player()
    await writer.send(whisper(own_id(reader), " \x00 "))
    await writer.refused(ErrorCode.CHAT_EMPTY, message=codec.Whisper.TYPE)
    one, two = word(), word()
    await writer.send(whisper(own_id(reader), f" {one}\n\u202e{two} "))
    got = await reader.until(codec.Whisper)
    expect(got.text, f"{one} {two}", "what is read")


@case("EST-WH-04b")
async def limits_of_whispers(stage: Stage) -> None:
    """Chat and whispers share their limit."""
    writer, reader = await stage.player(), await stage.player()
    lines = [wire.chat(word()) for _ in range(BURST)]
    await writer.send(*lines, whisper(own_id(reader), word()))
    await writer.refused(ErrorCode.CHAT_TOO_FAST, message=codec.Whisper.TYPE)


@case("EST-CM-01a")
async def commands_are_not_heard(stage: Stage) -> None:
    """A line that begins with a slash is heard by nobody, known or not."""
    listener, peer = await stage.player(), await stage.player()
    text = f"/{word()} {word()}"
    await peer.send(wire.chat(text))
    await peer.refused(ErrorCode.COMMAND_UNKNOWN, message=codec.ChatMessage.TYPE)
    await hears_nothing(listener, text)


@case("EST-CM-01b")
async def case_of_commands(stage: Stage) -> None:
    """Case makes no difference to a command's name."""
    peer = await stage.player()
    for text in ("/who", "/WHO", "/Who"):
        await peer.send(wire.chat(text))
        await peer.until(codec.Notice, lambda notice: notice.code == NoticeCode.PLAYERS)


@case("EST-CM-02a")
async def list_of_commands(stage: Stage) -> None:
    """CHAT_COMMANDs come at entering, with the indexes 0, 1, 2 and so on."""
    peer = await stage.player()
    found = peer.messages(codec.ChatCommand)
    expect([each.index for each in found], list(range(len(found))), "the indexes")
    names = [each.name for each in found]
    expect_that(bool(names), "there is no command at all")
    expect_that(not any(each.startswith("/") for each in names), "a name has its slash")


@case("EST-CM-03a")
async def parameters_of_commands(stage: Stage) -> None:
    """Parameters are words of the table; those that may be left out stand behind the others."""
    peer = await stage.player()
    known = {"player", "duration", "number", "text", "word"}
    for each in peer.messages(codec.ChatCommand):
        kinds = each.parameters.split()
        unknown = {kind.strip("[]") for kind in kinds} - known
        expect(unknown, set(), f"what is unknown in the parameters of {each.name}")
        optional = [kind.startswith("[") for kind in kinds]
        expect(optional, sorted(optional), f"the order of the parameters of {each.name}")


@case("EST-CM-04a")
async def parameters_missing(stage: Stage) -> None:
    """Too few parameters are COMMAND_USAGE, and text says which there are."""
    peer = await stage.player()
    await peer.send(wire.chat("/w"))
    error = await peer.refused(ErrorCode.COMMAND_USAGE, message=codec.ChatMessage.TYPE)
    expect_that("player" in error.text and "text" in error.text, f"text is {error.text!r}")


@case("EST-CM-04b")
async def commands_of_others(stage: Stage) -> None:
    """A command of the staff's is COMMAND_UNKNOWN for a guest."""
    peer = await stage.player()
    await peer.send(wire.chat(f"/ban {peer.last(codec.AuthOk).name}"))
    await peer.refused(ErrorCode.COMMAND_UNKNOWN, message=codec.ChatMessage.TYPE)


@case("EST-CM-04c")
async def commands_about_nobody(stage: Stage) -> None:
    """A command about somebody who is not there is CHAT_NOBODY."""
    peer = await stage.player()
    await peer.send(wire.chat(f"/w {word()} hello"))
    await peer.refused(ErrorCode.CHAT_NOBODY, message=codec.ChatMessage.TYPE)


@case("EST-CM-05a")
async def what_a_command_did(stage: Stage) -> None:
    """/who is answered by the notice PLAYERS: the world, then names, the own among them."""
    peer = await stage.player()
    await peer.send(wire.chat("/who"))
    notice = await peer.until(codec.Notice, lambda notice: notice.code == NoticeCode.PLAYERS)
    world, *names = notice.values.split("\x1f")
    expect(world, peer.last(codec.WorldEntered).world, "the first value")
    expect_that(peer.last(codec.AuthOk).name in names, "the own name is missing")


@case("EST-CM-05b")
async def commands_count_as_chat(stage: Stage) -> None:
    """Commands count in the limit of chat messages."""
    peer = await stage.player()
    lines = [wire.chat(word()) for _ in range(BURST)]
    await peer.send(*lines, wire.chat("/who"))
    await peer.refused(ErrorCode.CHAT_TOO_FAST, message=codec.ChatMessage.TYPE)


@case("EST-RP-01a")
async def report(stage: Stage) -> None:
    """A report of somebody who is here is answered by the notice REPORT_FILED with their name."""
    other, peer = await stage.player(), await stage.player()
    text = "a conformance test: nothing to do"
    await peer.send(codec.Report(own_id(other), text).encode())
    notice = await peer.until(codec.Notice, lambda each: each.code == NoticeCode.REPORT_FILED)
    expect(notice.values, other.last(codec.AuthOk).name, "the value")


@case("EST-RP-02a")
async def report_of_nobody(stage: Stage) -> None:
    """A report of nobody is CHAT_NOBODY."""
    peer = await stage.player()
    await peer.send(codec.Report(0xFFFFFFFF, "nobody").encode())
    await peer.refused(ErrorCode.CHAT_NOBODY, message=codec.Report.TYPE)


@case("EST-RP-02b")
async def empty_report(stage: Stage) -> None:
    """A report without a word is CHAT_EMPTY."""
    other, peer = await stage.player(), await stage.player()
    await peer.send(codec.Report(own_id(other), "  ").encode())
    await peer.refused(ErrorCode.CHAT_EMPTY, message=codec.Report.TYPE)


@case("EST-NT-01a")
async def known_notices(stage: Stage) -> None:
    """/help is answered by the notice COMMANDS, with a line for each command there is."""
    peer = await stage.player()
    await peer.send(wire.chat("/help"))
    notice = await peer.until(codec.Notice, lambda each: each.code == NoticeCode.COMMANDS)
    lines = notice.values.split("\x1f")
    for each in peer.messages(codec.ChatCommand):
        if not any(line.lstrip("/").split(" ")[0] == each.name for line in lines):
            raise Failed(f"{each.name} is missing")


@case("EST-NT-02a")
async def values_of_notices(stage: Stage) -> None:
    """Values are separated by U+001F; a value of its own never has one."""
    peer = await stage.player()
    name = new_name()
    old = peer.last(codec.AuthOk).name
    await peer.send(wire.chat(f"/nick {name}"))
    notice = await peer.until(codec.Notice, lambda each: each.code == NoticeCode.NAME_CHANGED)
    expect(notice.values.split("\x1f"), [old, name], "the values")


@case("EST-EM-01a")
async def emotes(stage: Stage) -> None:
    """An EMOTE comes to all who see the player, the player included, under the server's number."""
    other, peer = await stage.player(), await stage.player()
    await peer.send(codec.Emote(own_id(other), codec.EmoteKind.WAVE).encode())
    for each in (peer, other):
        emote = await each.until(codec.Emote, lambda said: said.player_id == own_id(peer))
        expect(emote.kind, codec.EmoteKind.WAVE, "the kind")


@case("EST-EM-02a")
async def unknown_emotes(stage: Stage) -> None:
    """A number that is none of the known ones is EMOTE_UNKNOWN, and not fatal."""
    peer = await stage.player()
    for kind in (0, 255):
        await peer.send(codec.Emote(0, kind).encode())
        await peer.refused(ErrorCode.EMOTE_UNKNOWN, message=codec.Emote.TYPE)


@case("EST-EM-03a")
async def emotes_count_as_chat(stage: Stage) -> None:
    """Emotes count in the limit of chat messages."""
    peer = await stage.player()
    lines = [wire.chat(word()) for _ in range(BURST)]
    await peer.send(*lines, codec.Emote(0, codec.EmoteKind.WAVE).encode())
    await peer.refused(ErrorCode.CHAT_TOO_FAST, message=codec.Emote.TYPE)
