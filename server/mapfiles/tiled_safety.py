"""The files of a map, read so that none of them can harm whoever reads it.

A map may come from anybody. What it names must lie in its own folder; all of it together must be
small; and nothing in it may grow while it is read: no entities, no endless nesting, and layers
that unpack to just as much as their size says (see tiled_cells).
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from xml.etree import ElementTree

import orjson

from server.mapfiles.mapfile import MapFileError, shown
from server.mapfiles.tables import Table, as_table
from server.mapfiles.tmx import table_of

MOST_BYTES = 64 * 1024 * 1024
"""Of all files of a map together."""
MOST_ELEMENTS = 1_000_000
"""Of one file. An element takes some 400 bytes of memory, however few it has in the file."""
MOST_ATTRIBUTES = 4 * MOST_ELEMENTS
"""Of one file, and these are..."""
MOST_OF_ONE = 1000
"""...of one element: until its head is read to the end, nothing else goes on in this process."""
PIECE_BYTES = 64 * 1024
"""Of XML are read in one go, after which others have their turn."""
XML_ENDINGS = (".tmx", ".tsx", ".tx", ".xml")
"""Of maps, tile sets and templates; whatever ends otherwise is JSON."""

_ABSOLUTE = re.compile(r"/|[A-Za-z][A-Za-z0-9+.-]*:")


class Folder:
    """The folder of a map, out of which nothing is read."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self._left = MOST_BYTES
        self._known: dict[Path, Table] = {}

    def locate(self, source: str, beside: Path) -> Path:
        """The path of what a file in the folder `beside` names; raises MapFileError if outside."""
        if "\\" in source or "\0" in source or _ABSOLUTE.match(source):
            raise MapFileError(f"{shown(source)} is no relative path with forward slashes")
        try:
            path = (beside / source).resolve()
        except (OSError, RuntimeError) as error:
            raise MapFileError(f"{shown(source)} is no path: {error}") from None
        if not path.is_relative_to(self.root):
            raise MapFileError(f"{shown(source)} lies outside the map's folder")
        return path

    def table(self, path: Path) -> Table:
        """What a file holds, in the shape of Tiled's JSON whether it is that or XML."""
        if path not in self._known:
            name = shown(path.name)
            is_xml = path.suffix.lower() in XML_ENDINGS
            self._known[path] = (_from_xml if is_xml else _from_json)(self.read(path), name)
        return self._known[path]

    def read(self, path: Path) -> bytes:
        """A file's bytes, which count against what the map may have in all."""
        name = shown(path.name)
        try:
            if not path.is_file():
                raise MapFileError(f"{name} is missing")
            with path.open("rb") as file:
                # Asked for more, it would set so much memory aside even for a small file.
                size = os.fstat(file.fileno()).st_size
                raw = file.read(min(size, self._left) + 1)
        except OSError as error:
            raise MapFileError(f"{name} cannot be read: {error.strerror}") from None
        if len(raw) > self._left:
            limit = MOST_BYTES // 1024 // 1024
            raise MapFileError(f"{name}: the map's files are larger than {limit} MiB together")
        self._left -= len(raw)
        return raw


def _from_xml(raw: bytes, name: str) -> Table:
    # Entities can be declared in a DOCTYPE only, and in UTF-8 that is spelt in one way. The parser
    # is told that it is UTF-8, but would still follow the marks of UTF-16: so they are shut out.
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        raise MapFileError(f"{name} is no valid UTF-8") from None
    if b"\0" in raw:
        raise MapFileError(f"{name} is no valid UTF-8: it holds zeros")
    if b"<!DOCTYPE" in raw or b"<!ENTITY" in raw:
        raise MapFileError(f"{name} has a DOCTYPE or ENTITY declaration: save it with Tiled anew")
    if raw.count(b"<") > MOST_ELEMENTS:
        raise MapFileError(f"{name} has over {MOST_ELEMENTS} elements: save its layers as base64")
    # In an attribute's value there may be no <.
    attributes = [each.count(b"=") for each in raw.split(b"<")]
    if sum(attributes) > MOST_ATTRIBUTES or max(attributes) > MOST_OF_ONE:
        raise MapFileError(f"{name} has over {MOST_ATTRIBUTES} attributes, or one element too many")
    parser = ElementTree.XMLParser(encoding="utf-8")
    try:
        for at in range(0, len(raw), PIECE_BYTES):
            parser.feed(raw[at : at + PIECE_BYTES])
        root = parser.close()
    except (ElementTree.ParseError, ValueError) as error:
        raise MapFileError(f"{name} is no valid XML: {error}") from None
    return Table(table_of(root), name)


def _from_json(raw: bytes, name: str) -> Table:
    if raw.count(b"{") + raw.count(b"[") > MOST_ELEMENTS:
        raise MapFileError(f"{name} has over {MOST_ELEMENTS} tables and lists")
    try:
        document = orjson.loads(raw.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        raise MapFileError(f"{name} is no valid JSON: {error}") from None
    return as_table(document, name)
