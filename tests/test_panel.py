"""The panel's door: who gets in, who does not, and how soon a page closes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from tests.panel import PASSWORD, answer, set_role, sign_in, signed_in, staffed_server
from tests.running import RunningServer


@pytest.fixture(scope="module")
def staffed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server with an account of each kind."""
    people = (("Vladimir", "owner"), ("Pozzo", "moderator"), ("Lucky", "player"))
    with staffed_server(tmp_path_factory.mktemp("panel"), *people) as server:
        yield server


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


@pytest.mark.alone
def test_a_browser_signs_in_sees_its_pages_and_is_put_out_with_its_role(
    staffed: RunningServer,
) -> None:
    async def scene() -> None:
        async with signed_in(staffed, "Pozzo") as page:
            await page.get_by_text("village").first.wait_for()
            assert await page.get_by_text("Chat", exact=True).count() == 1
            assert await page.get_by_text("Audit", exact=True).count() == 0
            await asyncio.to_thread(set_role, staffed, "Pozzo", "player")
            await page.wait_for_url("**/admin/sign-in*", timeout=1500, wait_until="commit")

    asyncio.run(scene())
    set_role(staffed, "Pozzo", "moderator")


def test_the_sign_in_leads_nobody_elsewhere(staffed: RunningServer) -> None:
    for way in ("//evil.example/", "https://evil.example/", "/admin//evil.example"):
        text = answer(staffed, f"/admin/sign-in?to={way}")[2]
        assert "evil.example" not in text
