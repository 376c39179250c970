"""The average colours of tiles' pictures, where the pictures lie beside the map."""

from __future__ import annotations

import io
import struct

import numpy as np
from numpy.typing import NDArray

from server.mapfiles.mapfile import MapFileError, Notes, shown
from server.mapfiles.tables import Table
from server.mapfiles.tiled_safety import Folder
from server.mapfiles.tiled_sources import SourceSet

MOST_PIXELS = 64 * 1024 * 1024
"""Of all pictures of a map together: a small file may hold a huge picture."""
_FORMATS = ("PNG", "JPEG", "GIF", "BMP", "WEBP")
_BROKEN = (OSError, ValueError, SyntaxError, EOFError, struct.error)
"""What Pillow raises of pictures that are none, beside what it says of huge ones."""

Pixels = NDArray[np.uint8]


class Pictures:
    """Reads pictures as they are asked for, and keeps the last: a set's tiles come in a row."""

    def __init__(self, folder: Folder, notes: Notes) -> None:
        self._folder = folder
        self._notes = notes
        self._left = MOST_PIXELS
        self._key: tuple[str, str] | None = None
        self._pixels: Pixels | None = None

    def average(self, source: SourceSet, local: int) -> str | None:
        """The tile's colour as "#rrggbb"; none without a picture, or where nothing is seen."""
        tile = source.tiles.get(local, Table({}, ""))
        single = tile if tile.values.get("image") else source.table
        if not single.values.get("image"):
            return None
        pixels = self._read(source, single)
        if pixels is None:
            return None
        if single is tile:
            x, y = tile.whole("x", 0), tile.whole("y", 0)
            width = tile.whole("width", pixels.shape[1])
            height = tile.whole("height", pixels.shape[0])
        else:
            width, height = source.size
            step = width + source.spacing
            fitting = (pixels.shape[1] - 2 * source.margin + source.spacing) // step
            row, column = divmod(local, source.columns or max(fitting, 1))
            x = source.margin + column * step
            y = source.margin + row * (height + source.spacing)
        if min(x, y, width, height) < 0:
            return None
        return _mean(pixels[y : y + height, x : x + width])

    def _read(self, source: SourceSet, table: Table) -> Pixels | None:
        """RGBA, shape (height, width, 4), with what the set calls transparent made so."""
        key = (str(source.beside), table.text("image"))
        if key != self._key:
            self._key = key
            try:
                self._pixels = self._open(source, table)
            except MapFileError as reason:
                self._pixels = None
                why = f"not read: {reason}"
                self._notes.about("picture", key[1], why, f"not read: {reason}")
        return self._pixels

    def _open(self, source: SourceSet, table: Table) -> Pixels:
        # Not before it is wanted: it takes 1.5 MiB, and few servers ever read a picture.
        from PIL import Image

        raw = self._folder.read(self._folder.locate(table.text("image"), source.beside))
        try:
            with Image.open(io.BytesIO(raw), formats=_FORMATS) as picture:
                self._left -= picture.width * picture.height
                if self._left < 0:
                    raise MapFileError(f"the pictures have over {MOST_PIXELS} pixels together")
                pixels = np.array(picture.convert("RGBA"))
        except MapFileError:
            raise
        except (*_BROKEN, Image.DecompressionBombError, Image.DecompressionBombWarning):
            raise MapFileError(f"{shown(table.text('image'))} is no picture") from None
        unseen = table.text("transparentcolor", "").removeprefix("#")[-6:]
        try:
            colour = list(bytes.fromhex(unseen))
        except ValueError:
            colour = []
        if len(colour) == 3:
            pixels[(pixels[:, :, :3] == colour).all(axis=2), 3] = 0
        return pixels


def _mean(pixels: Pixels) -> str | None:
    """What is seen through weighs less."""
    weights = pixels[:, :, 3].astype(np.float64)
    total = weights.sum()
    if not total:
        return None
    red, green, blue = (
        round(float((pixels[:, :, part] * weights).sum() / total)) for part in range(3)
    )
    return f"#{red:02x}{green:02x}{blue:02x}"
