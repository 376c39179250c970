"""A map with what belongs to it, packed into a ZIP file by somebody who may mean no good."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from server.mapfiles.mapfile import MapFileError

MOST_FILES = 500
LARGEST_WHOLE = 64 * 1024 * 1024
"""Unpacked, in bytes."""
PACKED_BY = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""As every program does it. A head of 9 bytes makes LZMA set 4 GiB aside."""
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    RuntimeError,
    EOFError,
    OSError,
    ValueError,
)
"""What Python's zipfile raises of archives that are none, or locked, or came damaged."""


def unpack_archive(data: bytes, folder: Path, endings: tuple[str, ...]) -> Path:
    """Unpacks into an empty folder; returns the one map that is there, by these endings.

    Raises MapFileError where there is none or are several, and where it is too much.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [each for each in archive.infolist() if not each.is_dir()]
            if len(members) > MOST_FILES:
                raise MapFileError(f"the archive has over {MOST_FILES} files")
            left = LARGEST_WHOLE
            for member in members:
                left -= _unpack(archive, member, folder, left)
    except MapFileError:
        raise
    except _BROKEN as error:
        raise MapFileError(f"the archive cannot be unpacked: {error}") from error
    maps = [each for each in sorted(folder.rglob("*")) if each.suffix.lower() in endings]
    # Tiled's templates and tile sets may be JSON as well; they lie deeper, or beside a .tmx.
    sure = [each for each in maps if each.suffix.lower() != ".json"] or maps
    if len(sure) != 1:
        raise MapFileError(f"the archive has {len(sure)} maps, not one")
    return sure[0]


def _unpack(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, folder: Path, most_bytes: int
) -> int:
    """Writes one file; returns its size. What its head says of the size is not believed."""
    name = PurePosixPath(member.filename.replace("\\", "/"))
    if name.is_absolute() or ".." in name.parts or ":" in member.filename or not name.parts:
        raise MapFileError("the archive has a file that lies outside of it")
    if member.compress_type not in PACKED_BY:
        raise MapFileError("the archive is packed in a rare way: pack it as plain ZIP")
    with archive.open(member) as packed:
        content = packed.read(most_bytes + 1)
    if len(content) > most_bytes:
        raise MapFileError(f"the archive is over {LARGEST_WHOLE >> 20} MB large")
    path = folder.joinpath(*name.parts)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return len(content)
