"""Tag: one player is it and runs after the others; whoever is touched is it next. Pure.

A point for each catch, one less for being caught, and one at the end for whoever never was it.
"""

from __future__ import annotations

from pydantic import Field

from protocol_spec.codec import ModeMark, ModePhase
from server.modes.mode_world import ModeWorld, Text
from server.modes.rounds import Rounds, RoundSettings
from server.world import Player


class TagSettings(RoundSettings):
    touch_tiles: float = Field(1.0, ge=0.6, le=5)
    """So near is touched, from middle to middle; two bodies side by side are 0.6 apart."""
    safe_seconds: float = Field(2, ge=0, le=60)
    """For so long whoever was it cannot be touched back."""


class Tag(Rounds):
    Settings = TagSettings

    def __init__(self, world: ModeWorld, settings: TagSettings) -> None:
        super().__init__(world, settings)
        self.tag = settings
        self.it = 0
        """The number of who is it; 0 between rounds."""
        self._safe_until: dict[int, int] = {}
        """Until which tick somebody cannot be touched."""
        self._was_it: set[int] = set()
        """Who was it in this round."""
        self._turns: dict[int, int] = {}
        """In which round each was the first to be it."""
        self._round = 0

    def begin_round(self) -> None:
        self._round += 1
        self._safe_until.clear()
        self._was_it.clear()
        # By turns: who was it first longest ago, or never.
        first = min(self.playing, key=lambda each: (self._turns.get(each, 0), each))
        self._turns[first] = self._round
        self._make_it(first)

    def play(self) -> None:
        if not self.it:
            return
        for player_id in self.world.near(self.it, self.tag.touch_tiles):
            if player_id in self.playing and self._is_touchable(player_id):
                self._catch(player_id)
                return

    def gave_up(self, player: Player) -> None:
        if player.player_id != self.it:
            return
        self.it = 0
        if self.playing:
            new = min(self.playing, key=lambda each: (self._turns.get(each, 0), each))
            self._make_it(new)
            self.world.announce(Text("TAG_NEW_IT", (self.playing[new].name,)))

    def end_round(self) -> Text:
        self.world.set_score(self.it, marks=0)
        self.it = 0
        for player_id in self.playing.keys() - self._was_it:
            self._add(player_id, 1)
        best = max((self.world.score(each).score for each in self.playing), default=0)
        winners = [each for each in self.playing if self.world.score(each).score == best]
        for player_id in winners:
            self.world.set_score(player_id, marks=ModeMark.WINNER)
        if len(winners) == 1:
            return Text("TAG_WON", (self.playing[winners[0]].name,))
        return Text("TAG_WON_MANY", (len(winners),))

    def _is_touchable(self, player_id: int) -> bool:
        return self._safe_until.get(player_id, 0) <= self.world.tick

    def _catch(self, player_id: int) -> None:
        catcher = self.playing[self.it]
        self._add(self.it, 1)
        self._add(player_id, -1)
        self.world.set_score(self.it, marks=0)
        safe_ticks = round(self.tag.safe_seconds * self.world.tick_rate)
        self._safe_until[self.it] = self.world.tick + safe_ticks
        self._make_it(player_id)
        caught = self.playing[player_id]
        self.world.announce(Text("TAG_CAUGHT", (caught.name, catcher.name)))

    def _make_it(self, player_id: int) -> None:
        self.it = player_id
        self._was_it.add(player_id)
        self.world.set_score(player_id, marks=ModeMark.IT)
        self.show(ModePhase.RUNNING, Text("TAG_RUN", (self.playing[player_id].name,)))

    def _add(self, player_id: int, points: int) -> None:
        self.world.set_score(player_id, score=self.world.score(player_id).score + points)
