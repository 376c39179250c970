"""https and wss: both gateways, the operator's commands, and files that will not do.

Every certificate is made here, by an authority of the test's own.
"""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import os
import signal
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)
from websockets.sync.client import ClientConnection, connect

from protocol_spec import codec
from protocol_spec.client import Client
from protocol_spec.codec import ErrorCode
from server import gateway
from server.cli.main import main
from server.control.claim import CONTROL_NAME
from tests.certificates import Certificate, make_certificate
from tests.deaf import HANDSHAKE, masked
from tests.running import RunningServer, running_server
from tests.test_cli import estragon
from tests.test_gateway import HELLO, last_words


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture(scope="module", params=["fast", "asgi"])
def server(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    certificate: Certificate,
) -> Iterator[RunningServer]:
    """A server with TLS, once with each gateway, that waits less for slow readers than usual."""
    folder = tmp_path_factory.mktemp(request.param)
    flags = ("--gateway", request.param)
    environment = {"ESTRAGON_STALLED_SECONDS": "1", "ESTRAGON_MESSAGES_PER_SECOND": "1000"}
    with running_server(
        folder, *flags, environment=environment, certificate=certificate
    ) as started:
        yield started


@pytest.fixture(autouse=True)
def trust(certificate: Certificate, monkeypatch: pytest.MonkeyPatch) -> None:
    """All clients of ours, and the commands that we start, trust the test's authority."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.authority))


def open_socket(server: RunningServer, path: str = "/ws") -> ClientConnection:
    assert server.certificate is not None
    context = server.certificate.client_context()
    return connect(f"wss://{server.address}{path}", ssl=context, compression=None)


def test_what_to_do_next_is_told_with_https_and_wss(server: RunningServer) -> None:
    for hint in (
        f"join {server.base}",
        f"{server.base}/admin",
        f"bots wss://{server.address}/ws",
        f"{server.base}/api/server",
    ):
        assert hint in server.log
    assert "http://" not in server.log
    assert "ws://" not in server.log


def test_the_game_speaks_wss(server: RunningServer) -> None:
    with open_socket(server) as client:
        client.send(HELLO + codec.Ping(5).encode())
        heard = [client.recv(timeout=5), client.recv(timeout=5)]
        assert [message[0] for message in heard] == [codec.Welcome.TYPE, codec.Pong.TYPE]


def test_over_tls_a_message_in_fragments_is_heard_whole(server: RunningServer) -> None:
    with open_socket(server) as client:
        client.send([HELLO[:2], HELLO[2:9], HELLO[9:]])
        assert client.recv(timeout=5)[0] == codec.Welcome.TYPE


def test_over_tls_errors_and_close_codes_arrive(server: RunningServer) -> None:
    with open_socket(server) as client:
        client.send(bytes(4097))
        code = ErrorCode.MESSAGE_TOO_LARGE
        assert last_words(client) == ([code], 4000 + code)
    with open_socket(server) as client:
        client.send("hello?")
        assert last_words(client) == ([ErrorCode.TEXT_FRAME], 1003)
    with open_socket(server) as client:
        client.send(bytes(gateway.LARGEST_MESSAGE + 1))
        assert last_words(client) == ([], 1009)


def test_over_tls_people_meet_walk_and_part(server: RunningServer) -> None:
    async def play() -> None:
        vladimir = await Client.join(server.url, "Vladimir")
        pozzo = await Client.join(server.url, "Pozzo")
        await vladimir.wait_for(lambda session: session.player("Pozzo") is not None)
        seen = vladimir.session.player("Pozzo")
        assert seen is not None
        began = seen.x, seen.y
        while (seen.x, seen.y) == began:
            pozzo.session.walk(0)
            pozzo.session.walk(1 << 15)
            await asyncio.sleep(0.05)
        pozzo.session.say("On!")
        await vladimir.wait_for(lambda session: [each.text for each in session.chat] == ["On!"])
        pozzo.abort()
        await vladimir.wait_for(lambda session: session.player("Pozzo") is None)
        await vladimir.close()

    asyncio.run(play())


def test_over_tls_who_says_goodbye_and_stays_on_the_line_is_gone_all_the_same(
    server: RunningServer,
) -> None:
    with open_line(server) as line:
        enter(line, "Lingerer")
        server.wait_for_players(1)
        line.sendall(b"\x88\x82\x00\x00\x00\x00\x03\xe8")
        server.wait_for_players(0, seconds=5)


def test_over_tls_who_never_reads_is_cut_off(server: RunningServer) -> None:
    with open_line(server, receive_bytes=4096) as line:
        enter(line, "Deaf")
        server.wait_for_players(1)
        # It asks for the tiles round about, again and again.
        around = range(6, 10)
        asked = b"".join(codec.ChunkRequest(x, y).encode() for x in around for y in around)
        deadline = time.monotonic() + 20
        while "Deaf reads too slowly" not in server.log:
            assert time.monotonic() < deadline
            with contextlib.suppress(OSError):  # It may be cut off already, and the log to come.
                line.sendall(masked(asked))
            time.sleep(0.05)
        server.wait_for_players(0, seconds=5)


def open_line(server: RunningServer, receive_bytes: int = 0) -> ssl.SSLSocket:
    """A game socket of which only the handshake was read."""
    assert server.certificate is not None
    line = socket.socket()
    if receive_bytes:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
    line.settimeout(10)
    line.connect(("127.0.0.1", server.port))
    context = server.certificate.client_context()
    safe = context.wrap_socket(line, server_hostname="127.0.0.1")
    safe.sendall(HANDSHAKE)
    assert safe.recv(4096).startswith(b"HTTP/1.1 101")
    return safe


def enter(line: ssl.SSLSocket, name: str) -> None:
    """Says who one is, reads that it is so, and goes into the world."""
    line.sendall(masked(HELLO + codec.Auth(codec.AuthMethod.GUEST, 0, name, b"").encode()))
    with line.makefile("rb") as heard:
        kind = 0
        while kind != codec.AuthOk.TYPE:
            size = heard.read(2)[1]
            kind = heard.read(int.from_bytes(heard.read(2)) if size == 126 else size)[0]
    line.sendall(masked(codec.EnterWorld("").encode()))


def test_the_menus_questions_and_the_panel_are_answered_over_https(server: RunningServer) -> None:
    with server.get("/api/server") as answer:
        assert json.load(answer)["name"] == "Estragon"
    with server.get("/admin/") as answer:
        assert answer.status == 200
    socket_path = "/admin/_nicegui_ws/socket.io/?EIO=4&transport=websocket"
    with open_socket(server, socket_path) as panel:
        assert str(panel.recv(timeout=5)).startswith("0{")


def test_over_tls_our_own_pages_origin_is_https(server: RunningServer) -> None:
    assert server.certificate is not None
    context = server.certificate.client_context()

    def statuses(origin: str) -> list[int]:
        found = []
        for path in ("/ws", "/admin/_nicegui_ws/socket.io/?EIO=4&transport=websocket"):
            connection = http.client.HTTPSConnection(server.address, timeout=5, context=context)
            upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Origin": origin}
            upgrade |= {
                "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
                "Sec-WebSocket-Version": "13",
            }
            connection.request("GET", path, headers=upgrade)
            found.append(connection.getresponse().status)
            connection.close()
        return found

    assert statuses(f"https://{server.address}") == [101, 101]
    assert statuses(f"http://{server.address}") == [403, 403]


def test_nothing_is_said_to_who_speaks_without_tls(server: RunningServer) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as line:
        line.sendall(b"GET /api/server HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        try:
            said = line.recv(4096)
        except ConnectionResetError:
            said = b""
    assert b"HTTP" not in said


def test_who_never_finishes_the_handshake_bothers_nobody(server: RunningServer) -> None:
    silent = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(50)]
    with open_socket(server) as client:
        client.send(HELLO)
        assert client.recv(timeout=5)[0] == codec.Welcome.TYPE
    for each in silent:
        each.close()


def test_bots_come_over_wss_where_they_trust_the_certificate(
    server: RunningServer, tmp_path: Path
) -> None:
    done = estragon("bots", server.url, "--count", "3", "--seconds", "1")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["joined"] == 3
    stranger = make_certificate(tmp_path).authority
    done = estragon(
        "bots", server.url, "--count", "1", "--seconds", "1", SSL_CERT_FILE=str(stranger)
    )
    assert done.returncode == 1
    assert "CERTIFICATE_VERIFY_FAILED" in json.loads(done.stdout)["errors"][0]


def test_an_operators_command_reaches_the_server(server: RunningServer, tmp_path: Path) -> None:
    # It trusts the very certificate, whoever vouches for it and for whatever name.
    stranger = str(make_certificate(tmp_path).authority)
    words = ("map", "list", "--json", "--data", str(server.data))
    done = estragon(*words, SSL_CERT_FILE=stranger)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)[0]["world"] == "village"


def test_a_command_tells_its_secret_to_nobody_but_the_server(
    server: RunningServer, tmp_path: Path
) -> None:
    heard: list[bytes] = []
    impostor = make_certificate(tmp_path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(impostor.path, impostor.key)

    def listen() -> None:
        line, _ = there.accept()
        safe = context.wrap_socket(line, server_side=True)
        # Whoever leaves without having read all that TLS sent resets the line.
        with safe, contextlib.suppress(ConnectionResetError):
            heard.append(safe.recv(4096))

    control = server.data / CONTROL_NAME
    told = control.read_text()
    with socket.create_server(("127.0.0.1", 0)) as there:
        thread = threading.Thread(target=listen)
        thread.start()
        control.write_text(json.dumps(json.loads(told) | {"port": there.getsockname()[1]}))
        done = estragon("map", "list", "--data", str(server.data))
        control.write_text(told)
        thread.join()
    assert done.returncode == 1
    assert done.stderr == "estragon: something else than the server listens at its address\n"
    assert b"".join(heard) == b""


def shown(server: RunningServer) -> str:
    """The certificate that a newcomer is shown."""
    return ssl.get_server_certificate(("127.0.0.1", server.port)).strip()


def test_a_renewed_certificate_is_shown_from_a_hangup_on_and_nobody_leaves(
    tmp_path: Path,
) -> None:
    certificate, new = make_certificate(tmp_path / "tls"), make_certificate(tmp_path / "new")
    old = certificate.path.read_text().strip()
    with running_server(tmp_path, certificate=certificate) as renewed:

        def hang_up(said: str) -> None:
            renewed.process.send_signal(signal.SIGHUP)
            deadline = time.monotonic() + 10
            while said not in renewed.log:
                assert time.monotonic() < deadline
                time.sleep(0.02)

        with open_socket(renewed) as client:
            client.send(HELLO + codec.Auth(codec.AuthMethod.GUEST, 0, "Vladimir", b"").encode())
            heard = [client.recv(timeout=5)[0], client.recv(timeout=5)[0]]
            assert heard == [codec.Welcome.TYPE, codec.AuthOk.TYPE]
            assert shown(renewed) == old
            certificate.path.write_text("half of it")
            hang_up(f"stays as it is: {certificate.path} holds no certificate in PEM")
            assert shown(renewed) == old
            new.path.replace(certificate.path)
            new.key.replace(certificate.key)
            hang_up("the certificate was read again")
            assert shown(renewed) == certificate.path.read_text().strip() != old
            assert estragon("map", "list", "--data", str(renewed.data)).returncode == 0
            client.send(codec.Ping(7).encode())
            assert client.recv(timeout=5)[0] == codec.Pong.TYPE


Complaint = Callable[..., str]


@pytest.fixture
def complaint(capsys: pytest.CaptureFixture[str]) -> Complaint:
    """The one line with which a server does not start."""

    def line(*flags: str | Path) -> str:
        assert main(["serve", "--port", "0", *map(str, flags)]) in (1, 2)
        out, said = capsys.readouterr()
        assert out == ""
        assert said.startswith("estragon: ")
        assert said.count("\n") == 1
        return said.removeprefix("estragon: ").strip()

    return line


def test_files_that_will_not_do_are_one_clear_line(
    complaint: Complaint, certificate: Certificate, tmp_path: Path
) -> None:
    cert, key = certificate.path, certificate.key
    stranger = make_certificate(tmp_path / "stranger")
    missing, nonsense = tmp_path / "missing.pem", tmp_path / "nonsense.pem"
    nonsense.write_bytes(bytes(range(256)))
    garbled = tmp_path / "garbled.pem"
    garbled.write_text("-----BEGIN CERTIFICATE-----\nabcd\n-----END CERTIFICATE-----\n")
    locked = tmp_path / "locked.pem"
    locked.write_bytes(
        load_pem_private_key(key.read_bytes(), None).private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"godot")
        )
    )

    def said(cert: Path, key: Path) -> str:
        return complaint("--data", tmp_path / "data", "--tls-cert", cert, "--tls-key", key)

    together = "tls_cert and tls_key go together"
    assert complaint("--tls-cert", cert) == complaint("--tls-key", key) == together
    assert said(missing, key) == said(cert, missing) == f"No such file or directory: {missing}"
    assert said(tmp_path, key) == f"Is a directory: {tmp_path}"
    assert said(nonsense, key) == f"{nonsense} holds no certificate in PEM"
    assert said(key, cert) == f"{key} holds no certificate in PEM"
    assert said(cert, nonsense) == f"{nonsense} holds no private key in PEM"
    assert said(cert, cert) == f"{cert} holds no private key in PEM"
    assert said(cert, stranger.key) == f"{stranger.key} is not the key of {cert}"
    assert said(garbled, key).startswith(f"{garbled} and {key}: ")
    assert "is locked with a password" in said(cert, locked)
    assert not (tmp_path / "data").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_key_that_may_not_be_read_is_one_clear_line(
    complaint: Complaint, certificate: Certificate, tmp_path: Path
) -> None:
    key = tmp_path / "key.pem"
    key.write_bytes(certificate.key.read_bytes())
    key.chmod(0)
    assert complaint("--tls-cert", certificate.path, "--tls-key", key).startswith(
        "Permission denied"
    )


@pytest.mark.parametrize("typed", ["proxy.example.org", "10.0.0.1/8", "10.0.0.0/33", "*"])
def test_a_proxy_is_an_address_or_a_network(complaint: Complaint, typed: str) -> None:
    said = complaint("--trusted-proxy", "127.0.0.1", "--trusted-proxy", typed)
    assert said.startswith("trusted_proxies: ")
    assert typed in said
