"""Game modes: what is played in a world. README.md tells how to write one."""

from server.editing.operations import CellSet
from server.modes.editor import Editor
from server.modes.mode import Mode, ModeSettings
from server.modes.mode_world import ModeWorld, Record, Score, Text
from server.world import Player

__all__ = [
    "CellSet",
    "Editor",
    "Mode",
    "ModeSettings",
    "ModeWorld",
    "Player",
    "Record",
    "Score",
    "Text",
]
