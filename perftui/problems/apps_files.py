"""Where the records of APPS stand: JSON lines, a JSON array, or a folder for each problem."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from perftui.errors import BadInputError
from perftui.problems.apps_record import NAME, AppsRecord
from perftui.problems.recognise import require
from perftui.problems.source import read_bytes, read_text, records_of, shown
from perftui.text import one_line

SPLITS = ("train", "test")

_QUESTION = "question.txt"
_METADATA = "metadata.json"

Placed = tuple[Path, int, AppsRecord]
"""A record with its file and the line where it begins."""


class _Metadata(msgspec.Struct, frozen=True):
    difficulty: str | None = None
    url: str | None = None


def read_apps(path: Path) -> Iterator[Placed]:
    """The records of a file, or of a folder as it was published.

    Raises:
        BadInputError: it cannot be read, or holds none.
    """
    if not path.is_dir():
        return _of_file(path)
    return _of_folder(path)


def _of_file(path: Path) -> Iterator[Placed]:
    split = path.name.split(".")[0]
    content = read_bytes(path)
    require(path, content, NAME)
    for line, record in records_of(path, content, AppsRecord):
        if record.split is None and split in SPLITS:
            yield path, line, msgspec.structs.replace(record, split=split)
        else:
            yield path, line, record


def _of_folder(path: Path) -> Iterator[Placed]:
    parts = [path, *(path / split for split in SPLITS)]
    folders = [folder for part in parts for folder in _problem_folders(part)]
    files = [file for split in SPLITS for file in sorted(path.glob(f"{split}.json*"))]
    if not folders and not files:
        raise BadInputError(
            f"{shown(path)}: no APPS here: train/0000/{_QUESTION} and so on, or train.jsonl and test.jsonl, "
            "are wanted"
        )
    for folder in folders:
        yield folder / _QUESTION, 1, _in_folder(folder)
    for file in files if not folders else ():
        yield from _of_file(file)


def _problem_folders(part: Path) -> list[Path]:
    """The folders of problems in a folder, by number."""
    if not part.is_dir():
        return []
    return sorted(one for one in part.iterdir() if one.name.isdecimal() and (one / _QUESTION).is_file())


def _in_folder(folder: Path) -> AppsRecord:
    metadata = folder / _METADATA
    starter = folder / "starter_code.py"
    about = _metadata(metadata) if metadata.is_file() else _Metadata()
    return AppsRecord(
        problem_id=int(folder.name),
        question=read_text(folder / _QUESTION),
        solutions=_raw(folder / "solutions.json"),
        input_output=_raw(folder / "input_output.json"),
        difficulty=about.difficulty,
        url=about.url,
        starter_code=read_text(starter) if starter.is_file() else None,
        split=folder.parent.name if folder.parent.name in SPLITS else None,
    )


def _metadata(path: Path) -> _Metadata:
    try:
        return msgspec.json.decode(read_bytes(path), type=_Metadata)
    except msgspec.MsgspecError as error:
        raise BadInputError(f"{shown(path)}: not as APPS has it: {one_line(str(error))}") from error


def _raw(path: Path) -> msgspec.Raw:
    """What a file holds; nothing where there is none, as of problems without solutions."""
    return msgspec.Raw(read_bytes(path) or b"null") if path.is_file() else msgspec.Raw(b"null")
