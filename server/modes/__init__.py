"""Game modes: what is played in a world. README.md tells how to write one."""

from server.modes.mode import Mode, ModeSettings
from server.modes.mode_world import ModeWorld, Record
from server.world import Player

__all__ = ["Mode", "ModeSettings", "ModeWorld", "Player", "Record"]
