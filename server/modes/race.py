"""A race: from the area `start` through `checkpoint 1`, `checkpoint 2` and on, over the line. Pure.

The line is the area `finish`, or the start itself where the map has none. Without a `start` the
first checkpoint is it, as on the arenas that the server makes. The fastest times are kept, as long
as the track stays as it is.
"""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import Any, ClassVar

from pydantic import Field

from protocol_spec.codec import ModeMark, ModePhase, ScoreKind
from server.modes.mode_world import ModeWorld, Record, Text
from server.modes.rounds import Rounds, RoundSettings
from server.world import Player

START, FINISH = "start", "finish"
CHECKPOINT = re.compile(r"checkpoint[ _](\d+)")


class RaceSettings(RoundSettings):
    least_players: int = Field(1, ge=1, le=100)
    laps: int = Field(1, ge=1, le=100)
    best_lines: int = Field(20, ge=1, le=100)
    """How long the best list may grow; each player is in it once."""


class Race(Rounds):
    Settings = RaceSettings
    score_kind = ScoreKind.LAPS
    ends_alone = False
    commands: ClassVar[dict[str, str]] = {"best": ""}

    def __init__(self, world: ModeWorld, settings: RaceSettings) -> None:
        super().__init__(world, settings)
        self.race = settings
        self._start = ""
        """The name of the area where all begin."""
        self._way: list[str] = []
        """The names of the areas of a lap, the line as the last."""
        self._passed: dict[int, int] = {}
        """How many of all laps' areas each has passed; -1 before they stood at the start."""
        self._began = 0
        self._best: list[Record] = []

    def start(self) -> None:
        self._look_at_track()
        super().start()

    def tick(self) -> None:
        if self._way:
            super().tick()
        elif self.world.tick % self.world.tick_rate == 0:
            self._look_at_track()

    def _wait(self) -> None:
        super()._wait()
        if not self._way:
            self.show(ModePhase.WAITING, Text("RACE_NO_TRACK"))

    def _look_at_track(self) -> None:
        """The map's areas may have been drawn anew; other tracks have other records."""
        areas = self.world.areas
        found = [(int(it[1]), each) for each in areas if (it := CHECKPOINT.fullmatch(each))]
        checkpoints = [name for _, name in sorted(found)]
        if START in areas:
            checkpoints.insert(0, START)
        self._start, *way = checkpoints or [""]
        self._way = [*way, FINISH if FINISH in areas else self._start] if way else []
        kept: Any = self.world.kept.get("best", [])
        is_same = self.world.kept.get("track") == self._track()
        self._best = [Record(**each) for each in kept] if is_same else []
        self.world.show_records(self._best)

    def _track(self) -> list[Any]:
        """What the times are about, fit for JSON."""
        areas = self.world.areas
        names = (self._start, *self._way)
        rectangles = [list(each) for name in names for each in areas.get(name, ())]
        return [self.race.laps, *rectangles] if self._way else []

    def begin_round(self) -> None:
        self._look_at_track()
        if not self._way:
            self._wait()
            return
        self._began = self.world.tick
        self._passed = {}
        places = [
            (left + column + 0.5, top + row + 0.5)
            for left, top, width, height in self.world.areas[self._start]
            for row in range(height)
            for column in range(width)
        ]
        for index, player_id in enumerate(self.playing):
            self._passed[player_id] = 0 if self.world.is_in(player_id, self._start) else -1
            self.world.teleport(player_id, *places[index % len(places)])
            self._show_goal(player_id)
        self.show(ModePhase.RUNNING, Text("RACE_GO"))

    def enter_area(self, player: Player, area: str) -> None:
        passed = self._passed.get(player.player_id)
        is_racing = self.phase is ModePhase.RUNNING and player.player_id in self.playing
        if passed is None or not is_racing or self.world.score(player.player_id).time:
            return
        if passed < 0:
            self._passed[player.player_id] = 0 if area == self._start else -1
            return
        if area != self._way[passed % len(self._way)]:
            return
        self._passed[player.player_id] = passed + 1
        self._show_goal(player.player_id)
        laps, within = divmod(passed + 1, len(self._way))
        if within:
            text = Text("RACE_CHECKPOINT", (within, len(self._way) - 1))
            self.world.announce(text, to=player.player_id)
            return
        self.world.set_score(player.player_id, score=laps)
        if laps < self.race.laps:
            self.world.announce(Text("RACE_LAP", (laps, self.race.laps)), to=player.player_id)
        else:
            self._arrive(player)

    def came_back(self, player: Player) -> None:
        self._show_goal(player.player_id)

    def _show_goal(self, player_id: int) -> None:
        """The next area of the lap; none for who is through."""
        passed = self._passed.get(player_id, 0)
        is_through = passed >= len(self._way) * self.race.laps
        next_area = self._way[max(passed, 0) % len(self._way)]
        rectangles = self.world.areas.get(next_area, ())
        self.world.show_goal(player_id, rectangles[0] if rectangles and not is_through else None)

    def _arrive(self, player: Player) -> None:
        time = self.world.tick - self._began
        self.world.set_score(player.player_id, time=time, marks=ModeMark.FINISHED)
        self.world.announce(Text("RACE_FINISHED", (player.name, _clock(time))))
        own = [each for each in self._best if each.player_id == player.player_id]
        if not own or time < own[0].time:
            record = Record(player.player_id, player.name, self.race.laps, time)
            others = [each for each in self._best if each not in own]
            self._best = sorted([*others, record], key=lambda each: each.time)
            del self._best[self.race.best_lines :]
            self.world.show_records(self._best)
            self.world.keep({"track": self._track(), "best": [asdict(each) for each in self._best]})
            if self._best[0] is record:
                self.world.announce(Text("RACE_RECORD", (player.name, _clock(time))))

    def play(self) -> None:
        if all(self.world.score(each).time for each in self.playing):
            self.finish()

    def end_round(self) -> Text:
        times = {each: self.world.score(each).time for each in self.playing}
        for player_id in self.playing:
            self.world.show_goal(player_id, None)
        arrived = [each for each, time in times.items() if time]
        if not arrived:
            return Text("RACE_NOBODY")
        best = min(times[each] for each in arrived)
        winners = [each for each in arrived if times[each] == best]
        for player_id in winners:
            self.world.set_score(player_id, marks=ModeMark.FINISHED | ModeMark.WINNER)
        return Text("RACE_WON", (self.playing[winners[0]].name, _clock(best)))

    def command(self, player: Player, name: str, text: str) -> None:
        if not self._best:
            self.world.announce(Text("RACE_NO_BEST"), to=player.player_id)
        for rank, each in enumerate(self._best[:10], 1):
            line = Text("RACE_BEST", (rank, each.name, _clock(each.time)))
            self.world.announce(line, to=player.player_id)


def _clock(ticks: int) -> str:
    """Minutes, seconds and hundredths, such as 1:05.35."""
    hundredths = ticks * 100 // ModeWorld.tick_rate
    return f"{hundredths // 6000}:{hundredths // 100 % 60:02}.{hundredths % 100:02}"
