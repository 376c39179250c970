"""Building: players place and take tiles, but not in areas that are kept for others. Pure."""

from __future__ import annotations

import numpy as np
from pydantic import Field, field_validator

from protocol_spec.codec import ScoreKind
from server.editing.operations import CellSet
from server.modes.editor import Editor
from server.modes.mode import Mode, ModeSettings
from server.modes.mode_world import ModeWorld
from server.people.roles import Role, may
from server.world import Player

EVERYONE = "everyone"
RULERS = (Role.OWNER, Role.ADMIN)
"""They could change the settings: nothing is kept from them."""
ELSEWHERE = "elsewhere"


class BuildSettings(ModeSettings):
    guests_build: bool = False
    """Whether guests may build like those with an account."""
    areas: dict[str, list[str]] = Field(default_factory=dict)
    """By an area's name who builds there: roles, accounts as "@Vladimir", or "everyone"."""
    elsewhere: list[str] = Field(default_factory=lambda: [EVERYONE])
    """Who builds outside these areas."""

    @field_validator("areas", "elsewhere")
    @classmethod
    def _knows_them(cls, rules: dict[str, list[str]] | list[str]) -> object:
        lists = rules.values() if isinstance(rules, dict) else [rules]
        for word in [word for each in lists for word in each]:
            if word != EVERYONE and word not in list(Role) and not word.startswith("@"):
                roles = ", ".join(Role)
                raise ValueError(f"{word!r} is neither {EVERYONE}, a role ({roles}) nor @account")
        return rules


class Build(Mode):
    Settings = BuildSettings

    def __init__(self, world: ModeWorld, settings: BuildSettings) -> None:
        super().__init__(world, settings)
        self.rules = settings

    def start(self) -> None:
        self.world.show(score_kind=ScoreKind.TILES)

    def join(self, player: Player) -> None:
        self.world.set_score(player.player_id)

    def may_build(self, editor: Editor) -> bool:
        return self.rules.guests_build or may(editor.role, "map", "build")

    def refuse_edit(self, editor: Editor, cells: CellSet) -> str | None:
        areas = self.world.areas
        is_outside = np.ones(len(cells), np.bool_)
        for name, allowed in self.rules.areas.items():
            for left, top, width, height in areas.get(name, ()):
                inside = (cells.x >= left) & (cells.x < left + width)
                inside &= (cells.y >= top) & (cells.y < top + height)
                if inside.any() and not _is_among(editor, allowed):
                    return name
                is_outside &= ~inside
        if is_outside.any() and not _is_among(editor, self.rules.elsewhere):
            return ELSEWHERE
        return None

    def edited(self, player: Player, count: int) -> None:
        before = self.world.score(player.player_id).score
        self.world.set_score(player.player_id, score=before + count)


def _is_among(editor: Editor, allowed: list[str]) -> bool:
    is_named = editor.is_account and f"@{editor.name}" in allowed
    return EVERYONE in allowed or editor.role in (*allowed, *RULERS) or is_named
