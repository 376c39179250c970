"""What modes with rounds have in common: who plays, who watches, when a round begins. Pure."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from protocol_spec.codec import ModeMark, ModePhase, ScoreKind
from server.modes.mode import Mode, ModeSettings
from server.modes.mode_world import ModeWorld, Score, Text
from server.world import Player


class RoundSettings(ModeSettings):
    round_seconds: float = Field(180, ge=1, le=7200)
    """A round's length, if it does not end before."""
    pause_seconds: float = Field(10, ge=1, le=600)
    """Before a round; the last one's scores are shown meanwhile."""
    least_players: int = Field(2, ge=1, le=100)
    """With fewer no round begins, and one that runs ends."""


class Rounds(Mode):
    """Waits for players, pauses, plays, and begins again.

    Who comes while a round runs watches until the next; who was lost and comes back plays on.
    """

    Settings: ClassVar[type[ModeSettings]] = RoundSettings
    score_kind = ScoreKind.POINTS
    ends_alone = True
    """Whether a round ends when fewer are left in it than it needs to begin."""

    def __init__(self, world: ModeWorld, settings: RoundSettings) -> None:
        super().__init__(world, settings)
        self.rounds = settings
        self.phase = ModePhase.WAITING
        self.ends_tick = 0
        self.playing: dict[int, Player] = {}
        """Who plays in this round and is there."""
        self._lost: dict[int, Score] = {}
        """How those stood who have left it."""

    def begin_round(self) -> None:
        """The round has begun; `playing` has its players."""

    def play(self) -> None:
        """A tick of the round."""

    def came_back(self, player: Player) -> None:
        """Somebody who had left the round goes on in it."""

    def gave_up(self, player: Player) -> None:
        """Somebody has left the round; they are not in `playing` any more."""

    def end_round(self) -> Text:
        """The round is over. Returns what is to be shown until the next."""
        return Text()

    def start(self) -> None:
        self._wait()

    def join(self, player: Player) -> None:
        if self.phase is not ModePhase.RUNNING:
            self.world.set_score(player.player_id)
            if self.phase is ModePhase.WAITING:
                self._wait()
        elif player.player_id in self._lost:
            self.playing[player.player_id] = player
            was = self._lost.pop(player.player_id)
            marks = was.marks & ModeMark.FINISHED
            self.world.set_score(player.player_id, score=was.score, time=was.time, marks=marks)
            self.came_back(player)
        else:
            self.world.set_score(player.player_id, marks=ModeMark.SPECTATOR)

    def leave(self, player: Player) -> None:
        if self.playing.pop(player.player_id, None) is not None:
            self._lost[player.player_id] = self.world.score(player.player_id)
            if self.phase is ModePhase.RUNNING:
                self.gave_up(player)
        if self.phase is ModePhase.WAITING:
            self._wait()

    def tick(self) -> None:
        count = len(self.world.players)
        if self.phase is ModePhase.WAITING:
            if count >= self.rounds.least_players:
                self._pause(Text("ROUND_SOON"), ModePhase.PAUSE)
        elif self.phase is ModePhase.RUNNING:
            self.play()
            least = self.rounds.least_players if self.ends_alone else 1
            is_over = self.world.tick >= self.ends_tick or len(self.playing) < least
            if is_over and self.phase is ModePhase.RUNNING:
                self.finish()
        elif count < self.rounds.least_players and (
            self.phase is ModePhase.PAUSE or self.world.tick >= self.ends_tick
        ):
            self._wait()  # What a round has come to is shown even to one who is left alone.
        elif self.world.tick >= self.ends_tick:
            self._begin()

    def finish(self) -> None:
        """Ends the round that runs."""
        self._pause(self.end_round(), ModePhase.OVER)

    def show(self, phase: ModePhase, text: Text) -> None:
        """What goes on, until the phase ends."""
        self.phase = phase
        self.world.show(phase, ends_tick=self.ends_tick, score_kind=self.score_kind, text=text)

    def _wait(self) -> None:
        self.ends_tick = 0
        missing = max(0, self.rounds.least_players - len(self.world.players))
        self.show(ModePhase.WAITING, Text("ROUND_WAITING", (missing,)))

    def _pause(self, text: Text, phase: ModePhase) -> None:
        self.ends_tick = self.world.tick + round(self.rounds.pause_seconds * self.world.tick_rate)
        self.show(phase, text)

    def _begin(self) -> None:
        self.ends_tick = self.world.tick + round(self.rounds.round_seconds * self.world.tick_rate)
        self.playing = dict(self.world.players)
        self._lost.clear()
        self.world.forget_scores()
        for player_id in self.playing:
            self.world.set_score(player_id)
        self.phase = ModePhase.RUNNING
        self.begin_round()
