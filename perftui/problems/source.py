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
    decoder = msgspec.json.Decoder(record)
    empty = True
    for number, line in enumerate(read_bytes(path).split(b"\n"), start=1):
        if not line.strip():
            continue
        empty = False
        try:
            yield number, decoder.decode(line)
        except msgspec.ValidationError as error:
            raise bad_line(path, number, str(error)) from error
        except (msgspec.DecodeError, ValueError, RecursionError) as error:
            raise bad_line(path, number, f"not JSON: {error}") from error
    if empty:
        raise BadInputError(f"{shown(path)}: holds no records")
