"""Whose page may talk to the server: foreign ones get 403 at every door, before any upgrade."""

from __future__ import annotations

import asyncio
import http.client
import re
from collections.abc import Iterator
from contextlib import ExitStack
from ipaddress import ip_network

import pytest
from websockets.sync.client import connect

from protocol_spec import codec
from protocol_spec.client import Client
from server.web.callers import identify
from server.web.origins import refusal, written_origin
from tests.running import RunningServer, running_server

GAME = "/ws"
PANEL_SOCKET = "/admin/_nicegui_ws/socket.io/?EIO=4&transport=websocket"
PANEL_POLLING = "/admin/_nicegui_ws/socket.io/?EIO=4&transport=polling"
ELSEWHERE = "https://games.example.org"

FOREIGN = (
    "https://evil.example",
    "null",
    "",
    "file://",
    "http://{address}.evil.example",
    "http://evil.example#{address}",
    "http://evil.example/{address}",
    "http://{address}@evil.example",
    "http://evil.example@{address}",
    "http://{address}:80",
    "http://{address}0",
    "http://127.0.0.1",
    "http://127.0.0.1:1",
    "http://127.0.0.1.:{port}",
    "http://localhost:{port}",
    "http://[::1]:{port}",
    "http://2130706433:{port}",
    "http://127.1:{port}",
    "https://{address}",
    "ws://{address}",
    "HTTP://{address}",
    "http://{address}/",
    "http://{address}, http://{address}",
    "http://evil.example, http://{address}",
    "http://１２７.0.0.1:{port}",
    "http://127。0。0。1:{port}",
    "http://xn--evil.example",
    "{address}",
    "*",
)
"""What pages of other origins say, and what only somebody who plays tricks would."""


@pytest.fixture(scope="module", params=["fast", "asgi"])
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningServer]:
    """One that allows a page elsewhere, and trusts a proxy on its own machine; for each gateway."""
    folder = tmp_path_factory.mktemp(request.param)
    flags = ("--gateway", request.param, "--trusted-proxy", "127.0.0.1")
    # What uvicorn itself would believe counts for nothing.
    environment = {"ESTRAGON_ALLOWED_ORIGINS": ELSEWHERE, "FORWARDED_ALLOW_IPS": "*"}
    with running_server(folder, *flags, environment=environment) as started:
        yield started


UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec_WebSocket_Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec_WebSocket_Version": "13",
}


def ask(
    server: RunningServer, path: str, method: str = "GET", /, **headers: str
) -> http.client.HTTPResponse:
    """One request, with these headers (`Sec_Fetch_Mode`), even such as no browser would send."""
    sent = {"Host": server.address, **{k.replace("_", "-"): v for k, v in headers.items()}}
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
    for name, value in sent.items():
        connection.putheader(name, value.encode())
    connection.endheaders()
    answer = connection.getresponse()
    connection.close()
    return answer


def knock(server: RunningServer, path: str, **headers: str) -> int:
    """What somebody who wants a socket is answered with: 101 is welcome."""
    return ask(server, path, **UPGRADE, **headers).status


@pytest.mark.parametrize("origin", FOREIGN)
@pytest.mark.parametrize("path", [GAME, PANEL_SOCKET], ids=["game", "panel"])
def test_a_foreign_page_gets_403_instead_of_a_socket(
    server: RunningServer, path: str, origin: str
) -> None:
    origin = origin.format(address=server.address, port=server.port)
    assert knock(server, path, Origin=origin) == 403


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
@pytest.mark.parametrize("path", [PANEL_POLLING, "/admin/", "/api/server", "/api/control"])
def test_a_foreign_page_gets_403_by_plain_http_too(
    server: RunningServer, path: str, method: str
) -> None:
    for origin in ("https://evil.example", "null", f"http://{server.address}.evil.example"):
        answer = ask(server, path, method, Origin=origin)
        assert answer.status == 403
        assert answer.getheader("Access-Control-Allow-Origin") is None


@pytest.mark.parametrize("path", [GAME, PANEL_SOCKET], ids=["game", "panel"])
def test_our_own_page_gets_its_socket_and_so_does_a_program_without_origin(
    server: RunningServer, path: str
) -> None:
    assert knock(server, path) == 101
    for host in (server.address, f"localhost:{server.port}", f"[::1]:{server.port}"):
        assert knock(server, path, Host=host, Origin=f"http://{host}") == 101


def test_our_own_page_may_poll(server: RunningServer) -> None:
    assert ask(server, PANEL_POLLING, Origin=f"http://{server.address}").status == 200
    assert ask(server, PANEL_POLLING).status == 200


def test_two_origins_are_none(server: RunningServer) -> None:
    own = f"http://{server.address}"
    assert knock(server, GAME, Origin=own, ORIGIN=own) in (400, 403)
    assert knock(server, GAME, Origin=own, HOST="evil.example") in (400, 403)


def test_an_allowed_page_elsewhere_may_play_but_not_rule(server: RunningServer) -> None:
    assert knock(server, GAME, Origin=ELSEWHERE) == 101
    assert knock(server, PANEL_SOCKET, Origin=ELSEWHERE) == 403
    assert ask(server, PANEL_POLLING, Origin=ELSEWHERE).status == 403
    assert ask(server, "/admin/", Origin=ELSEWHERE).status == 403
    assert ask(server, "/api/../admin/", Origin=ELSEWHERE).status != 200


def test_an_allowed_pages_browser_is_told_so(server: RunningServer) -> None:
    answer = ask(server, "/api/server", Origin=ELSEWHERE)
    assert answer.status == 200
    assert answer.getheader("Access-Control-Allow-Origin") == ELSEWHERE
    assert answer.getheader("Access-Control-Allow-Credentials") is None
    assert "Origin" in (answer.getheader("Vary") or "")
    answer = ask(
        server,
        "/api/server",
        "OPTIONS",
        Origin=ELSEWHERE,
        Access_Control_Request_Method="POST",
        Access_Control_Request_Headers="authorization,content-type",
    )
    assert answer.status == 200
    assert answer.getheader("Access-Control-Allow-Origin") == ELSEWHERE


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "localhost.", "", "a b"]
)
def test_a_name_that_was_made_to_mean_this_machine_opens_nothing(
    server: RunningServer, host: str
) -> None:
    own = f"{host}:{server.port}"
    for path in (GAME, PANEL_SOCKET):
        assert knock(server, path, Host=own, Origin=f"http://{own}") == 403
        assert knock(server, path, Host=own) == 403
    for path in ("/admin/", "/api/server", "/api/control"):
        assert ask(server, path, Host=own).status == 403


def test_another_sites_page_cannot_draw_ours_in_but_may_link_to_it(server: RunningServer) -> None:
    def look(site: str, mode: str, dest: str, path: str = "/admin/") -> int:
        return ask(
            server, path, Sec_Fetch_Site=site, Sec_Fetch_Mode=mode, Sec_Fetch_Dest=dest
        ).status

    assert look("cross-site", "no-cors", "script", PANEL_POLLING + "&j=0") == 403
    assert look("cross-site", "navigate", "iframe") == 403
    assert look("same-site", "no-cors", "image") == 403
    assert look("cross-site", "navigate", "document") == 200
    assert look("same-origin", "no-cors", "script") == 200
    assert look("none", "navigate", "document") == 200


def behind_proxy(server: RunningServer, client: str, proto: str = "https") -> dict[str, str]:
    return {"X_Forwarded_For": client, "X_Forwarded_Proto": proto, "Host": "play.example.org"}


def test_behind_a_trusted_proxy_the_origin_is_that_of_the_proxys_page(
    server: RunningServer,
) -> None:
    forwarded = behind_proxy(server, "198.51.100.7")
    assert knock(server, GAME, **forwarded, Origin="https://play.example.org") == 101
    assert knock(server, GAME, **forwarded, Origin="http://play.example.org") == 403
    assert knock(server, GAME, **forwarded, Origin="https://play.example.org:8000") == 403
    assert knock(server, GAME, **forwarded, Origin="https://evil.example") == 403


def test_what_comes_through_a_proxy_reaches_the_panel_over_https_and_no_command_at_all(
    server: RunningServer,
) -> None:
    for client in ("198.51.100.7", "127.0.0.1", "::1", "nonsense"):
        forwarded = behind_proxy(server, client) | {"Host": server.address}
        assert ask(server, "/api/control", "POST", **forwarded).status == 403
        assert ask(server, "/admin/sign-in", **forwarded).status == 200
        readable = forwarded | {"X_Forwarded_Proto": "http"}
        assert knock(server, PANEL_SOCKET, **readable) == 403
        assert ask(server, "/admin/sign-in", **readable).status == 403


def refused_of(server: RunningServer, count: int, client: str) -> list[bool]:
    """Opens so many game sockets at once; which of them are refused as too many."""
    headers = {"X-Forwarded-For": client}
    hello = codec.Hello(codec.MAGIC, 1, 1, 0, 0, "test").encode()
    answers = []
    with ExitStack() as opened:
        for _ in range(count):
            there = connect(server.url, additional_headers=headers, compression=None)
            socket = opened.enter_context(there)
            socket.send(hello)
            answers.append(socket.recv(timeout=5)[0])
    return [each == codec.Error.TYPE for each in answers]


def test_behind_a_trusted_proxy_connections_are_counted_by_forwarded_address(
    server: RunningServer,
) -> None:
    assert refused_of(server, 11, "198.51.100.8") == [False] * 10 + [True]
    # Another client is not the worse for it, and who lies about where they come from is found out.
    assert refused_of(server, 2, "198.51.100.9") == [False, False]
    assert refused_of(server, 11, "203.0.113.1, ::ffff:198.51.100.10") == [False] * 10 + [True]
    assert refused_of(server, 11, "nonsense") == [False] * 10 + [True]


def test_without_a_trusted_proxy_nobody_is_believed(either_server: RunningServer) -> None:
    assert refused_of(either_server, 12, "198.51.100.8") == [False] * 12
    forwarded = behind_proxy(either_server, "198.51.100.7")
    assert knock(either_server, GAME, **forwarded, Origin="https://play.example.org") == 403


def test_a_refused_page_leaves_a_line_in_the_log(server: RunningServer) -> None:
    knock(server, GAME, Origin="https://evil.example")
    assert re.search(r"127\.0\.0\.1 is refused at '/ws': A page of another origin", server.log)


def test_a_client_still_plays(server: RunningServer) -> None:
    async def play() -> None:
        client = await Client.join(server.url, "Vladimir")
        await client.close()

    asyncio.run(play())


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("https://play.example.org", "https://play.example.org"),
        ("HTTPS://Play.Example.org:443/", "https://play.example.org"),
        ("http://localhost:8060", "http://localhost:8060"),
        ("http://[::1]:80", "http://[::1]"),
        ("https://игра.рф", "https://xn--80afo7a.xn--p1ai"),
    ],
)
def test_an_operator_may_write_an_origin_as_people_do(typed: str, written: str) -> None:
    assert written_origin(typed) == written


@pytest.mark.parametrize(
    "typed",
    ["*", "null", "", "play.example.org", "https://", "https://a.b/c", "https://a@b", "ftp://a.b"],
)
def test_what_is_no_origin_cannot_be_allowed(typed: str) -> None:
    with pytest.raises(ValueError, match=re.escape(repr(typed))):
        written_origin(typed)


def test_an_allowed_name_of_this_machine_is_its_own() -> None:
    caller = identify("127.0.0.1", [], [ip_network("10.0.0.0/8")], is_tls=False)
    headers = [(b"host", b"tower:8000")]
    assert refusal(caller, GAME, headers, ())
    assert not refusal(caller, "/admin/", headers, ("http://tower:8000",))
