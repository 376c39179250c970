"""Runs a world's mode: calls its hooks in the tick, and stops it where one fails.

A hook that the mode has not written is never called, so that free roam costs nothing.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from protocol_spec.codec import ErrorCode
from server.editing.operations import CellSet, Restore
from server.failures import Rejected
from server.modes.areas import AreaWatch
from server.modes.editor import Editor
from server.modes.finding import Choice, free_roam
from server.modes.mode import Mode
from server.modes.mode_world import ModeWorld, Move, Text
from server.world import Changes, Player, Say, World

log = logging.getLogger(__name__)

HOOKS = (
    *("join", "leave", "tick", "command", "message", "chat", "enter_area", "leave_area"),
    *("may_build", "refuse_edit", "edited"),
)


class ModeHost:
    def __init__(self, choice: Choice, world: World, move: Move, where: str) -> None:
        """`where` is the world's name, for the log."""
        self._world = world
        self._move = move
        self._where = where
        self._commands: list[tuple[int, str, str]] = []
        self._messages: list[tuple[int, int, bytes]] = []
        self.unsaved: dict[str, dict[str, Any]] = {}
        """What is to be written down yet of what modes keep, by their names."""
        self.begin(choice)

    def begin(self, choice: Choice) -> None:
        """Plays that from now on, in place of the mode so far."""
        self.name = choice.name
        self.problem = choice.problem
        """Why the mode does not run, with its traceback; empty where all is well."""
        self.commands: Mapping[str, str] = {}
        """Its chat commands, with their parameters."""
        kept = self.unsaved.get(choice.name, choice.kept)
        keep = partial(self.unsaved.__setitem__, choice.name)
        self.view = ModeWorld(choice.name, self._world, kept, self._move, keep)
        self._watch: AreaWatch | None = None
        self._mode: Mode | None = None
        self._hooks: frozenset[str] = frozenset()
        self._there: dict[int, Player] = {}
        self._by_slot: dict[int, Player] = {}
        self._attempt(lambda: self._start(choice))
        for player in list(self._world.players.values()):
            self._join(player)

    def _start(self, choice: Choice) -> None:
        self._mode = choice.mode(self.view, choice.settings)
        self._mode.start()
        self._hooks = frozenset(
            each for each in HOOKS if getattr(choice.mode, each) is not getattr(Mode, each)
        )
        if "command" in self._hooks:
            self.commands = choice.mode.commands

    def command(self, player_id: int, name: str, text: str) -> None:
        """A player gives one of the mode's commands; it hears of it in the next tick."""
        self._commands.append((player_id, name, text))

    def message(self, player_id: int, kind: int, payload: bytes) -> None:
        """A player's client sends a message of the game's own; the mode hears it in the tick."""
        if "message" in self._hooks:
            self._messages.append((player_id, kind, payload))

    def after(self, changes: Changes) -> list[bytes]:
        """Tells the mode what a tick did; returns what everybody is to hear of it."""
        for gone in changes.left:
            self._leave(gone.player)
        for player in changes.entered:
            self._join(player)
        for player in changes.renamed:
            if player.player_id in self._there:
                self._there[player.player_id] = self._by_slot[player.slot] = player
        if "chat" in self._hooks:
            changes.said[:] = [each for each in changes.said if self._is_heard(each)]
        commands, self._commands = self._commands, []
        for player_id, name, text in commands:
            if name in self.commands and player_id in self._there:
                self._call("command", self._there[player_id], name, text)
        messages, self._messages = self._messages, []
        for player_id, kind, payload in messages:
            if player_id in self._there:
                self._call("message", self._there[player_id], kind, payload)
        if "edited" in self._hooks:
            self._tell_edits(changes)
        if self._hooks & {"enter_area", "leave_area"}:
            self._tell_areas(changes)
        self._call("tick")
        return self.view.take_frames()

    def may_build(self, editor: Editor) -> bool:
        return bool(self._call("may_build", editor))

    @property
    def checks_edits(self) -> bool:
        return "refuse_edit" in self._hooks

    def check_edit(self, editor: Editor, cells: CellSet) -> None:
        """Raises Rejected where the mode does not let somebody change these cells."""
        why = self._call("refuse_edit", editor, cells)
        if self.problem:
            raise Rejected(ErrorCode.EDIT_FORBIDDEN, "the mode has failed")
        if why is not None:
            raise Rejected(ErrorCode.EDIT_PROTECTED, str(why))

    def _is_heard(self, said: Say) -> bool:
        player = self._there.get(said.player_id)
        return player is None or self._call("chat", player, said.text) is not False

    def _tell_edits(self, changes: Changes) -> None:
        for applied in changes.applied:
            player = self._there.get(applied.edit.author_id)
            is_own = not isinstance(applied.edit.operation, Restore)
            if player is not None and is_own and len(applied.changes):
                self._call("edited", player, len(applied.changes))

    def _tell_areas(self, changes: Changes) -> None:
        world, moved = self._world, changes.changed
        if self._watch is None or self._watch.places is not world.places:
            # The mode begins, or somebody drew other areas: everybody is in theirs afresh.
            self._watch = AreaWatch(world.places, len(world.view))
            moved = world.active
        if not len(moved):
            return
        for slot, area, came in self._watch.moved(moved, world.x[moved], world.y[moved]):
            if (player := self._by_slot.get(slot)) is not None:
                self._call("enter_area" if came else "leave_area", player, area)

    def _join(self, player: Player) -> None:
        self._there[player.player_id] = self._by_slot[player.slot] = player
        self.view.came(player)
        self._call("join", player)

    def _leave(self, player: Player) -> None:
        if self._there.pop(player.player_id, None) is not None:
            self._by_slot.pop(player.slot, None)
            self._call("leave", player)
            self.view.went(player.player_id)
            if self._watch is not None:
                self._watch.forget(player.slot)

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
        self.begin(free_roam(problem))
        self.view.announce(Text("MODE_STOPPED", (failed,)))
