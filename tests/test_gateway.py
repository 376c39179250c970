"""Real sockets, through both gateways: how uvicorn, picows and our session meet.

A raw WebSocket of another implementation (websockets) is the client here, so that a fault of the
reference client cannot hide one of the server.
"""

from __future__ import annotations

import asyncio
import time
import urllib.request

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from protocol_spec import codec
from protocol_spec.client import Client
from protocol_spec.codec import ErrorCode
from server import gateway
from tests.running import RunningServer

HELLO = codec.Hello(codec.MAGIC, 1, 1, 0, 0, "test").encode()


def open_socket(server: RunningServer) -> ClientConnection:
    return connect(server.url, subprotocols=[codec.SUBPROTOCOL], compression=None)  # type: ignore[list-item]


def last_words(client: ClientConnection) -> tuple[list[ErrorCode], int]:
    """The ERRORs until the close, and the close code."""
    heard: list[bytes] = []
    with pytest.raises(ConnectionClosed) as closed:
        hear_all(client, heard)
    assert closed.value.rcvd is not None
    messages = [codec.decode(*frame) for data in heard for frame in codec.parse(data)]
    errors = [ErrorCode(each.code) for each in messages if isinstance(each, codec.Error)]
    return errors, closed.value.rcvd.code


def hear_all(client: ClientConnection, heard: list[bytes]) -> None:
    """Until the connection is closed, which raises."""
    while True:
        data = client.recv(timeout=10)
        assert isinstance(data, bytes)
        heard.append(data)


def test_the_fast_gateway_is_the_one_that_runs_here() -> None:
    assert gateway.choose("fast") == "fast"


def test_without_picows_the_plain_gateway_is_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway, "fast_gateway", None)
    assert gateway.choose("fast") == "asgi"


def test_the_subprotocol_is_echoed_only_where_it_was_asked_for(
    either_server: RunningServer,
) -> None:
    with open_socket(either_server) as asked:
        assert asked.subprotocol == "estragon.v1"
    with connect(either_server.url, compression=None) as silent:
        assert silent.subprotocol is None
        silent.send(HELLO)
        assert isinstance(silent.recv(timeout=5), bytes)


def test_no_compression_is_negotiated(either_server: RunningServer) -> None:
    with connect(either_server.url, compression="deflate") as client:
        assert client.protocol.extensions == []


def test_two_messages_in_one_are_both_heard(either_server: RunningServer) -> None:
    with open_socket(either_server) as client:
        client.send(HELLO + codec.Ping(5).encode())
        heard = [client.recv(timeout=5), client.recv(timeout=5)]
        kinds = [message[0] for message in heard]
        assert kinds == [codec.Welcome.TYPE, codec.Pong.TYPE]


def test_a_message_in_fragments_is_heard_whole(either_server: RunningServer) -> None:
    with open_socket(either_server) as client:
        client.send([HELLO[:2], HELLO[2:9], HELLO[9:]])
        welcome = client.recv(timeout=5)
        assert welcome[0] == codec.Welcome.TYPE


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", ErrorCode.EMPTY_MESSAGE),
        (bytes(4097), ErrorCode.MESSAGE_TOO_LARGE),
        ([bytes(3000), bytes(3000)], ErrorCode.MESSAGE_TOO_LARGE),
        (b"\x0c\x00\x05\x00", ErrorCode.LENGTH_BEYOND_END),
        (b"\x3f\x00\x00", ErrorCode.UNKNOWN_TYPE),
        (codec.ChatMessage(0, "hi", 0).encode(), ErrorCode.WRONG_STATE),
    ],
)
def test_nonsense_gets_its_error_and_then_its_close_code(
    either_server: RunningServer, data: bytes, code: ErrorCode
) -> None:
    with open_socket(either_server) as client:
        client.send(data)
        assert last_words(client) == ([code], 4000 + code)


def test_text_gets_its_error_and_1003(either_server: RunningServer) -> None:
    with open_socket(either_server) as client:
        client.send("hello?")
        assert last_words(client) == ([ErrorCode.TEXT_FRAME], 1003)


def test_a_message_that_is_far_too_large_is_not_even_read(either_server: RunningServer) -> None:
    with open_socket(either_server) as client:
        client.send(bytes(gateway.LARGEST_MESSAGE + 1))
        assert last_words(client) == ([], 1009)


def test_who_never_speaks_is_closed_after_five_seconds(either_server: RunningServer) -> None:
    began = time.monotonic()
    with open_socket(either_server) as client:
        assert last_words(client) == ([ErrorCode.AUTH_TIMEOUT], 4022)
    assert 4.9 < time.monotonic() - began < 8


def test_a_client_that_vanishes_without_a_word_is_gone_for_the_others(
    either_server: RunningServer,
) -> None:
    async def vanish() -> None:
        watcher = await Client.join(either_server.url, "Watcher")
        leaver = await Client.join(either_server.url, "Leaver")
        await watcher.wait_for(lambda session: session.player("Leaver") is not None)
        leaver.abort()
        await watcher.wait_for(lambda session: session.player("Leaver") is None)
        await watcher.close()

    asyncio.run(vanish())


def test_http_answers_on_the_same_port(either_server: RunningServer) -> None:
    with urllib.request.urlopen(f"http://{either_server.address}/healthz", timeout=5) as answer:
        assert answer.status == 200


def test_another_path_is_no_game_socket(either_server: RunningServer) -> None:
    with pytest.raises(Exception, match="403"), connect(either_server.url + "x"):
        pass
