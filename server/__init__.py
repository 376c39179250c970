"""Estragon: an authoritative server for Godot games. README.md shows the way around."""

from importlib.metadata import version

__version__ = version("estragon")
