"""Types that MBPP+'s plain JSON has lost: which tasks had tuples, sets and complex numbers where.

The tables are those of EvalPlus (`mbpp_deserialize_inputs`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from perftui.problems.plain_json import coded_arguments, read_arguments
from perftui.values import CodeError, encode

Restore = Callable[[list[Any]], list[Any]]
"""The arguments of a row, each of its own type again."""


def arguments_of_task(task_id: str, raw: msgspec.Raw) -> str:
    """The coded argument tuple of a row of plain JSON, with the types that the task had.

    Args:
        task_id: such as `Mbpp/2`.
        raw: the row.

    Raises:
        CodeError: it is no list, or not as the task's inputs are.
    """
    restore = _RESTORED.get(task_id.removeprefix("Mbpp/"))
    if restore is None:
        return coded_arguments(raw)
    try:
        return encode(tuple(restore(read_arguments(raw))))
    except (TypeError, ValueError, LookupError, AttributeError) as error:
        raise CodeError(f"not as the inputs of {task_id} are: {error}") from error


def _tuples(row: list[Any]) -> list[Any]:
    return [tuple(argument) for argument in row]


def _lists_of_tuples(row: list[Any]) -> list[Any]:
    return [_tuples(argument) for argument in row]


def _tuples_of_tuples(row: list[Any]) -> list[Any]:
    return _tuples(_lists_of_tuples(row))


def _first_list_of_tuples(row: list[Any]) -> list[Any]:
    return [_tuples(row[0]), row[1]]


def _first_tuple(row: list[Any]) -> list[Any]:
    return [tuple(row[0]), *row[1:]]


def _second_tuple(row: list[Any]) -> list[Any]:
    return [row[0], tuple(row[1])]


def _list_of_sets(row: list[Any]) -> list[Any]:
    return [[set(item) if isinstance(item, list) and item else {} for item in row[0]]]


def _tuple_of_some_tuples(row: list[Any]) -> list[Any]:
    return [tuple(tuple(item) if isinstance(item, list) else item for item in row[0])]


def _dict_of_tuples(row: list[Any]) -> list[Any]:
    return [{key: tuple(item) for key, item in row[0].items()}, *row[1:]]


def _float_and_complex(row: list[Any]) -> list[Any]:
    return [float(row[0]), complex(row[1])]


def _complex(row: list[Any]) -> list[Any]:
    return [complex(row[0])]


def _tuples_all_through(row: list[Any]) -> list[Any]:
    return [_tuple_of(argument) for argument in row]


def _tuple_of(value: object) -> object:
    return tuple(_tuple_of(item) for item in value) if isinstance(value, list) else value


_TASKS: tuple[tuple[Restore, str], ...] = (
    (_tuples, "2 116 132 143 222 261 273 394 399 421 424 429 470 560 579 596 616 630 726 740 744 809"),
    (_lists_of_tuples, "63 64 70 94 120 237 272 299 400 409 417 438 473 614 780"),
    (_first_list_of_tuples, "75 413 444 753"),
    (_second_tuple, "106 750"),
    (_list_of_sets, "115"),
    (_float_and_complex, "124"),
    (_first_tuple, "250 307 405 446 617 720 763 808"),
    (_complex, "252"),
    (_tuples_of_tuples, "259 401 445"),
    (_tuple_of_some_tuples, "278"),
    (_tuples_all_through, "580 615 791"),
    (_dict_of_tuples, "722"),
)


def _restored() -> Iterator[tuple[str, Restore]]:
    for restore, tasks in _TASKS:
        for task in tasks.split():
            yield task, restore


_RESTORED = dict(_restored())
