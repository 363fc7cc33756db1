"""What references gave before, kept in files: expected outputs are worked out once for a machine.

A file holds a digest of its content, so that one that was cut off or changed is made anew. The folder is
kept under a size; what was not used for longest goes first. A cache that cannot be written is no
error: the work is done again next time.
"""

from __future__ import annotations

import gzip
import hashlib
import logging
import os
import uuid
import zlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from anyio import to_thread

MAX_BYTES = 1 << 30
"""What the folder may hold."""

_DIGEST_BYTES = 32
_ENDING = ".answers"

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class AnswerCache:
    """Bytes by key in a folder.

    Attributes:
        folder: made when something is put.
        max_bytes: what it may hold.
    """

    folder: Path
    max_bytes: int = MAX_BYTES

    async def get(self, key: str) -> bytes | None:
        """What was put under a key (hexadecimal), None where there is nothing, or nothing whole."""
        return await to_thread.run_sync(self._get, key)

    async def put(self, key: str, content: bytes) -> None:
        """Keep something; another process may do the same at the same time."""
        await to_thread.run_sync(self._put, key, content)

    def _get(self, key: str) -> bytes | None:
        path = self._path(key)
        try:
            content = gzip.decompress(path.read_bytes())
        except (OSError, EOFError, zlib.error):
            return None
        digest, content = content[:_DIGEST_BYTES], content[_DIGEST_BYTES:]
        if hashlib.sha256(content).digest() != digest:
            return None
        with suppress(OSError):
            os.utime(path)
        return content

    def _put(self, key: str, content: bytes) -> None:
        path = self._path(key)
        fresh = path.with_name(f"{uuid.uuid4().hex}.part")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            fresh.write_bytes(gzip.compress(hashlib.sha256(content).digest() + content, compresslevel=1))
            fresh.replace(path)
            self._prune()
        except OSError as error:
            _log.info("what a reference gave could not be kept: %s", error)
            with suppress(OSError):
                fresh.unlink(missing_ok=True)

    def _prune(self) -> None:
        found = [(file, file.stat()) for file in self.folder.glob(f"*{_ENDING}")]
        size = sum(stat.st_size for _, stat in found)
        for file, stat in sorted(found, key=lambda pair: pair[1].st_mtime):
            if size <= self.max_bytes:
                return
            file.unlink(missing_ok=True)
            size -= stat.st_size

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}{_ENDING}"
