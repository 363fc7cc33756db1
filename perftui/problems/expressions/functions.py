"""The functions that an expression may call, each bounded before it does its work."""

from __future__ import annotations

import math
from collections.abc import Callable

from perftui.problems.expressions.budget import MAX_BITS, Budget, ExpressionError, integer_bits
from perftui.values import hashable_items


def power_bits(base: int, exponent: int) -> int:
    """The bits that an integer power will have, rounded up."""
    if exponent <= 0 or abs(base) <= 1:
        return 1
    return int(exponent * math.log2(abs(base))) + 1


def set_of(budget: Budget, items: list[object]) -> set[object]:
    """A set, paid for."""
    budget.spend_on(items)
    return set(hashable_items(items))


def dict_of(budget: Budget, pairs: list[tuple[object, object]]) -> dict[object, object]:
    """A dict, paid for."""
    keys = [key for key, _ in pairs]
    budget.spend_on(keys)
    hashable_items(keys)
    return dict(pairs)


def _range(budget: Budget, *bounds: object) -> range:
    numbers = [_integer(bound) for bound in bounds]
    if not 1 <= len(numbers) <= 3:
        raise ExpressionError("range() takes one to three numbers")
    result = range(*numbers)
    if result:
        budget.room(abs(result[-1] - result[0]) // abs(result.step) + 1)
    return result


def _list(budget: Budget, items: object = ()) -> list[object]:
    result = list(budget.iterate(items))
    budget.room(len(result))
    return result


def _tuple(budget: Budget, items: object = ()) -> tuple[object, ...]:
    return tuple(_list(budget, items))


def _set(budget: Budget, items: object = ()) -> set[object]:
    return set_of(budget, _list(budget, items))


def _frozenset(budget: Budget, items: object = ()) -> frozenset[object]:
    return frozenset(_set(budget, items))


def _dict(budget: Budget, pairs: object = ()) -> dict[object, object]:
    if isinstance(pairs, dict):
        budget.spend(len(pairs))
        return dict(pairs)
    items: list[tuple[object, object]] = []
    for pair in _list(budget, pairs):
        key, value = budget.iterate(pair)
        items.append((key, value))
    return dict_of(budget, items)


def _sorted(budget: Budget, items: object, *, reverse: object = False) -> list[object]:
    result = _list(budget, items)
    for _ in range(len(result).bit_length()):
        budget.spend_on(result)
    result.sort(reverse=bool(reverse))
    return result


def _reversed(budget: Budget, items: object) -> list[object]:
    return _list(budget, items)[::-1]


def _enumerate(budget: Budget, items: object, start: object = 0) -> list[object]:
    return list(enumerate(_list(budget, items), _integer(start)))


def _zip(budget: Budget, *iterables: object) -> list[object]:
    return list(zip(*(_list(budget, items) for items in iterables), strict=False))


def _sum(budget: Budget, items: object) -> object:
    total: int | float | complex = 0
    for item in budget.iterate(items):
        if not isinstance(item, int | float | complex):
            raise ExpressionError(f"sum() of a {type(item).__name__}")
        budget.spend(integer_bits(total) // 32 if isinstance(total, int) else 1)
        total += item
    return total


def _least(budget: Budget, *items: object) -> object:
    return min(_candidates(budget, items))  # type: ignore[type-var]


def _greatest(budget: Budget, *items: object) -> object:
    return max(_candidates(budget, items))  # type: ignore[type-var]


def _candidates(budget: Budget, items: tuple[object, ...]) -> list[object]:
    result = _list(budget, items[0] if len(items) == 1 else items)
    budget.spend_on(result)
    return result


def _len(budget: Budget, items: object) -> int:
    return len(budget.iterate(items))


def _str(budget: Budget, value: object = "") -> str:
    if not isinstance(value, str | int | float | complex | None):
        raise ExpressionError(f"str() of a {type(value).__name__} is not allowed")
    budget.spend_on(value)
    return str(value)


def _int(budget: Budget, value: object = 0, base: object = None) -> int:
    budget.spend_on(value)
    if base is not None and isinstance(value, str):
        return int(value, _integer(base))
    if not isinstance(value, str | int | float):
        raise ExpressionError(f"int() of a {type(value).__name__}")
    return int(value)


def _float(budget: Budget, value: object = 0.0) -> float:
    budget.spend_on(value)
    if not isinstance(value, str | int | float):
        raise ExpressionError(f"float() of a {type(value).__name__}")
    return float(value)


def _complex(_budget: Budget, real: object = 0, imaginary: object = 0) -> complex:
    return complex(_real(real), _real(imaginary))


def _bool(_budget: Budget, value: object = False) -> bool:  # noqa: FBT002  (the language's own signature)
    return bool(value)


def _abs(_budget: Budget, value: object) -> object:
    if not isinstance(value, int | float | complex):
        raise ExpressionError(f"abs() of a {type(value).__name__}")
    return abs(value)


def _round(_budget: Budget, value: object, digits: object = None) -> object:
    places = None if digits is None else _integer(digits)
    if places is not None and abs(places) > 400:
        raise ExpressionError("round() to over 400 digits")
    return round(_real(value), places)


def _divmod(budget: Budget, left: object, right: object) -> object:
    budget.spend_on((left, right))
    return divmod(_real(left), _real(right))


def _pow(budget: Budget, base: object, exponent: object, modulus: object = None) -> object:
    if modulus is not None:
        budget.spend_on((base, exponent, modulus))
        exponent_bits = integer_bits(_integer(exponent))
        budget.spend(exponent_bits * (integer_bits(_integer(modulus)) // 32 + 1))
        return pow(_integer(base), _integer(exponent), _integer(modulus))
    if isinstance(base, int) and isinstance(exponent, int) and power_bits(base, exponent) > MAX_BITS:
        raise ExpressionError(f"an integer of over {MAX_BITS:,} bits")
    return pow(_real(base), _real(exponent))


def _chr(_budget: Budget, code: object) -> str:
    return chr(_integer(code))


def _ord(_budget: Budget, character: object) -> int:
    if not isinstance(character, str):
        raise ExpressionError(f"ord() of a {type(character).__name__}")
    return ord(character)


def _join(budget: Budget, separator: object, pieces: object) -> str:
    if not isinstance(separator, str):
        raise ExpressionError("join() is for strings")
    strings: list[str] = []
    length = 0
    for piece in budget.iterate(pieces):
        if not isinstance(piece, str):
            raise ExpressionError(f"join() of a {type(piece).__name__}")
        strings.append(piece)
        length += len(piece) + len(separator)
    budget.grow("", length)
    return separator.join(strings)


def _split(budget: Budget, text: object, separator: object = None) -> list[str]:
    if not isinstance(text, str) or not isinstance(separator, str | None):
        raise ExpressionError("split() is for strings")
    budget.spend(len(text))
    result = text.split(separator)
    budget.room(len(result))
    return result


def _integer(value: object) -> int:
    if not isinstance(value, int):
        raise ExpressionError(f"a {type(value).__name__} where an integer is wanted")
    return value


def _real(value: object) -> int | float:
    if not isinstance(value, int | float):
        raise ExpressionError(f"a {type(value).__name__} where a number is wanted")
    return value


FUNCTIONS: dict[str, Callable[..., object]] = {
    "abs": _abs,
    "bool": _bool,
    "chr": _chr,
    "complex": _complex,
    "dict": _dict,
    "divmod": _divmod,
    "enumerate": _enumerate,
    "float": _float,
    "frozenset": _frozenset,
    "int": _int,
    "len": _len,
    "list": _list,
    "max": _greatest,
    "min": _least,
    "ord": _ord,
    "pow": _pow,
    "range": _range,
    "reversed": _reversed,
    "round": _round,
    "set": _set,
    "sorted": _sorted,
    "str": _str,
    "sum": _sum,
    "tuple": _tuple,
    "zip": _zip,
}
METHODS: dict[str, Callable[..., object]] = {"join": _join, "split": _split}
