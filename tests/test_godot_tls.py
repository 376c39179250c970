"""The real Godot client over wss: whom it trusts, and what it says where it trusts nobody."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.certificates import make_certificate
from tests.godot_client import GodotPlayer, Plan, complaints
from tests.running import RunningServer, running_server

pytestmark = pytest.mark.usefixtures("godot")

PLAY: Plan = [
    {"do": "join", "world": "village"},
    {"do": "wait_world"},
    {"do": "walk", "action": "move_right", "tiles": 2},
    {"do": "say", "text": "Here we are. 🌳"},
    {"do": "wait_chat", "text": "Here we are. 🌳"},
    {"do": "quit"},
]
REFUSED: Plan = [
    {"do": "join"},
    {"do": "wait_message", "text_key": "ERROR_UNTRUSTED"},
    {"do": "quit"},
]


def home_that_trusts(authority: bytes, folder: Path) -> Path:
    """A home in which the client finds the authority where README.md tells people to put it."""
    file = folder / "godot/app_userdata/Estragon/authority.pem"
    file.parent.mkdir(parents=True)
    file.write_bytes(authority)
    return folder


@pytest.mark.parametrize("kind", ["fast", "asgi"])
def test_godot_plays_over_wss_with_an_authority_of_ones_own(tmp_path: Path, kind: str) -> None:
    certificate = make_certificate(tmp_path / "tls")
    with (
        running_server(tmp_path, "--gateway", kind, certificate=certificate) as server,
        GodotPlayer(
            PLAY,
            tmp_path / "plan.json",
            address=f"https://localhost:{server.port}",
            name="Estragon",
            home=home_that_trusts(certificate.authority.read_bytes(), tmp_path / "home"),
        ) as godot,
    ):
        godot.finish()


def refusal(server: RunningServer, home: Path, locale: str = "en") -> str:
    """What the menu says to somebody who wants to join by https and is not let to."""
    home.mkdir(exist_ok=True)
    with GodotPlayer(
        REFUSED,
        home / "plan.json",
        address=f"https://localhost:{server.port}",
        name="Estragon",
        locale=locale,
        home=home,
    ) as godot:
        told = godot.wait_for("message", text_key="ERROR_UNTRUSTED")
        assert complaints(godot.output)
        assert all("TLS handshake error" in each for each in complaints(godot.output))
    return str(told["text"])


def test_godot_refuses_a_certificate_that_nobody_vouches_for(tmp_path: Path) -> None:
    certificate, stranger = make_certificate(tmp_path / "tls"), make_certificate(tmp_path / "other")
    with running_server(tmp_path, certificate=certificate) as server:
        assert "nobody whom this computer trusts" in refusal(server, tmp_path / "nobody")
        trusting = home_that_trusts(stranger.authority.read_bytes(), tmp_path / "stranger")
        assert "никто, кому доверяет этот компьютер" in refusal(server, trusting, "ru")


def test_godot_refuses_a_certificate_that_is_made_out_to_another_name(tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path / "tls", "127.0.0.1")
    with running_server(tmp_path, certificate=certificate) as server:
        trusting = home_that_trusts(certificate.authority.read_bytes(), tmp_path / "home")
        assert "made out to another name" in refusal(server, trusting)


def test_godot_says_nothing_in_the_clear_where_https_was_asked_for(tmp_path: Path) -> None:
    with running_server(tmp_path) as server:
        assert "nothing was sent" in refusal(server, tmp_path / "home")


def test_an_authority_that_cannot_be_read_is_told_of(tmp_path: Path) -> None:
    home = home_that_trusts(b"-----BEGIN CERTIFICATE-----\nnonsense", tmp_path / "home")
    plan: Plan = [{"do": "fill_in"}, {"do": "quit"}]
    path, address = tmp_path / "plan.json", "127.0.0.1:9"
    with (
        GodotPlayer(plan, path, address=address, name="Estragon", home=home) as godot,
        pytest.raises(AssertionError, match="There is no certificate in PEM in user://authority"),
    ):
        godot.finish()
