"""Whether an output is as expected: a pure function over coded values that hostile output cannot upset.

Equality is Python's `==` on the decoded plain data. So `1 == 1.0 == True` and `0.0 == -0.0`; a list is
no tuple; a NaN equals nothing. An object that is not plain data equals nothing, even where the object
itself would say otherwise. `docs/comparison.md` tells what each kind of comparison makes of that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from hashlib import sha256

from perftui.judging.compare_apps import apps, apps_text
from perftui.judging.compare_text import SHOWN, compare_text
from perftui.judging.matching import TooMuchError
from perftui.judging.nearness import approximate, as_json, floats, unordered
from perftui.judging.show import show
from perftui.judging.wording import tolerance_text
from perftui.problems.model import PRINTED, Comparison
from perftui.text import one_line
from perftui.values import CodeError, Opaque, Value, decode, hashable_items

_LENGTH_FACTOR = 64
_LENGTH_SLACK = 1 << 16

_AS_CODED = frozenset(
    {"equal", "identical", "approximate", "floats", "equal-as-tuple", "unordered", "json", "apps"}
)
"""Comparisons that hold between two values with one coded form, where nothing in it is unequal to itself."""

_OF_ANY_LENGTH = frozenset({"true", "false", "not-none"})
"""Comparisons that are about less than the whole output."""

_OF_ANY_OBJECT = frozenset({"true", "not-none"})
"""Comparisons that an object which is not plain data may pass: it is there, and it counts as true."""

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
    why = _against(expected, got, comparison)
    if why is None or not comparison.others:
        return why
    if any(_against(other, got, comparison) is None for other in comparison.others):
        return None
    count = len(comparison.others)
    return one_line(f"{why}, or {'another' if count == 1 else f'one of {count:,} others'}", 400)


def matches_by_digest(expected: str, digest: str, comparison: Comparison) -> bool:
    """Whether an output that is known by its digest alone is surely as expected: it is coded the same.

    Args:
        expected: the coded value.
        digest: SHA-256 of the coded output, in hexadecimal.
        comparison: how the two are compared.
    """
    if comparison.kind not in _AS_CODED or not _equals_itself(expected):
        return False
    return sha256(expected.encode("ascii", "replace")).hexdigest() == digest


def _against(expected: str, got: str, comparison: Comparison) -> str | None:
    if comparison.kind in PRINTED:
        accepted = comparison.kind == "apps-text" and apps_text(expected, got)
        return None if accepted else compare_text(expected, got, comparison)
    if comparison.kind in _AS_CODED and expected == got and _equals_itself(got):
        return None
    if comparison.kind not in _OF_ANY_LENGTH and len(got) > _LENGTH_FACTOR * len(expected) + _LENGTH_SLACK:
        # Coded forms of equal values differ in length by a small factor: 1e300 for an integer of 250 digits.
        return one_line(f"returned a value {len(got):,} bytes long, expected {_shown(expected)}")
    try:
        value = decode(got)
    except CodeError as error:
        return one_line(f"the output cannot be read: {error}")
    return _compare_values(decode(expected), value, comparison)


def _compare_values(expected: Value, got: Value, comparison: Comparison) -> str | None:
    if isinstance(got, Opaque) and comparison.kind not in _OF_ANY_OBJECT:
        return f"returned a {one_line(got.type_name, 60)} object, not plain data"
    try:
        if _TESTS[comparison.kind](expected, got, comparison):
            return None
    except RecursionError:
        return "returned a value that is nested too deeply"
    except (CodeError, TooMuchError) as error:
        return one_line(f"returned {show(got, SHOWN)}: {error}", 400)
    return one_line(f"returned {show(got, SHOWN)}, expected {_wanted(expected, comparison)}", 400)


def _wanted(expected: Value, comparison: Comparison) -> str:
    shown = show(expected, SHOWN)
    match comparison.kind:
        case "true" | "false":
            return f"a value that counts as {comparison.kind}"
        case "close" | "approximate" | "floats" | "json":
            return f"{shown} {tolerance_text(comparison)}".rstrip()
        case "identical":
            return f"{shown} itself"
        case "not-none":
            return "a value that is not None" if expected else "None"
        case "equal-as-tuple":
            return f"the items of {shown}"
        case "equal-as-set":
            return f"the items of {shown} as a set"
        case "unordered":
            return f"the items of {shown} in any order {tolerance_text(comparison)}".rstrip()
    return shown


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


def _equal_as_set(expected: Value, got: Value, _comparison: Comparison) -> bool:
    if not isinstance(got, Iterable) or not isinstance(expected, Iterable):
        return False
    return set(hashable_items(list(got))) == set(expected)


def _not_none(expected: Value, got: Value, _comparison: Comparison) -> bool:
    return (got if isinstance(got, bool) else got is not None) is bool(expected)


_TESTS: dict[str, _Test] = {
    "equal": _equal,
    "identical": _identical,
    "close": _close,
    "approximate": approximate,
    "floats": floats,
    "true": lambda _expected, got, _comparison: bool(got),
    "false": lambda _expected, got, _comparison: not got,
    "not-none": _not_none,
    "equal-as-tuple": _equal_as_tuple,
    "equal-as-set": _equal_as_set,
    "unordered": unordered,
    "json": as_json,
    "apps": apps,
}


def _equals_itself(coded: str) -> bool:
    """Whether a coded value surely equals itself: it holds neither a NaN nor an opaque object."""
    return '"nan"' not in coded and '{"o":' not in coded


def _shown(coded: str) -> str:
    return show(decode(coded), SHOWN)
