"""Replies that were written down before: no key, no network, nothing paid for."""

from __future__ import annotations

import gzip
import random
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Annotated

import anyio
import anyio.lowlevel
import msgspec

from perftui.errors import BadInputError
from perftui.llm.model import Backoff, ChatRequest, NoReplyError, Reply, Usage
from perftui.llm.wire import MOST_TOKENS
from perftui.text import one_line

_Count = Annotated[int, msgspec.Meta(ge=0, le=MOST_TOKENS)]
_TOKEN = re.compile(r"\s*\w{1,6}|\s*[^\w\s]{1,3}|\s+")
_GZIP_MAGIC = b"\x1f\x8b"


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a file of replies.

    Attributes:
        task_id: the problem's id.
        chain: 0-based.
        turn: index of the model call in its chain, 0-based.
        reply: what the model wrote.
        prompt_tokens: as a server once counted them, 0 where that is not known.
        completion_tokens: likewise.
        finish: why the reply ended; `length` means that it was cut off.
    """

    task_id: str
    chain: _Count
    turn: _Count
    reply: str
    prompt_tokens: _Count = 0
    completion_tokens: _Count = 0
    finish: str = "stop"


Turn = tuple[str, int, int]
"""A call's place: problem, chain, turn."""


class Recorded:
    """A ChatModel that replays a file of replies, streamed at a pace."""

    def __init__(self, records: Mapping[Turn, Record], *, name: str, pace: float | None = None) -> None:
        """Replay.

        Args:
            records: by problem, chain and turn.
            name: as shown and stored, such as `recorded:replies.jsonl`.
            pace: characters per second, None for all at once.
        """
        self._records = records
        self._name = name
        self._pace = pace

    @classmethod
    def from_file(cls, path: Path, *, pace: float | None = None) -> Recorded:
        """Replay a file of JSON lines, plain or gzipped.

        Raises:
            BadInputError: it cannot be read, a line is broken, or a turn is there twice.
        """
        return cls(read_records(path), name=f"recorded:{path.name}", pace=pace)

    @property
    def name(self) -> str:
        """Only the file's own name: where it lies is in the plan of the run."""
        return self._name

    @property
    def recorded(self) -> bool:
        """Replies are replayed."""
        return True

    async def reply(
        self,
        request: ChatRequest,
        *,
        on_text: Callable[[str], None],
        on_backoff: Callable[[Backoff], None],  # noqa: ARG002  # a recording never waits
    ) -> Reply:
        """The recorded reply of this turn.

        Raises:
            NoReplyError: there is none.
        """
        began = anyio.current_time()
        record = self._records.get((request.problem, request.chain, request.turn))
        if record is None:
            raise NoReplyError(
                f"{self._name} has no reply for {one_line(request.problem)}, "
                f"chain {request.chain}, turn {request.turn}"
            )
        await _stream(record, self._pace, on_text)
        return Reply(
            text=record.reply,
            model=self._name,
            usage=Usage(prompt_tokens=record.prompt_tokens, completion_tokens=record.completion_tokens),
            finish=record.finish,
            seconds=anyio.current_time() - began,
            recorded=True,
        )

    def allow(self, calls: int) -> None:
        """It has no bound of its own: whoever wraps it keeps one."""

    async def aclose(self) -> None:
        """Nothing to give back."""


def read_records(path: Path) -> dict[Turn, Record]:
    """Read a file of replies, plain or gzipped.

    Raises:
        BadInputError: with the file and the line.
    """
    decoder = msgspec.json.Decoder(Record)
    records: dict[Turn, Record] = {}
    for number, line in _lines(path):
        try:
            record = decoder.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise BadInputError(
                f"{path}, line {number}: not a recorded reply: {one_line(str(error))}"
            ) from error
        turn = (record.task_id, record.chain, record.turn)
        if turn in records:
            raise BadInputError(
                f"{path}, line {number}: a second reply for {one_line(record.task_id)}, "
                f"chain {record.chain}, turn {record.turn}; leave one"
            )
        records[turn] = record
    if not records:
        raise BadInputError(f"{path}: no replies in it")
    return records


def pieces(record: Record, pace: float) -> Iterator[tuple[str, float]]:
    """A reply in token-sized pieces, each with the seconds after the start at which it comes.

    The same record always gives the same pieces at the same times.
    """
    chance = random.Random(f"{record.task_id}/{record.chain}/{record.turn}")  # noqa: S311  # not a secret
    at = chance.uniform(0.2, 0.6) * min(1.0, 400.0 / pace)
    for piece in _TOKEN.findall(record.reply):
        yield piece, at
        at += len(piece) / pace * chance.uniform(0.4, 1.6)


async def _stream(record: Record, pace: float | None, on_text: Callable[[str], None]) -> None:
    await anyio.lowlevel.checkpoint()
    if pace is None:
        if record.reply:
            on_text(record.reply)
        return
    began = anyio.current_time()
    for piece, at in pieces(record, pace):
        wait = began + at - anyio.current_time()
        if wait > 0:
            await anyio.sleep(wait)
        on_text(piece)


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """The lines that are not empty, with their numbers from 1."""
    try:
        with path.open("rb") as file:
            packed = file.read(2) == _GZIP_MAGIC
        with gzip.open(path) if packed else path.open("rb") as lines:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    yield number, line
    except FileNotFoundError as error:
        raise BadInputError(f"{path}: no such file") from error
    except IsADirectoryError as error:
        raise BadInputError(f"{path}: a folder where a file is wanted") from error
    except (OSError, EOFError, zlib.error) as error:
        raise BadInputError(f"{path} cannot be read: {one_line(str(error))}") from error
