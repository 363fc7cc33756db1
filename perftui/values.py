"""Plain values in their coded form: how inputs and outputs cross into and out of a sandbox.

The code is JSON. What JSON has is itself (`null`, booleans, strings, integers below 2**53, finite
floats, lists); all else is an object with one key:

    {"t": […]} tuple      {"s": […]} set        {"z": […]} frozenset   {"d": [[k, v], …]} dict
    {"i": "-ff"} integer  {"f": "nan"} float    {"c": [re, im]} complex {"b": "base64"} bytes
    {"n": [[shape], [items]]} array of numpy, its items in order
    {"o": "name"} opaque: an object that is not plain data; only its type's name is known

The sandbox has its own implementation (`sandbox-image/perfbox/codec.py`): the two sides of the trust
boundary share a format, not code.
"""

from __future__ import annotations

import base64
import json
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

MAX_DEPTH = 200
"""How deeply containers may be nested."""

MAX_SAME_HASH = 64
"""How many items of a set, or keys of a dict, may share one hash.

Hashes of numbers are the same in every process, so a hostile value can be made of colliding ones: 100,000
of them would keep a set busy for minutes.
"""

_DIMENSIONS = 64
_SAFE_INTEGER = 1 << 53
_HEXADECIMAL = re.compile(r"-?[0-9a-f]+", re.ASCII)
_JSON_LEAVES = frozenset({type(None), bool, int, float, str})
_SPECIAL_FLOATS = frozenset({"nan", "inf", "-inf"})

Value: TypeAlias = object
"""A plain value: None, bool, int, float, complex, str, bytes, a list, tuple, set, frozenset, dict or Array of
them, or Opaque."""


@dataclass(frozen=True, eq=False)
class Opaque:
    """Something that is not plain data; equal to nothing but itself."""

    type_name: str


@dataclass(frozen=True)
class Array:
    """An array of numpy: equal to another of the same shape with equal items, and to nothing else.

    Attributes:
        shape: its lengths; their product is the number of items.
        items: in order, the last index running fastest.
    """

    shape: tuple[int, ...]
    items: list[Value]

    __hash__ = None  # type: ignore[assignment]  # like a list

    def __iter__(self) -> Iterator[Value]:
        """Its items, or the arrays that are its rows."""
        if len(self.shape) < 2:
            return iter(self.items)
        size = math.prod(self.shape[1:])
        rows = (self.items[row * size : (row + 1) * size] for row in range(self.shape[0]))
        return (Array(self.shape[1:], items) for items in rows)


class CodeError(ValueError):
    """A text is not a coded value, or a value cannot be coded."""


def encode(value: object) -> str:
    """Code a value.

    Raises:
        CodeError: it holds something that is not plain data, or is nested too deeply.
    """
    try:
        return json.dumps(_to_json(value, 0), separators=(",", ":"), allow_nan=False, check_circular=False)
    except RecursionError as error:
        raise CodeError("nested too deeply") from error


def decode(text: str) -> Value:
    """Read a coded value; the text may be hostile.

    Raises:
        CodeError: it is not in the format, or nested too deeply.
    """
    try:
        raw: object = json.loads(text, parse_constant=_refuse_constant, parse_int=_parse_integer)
        return _from_json(raw, 0)
    except CodeError:
        raise
    except (ValueError, TypeError, RecursionError, OverflowError) as error:
        raise CodeError(f"not a coded value: {error}") from error


def decode_arguments(text: str) -> tuple[Value, ...]:
    """Read a coded tuple of arguments.

    Raises:
        CodeError: it is something else.
    """
    value = decode(text)
    if not isinstance(value, tuple):
        raise CodeError("arguments must be a tuple")
    return value


def hashable_items(items: list[Value]) -> list[Value]:
    """The items, once it is known that a set of them is built in time proportional to their number.

    Raises:
        CodeError: one cannot be hashed, or too many share one hash.
    """
    try:
        hashes = Counter(map(hash, items))
    except TypeError as error:
        raise CodeError(f"{error}, so it is no item of a set and no key") from error
    if hashes and max(hashes.values()) > MAX_SAME_HASH:
        raise CodeError(f"over {MAX_SAME_HASH} items share one hash")
    return items


def _refuse_constant(name: str) -> object:
    raise CodeError(f"{name} must be written as an object")


def _parse_integer(digits: str) -> int:
    if len(digits) > 20:
        raise CodeError("large integers must be hexadecimal")
    return int(digits)


def _to_json(value: object, depth: int) -> object:
    if depth > MAX_DEPTH:
        raise CodeError("nested too deeply")
    if value is None or isinstance(value, bool | str):
        return value
    for kind, writer in _LEAF_WRITERS.items():
        if isinstance(value, kind):
            return writer(value)
    if isinstance(value, list):
        return _items_to_json(value, depth + 1)
    if isinstance(value, dict):
        # A pair is a list of its own in the coded form: two levels.
        return {"d": [_items_to_json(pair, depth + 2) for pair in value.items()]}
    if isinstance(value, Array):
        parts = _items_to_json(value.shape, depth + 2), _items_to_json(value.items, depth + 2)
        return {"n": list(parts)}
    for kind, tag in _CONTAINER_TAGS.items():
        if isinstance(value, kind):
            return {tag: _items_to_json(value, depth + 1)}
    raise CodeError(f"a {type(value).__name__} is not plain data")


def _items_to_json(items: Iterable[object], depth: int) -> list[object]:
    return [_to_json(item, depth) for item in items]


def _integer_to_json(value: int) -> object:
    return value if -_SAFE_INTEGER < value < _SAFE_INTEGER else {"i": f"{value:x}"}


def _float_to_json(value: float) -> object:
    return value if math.isfinite(value) else {"f": repr(value)}


_LEAF_WRITERS: dict[type, Callable[..., object]] = {
    int: _integer_to_json,
    float: _float_to_json,
    complex: lambda value: {"c": [_float_to_json(value.real), _float_to_json(value.imag)]},
    bytes: lambda value: {"b": base64.b64encode(value).decode("ascii")},
    Opaque: lambda value: {"o": value.type_name},
}
_CONTAINER_TAGS: dict[type[Iterable[object]], str] = {tuple: "t", set: "s", frozenset: "z"}


def _from_json(raw: object, depth: int) -> Value:
    if depth > MAX_DEPTH:
        raise CodeError("nested too deeply")
    if type(raw) in _JSON_LEAVES:
        return raw
    if isinstance(raw, list):
        return _items_from_json(raw, depth + 1)
    if isinstance(raw, dict) and len(raw) == 1:
        ((tag, body),) = raw.items()
        if tag in _CONTAINER_READERS:
            if not isinstance(body, list):
                raise CodeError("a container must hold a list")
            return _CONTAINER_READERS[tag](_items_from_json(body, depth + 1))
        if tag in _LEAF_READERS:
            return _LEAF_READERS[tag](body)
    raise CodeError("an object must have one known key")


def _items_from_json(items: list[object], depth: int) -> list[Value]:
    # A loop, and not a comprehension, which would cost a frame a level: values may be deep.
    if items and depth > MAX_DEPTH:
        raise CodeError("nested too deeply")
    result: list[Value] = []
    for item in items:
        result.append(item if type(item) in _JSON_LEAVES else _from_json(item, depth))  # noqa: PERF401
    return result


def _dict_of(pairs: list[Value]) -> dict[Value, Value]:
    found: list[tuple[Value, Value]] = []
    for pair in pairs:
        match pair:
            case [key, value] if isinstance(pair, list):
                found.append((key, value))
            case _:
                raise CodeError("a dict must hold pairs")
    hashable_items([key for key, _ in found])
    return dict(found)


def _array(parts: list[Value]) -> Array:
    match parts:
        case [list() as shape, list() as items]:
            lengths = tuple(length for length in shape if type(length) is int and length >= 0)
            if len(lengths) == len(shape) <= _DIMENSIONS and math.prod(lengths) == len(items):
                return Array(lengths, items)
    raise CodeError("an array has a shape, and as many items as that says")


def _text(body: object) -> str:
    if not isinstance(body, str):
        raise CodeError("expected a string")
    return body


def _integer(body: object) -> int:
    text = _text(body)
    if not _HEXADECIMAL.fullmatch(text):
        raise CodeError("an integer must be hexadecimal")
    return int(text, 16)


def _float(body: object) -> float:
    text = _text(body)
    if text not in _SPECIAL_FLOATS:
        raise CodeError("a finite float must be a number")
    return float(text)


def _complex(body: object) -> complex:
    match body:
        case [real, imaginary]:
            return complex(_part(real), _part(imaginary))
    raise CodeError("a complex number has two parts")


def _part(raw: object) -> float:
    match raw:
        case bool():
            raise CodeError("a part of a complex number is a float")
        case int() | float():
            return float(raw)
        case {"f": body, **rest} if not rest:
            return _float(body)
    raise CodeError("a part of a complex number is a float")


def _bytes(body: object) -> bytes:
    try:
        return base64.b64decode(_text(body), validate=True)
    except ValueError as error:
        raise CodeError(f"not base64: {error}") from error


_LEAF_READERS: dict[str, Callable[[object], Value]] = {
    "i": _integer,
    "f": _float,
    "c": _complex,
    "b": _bytes,
    "o": lambda body: Opaque(_text(body)),
}
_CONTAINER_READERS: dict[str, Callable[[list[Value]], Value]] = {
    "t": tuple,
    "s": lambda items: set(hashable_items(items)),
    "z": lambda items: frozenset(hashable_items(items)),
    "d": _dict_of,
    "n": _array,
}
