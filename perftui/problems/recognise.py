"""Which publication a file is, told by what it holds and never by its name."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec

from perftui.errors import BadInputError
from perftui.problems.plain_json import without_infinities
from perftui.problems.source import shown

Publication = Literal[
    "HumanEval",
    "HumanEval+",
    "MBPP",
    "sanitised MBPP",
    "MBPP+",
    "MBPP+ in Python text",
    "COFFE",
    "COFFE stdin",
    "APPS",
]

NAMES: dict[Publication, str] = {
    "HumanEval": "humaneval",
    "HumanEval+": "humaneval+",
    "MBPP": "mbpp",
    "sanitised MBPP": "mbpp",
    "MBPP+": "mbpp+",
    "MBPP+ in Python text": "mbpp+",
    "APPS": "apps",
}
"""The names of benchmarks by the publications that hold them."""

_FIELDS: tuple[tuple[Publication, frozenset[str]], ...] = (
    ("MBPP+", frozenset({"base_input", "plus_input", "assertion"})),
    ("HumanEval+", frozenset({"base_input", "plus_input"})),
    ("APPS", frozenset({"question", "solutions", "input_output"})),
    ("HumanEval", frozenset({"prompt", "canonical_solution", "test", "entry_point"})),
    ("MBPP+ in Python text", frozenset({"code", "test", "test_list"})),
    ("MBPP", frozenset({"text", "code", "test_list"})),
    ("sanitised MBPP", frozenset({"prompt", "code", "test_list"})),
)


def recognise(content: bytes) -> Publication | None:
    """What a file of JSON, or of JSON lines, is; None where it is none of those that are known."""
    first = _first_record(content)
    if first is None:
        return None
    for publication, fields in _FIELDS:
        if fields <= first.keys():
            return publication
    return _coffe(first)


def require(path: Path, content: bytes, name: str) -> Publication | None:
    """What a file is that is given for a benchmark; None where that cannot be told.

    Raises:
        BadInputError: it is the file of another benchmark.
    """
    found = recognise(content)
    if found is None or NAMES.get(found) == name:
        return found
    if found in NAMES:
        raise BadInputError(f"{shown(path)}: holds {found}, not {name}: name the benchmark {NAMES[found]}")
    raise BadInputError(f"{shown(path)}: holds inputs of COFFE and no problems: give it with --timing-data")


def _first_record(content: bytes) -> dict[str, msgspec.Raw] | None:
    """The fields of the first record, or of the whole where it is one object."""
    text = content.lstrip()
    try:
        if text.startswith(b"["):
            records = msgspec.json.decode(text, type=list[msgspec.Raw])
            return msgspec.json.decode(records[0], type=dict[str, msgspec.Raw]) if records else None
        try:
            line = without_infinities(text.partition(b"\n")[0])
            return msgspec.json.decode(line, type=dict[str, msgspec.Raw])
        except msgspec.DecodeError:
            return msgspec.json.decode(text, type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, ValueError, RecursionError):
        return None


def _coffe(fields: dict[str, msgspec.Raw]) -> Publication | None:
    """Whether an object is keyed by prompts, with inputs or with programs that make them."""
    for value in fields.values():
        items = msgspec.json.decode(value)
        match items:
            case [{"input": str()}, *_]:
                return "COFFE"
            case [str(), *_]:
                return "COFFE stdin"
            case []:
                continue
        return None
    return None
