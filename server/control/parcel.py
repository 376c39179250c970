"""A whole map in JSON, for its way between an operator's command and the server. Pure."""

from __future__ import annotations

import base64
import binascii
import zlib
from dataclasses import asdict
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from protocol_spec.codec import LAYER_COUNT
from server.mapfiles.mapfile import LARGEST_SIDE, SMALLEST_SIDE
from server.mapmakers import Area, Draft
from server.tiles import TileSet, read_tile_set


class ParcelArea(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str
    x: int
    y: int
    width: int
    height: int


class Parcel(BaseModel):
    """A draft and its tile set; `cells` is base64 of zlib of the tile ids, low bytes first."""

    model_config = ConfigDict(extra="forbid")

    width: int = Field(ge=SMALLEST_SIDE, le=LARGEST_SIDE)
    height: int = Field(ge=SMALLEST_SIDE, le=LARGEST_SIDE)
    cells: str
    spawns: list[tuple[int, int]]
    areas: list[ParcelArea]
    tiles: dict[str, Any]


def pack(draft: Draft, tiles: TileSet) -> Parcel:
    _, height, width = draft.cells.shape
    packed = zlib.compress(draft.cells.astype("<u2").tobytes())
    return Parcel(
        width=width,
        height=height,
        cells=base64.b64encode(packed).decode(),
        spawns=list(draft.spawns),
        areas=[ParcelArea(**asdict(each)) for each in draft.areas],
        tiles=tiles.as_document(),
    )


def unpack(parcel: Parcel) -> tuple[Draft, TileSet]:
    """Raises ValueError where it is no map. Unpacks no more than the map's size."""
    shape = (LAYER_COUNT, parcel.height, parcel.width)
    size = 2 * int(np.prod(shape))
    unpacker = zlib.decompressobj()
    try:
        raw = unpacker.decompress(base64.b64decode(parcel.cells, validate=True), size + 1)
    except (zlib.error, binascii.Error) as error:
        raise ValueError(f"the cells cannot be unpacked: {error}") from error
    if len(raw) != size:
        raise ValueError("the cells are not as many as the map has")
    draft = Draft(
        np.frombuffer(raw, "<u2").reshape(shape).astype(np.uint16),
        tuple(parcel.spawns),
        tuple(Area(**each.model_dump()) for each in parcel.areas),
    )
    return draft, read_tile_set(parcel.tiles)
