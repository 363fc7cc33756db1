"""Whether an output is as expected: a pure function over coded values that hostile output cannot upset.

Equality is Python's `==` on the decoded plain data. So `1 == 1.0 == True` and `0.0 == -0.0`; a list is
no tuple; a NaN equals nothing. An object that is not plain data equals nothing, even where the object
itself would say otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from perftui.judging.show import show
from perftui.problems.model import Comparison
from perftui.text import one_line
from perftui.values import CodeError, Opaque, Value, decode

SHOWN = 80
"""Characters of a value in a reason."""

_LENGTH_FACTOR = 64
_LENGTH_SLACK = 1 << 16

_Test = Callable[[Value, Value, Comparison], bool]


def matches(expected: str, got: str, comparison: Comparison) -> str | None:
    """Hold an output against what is expected.

    Args:
        expected: the coded value, or the text of stdout.
        got: what the program returned or printed, coded likewise; hostile.
        comparison: how the two are compared.

    Returns:
        None where they match, else why not: one printable line.
    """
    if comparison.kind == "text":
        return _compare_text(expected, got)
    if comparison.kind in {"equal", "identical"} and expected == got and _equals_itself(got):
        return None
    if comparison.kind not in {"true", "false"} and len(got) > _LENGTH_FACTOR * len(expected) + _LENGTH_SLACK:
        # Coded forms of equal values differ in length by a small factor: 1e300 for an integer of 250 digits.
        return one_line(f"returned a value {len(got):,} bytes long, expected {_shown(expected)}")
    try:
        value = decode(got)
    except CodeError as error:
        return one_line(f"the output cannot be read: {error}")
    return _compare_values(decode(expected), value, comparison)


def _compare_values(expected: Value, got: Value, comparison: Comparison) -> str | None:
    if isinstance(got, Opaque):
        return f"returned a {one_line(got.type_name, 60)} object, not plain data"
    try:
        if _TESTS[comparison.kind](expected, got, comparison):
            return None
    except RecursionError:
        return "returned a value that is nested too deeply"
    return one_line(f"returned {show(got, SHOWN)}, expected {_wanted(expected, comparison)}", 400)


def _wanted(expected: Value, comparison: Comparison) -> str:
    match comparison.kind:
        case "true" | "false":
            return f"a value that counts as {comparison.kind}"
        case "close":
            return f"{show(expected, SHOWN)} within {comparison.tolerance:g}"
        case "identical":
            return f"{show(expected, SHOWN)} itself"
        case "equal-as-tuple":
            return f"the items of {show(expected, SHOWN)}"
    return show(expected, SHOWN)


def _equal(expected: Value, got: Value, _comparison: Comparison) -> bool:
    return expected == got


def _identical(expected: Value, got: Value, _comparison: Comparison) -> bool:
    return type(expected) is type(got) and expected == got


def _close(expected: Value, got: Value, comparison: Comparison) -> bool:
    if not isinstance(expected, int | float | complex) or not isinstance(got, int | float | complex):
        return False
    try:
        return abs(got - expected) < comparison.tolerance
    except OverflowError:
        return False


def _equal_as_tuple(expected: Value, got: Value, _comparison: Comparison) -> bool:
    if not isinstance(got, Iterable) or not isinstance(expected, Iterable):
        return False
    return tuple(got) == tuple(expected)


_TESTS: dict[str, _Test] = {
    "equal": _equal,
    "identical": _identical,
    "close": _close,
    "true": lambda _expected, got, _comparison: bool(got),
    "false": lambda _expected, got, _comparison: not got,
    "equal-as-tuple": _equal_as_tuple,
}


def _equals_itself(coded: str) -> bool:
    """Whether a coded value surely equals itself: it holds neither a NaN nor an opaque object."""
    return '"nan"' not in coded and '{"o":' not in coded


def _shown(coded: str) -> str:
    return show(decode(coded), SHOWN)


def _compare_text(expected: str, got: str) -> str | None:
    if expected == got:
        return None
    wanted, printed = _lines(expected), _lines(got)
    if wanted == printed:
        return None
    if not printed:
        return f"printed nothing, expected {_count(wanted)}"
    for number, (want, line) in enumerate(zip(wanted, printed, strict=False), start=1):
        if want != line:
            return one_line(f"line {number}: printed {show(line, SHOWN)}, expected {show(want, SHOWN)}", 400)
    if len(printed) < len(wanted):
        missing = show(wanted[len(printed)], SHOWN)
        return one_line(f"printed {_count(printed)}, expected {_count(wanted)}; missing is {missing}", 400)
    extra = show(printed[len(wanted)], SHOWN)
    return one_line(f"printed {_count(printed)}, expected {_count(wanted)}; too much is {extra}", 400)


def _lines(text: str) -> list[str]:
    lines = [line.rstrip() for line in text.split("\n")]
    while lines and not lines[-1]:
        lines.pop()
    return lines


def _count(lines: list[str]) -> str:
    return "1 line" if len(lines) == 1 else f"{len(lines):,} lines"
