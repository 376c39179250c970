"""How the Godot client feels on a bad network, by its own figures, and those figures on F3."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.bad_network import BadNetwork, Weather
from tests.conftest import needed
from tests.course import COURSE, lay_course
from tests.displays import virtual_display
from tests.godot_client import GodotPlayer, Plan, Step
from tests.running import RunningServer, running_server

pytestmark = [pytest.mark.alone, pytest.mark.usefixtures("godot")]

BAD = Weather(delay_seconds=0.2, jitter_seconds=0.1)
WALK_SECONDS = 60 if os.environ.get("ESTRAGON_SOAK") == "1" else 20
ENTER: Plan = [{"do": "join"}, {"do": "wait_world"}]
SET_OUT: Step = {"do": "course", "legs": [list(leg) for leg in COURSE]}
STAND: Step = {"do": "stand"}
QUIT: Step = {"do": "quit"}


def figures(name: str) -> Step:
    return {"do": "tell_figures", "name": name}


def pause(seconds: float) -> Step:
    return {"do": "pause", "for": seconds}


SETTLE: Plan = [*ENTER, pause(3)]


def shown(told: Step) -> str:
    numbers = {key: round(value, 2) for key, value in told.items() if isinstance(value, float)}
    return f"{told['name']}: {numbers}"


@contextmanager
def player(
    plan: Plan, name: str, port: int, folder: Path
) -> Iterator[tuple[GodotPlayer, BadNetwork]]:
    """Godot plays over a bad network of its own."""
    folder = folder / name
    folder.mkdir()
    with (
        BadNetwork(port, up=BAD, down=BAD) as network,
        GodotPlayer(
            plan,
            folder / "plan.json",
            address=f"127.0.0.1:{network.port}",
            name=name,
            home=folder,
        ) as godot,
    ):
        yield godot, network


def walk_the_course(port: int, folder: Path) -> None:
    plan: Plan = [*SETTLE, figures("before"), SET_OUT, pause(WALK_SECONDS)]
    plan = [*plan, figures("after"), QUIT]
    with player(plan, "Estragon", port, folder) as (godot, _):
        before = godot.wait_for("figures", seconds=60, name="before")
        after = godot.wait_for("figures", seconds=WALK_SECONDS + 30, name="after")
        godot.finish()
    print(f"\n{WALK_SECONDS} s of the course. {shown(after)}")
    assert after["tick"] - before["tick"] > 19 * WALK_SECONDS
    assert after["cells"] > 30
    assert after["corrections"] == 0
    assert 300 < after["round_trip_ms"] < 700
    assert after["jitter_ms"] > 100


def freeze_for_two_seconds(port: int, folder: Path) -> None:
    plan: Plan = [*SETTLE, SET_OUT, pause(5), figures("before"), pause(3.0)]
    plan = [*plan, figures("a second after"), pause(6), figures("later"), QUIT]
    with player(plan, "Vladimir", port, folder) as (godot, network):
        before = godot.wait_for("figures", seconds=60, name="before")
        network.freeze(2.0)
        after = godot.wait_for("figures", name="a second after")
        later = godot.wait_for("figures", name="later")
        godot.finish()
    print("", *map(shown, (before, after, later)), sep="\n")
    assert before["corrections"] == 0
    assert after["corrections"] > 0
    assert later["corrections"] == after["corrections"]
    assert later["cells"] > 20


def cut_and_come_back(port: int, folder: Path) -> None:
    plan: Plan = [*SETTLE, SET_OUT, pause(4), STAND, pause(1), figures("before")]
    plan = [*plan, {"do": "wait_message", "text_key": "ERROR_CONNECTION_LOST"}]
    plan = [*plan, {"do": "wait_no_message", "seconds": 30}, pause(2), figures("after")]
    plan = [*plan, SET_OUT, pause(5), figures("later"), QUIT]
    with player(plan, "Pozzo", port, folder) as (godot, network):
        joined = godot.wait_for("joined", seconds=60)
        before = godot.wait_for("figures", name="before")
        network.cut()
        again = godot.wait_for("joined")
        after = godot.wait_for("figures", name="after")
        later = godot.wait_for("figures", name="later")
        godot.finish()
    assert again["player_id"] == joined["player_id"]
    assert (after["x"], after["y"]) == (before["x"], before["y"])
    assert later["cells"] > 5, "walks on; where the walls turn it round, it comes by few cells"
    assert later["tick"] > after["tick"]


@pytest.fixture(scope="module")
def on_bad_networks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Future[None]]]:
    """All of them at the same time: most of it is waiting."""
    folder = tmp_path_factory.mktemp("course")
    lay_course(folder / "data")
    plays: tuple[Callable[[int, Path], None], ...]
    plays = (walk_the_course, freeze_for_two_seconds, cut_and_come_back)
    with running_server(folder) as server, ThreadPoolExecutor() as threads:
        yield {each.__name__: threads.submit(each, server.port, folder) for each in plays}


def test_a_course_at_200_ms_with_a_jitter_of_100_needs_no_correction(
    on_bad_networks: dict[str, Future[None]],
) -> None:
    on_bad_networks[walk_the_course.__name__].result()


def test_after_a_freeze_of_two_seconds_it_is_right_within_one(
    on_bad_networks: dict[str, Future[None]],
) -> None:
    on_bad_networks[freeze_for_two_seconds.__name__].result()


def test_who_is_cut_off_and_comes_back_in_time_is_the_same_player_in_the_same_place(
    on_bad_networks: dict[str, Future[None]],
) -> None:
    on_bad_networks[cut_and_come_back.__name__].result()


@pytest.mark.parametrize("locale", ["en", "ru"])
def test_f3_shows_the_figures_in_both_languages(
    server: RunningServer, tmp_path: Path, locale: str
) -> None:
    needed("Xvfb")
    picture = Path(os.environ.get("ESTRAGON_SCREENSHOTS") or tmp_path) / f"figures_{locale}.png"
    press: Step = {"do": "press", "action": "figures"}
    figures_node = {"node": "%Hud/%Figures"}
    plan: Plan = [*ENTER, press, {"do": "wait_shown", **figures_node}, SET_OUT, pause(2)]
    plan = [*plan, {"do": "screenshot", "path": str(picture)}, figures("now")]
    plan = [*plan, press, {"do": "wait_hidden", **figures_node}, QUIT]
    with (
        virtual_display() as display,
        GodotPlayer(
            plan,
            tmp_path / "plan.json",
            address=server.address,
            name="Estragon",
            locale=locale,
            display=display,
            home=tmp_path,
        ) as godot,
    ):
        told = godot.wait_for("figures", seconds=60)
        godot.finish()
    assert picture.stat().st_size > 10_000
    assert told["players"] == told["in_sight"] == 1
    for figure in ("tick", "round_trip_ms", "received", "sent", "snapshot_ms", "script_ms"):
        assert told[figure] > 0, figure
