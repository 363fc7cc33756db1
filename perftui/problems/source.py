"""Files that a user names: read whole or by the line, with errors of one line that say where."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import msgspec

from perftui.errors import BadInputError
from perftui.text import one_line

Record = TypeVar("Record")

_GZIP_MAGIC = b"\x1f\x8b"


def shown(path: Path) -> str:
    """A path fit for a message."""
    return one_line(str(path))


def bad_line(path: Path, line: int, what: str) -> BadInputError:
    """An error at a line (1-based) of a file."""
    return BadInputError(f"{shown(path)}, line {line}: {one_line(what)}")


def read_bytes(path: Path) -> bytes:
    """The content of a file, unpacked where it is gzip, whatever its name says.

    Raises:
        BadInputError: it cannot be read.
    """
    try:
        content = path.read_bytes()
        return gzip.decompress(content) if content.startswith(_GZIP_MAGIC) else content
    except FileNotFoundError as error:
        raise BadInputError(f"{shown(path)}: no such file") from error
    except IsADirectoryError as error:
        raise BadInputError(f"{shown(path)}: a folder where a file is wanted") from error
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise BadInputError(f"{shown(path)}: not a whole gzip file: {one_line(str(error))}") from error
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise BadInputError(f"{shown(path)}: cannot be read: {one_line(reason)}") from error


def is_gzip(path: Path) -> bool:
    """Whether a file begins as gzip does; not told where it cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(len(_GZIP_MAGIC)) == _GZIP_MAGIC
    except (OSError, ValueError):
        return False


def read_text(path: Path) -> str:
    """The content of a file as text.

    Raises:
        BadInputError: it cannot be read, or is not UTF-8.
    """
    content = read_bytes(path)
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise bad_line(path, line, "not UTF-8 text") from error


def read_records(path: Path, record: type[Record]) -> Iterator[tuple[int, Record]]:
    """The records of a JSON Lines file, each with its line (1-based); empty lines are passed over.

    Raises:
        BadInputError: the file cannot be read, a line is not such a record, or there is none.
    """
    return records_of(path, read_bytes(path), record)


def records_of(path: Path, content: bytes, record: type[Record]) -> Iterator[tuple[int, Record]]:
    """The records of JSON lines, or of one JSON array, that were read from a path, each with its line.

    Raises:
        BadInputError: a line is not such a record, or there is none.
    """
    if content.lstrip().startswith(b"["):
        return _items(path, content, record)
    return _lines(path, content, record)


def _lines(path: Path, content: bytes, record: type[Record]) -> Iterator[tuple[int, Record]]:
    decoder = msgspec.json.Decoder(record)
    empty = True
    for number, line in enumerate(content.split(b"\n"), start=1):
        if not line.strip():
            continue
        empty = False
        yield number, _decoded(path, number, line, decoder)
    if empty:
        raise BadInputError(f"{shown(path)}: holds no records")


def _items(path: Path, content: bytes, record: type[Record]) -> Iterator[tuple[int, Record]]:
    decoder = msgspec.json.Decoder(record)
    items = _decoded(path, 1, content, msgspec.json.Decoder(list[msgspec.Raw]))
    place = 0
    line = 1
    for item in items:
        # Found by its text, which stands in the content as it is: an array may be on one line or on many.
        at = content.find(item, place)
        line += content.count(b"\n", place, at)
        place = at
        yield line, _decoded(path, line, item, decoder)
    if not items:
        raise BadInputError(f"{shown(path)}: holds no records")


def _decoded(
    path: Path, line: int, text: bytes | msgspec.Raw, decoder: msgspec.json.Decoder[Record]
) -> Record:
    try:
        return decoder.decode(text)
    except msgspec.ValidationError as error:
        raise bad_line(path, line, str(error)) from error
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise bad_line(path, line, f"not JSON: {error}") from error
