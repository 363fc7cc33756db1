"""Whether a file holds what it should, as it is or under gzip."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from pathlib import Path
from typing import BinaryIO, cast

_GZIP_MAGIC = b"\x1f\x8b"
_PIECE = 1 << 20


def holds(path: Path, sha256: str, size: int) -> bool:
    """Whether the content of a file, unpacked where it is gzip, has this SHA-256 and this size in bytes.

    No more than that size is unpacked.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open("rb") as raw:
        packed = raw.read(len(_GZIP_MAGIC)) == _GZIP_MAGIC
        raw.seek(0)
        return _matches(raw, sha256, size) or (packed and _unpacked_matches(raw, sha256, size))


def _unpacked_matches(raw: BinaryIO, sha256: str, size: int) -> bool:
    raw.seek(0)
    try:
        with gzip.open(raw) as content:
            return _matches(cast("BinaryIO", content), sha256, size)
    except (gzip.BadGzipFile, EOFError, zlib.error):
        return False


def _matches(content: BinaryIO, sha256: str, size: int) -> bool:
    digest = hashlib.sha256()
    seen = 0
    while piece := content.read(_PIECE):
        seen += len(piece)
        if seen > size:
            return False
        digest.update(piece)
    return seen == size and digest.hexdigest() == sha256
