"""Runs a world's mode: calls its hooks in the tick, and stops it where one fails.

A hook that the mode has not written is never called, so that free roam costs nothing.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Mapping
from typing import Any

from protocol_spec.codec import ModePhase
from server.modes.finding import Choice, free_roam
from server.modes.mode import Mode
from server.modes.mode_world import ModeWorld, Move, Text
from server.world import Changes, Player, Say, World

log = logging.getLogger(__name__)

HOOKS = ("join", "leave", "tick", "command", "chat", "enter_area", "leave_area")


class ModeHost:
    def __init__(
        self, choice: Choice, world: World, kept: Mapping[str, Any], move: Move, where: str
    ) -> None:
        """`where` is the world's name, for the log."""
        self._world = world
        self._move = move
        self._where = where
        self._begin(choice, kept)

    def _begin(self, choice: Choice, kept: Mapping[str, Any]) -> None:
        self.name = choice.name
        self.problem = choice.problem
        """Why the mode was stopped, with its traceback; empty where all is well."""
        self.view = ModeWorld(choice.name, self._world, kept, self._move)
        self._mode: Mode | None = None
        self._hooks: frozenset[str] = frozenset()
        self._there: dict[int, Player] = {}
        self._attempt(lambda: self._start(choice))
        for player in self._world.players.values():
            self._join(player)

    def _start(self, choice: Choice) -> None:
        self._mode = choice.mode(self.view, choice.settings)
        self._mode.start()
        self._hooks = frozenset(
            each for each in HOOKS if getattr(choice.mode, each) is not getattr(Mode, each)
        )

    def after(self, changes: Changes) -> list[bytes]:
        """Tells the mode what a tick did; returns what everybody is to hear of it."""
        for gone in changes.left:
            self._leave(gone.player)
        for player in changes.entered:
            self._join(player)
        if "chat" in self._hooks:
            changes.said[:] = [each for each in changes.said if self._is_heard(each)]
        self._call("tick")
        return self.view.take_frames()

    def _is_heard(self, said: Say) -> bool:
        player = self._there.get(said.player_id)
        return player is None or self._call("chat", player, said.text) is not False

    def _join(self, player: Player) -> None:
        self._there[player.player_id] = player
        self.view.came(player)
        self._call("join", player)

    def _leave(self, player: Player) -> None:
        if self._there.pop(player.player_id, None) is not None:
            self._call("leave", player)
            self.view.went(player.player_id)

    def _call(self, hook: str, *arguments: Any) -> Any:
        if hook not in self._hooks:
            return None
        return self._attempt(lambda: getattr(self._mode, hook)(*arguments))

    def _attempt(self, work: Callable[[], Any]) -> Any:
        """A mode is somebody else's code: whatever it raises ends the mode and nothing else."""
        try:
            return work()
        except Exception:
            self._stop()
            return None

    def _stop(self) -> None:
        """The mode has failed: the world goes on as free roam."""
        failed, problem = self.name, traceback.format_exc()
        log.error("the mode %s of %s is stopped:\n%s", failed, self._where, problem)
        self._begin(free_roam(problem), self.view.kept)
        self.view.show(ModePhase.NONE)
        self.view.announce(Text("MODE_STOPPED", (failed,)))
