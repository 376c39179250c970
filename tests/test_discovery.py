"""Servers are found on the local network: by a small question, on loopback alone in these tests."""

from __future__ import annotations

import json
import re
import socket
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server import __version__
from server.web.discovery import (
    QUESTION_BYTES,
    Allowance,
    Told,
    answer,
    may_ask,
    read_question,
)
from server.web.nearby import asking_socket
from tests.certificates import make_certificate
from tests.running import RunningServer, running_server

NUMBER = bytes.fromhex("00 01 02 03 04 05 06 07")
QUESTION = b"ESTQ\x01\x00" + NUMBER + bytes(242)
LONGEST = Told("🌳" * 40, "9" * 100, tuple(range(1, 9)), 65535, True, 10**6, 10**6, 10**3)


def test_a_question_and_its_answer_byte_by_byte() -> None:
    told = Told("Годо", "0.1.0", (1,), 8000, True, 3, 20, 2)
    assert read_question(QUESTION) == NUMBER
    assert answer(NUMBER, told).hex(" ") == (
        "45 53 54 41 01 01 00 01 02 03 04 05 06 07 "
        "1f 40 00 03 00 14 02 01 00 01 "
        "08 d0 93 d0 be d0 b4 d0 be 05 30 2e 31 2e 30"
    )


def test_no_answer_is_longer_than_the_question() -> None:
    longest = answer(NUMBER, LONGEST)
    assert len(longest) <= QUESTION_BYTES
    assert longest[14:21] == struct.pack("!HHHB", 65535, 65535, 65535, 255)


@given(st.binary(max_size=600))
def test_what_is_no_question_is_none(datagram: bytes) -> None:
    assert read_question(datagram) is None


@pytest.mark.parametrize(
    "changed",
    [
        QUESTION[:-1],
        QUESTION + b"\0",
        QUESTION * 200,
        b"ESTA" + QUESTION[4:],
        QUESTION[:4] + b"\x02" + QUESTION[5:],
        QUESTION[:5] + b"\x01" + QUESTION[6:],
    ],
)
def test_a_question_that_is_changed_is_none(changed: bytes) -> None:
    assert read_question(changed) is None


@pytest.mark.parametrize(
    ("address", "may"),
    [
        ("127.0.0.1", True),
        ("192.168.1.7", True),
        ("10.1.2.3", True),
        ("169.254.3.4", True),
        ("::1", True),
        ("fe80::1%eth0", True),
        ("::ffff:192.168.1.7", True),
        ("::ffff:8.8.8.8", False),
        ("8.8.8.8", False),
        ("2001:4860:4860::8888", False),
        ("0.0.0.0", False),
        ("255.255.255.255", False),
        ("224.0.0.1", False),
        ("nonsense", False),
    ],
)
def test_only_the_local_network_may_ask(address: str, may: bool) -> None:
    assert may_ask(address) is may


def test_answers_are_few_to_an_address_and_in_all() -> None:
    allowance = Allowance(now=0.0)
    assert sum(allowance.take("10.0.0.1", 0.0) for _ in range(100)) == 6
    assert sum(allowance.take("10.0.0.1", 1.0) for _ in range(100)) == 2
    others = [f"10.0.{each // 250}.{each % 250}" for each in range(2000)]
    assert sum(allowance.take(each, 1.0) for each in others) <= 40


@pytest.fixture(scope="module", params=["http", "https"])
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningServer]:
    folder = tmp_path_factory.mktemp(request.param)
    certificate = make_certificate(folder / "tls") if request.param == "https" else None
    environment = {
        "ESTRAGON_DISCOVERY": "true",
        "ESTRAGON_DISCOVERY_PORT": "0",
        "ESTRAGON_NAME": "Под деревом",
    }
    with running_server(folder, environment=environment, certificate=certificate) as running:
        yield running


def asking_port(server: RunningServer) -> int:
    found = re.search(r"found on the local network by UDP port (\d+)", server.log)
    assert found, server.log
    return int(found[1])


def ask(port: int, *datagrams: bytes, seconds: float = 5) -> bytes:
    """The first answer to any of these datagrams. Raises TimeoutError."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.settimeout(seconds)
        for each in datagrams:
            asking.sendto(each, ("127.0.0.1", port))
        return asking.recv(2048)


def test_a_running_server_tells_what_its_page_tells(server: RunningServer) -> None:
    told = ask(asking_port(server), QUESTION)
    with server.get("/api/server") as page:
        info = json.load(page)
    assert told[:14] == b"ESTA\x01" + bytes([server.certificate is not None]) + NUMBER
    port, players, places, worlds, versions, version = struct.unpack_from("!HHHBBH", told, 14)
    assert (port, players, places) == (server.port, 0, info["max_players"] * worlds)
    assert (versions, [version]) == (1, info["protocol_versions"])
    assert (worlds, told[24], told[25 : 25 + told[24]].decode()) == (1, 21, "Под деревом")
    assert told[46:] == bytes([len(__version__)]) + __version__.encode()


def test_garbage_is_not_answered_and_does_no_harm(server: RunningServer) -> None:
    port = asking_port(server)
    garbage = [b"", b"\xff" * 9000, b"ESTQ", QUESTION[:-1], QUESTION + b"x", bytes(256)]
    second = QUESTION[:6] + b"another!" + QUESTION[14:]
    assert ask(port, *garbage, second)[6:14] == b"another!"


def test_whoever_asks_too_often_is_answered_no_more_for_a_while(server: RunningServer) -> None:
    port = asking_port(server)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.settimeout(0.5)
        for _ in range(200):
            asking.sendto(QUESTION, ("127.0.0.1", port))
        heard = 0
        while True:
            try:
                heard += bool(asking.recv(2048))
            except TimeoutError:
                break
    assert 0 <= heard < 15


def test_a_server_may_keep_silent(tmp_path: Path) -> None:
    with running_server(tmp_path, environment={"ESTRAGON_DISCOVERY": "false"}) as server:
        assert "local network" not in server.log


def test_a_taken_port_keeps_no_server_from_starting(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        environment = {"ESTRAGON_DISCOVERY": "true", "ESTRAGON_DISCOVERY_PORT": str(port)}
        with running_server(tmp_path, environment=environment) as server:
            assert f"not found on the local network: UDP port {port}" in server.log


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_a_server_for_this_machine_alone_hears_only_this_machine(host: str) -> None:
    asking = asking_socket(host, 0)
    assert asking is not None
    with asking:
        assert asking.getsockname()[0] in ("127.0.0.1", "::1")
