"""Plain values in their coded form: how inputs and outputs cross into and out of a sandbox.

The code is JSON. What JSON has is itself (`null`, booleans, strings, integers below 2**53, finite
floats, lists); all else is an object with one key:

    {"t": […]} tuple      {"s": […]} set        {"z": […]} frozenset   {"d": [[k, v], …]} dict
    {"i": "-ff"} integer  {"f": "nan"} float    {"c": [re, im]} complex {"b": "base64"} bytes
    {"o": "name"} opaque: an object that is not plain data; only its type's name is known

The sandbox has its own implementation (`sandbox-image/perfbox/codec.py`): the two sides of the trust
boundary share a format, not code.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias

MAX_DEPTH = 200
"""How deeply containers may be nested."""

MAX_SAME_HASH = 64
"""How many items of a set, or keys of a dict, may share one hash.

Hashes of numbers are the same in every process, so a hostile value can be made of colliding ones: 100,000
of them would keep a set busy for minutes.
"""

_SAFE_INTEGER = 1 << 53
_HEXADECIMAL = re.compile(r"-?[0-9a-f]+", re.ASCII)
_SPECIAL_FLOATS = frozenset({"nan", "inf", "-inf"})

Value: TypeAlias = object
"""A plain value: None, bool, int, float, complex, str, bytes, a list, tuple, set, frozenset or dict of
them, or Opaque."""


@dataclass(frozen=True, eq=False)
class Opaque:
    """Something that is not plain data; equal to nothing but itself."""

    type_name: str


class CodeError(ValueError):
    """A text is not a coded value, or a value cannot be coded."""


def encode(value: object) -> str:
    """Code a value.

    Raises:
        CodeError: it holds something that is not plain data, or is nested too deeply.
    """
    return json.dumps(_to_json(value, 0), separators=(",", ":"), allow_nan=False)


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
    for kind, writer in _WRITERS.items():
        if isinstance(value, kind):
            return writer(value, depth + 1)
    raise CodeError(f"a {type(value).__name__} is not plain data")


def _integer_to_json(value: int, _depth: int) -> object:
    return value if -_SAFE_INTEGER < value < _SAFE_INTEGER else {"i": f"{value:x}"}


def _float_to_json(value: float, _depth: int) -> object:
    return value if math.isfinite(value) else {"f": repr(value)}


def _list_to_json(value: Iterable[object], depth: int) -> list[object]:
    return [_to_json(item, depth) for item in value]


def _dict_to_json(value: dict[object, object], depth: int) -> object:
    return {"d": [_list_to_json(pair, depth) for pair in value.items()]}


_WRITERS: dict[type, Callable[..., object]] = {
    int: _integer_to_json,
    float: _float_to_json,
    list: _list_to_json,
    dict: _dict_to_json,
    tuple: lambda value, depth: {"t": _list_to_json(value, depth)},
    set: lambda value, depth: {"s": _list_to_json(value, depth)},
    frozenset: lambda value, depth: {"z": _list_to_json(value, depth)},
    complex: lambda value, depth: {"c": _list_to_json((value.real, value.imag), depth)},
    bytes: lambda value, _: {"b": base64.b64encode(value).decode("ascii")},
    Opaque: lambda value, _: {"o": value.type_name},
}


def _from_json(raw: object, depth: int) -> Value:
    if depth > MAX_DEPTH:
        raise CodeError("nested too deeply")
    if raw is None or isinstance(raw, bool | int | float | str):
        return raw
    if isinstance(raw, list):
        return [_from_json(item, depth + 1) for item in raw]
    if isinstance(raw, dict) and len(raw) == 1:
        ((tag, body),) = raw.items()
        reader = _READERS.get(tag)
        if reader is not None:
            return reader(body, depth + 1)
    raise CodeError("an object must have one known key")


def _items(body: object, depth: int) -> list[Value]:
    if not isinstance(body, list):
        raise CodeError("a container must hold a list")
    return [_from_json(item, depth) for item in body]


def _text(body: object) -> str:
    if not isinstance(body, str):
        raise CodeError("expected a string")
    return body


def _pairs(body: object, depth: int) -> dict[Value, Value]:
    pairs: list[tuple[Value, Value]] = []
    for pair in _items(body, depth):
        match pair:
            case [key, value]:
                pairs.append((key, value))
            case _:
                raise CodeError("a dict must hold pairs")
    hashable_items([key for key, _ in pairs])
    return dict(pairs)


def _complex(body: object, depth: int) -> complex:
    match _items(body, depth):
        case [int() | float() as real, int() | float() as imaginary]:
            return complex(real, imaginary)
    raise CodeError("a complex number has two parts")


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


def _bytes(body: object) -> bytes:
    try:
        return base64.b64decode(_text(body), validate=True)
    except (binascii.Error, ValueError) as error:
        raise CodeError(f"not base64: {error}") from error


_READERS: dict[str, Callable[[object, int], Value]] = {
    "t": lambda body, depth: tuple(_items(body, depth)),
    "s": lambda body, depth: set(hashable_items(_items(body, depth))),
    "z": lambda body, depth: frozenset(hashable_items(_items(body, depth))),
    "d": _pairs,
    "i": lambda body, _: _integer(body),
    "f": lambda body, _: _float(body),
    "c": _complex,
    "b": lambda body, _: _bytes(body),
    "o": lambda body, _: Opaque(_text(body)),
}
