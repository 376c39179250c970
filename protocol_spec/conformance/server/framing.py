"""Envelopes, fields, and what is wrong with them."""

from __future__ import annotations

import asyncio
import struct

from protocol_spec import codec
from protocol_spec.codec import ErrorCode
from protocol_spec.conformance import wire
from protocol_spec.conformance.case import Category, Failed
from protocol_spec.conformance.peer import WAIT_SECONDS
from protocol_spec.conformance.stage import Stage, expect, expect_that, new_name

category = Category("framing")
case = category.case


@case("EST-TR-03a")
async def text(stage: Stage) -> None:
    """A text message is answered with TEXT_FRAME and a close with 1003."""
    peer = await stage.connect()
    await peer.send_text("hello")
    await peer.ended(ErrorCode.TEXT_FRAME, close_code=1003)


@case("EST-TR-03b")
async def text_in_a_world(stage: Stage) -> None:
    """So is one from a player in a world, also an empty one."""
    peer = await stage.player()
    await peer.send_text("")
    await peer.ended(ErrorCode.TEXT_FRAME, close_code=1003)


@case("EST-TR-05a")
async def longest_message(stage: Stage) -> None:
    """A message of exactly 4,096 bytes is carried out."""
    peer = await stage.greeted()
    pings = wire.ping(1)
    padding = codec.MAX_CLIENT_MESSAGE - len(pings) - 3
    await peer.send(pings, wire.frame(0xC0, bytes(padding)))
    await peer.until(codec.Pong, lambda pong: pong.token == 1)


@case("EST-TR-05b")
async def message_too_long(stage: Stage) -> None:
    """One of 4,097 bytes is answered with MESSAGE_TOO_LARGE, and nothing of it is carried out."""
    peer = await stage.greeted()
    pings = wire.ping(1)
    padding = codec.MAX_CLIENT_MESSAGE + 1 - len(pings) - 3
    await peer.send(pings, wire.frame(0xC0, bytes(padding)))
    await peer.ended(ErrorCode.MESSAGE_TOO_LARGE)
    expect(peer.messages(codec.Pong), [], "what was carried out of it")


@case("EST-TR-05c")
async def message_far_too_long(stage: Stage) -> None:
    """One of more than 65,536 bytes is closed with 1009, without an ERROR."""
    peer = await stage.connect()
    await peer.send(bytes(wire.LARGEST_READ + 1))
    await peer.closed_with(wire.MESSAGE_TOO_BIG)
    expect(peer.errors(), [], "the ERRORs before the close")


@case("EST-TR-06a")
async def servers_longest_message(stage: Stage) -> None:
    """No message of those at entering a world is longer than 32,768 bytes."""
    peer = await stage.player()
    await peer.settle()
    longest = max(map(len, peer.batches))
    stage.notes.append(f"the longest has {longest} bytes")
    expect_that(longest <= codec.MAX_SERVER_MESSAGE, f"one has {longest} bytes")


@case("EST-TR-07a")
async def fragments(stage: Stage) -> None:
    """A message in three fragments, cut within a field, is read like a whole one."""
    peer = await stage.connect()
    hello = wire.hello()
    await peer.send_in_fragments(hello[:2], hello[2:9], hello[9:])
    await peer.until(codec.Welcome)


@case("EST-TR-07b")
async def fragments_too_long(stage: Stage) -> None:
    """Fragments that are over 4,096 bytes together are MESSAGE_TOO_LARGE."""
    peer = await stage.greeted()
    await peer.send_in_fragments(wire.frame(0xC0, bytes(3000)), wire.frame(0xC0, bytes(3000)))
    await peer.ended(ErrorCode.MESSAGE_TOO_LARGE)


@case("EST-TR-07c")
async def websocket_ping(stage: Stage) -> None:
    """A WebSocket ping is answered by a WebSocket pong."""
    peer = await stage.connect()
    answered = await peer.connection.ping(b"are you there")
    try:
        async with asyncio.timeout(WAIT_SECONDS):
            await answered
    except TimeoutError:
        raise Failed("there was no pong") from None


@case("EST-FR-01a")
async def network_byte_order(stage: Stage) -> None:
    """Numbers are big-endian: a token comes back byte for byte."""
    peer = await stage.connect()
    await peer.send(bytes.fromhex("0c 0004 01020304"))
    await peer.until(codec.Pong)
    expect(peer.batches[-1][:7].hex(), "0d000a01020304", "the bytes of the PONG")


@case("EST-FR-02a")
async def length_is_the_payloads(stage: Stage) -> None:
    """A length that counts the head as well reaches beyond the end."""
    peer = await stage.connect()
    await peer.send(wire.frame(codec.Ping.TYPE, bytes(4), length=7))
    await peer.ended(ErrorCode.LENGTH_BEYOND_END, message=codec.Ping.TYPE)


@case("EST-FR-02b")
async def length_too_short(stage: Stage) -> None:
    """A length that is shorter than the fields cuts them: TRUNCATED."""
    peer = await stage.connect()
    await peer.send(wire.frame(codec.Ping.TYPE, bytes(4), length=3) + b"\x00\x00\x00")
    await peer.ended(ErrorCode.TRUNCATED, message=codec.Ping.TYPE)


@case("EST-FR-03a")
async def empty_message(stage: Stage) -> None:
    """A message without a byte is EMPTY_MESSAGE."""
    peer = await stage.connect()
    await peer.send(b"")
    await peer.ended(ErrorCode.EMPTY_MESSAGE)


@case("EST-FR-03b")
async def half_a_head(stage: Stage) -> None:
    """One that ends within a frame's head is LENGTH_BEYOND_END."""
    peer = await stage.connect()
    await peer.send(b"\x06\x00")
    await peer.ended(ErrorCode.LENGTH_BEYOND_END)


@case("EST-FR-03c")
async def longest_length(stage: Stage) -> None:
    """A length of 65,535 with nothing behind it is LENGTH_BEYOND_END."""
    peer = await stage.connect()
    await peer.send(wire.frame(codec.Hello.TYPE, b"", length=0xFFFF))
    await peer.ended(ErrorCode.LENGTH_BEYOND_END, message=codec.Hello.TYPE)


@case("EST-FR-03d")
async def a_byte_behind_the_last_frame(stage: Stage) -> None:
    """A byte that hangs behind the last frame is LENGTH_BEYOND_END."""
    peer = await stage.connect()
    await peer.send(wire.ping(1), b"\x0c")
    await peer.ended(ErrorCode.LENGTH_BEYOND_END)


@case("EST-FR-04a")
async def prefix_of_a_short_field(stage: Stage) -> None:
    """A string with a limit below 256 has one byte for its count."""
    peer = await stage.connect()
    await peer.send(bytes.fromhex("06 0012 45535452 01 01 00000000 00000000 03 626f74"))
    await peer.until(codec.Welcome)


@case("EST-FR-04b")
async def prefix_of_a_long_field(stage: Stage) -> None:
    """A byte field with a limit of 256 or more has two bytes for its count."""
    peer = await stage.greeted()
    name = new_name().encode()
    payload = bytes([1, 0, len(name)]) + name + b"\x00\x02\xff\x00"
    await stage.authenticate(peer, wire.frame(codec.Auth.TYPE, payload))


@case("EST-FR-04c")
async def zero_inside_a_string(stage: Stage) -> None:
    """A string ends where its count says, not at a zero byte."""
    peer = await stage.connect()
    await peer.send(wire.hello(client=b"a\x00b\x00"))
    await peer.until(codec.Welcome)


@case("EST-FR-05a")
async def string_over_its_limit(stage: Stage) -> None:
    """A string whose count is over the field's limit is VALUE_TOO_LONG."""
    peer = await stage.connect()
    await peer.send(wire.hello(client=bytes(65)))
    await peer.ended(ErrorCode.VALUE_TOO_LONG, message=codec.Hello.TYPE)


@case("EST-FR-05b")
async def string_at_its_limit(stage: Stage) -> None:
    """One that is exactly as long as the limit is fine."""
    peer = await stage.connect()
    await peer.send(wire.hello(client=b"x" * 64))
    await peer.until(codec.Welcome)


@case("EST-FR-05c")
async def count_beyond_the_payload(stage: Stage) -> None:
    """A count that reaches beyond the payload is TRUNCATED, also where more frames follow."""
    peer = await stage.connect()
    head = struct.pack("!IBBII", codec.MAGIC, 1, 1, 0, 0)
    await peer.send(wire.frame(codec.Hello.TYPE, head + b"\x09bot"), wire.ping(1))
    await peer.ended(ErrorCode.TRUNCATED, message=codec.Hello.TYPE)


@case("EST-FR-05d")
async def not_utf8(stage: Stage) -> None:
    """A string that is not UTF-8 is BAD_TEXT."""
    peer = await stage.connect()
    await peer.send(wire.hello(client=b"\xc3\x28"))
    await peer.ended(ErrorCode.BAD_TEXT, message=codec.Hello.TYPE)


@case("EST-FR-05e")
async def overlong_utf8(stage: Stage) -> None:
    """A slash in two bytes is no UTF-8: BAD_TEXT."""
    peer = await stage.connect()
    await peer.send(wire.hello(client=b"\xc0\xaf"))
    await peer.ended(ErrorCode.BAD_TEXT)


@case("EST-FR-05f")
async def surrogate_in_utf8(stage: Stage) -> None:
    """Half of a surrogate pair is no UTF-8: BAD_TEXT."""
    peer = await stage.connect()
    await peer.send(wire.hello(client=b"\xed\xa0\x80"))
    await peer.ended(ErrorCode.BAD_TEXT)


@case("EST-FR-05g")
async def array_over_its_limit(stage: Stage) -> None:
    """Nine commands, where there may be eight, are VALUE_TOO_LONG."""
    peer = await stage.player()
    await peer.send(wire.commands(1, *[wire.command()] * 9))
    await peer.ended(ErrorCode.VALUE_TOO_LONG, message=codec.Input.TYPE)


@case("EST-FR-05h")
async def half_a_record(stage: Stage) -> None:
    """A payload that ends within a record of an array is TRUNCATED."""
    peer = await stage.player()
    payload = struct.pack("!IB", 1, 2) + wire.command() + wire.command()[:-1]
    await peer.send(wire.frame(codec.Input.TYPE, payload))
    await peer.ended(ErrorCode.TRUNCATED, message=codec.Input.TYPE)


@case("EST-FR-05i")
async def empty_payload(stage: Stage) -> None:
    """A message without its fields is TRUNCATED."""
    peer = await stage.connect()
    await peer.send(wire.frame(codec.Ping.TYPE))
    await peer.ended(ErrorCode.TRUNCATED, message=codec.Ping.TYPE)


@case("EST-FR-05j")
async def chat_of_too_many_bytes(stage: Stage) -> None:
    """A text of 2,001 bytes breaks the field's limit: VALUE_TOO_LONG, and fatal."""
    peer = await stage.player()
    await peer.send(wire.chat(b"x" * 2001))
    await peer.ended(ErrorCode.VALUE_TOO_LONG, message=codec.ChatMessage.TYPE)


@case("EST-FR-07a")
async def frames_before_a_faulty_one(stage: Stage) -> None:
    """Frames before a faulty one have been carried out, in their order."""
    peer = await stage.connect()
    await peer.send(wire.ping(1), wire.ping(2), wire.frame(0x3E), wire.ping(3))
    await peer.ended(ErrorCode.UNKNOWN_TYPE, message=0x3E)
    tokens = [each.token for each in peer.messages(codec.Pong)]
    expect(tokens, [1, 2], "the tokens of the answers")


@case("EST-FR-07b")
async def frames_in_their_order(stage: Stage) -> None:
    """HELLO, PING and AUTH in one message are carried out one after the other."""
    peer = await stage.connect()
    await peer.send(wire.hello(), wire.ping(7), wire.auth(new_name()))
    await peer.until(codec.AuthOk)
    came = [type(each.message).__name__ for each in peer.heard]
    expect(came, ["Welcome", "Pong", "AuthOk"], "what came")


@case("EST-FR-08a")
async def many_frames(stage: Stage) -> None:
    """Fifty frames in one message are as good as fifty messages."""
    peer = await stage.greeted()
    await peer.send(*(wire.ping(token) for token in range(50)))
    await peer.until(codec.Pong, lambda pong: pong.token == 49)
    tokens = [each.token for each in peer.messages(codec.Pong)]
    expect(tokens, list(range(50)), "the tokens of the answers")


@case("EST-ER-02a")
async def nothing_after_the_end(stage: Stage) -> None:
    """After a fatal ERROR nothing is read any more: what stands behind is not carried out."""
    peer = await stage.connect()
    await peer.send(b"")
    await peer.send(wire.ping(1))
    await peer.send(wire.hello())
    await peer.ended(ErrorCode.EMPTY_MESSAGE)
    expect(peer.messages(codec.Pong), [], "what was answered")


@case("EST-ER-03a")
async def one_fatal_error(stage: Stage) -> None:
    """Of several faults the first ends the connection, and there is one fatal ERROR."""
    peer = await stage.connect()
    await peer.send(wire.frame(0x3D))
    await peer.send(b"")
    await peer.send_text("x")
    await peer.ended(ErrorCode.UNKNOWN_TYPE)
    expect(len(peer.errors()), 1, "the number of ERRORs")
