"""The panel's door: who gets in, who does not, and how soon a page closes."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

from tests import toolbox
from tests.browser import browser_page
from tests.running import RunningServer

PASSWORD = "waiting under the same old tree"


def add_account(server: RunningServer, name: str, role: str) -> None:
    """As an operator would, beside the running server."""
    command = [sys.executable, "-m", "server", "admin", "create", name, "--password-stdin"]
    command += ["--role", role, "--data", str(server.data)]
    subprocess.run(command, input=PASSWORD, text=True, check=True, capture_output=True)


def set_role(server: RunningServer, name: str, role: str) -> None:
    command = [sys.executable, "-m", "server", "admin", "role", name, role]
    subprocess.run([*command, "--data", str(server.data)], check=True, capture_output=True)


@pytest.fixture(scope="module")
def staffed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server with an account of each kind."""
    with RunningServer(tmp_path_factory.mktemp("panel") / "data") as server:
        for name, role in (("Vladimir", "owner"), ("Pozzo", "moderator"), ("Lucky", "player")):
            add_account(server, name, role)
        yield server
        assert server.failures() == []


def answer(
    server: RunningServer, path: str, method: str = "GET", body: object = None, cookie: str = ""
) -> tuple[int, dict[str, str], str]:
    """Status, headers and text."""
    request = urllib.request.Request(
        f"http://{server.address}{path}",
        data=None if body is None else json.dumps(body).encode(),
        headers={"Content-Type": "application/json", "Cookie": cookie},
        method=method,
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as found:
            return found.status, dict(found.headers), found.read().decode()
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code, dict(refusal.headers), refusal.read().decode()


def sign_in(server: RunningServer, name: str, password: str = PASSWORD) -> tuple[int, str]:
    """Status and cookie."""
    body = {"name": name, "password": password}
    status, headers, _ = answer(server, "/api/panel/session", "POST", body)
    return status, headers.get("set-cookie", "")


def test_the_staff_gets_a_cookie_that_no_script_and_no_other_page_can_use(
    staffed: RunningServer,
) -> None:
    status, cookie = sign_in(staffed, "Vladimir")
    assert status == 204
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    again, other = sign_in(staffed, "Vladimir")
    assert again == 204
    assert other.split(";")[0] != cookie.split(";")[0]


@pytest.mark.parametrize(
    ("name", "password", "status"),
    [("Vladimir", "not this one at all", 401), ("Nobody", PASSWORD, 401), ("Lucky", PASSWORD, 403)],
)
def test_others_get_none(staffed: RunningServer, name: str, password: str, status: int) -> None:
    assert sign_in(staffed, name, password) == (status, "")


def test_signing_out_ends_the_session(staffed: RunningServer) -> None:
    _, cookie = sign_in(staffed, "Pozzo")
    assert answer(staffed, "/api/panel/ticket", "POST", cookie=cookie)[0] == 200
    assert answer(staffed, "/api/panel/session", "DELETE", cookie=cookie)[0] == 204
    assert answer(staffed, "/api/panel/ticket", "POST", cookie=cookie)[0] == 401


def test_a_browser_signs_in_sees_its_pages_and_is_put_out_with_its_role(
    staffed: RunningServer,
) -> None:
    async def scene() -> None:
        async with browser_page(toolbox.find("chromium")) as page:
            await page.goto(f"http://{staffed.address}/admin/")
            await page.fill("input[name=username]", "Pozzo")
            await page.fill("input[name=password]", PASSWORD)
            await page.keyboard.press("Enter")
            await page.wait_for_url("**/admin/")
            await page.get_by_text("village").first.wait_for()
            assert await page.get_by_text("Chat", exact=True).count() == 1
            assert await page.get_by_text("Audit", exact=True).count() == 0
            await asyncio.to_thread(set_role, staffed, "Pozzo", "player")
            await page.wait_for_url("**/admin/sign-in*", timeout=1500)

    asyncio.run(scene())
    set_role(staffed, "Pozzo", "moderator")


def test_the_sign_in_leads_nobody_elsewhere(staffed: RunningServer) -> None:
    for way in ("//evil.example/", "https://evil.example/", "/admin//evil.example"):
        text = answer(staffed, f"/admin/sign-in?to={way}")[2]
        assert "evil.example" not in text
