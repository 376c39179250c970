"""The cells of a layer, out of any of the encodings and compressions that Tiled knows.

How many cells there must be is known before. So nothing is unpacked further than to that many
and one byte more, which is enough to tell that there is too much.
"""

from __future__ import annotations

import base64
import binascii
import io
import zlib

import numpy as np
import orjson
import zstandard
from numpy.typing import NDArray

from server.mapfiles.mapfile import MapFileError, shown

GIDS = NDArray[np.uint32]
"""Global tile ids, shape (height, width): 0 is empty, the highest bits say how it is flipped."""

_BYTES_PER_CELL = 4
_LARGEST_WINDOW = 1 << 27
"""Of a zstd frame, in bytes: what its highest level asks for."""
_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS
_HIGHEST = (1 << 32) - 1


def decode_cells(
    data: object, encoding: str, compression: str, size: tuple[int, int], label: str
) -> GIDS:
    """The cells of a layer or chunk of (width, height); raises MapFileError with its label."""
    width, height = size
    count = width * height
    match encoding, data:
        case ("csv" | "", list()):
            cells = _listed(data, count, label)
        case ("csv" | "", str()):
            cells = _separated(data, count, label)
        case ("base64", str()):
            cells = _packed(data, compression, count, label)
        case (("csv" | "" | "base64"), _):
            raise MapFileError(f"{label} has no cells")
        case _:
            raise MapFileError(f"{label}: its encoding {shown(encoding)} is not known")
    return cells.reshape(height, width)


def _separated(text: str, count: int, label: str) -> GIDS:
    found = text.count(",") + 1
    if found != count:
        raise MapFileError(f"{label} has {found} cells instead of {count}")
    try:
        cells: object = orjson.loads(f"[{text}]")
    except orjson.JSONDecodeError:
        raise MapFileError(f"{label}: its cells are not numbers between commas") from None
    return _listed(cells, count, label)


def _listed(cells: object, count: int, label: str) -> GIDS:
    """A list of numbers or, from XML, of numbers as texts."""
    if not isinstance(cells, list) or len(cells) != count:
        found = len(cells) if isinstance(cells, list) else 0
        raise MapFileError(f"{label} has {found} cells instead of {count}")
    try:
        if isinstance(cells[0], str):
            cells = [int(cell) for cell in cells]
        numbers = np.array(cells)
    except (ValueError, TypeError):
        numbers = np.empty(0, np.float64)
    if numbers.dtype.kind not in "iu" or numbers.shape != (count,):
        raise MapFileError(f"{label}: its cells are not whole numbers")
    if numbers.min() < 0 or numbers.max() > _HIGHEST:
        raise MapFileError(f"{label} has a cell that is not within 0-{_HIGHEST}")
    return numbers.astype(np.uint32)


def _packed(text: str, compression: str, count: int, label: str) -> GIDS:
    try:
        raw = base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise MapFileError(f"{label}: its cells are no valid base64") from None
    wanted = count * _BYTES_PER_CELL
    match compression:
        case "":
            unpacked = raw
        case "zlib" | "gzip":
            unpacked = _inflated(raw, wanted + 1, label)
        case "zstd":
            unpacked = _unzstd(raw, wanted + 1, label)
        case _:
            raise MapFileError(f"{label}: its compression {shown(compression)} is not known")
    if len(unpacked) != wanted:
        more = "more" if len(unpacked) > wanted else "fewer"
        raise MapFileError(f"{label} has {more} cells than its size of {count} says")
    return np.frombuffer(unpacked, "<u4").astype(np.uint32)


def _inflated(raw: bytes, limit: int, label: str) -> bytes:
    try:
        return zlib.decompressobj(_GZIP_OR_ZLIB).decompress(raw, limit)
    except zlib.error:
        raise MapFileError(f"{label}: its cells cannot be decompressed") from None


def _unzstd(raw: bytes, limit: int, label: str) -> bytes:
    unpacker = zstandard.ZstdDecompressor(max_window_size=_LARGEST_WINDOW)
    try:
        with unpacker.stream_reader(io.BytesIO(raw)) as reader:
            return reader.read(limit)
    except zstandard.ZstdError:
        raise MapFileError(f"{label}: its cells cannot be decompressed") from None
