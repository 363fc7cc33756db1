"""The files of a folder of COFFE: its records, and what it has of each under the prompt."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import msgspec

from perftui.errors import BadInputError
from perftui.problems.source import read_bytes, records_of, shown
from perftui.text import one_line

Kept = TypeVar("Kept")

_ENDINGS = (".json", ".json.gz", ".jsonl", ".jsonl.gz")


class CoffeRecord(msgspec.Struct, frozen=True):
    """A record of `data`, of any of COFFE's parts; fields that it has beside these are passed over.

    Attributes:
        final_prompt: the key; the parts that were made of HumanEval and MBPP do not say it.
        task_id: of HumanEval or MBPP.
        prompt: the task of HumanEval, which is code, or of MBPP, which is not.
        entry_point: the function, where the record says it.
        canonical_solution: the body that follows the prompt, of HumanEval.
        code: the whole program, of MBPP.
    """

    final_prompt: str | None = None
    task_id: str | int | None = None
    prompt: str | None = None
    entry_point: str | None = None
    canonical_solution: str | None = None
    code: str | None = None


class CoffeCase(msgspec.Struct, frozen=True):
    """A test: what is given and what is right, each a list; of programs, of one text."""

    input: msgspec.Raw
    output: msgspec.Raw


class CoffeStress(msgspec.Struct, frozen=True):
    """An input that takes long: an expression for the list of arguments."""

    input: str


class CoffeFolder:
    """A folder of COFFE, or the one that a file of it is in.

    Raises:
        BadInputError: it has no `data`.
    """

    def __init__(self, path: Path) -> None:
        self.path = path if path.is_dir() else path.parent
        data = self._find("data")
        if data is None:
            raise BadInputError(
                f"{shown(path)}: no COFFE here: data.json or data.jsonl is wanted in the folder"
            )
        self.data = data

    def records(self) -> Iterator[tuple[int, CoffeRecord]]:
        """The records, each with its line."""
        return records_of(self.data, read_bytes(self.data), CoffeRecord)

    def cases(self) -> dict[str, tuple[CoffeCase, ...]]:
        """Tests by prompt; none where the file is not there, as of the part for stdin."""
        return self._by_prompt("testcases", tuple[CoffeCase, ...])

    def solutions(self) -> dict[str, str]:
        """The best ground-truth program by prompt."""
        found = self._by_prompt("best_solutions", tuple[str, bool])
        return {prompt: program for prompt, (program, _) in found.items()}

    def stress(self) -> dict[str, tuple[CoffeStress | str, ...]]:
        """Expressions, or programs that make the text of stdin, by prompt."""
        return self._by_prompt("stressful_testcases", tuple[CoffeStress | str, ...])

    def _by_prompt(self, name: str, kept: type[Kept]) -> dict[str, Kept]:
        path = self._find(name)
        return {} if path is None else by_prompt(path, read_bytes(path), kept)

    def _find(self, name: str) -> Path | None:
        places = [self.path / f"{name}{ending}" for ending in _ENDINGS]
        return next((place for place in places if place.is_file()), None)


def by_prompt(path: Path, content: bytes, kept: type[Kept]) -> dict[str, Kept]:
    """A file of COFFE that is one object, keyed by prompts.

    Raises:
        BadInputError: it is not as COFFE wrote it.
    """
    try:
        return msgspec.json.decode(content, type=dict[str, kept])  # type: ignore[valid-type]
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise BadInputError(f"{shown(path)}: not as COFFE wrote it: {one_line(str(error))}") from error
