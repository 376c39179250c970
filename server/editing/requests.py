"""A player's edits as messages: what they ask for, and what they are answered with. Pure."""

from __future__ import annotations

import numpy as np

from protocol_spec import codec
from protocol_spec.codec import ErrorCode
from server.editing.edits import AppliedEdit
from server.editing.operations import (
    CellSet,
    FillRectangle,
    Flood,
    Operation,
    SetCells,
    Stamp,
    Stroke,
)
from server.failures import Rejected

EditMessage = codec.EditCells | codec.EditShape | codec.EditStamp


def operation_of(message: EditMessage) -> Operation:
    """What a message asks for. Raises Rejected where it asks for nothing that there is."""
    match message:
        case codec.EditCells():
            rows = np.frombuffer(message.cells, codec.CellEdit.DTYPE)
            return SetCells(
                CellSet(
                    rows["layer"].astype(np.int32),
                    rows["x"].astype(np.int32),
                    rows["y"].astype(np.int32),
                    rows["tile"].astype(np.uint16),
                )
            )
        case codec.EditShape():
            return _shape(message)
        case codec.EditStamp():
            right, bottom = message.x + message.width - 1, message.y + message.height - 1
            return Stamp(
                source=(message.x, message.y, right, bottom),
                target=(message.to_x, message.to_y),
                layers=tuple(n for n in range(codec.LAYER_COUNT) if message.layers >> n & 1),
            )


def _shape(message: codec.EditShape) -> Operation:
    begin, end = (message.x0, message.y0), (message.x1, message.y1)
    match message.shape:
        case codec.Shape.STROKE:
            return Stroke(message.layer, message.tile, begin, end, message.size)
        case codec.Shape.RECTANGLE:
            return FillRectangle(message.layer, message.tile, begin, end)
        case codec.Shape.FILL:
            return Flood(message.layer, message.tile, begin)
    raise Rejected(ErrorCode.EDIT_TILE, f"there is no shape {message.shape}")


def result_frame(number: int, result: AppliedEdit | Rejected) -> bytes:
    """The EDIT_RESULT for the edit that its author gave that number."""
    if isinstance(result, AppliedEdit):
        answer = codec.EditResult(number, 0, len(result.changes), result.skipped, 0, "")
    else:
        text = str(result).encode()[:255].decode(errors="ignore")
        answer = codec.EditResult(number, result.code, 0, 0, result.retry_after_ms, text)
    return answer.encode()
