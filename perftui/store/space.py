"""What a database holds, and what takes its space."""

from __future__ import annotations

import msgspec

from perftui.store.readers import Reader

_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
_KINDS = "SELECT kind, count(*), sum(length(CAST(body AS BLOB))) FROM event GROUP BY kind ORDER BY 3 DESC, 1"


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """Rows of one sort.

    Attributes:
        name: of a table, or of a kind of event.
        rows: how many.
        bytes: of what is in them, the file's own bookkeeping and its indexes left out.
    """

    name: str
    rows: int
    bytes: int


class Space(msgspec.Struct, frozen=True, kw_only=True):
    """What a database holds.

    Attributes:
        file_bytes: of the file.
        wal_bytes: of what was written and is not in the file yet.
        free_bytes: of the file, that hold nothing now.
        replies: received from models.
        tables: by name, the largest first.
        events: by kind, likewise.
    """

    file_bytes: int
    wal_bytes: int
    free_bytes: int
    replies: int
    tables: tuple[Part, ...]
    events: tuple[Part, ...]

    def rows(self, table: str) -> int:
        """How many rows a table has."""
        return next((part.rows for part in self.tables if part.name == table), 0)


async def space(reader: Reader) -> Space:
    """Look at a database.

    Raises:
        PerftuiError: it cannot be read.
    """
    tables = [await _table(reader, str(row[0])) for row in await reader.rows(_TABLES)]
    kinds = [_part(*row) for row in await reader.rows(_KINDS)]
    wal = reader.path.with_name(f"{reader.path.name}-wal")
    return Space(
        file_bytes=reader.path.stat().st_size,
        wal_bytes=wal.stat().st_size if wal.exists() else 0,
        free_bytes=await _number(reader, "PRAGMA freelist_count") * await _number(reader, "PRAGMA page_size"),
        replies=sum(kind.rows for kind in kinds if kind.name == "reply-received"),
        tables=tuple(sorted(tables, key=lambda part: (-part.bytes, part.name))),
        events=tuple(kinds),
    )


async def _table(reader: Reader, name: str) -> Part:
    columns = [str(row[1]) for row in await reader.rows(f'PRAGMA table_info("{name}")')]
    lengths = " + ".join(f'coalesce(length(CAST("{column}" AS BLOB)), 0)' for column in columns)
    question = f'SELECT count(*), coalesce(sum({lengths}), 0) FROM "{name}"'  # noqa: S608 - names of ours
    ((rows, bytes_),) = await reader.rows(question)
    return _part(name, rows, bytes_)


async def _number(reader: Reader, question: str) -> int:
    ((number,),) = await reader.rows(question)
    return msgspec.convert(number, int)


def _part(name: object, rows: object, bytes_: object) -> Part:
    return msgspec.convert({"name": name, "rows": rows, "bytes": bytes_}, Part)
