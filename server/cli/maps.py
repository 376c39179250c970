"""The commands `estragon map` and `estragon world`: words in, tables or JSON out."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from server.cli.commands import add_command, add_json, give_order
from server.cli.terminal import WRONG_WORDS, Complaint, plain, show

FILTER_HELP = (
    "who:NAME since:2h until:30m area:X,Y,WIDTH,HEIGHT layer:things tile:wall via:game, "
    "in any order; times are spans until now (90s, 20m, 2h, 3d, 1w) or dates in UTC"
)


def add_map_commands(commands: Any) -> None:
    maps = commands.add_parser(
        "map",
        help="list, make, import, export, revert and restore maps",
        description="Works on a server's maps, while it runs and while it does not.",
    ).add_subparsers(required=True, metavar="COMMAND")
    _add(maps, "list", _list, "all maps", json=True)
    new = _add(maps, "new", _new, "make a map")
    new.add_argument("kind", metavar="KIND", help="village, islands, maze or arena")
    new.add_argument("--name", required=True)
    new.add_argument("--seed", type=int, default=1, help="the same seed makes the same map")
    new.add_argument("--size", type=_size, default=(256, 256), metavar="WxH", help="in tiles")
    load = _add(maps, "import", _import, "read a map of Tiled")
    load.add_argument("file", type=Path, metavar="FILE", help=".tmx, .tmj or .json")
    load.add_argument("--name", required=True)
    save = _add(maps, "export", _export, "write a map for Tiled or Godot", name=True)
    save.add_argument("file", type=Path, metavar="FILE", help=".tmx, .tmj or .tscn")
    save.add_argument("--force", action="store_true", help="even over a file that is there")
    history = _add(maps, "history", _history, "what was changed, newest first", True, True)
    history.add_argument("filter", nargs="*", metavar="FILTER", help=FILTER_HELP)
    history.add_argument("--limit", type=_count, default=50, help="0: all of it")
    revert = _add(maps, "revert", _revert, "take changes back", True, True)
    revert.add_argument("filter", nargs="+", metavar="FILTER", help=FILTER_HELP)
    revert.add_argument("--preview", action="store_true", help="only say what would be done")
    snapshot = _add(maps, "snapshot", _snapshot, "keep a map as it is, or list", True, True)
    snapshot.add_argument("snapshot", nargs="?", metavar="SNAPSHOT")
    restore = _add(maps, "restore", _restore, "make a map what it was", True, True)
    restore.add_argument("snapshot", metavar="SNAPSHOT")
    restore.add_argument("--preview", action="store_true", help="only say what would be done")
    purge = _add(maps, "purge", _purge, "forget old history", name=True)
    purge.add_argument("--older-than", required=True, metavar="SPAN", help="such as 90d")

    worlds = commands.add_parser(
        "world", help="list and add worlds", description="Says which maps run as worlds."
    ).add_subparsers(required=True, metavar="COMMAND")
    _add(worlds, "list", _worlds, "all worlds", json=True)
    world = _add(worlds, "add", _add_world, "a world, from the server's next start on")
    world.add_argument("world", metavar="NAME")
    world.add_argument("--map", required=True)
    world.add_argument("--mode", default="free_roam")
    _add(worlds, "modes", _modes, "all modes", json=True)
    mode = _add(worlds, "mode", _mode, "a world's mode: to see, choose and set it", json=True)
    mode.add_argument("world", metavar="NAME")
    mode.add_argument(
        "words",
        nargs="*",
        metavar="MODE, SETTING=VALUE",
        help="another mode, by its name or as module:Class, and what is to be set of it; "
        "a SETTING= without a value is as the mode has it",
    )


def _add(
    commands: Any,
    word: str,
    work: Callable[[argparse.Namespace], None],
    about: str,
    name: bool = False,
    json: bool = False,
) -> argparse.ArgumentParser:
    parser = add_command(commands, word, work, about)
    if name:
        parser.add_argument("name", metavar="NAME", help="of the map")
    if json:
        add_json(parser)
    return parser


def _list(chosen: argparse.Namespace) -> None:
    show(
        chosen,
        give_order(chosen, "maps"),
        lambda each: {
            "name": each["name"],
            "size": f"{each['width']}x{each['height']}",
            "tiles": each["tiles"],
            "world": each["world"] or "-",
        },
    )


def _new(chosen: argparse.Namespace) -> None:
    from server.control.parcel import pack
    from server.mapmakers.kinds import MAP_MAKERS
    from server.tiles import builtin_tile_set

    maker = MAP_MAKERS.get(chosen.kind)
    if maker is None:
        known = ", ".join(sorted(MAP_MAKERS))
        raise Complaint(f"{chosen.kind!r} is no kind of map: {known}", WRONG_WORDS)
    tiles = builtin_tile_set()
    try:
        draft = maker(tiles, chosen.seed, *chosen.size)
    except ValueError as error:
        raise Complaint(str(error)) from None
    _keep(chosen, pack(draft, tiles))


def _import(chosen: argparse.Namespace) -> None:
    from server.control.parcel import pack
    from server.mapfiles import MapFileError, read_map

    try:
        found = read_map(chosen.file)
    except MapFileError as error:
        raise Complaint(str(error)) from None
    for note in found.notes:
        print(f"estragon: {plain(note)}", file=sys.stderr)
    _keep(chosen, pack(found.draft, found.tiles))


def _keep(chosen: argparse.Namespace, parcel: Any) -> None:
    made = give_order(chosen, "add", makes_data=True, map=chosen.name, parcel=parcel)
    print(f"{made['name']}: {made['width']}x{made['height']} tiles")


def _export(chosen: argparse.Namespace) -> None:
    from server.control.parcel import Parcel, unpack
    from server.mapfiles import WRITABLE, MapFile, MapFileError, write_map

    if chosen.file.suffix.lower() not in WRITABLE:
        raise Complaint(f"{chosen.file}: a map's file ends with {', '.join(WRITABLE)}", 2)
    if chosen.file.exists() and not chosen.force:
        raise Complaint(f"{chosen.file} is there already; --force writes over it")
    parcel = Parcel.model_validate(give_order(chosen, "read", map=chosen.name))
    map_file = MapFile(*unpack(parcel))
    try:
        write_map(chosen.file, map_file)
    except MapFileError as error:
        raise Complaint(str(error)) from None
    print(f"{chosen.file}: {parcel.width}x{parcel.height} tiles")


def _history(chosen: argparse.Namespace) -> None:
    words = _filter(chosen.filter)
    show(
        chosen,
        give_order(chosen, "history", map=chosen.name, filter=words, limit=chosen.limit),
        lambda each: {
            "number": each["number"],
            "time (UTC)": each["time"][:19].replace("T", " "),
            "who": each["author"],
            "via": each["via"],
            "what": each["kind"] + (" (undone)" if each["undone"] else ""),
            "cells": each["cells"],
            "area": ",".join(map(str, each["area"] or ())) or "-",
        },
    )


def _revert(chosen: argparse.Namespace) -> None:
    words = _filter(chosen.filter)
    _outcome(
        chosen,
        give_order(chosen, "revert", map=chosen.name, filter=words, preview=chosen.preview),
        "changed since",
    )


def _restore(chosen: argparse.Namespace) -> None:
    told = give_order(
        chosen, "restore", map=chosen.name, snapshot=chosen.snapshot, preview=chosen.preview
    )
    _outcome(chosen, told, "left")


def _outcome(chosen: argparse.Namespace, told: dict[str, Any], skipped: str) -> None:
    if chosen.json:
        print(json.dumps(told))
        return
    would = "would go back" if chosen.preview else "went back"
    places = ", and the spawns and areas" if told["sets_places"] else ""
    line = f"{told['cells']} cells {would} in {told['edits']} edits{places}"
    print(f"{line}; {told['skipped']} {skipped}" if told["skipped"] else line)


def _snapshot(chosen: argparse.Namespace) -> None:
    if chosen.snapshot is None:
        names = give_order(chosen, "snapshots", map=chosen.name)
        print(json.dumps(names) if chosen.json else "\n".join(map(plain, names)))
        return
    told = give_order(chosen, "take_snapshot", map=chosen.name, snapshot=chosen.snapshot)
    print(json.dumps(told) if chosen.json else f"{told['snapshot']}: kept")


def _purge(chosen: argparse.Namespace) -> None:
    told = give_order(chosen, "purge", map=chosen.name, before=chosen.older_than)
    print(f"{told['entries']} entries forgotten")


def _worlds(chosen: argparse.Namespace) -> None:
    show(chosen, give_order(chosen, "worlds"), lambda each: each)


def _add_world(chosen: argparse.Namespace) -> None:
    told = give_order(chosen, "add_world", world=chosen.world, map=chosen.map, mode=chosen.mode)
    print(f"{told['name']}: runs from the server's next start on")


def _modes(chosen: argparse.Namespace) -> None:
    show(chosen, give_order(chosen, "modes"), lambda each: each)


def _mode(chosen: argparse.Namespace) -> None:
    names = [each for each in chosen.words if "=" not in each]
    if len(names) > 1:
        raise Complaint(f"a world has one mode, not {' and '.join(names)}", WRONG_WORDS)
    settings = {}
    for each in chosen.words:
        key, sign, value = each.partition("=")
        if sign:
            settings[key] = _value(value)
    if chosen.words:
        mode = "".join(names)
        told = give_order(chosen, "set_mode", world=chosen.world, mode=mode, settings=settings)
    else:
        told = give_order(chosen, "mode", world=chosen.world)
    if chosen.json:
        print(json.dumps(told))
        return
    print(f"{plain(told['world'])}: {plain(told['mode'])}")
    for each in told["settings"]:
        value = json.dumps(each["value"], ensure_ascii=False)
        changed = "" if each["value"] == each["default"] else " (changed)"
        print(f"  {each['name']}={value}{changed}  {each['about']}".rstrip())
    if told["problem"]:
        print(f"it does not run:\n{told['problem']}", file=sys.stderr)


def _value(text: str) -> Any:
    """As JSON has it, or plain text; None where there is none."""
    try:
        return json.loads(text) if text else None
    except ValueError:
        return text


def _filter(words: list[str]) -> str:
    """The words as one text. A shell takes away the quotes of who:"Dr. Who": they come back."""
    keys = re.compile(r'(?:^|\s)[a-z]+:(?!")')
    return " ".join(
        '{0}:"{2}"'.format(*word.partition(":"))
        if re.search(r"\s", word) and '"' not in word and len(keys.findall(word)) == 1
        else word
        for word in words
    )


def _size(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"(\d{1,5})x(\d{1,5})", text)
    if not found:
        raise argparse.ArgumentTypeError(f"{text!r} is not like 256x256")
    width, height = int(found[1]), int(found[2])
    if min(width, height) < 16 or max(width, height) > 4096:
        raise argparse.ArgumentTypeError("a map has 16 to 4096 tiles on each side")
    return width, height


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is no count")
    return int(text)
