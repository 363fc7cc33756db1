"""The `input_output` of APPS as tests: calls of a function, or what is read and what is printed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from perftui.problems.apps_record import check_text
from perftui.problems.model import Comparison, TestCase
from perftui.problems.model import test_name as name_of_test
from perftui.problems.records import BadRecordError
from perftui.values import CodeError, encode

OF_FUNCTIONS = Comparison(kind="apps")
OF_PROGRAMS = Comparison(kind="apps-text")


def function_name(tests: Mapping[str, object]) -> str | None:
    """The function that the tests call; None where they are for a program that reads and prints.

    Raises:
        BadRecordError: it is no name.
    """
    name = tests.get("fn_name")
    if name is None:
        return None
    if not isinstance(name, str) or not name.isidentifier():
        raise BadRecordError("input_output: fn_name is not a name")
    return name


def tests_of(tests: Mapping[str, object]) -> tuple[TestCase, ...]:
    """The tests, in their order.

    Raises:
        BadRecordError: inputs and outputs are no lists of one length, or one of them cannot be used.
    """
    inputs, outputs = tests.get("inputs", []), tests.get("outputs", [])
    if not isinstance(inputs, list) or not isinstance(outputs, list):
        raise BadRecordError("input_output: `inputs` and `outputs` must be lists")
    if len(inputs) != len(outputs):
        raise BadRecordError(f"input_output: {len(inputs):,} inputs and {len(outputs):,} outputs")
    read = _program_test if function_name(tests) is None else _function_test
    return tuple(
        read(name_of_test(place), given, wanted)
        for place, (given, wanted) in enumerate(zip(inputs, outputs, strict=True))
    )


def _function_test(name: str, given: object, wanted: object) -> TestCase:
    if not isinstance(given, list):
        raise BadRecordError(f"input_output: {name}: a list of arguments is wanted")
    try:
        return TestCase(
            name=name,
            input=encode(tuple(_with_number_keys(given))),
            expected=encode(_expected(wanted)),
            comparison=OF_FUNCTIONS,
        )
    except CodeError as error:
        raise BadRecordError(f"input_output: {name}: {error}") from error


def _with_number_keys(values: Sequence[object]) -> Sequence[object]:
    """A list that begins with an object, as the object with numbers as keys: JSON made texts of them."""
    if values and isinstance(values[0], dict):
        try:
            return [{int(key): value for key, value in values[0].items()}]
        except ValueError:
            pass
    return values


def _expected(wanted: object) -> object:
    if isinstance(wanted, dict):
        return _with_number_keys([wanted]) if all(map(_is_number, wanted)) else wanted
    return _with_number_keys(wanted) if isinstance(wanted, list) else wanted


def _is_number(key: object) -> bool:
    try:
        int(str(key))
    except ValueError:
        return False
    return True


def _program_test(name: str, given: object, wanted: object) -> TestCase:
    return TestCase(name=name, input=_text(name, given), expected=_text(name, wanted), comparison=OF_PROGRAMS)


def _text(name: str, value: object) -> str:
    """A text, given as such or as a list of its lines."""
    lines = value if isinstance(value, list) else [value]
    if not all(isinstance(line, str | int | float) for line in lines):
        raise BadRecordError(f"input_output: {name}: a text, or a list of lines, is wanted")
    text = "\n".join(map(str, lines))
    check_text(text, f"input_output: {name}")
    return text
