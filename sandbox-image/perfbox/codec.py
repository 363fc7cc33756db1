"""Plain values in their coded form, as `perftui/values.py` describes it.

Only plain data leaves a child: a subclass of a plain type is reduced to its base by the methods of
the base, so that no code of the program runs here; anything else becomes its type's name.
"""

from __future__ import annotations

import base64
import json
import math
from typing import Any

from perfbox import arrays

MAX_DEPTH = 200
OPAQUE_MARK = '{"o":'
"""In a coded value only where something is opaque: in a string the quotes would be escaped."""
_SAFE_INTEGER = 1 << 53
_LEAVES = frozenset({int, float, str, bool, type(None)})
_CONTAINERS = frozenset({list, dict})


class Opaque:
    """Something that is not plain data; equal to nothing but itself."""

    def __init__(self, type_name: str) -> None:
        self.type_name = type_name

    def __repr__(self) -> str:
        return f"<a {self.type_name}>"


class TooDeepError(Exception):
    """A value is nested more deeply than the format allows."""


def encode(value: Any) -> str:
    """Code any value; one that is nested too deeply becomes opaque as a whole."""
    try:
        return _dump(_to_json(value, 0))
    except TooDeepError:
        return _dump({"o": f"{_type_name(value)} nested too deeply"})


def decode(text: str) -> Any:
    """Read a coded value that the host made.

    Raises:
        ValueError: it is not in the format.
    """
    return _from_json(json.loads(text))


def _dump(tree: Any) -> str:
    return json.dumps(tree, separators=(",", ":"), allow_nan=False, check_circular=False)


def _type_name(value: Any) -> str:
    # The plain attribute could be a property of a hostile metaclass.
    name = type.__dict__["__name__"].__get__(type(value))
    return str.__str__(name)[:100]


def _to_json(value: Any, depth: int) -> Any:
    if depth > MAX_DEPTH:
        raise TooDeepError
    kind = type(value)
    if value is None or kind is bool or kind is str:
        return value
    writer = _WRITERS.get(kind)
    if writer is None:
        writer = _inherited_writer(kind)
    return writer(value, depth)


def _inherited_writer(kind: type) -> Any:
    for base, writer in _WRITERS.items():
        if issubclass(kind, base):
            return writer
    return _write_of_numpy if arrays.is_of_numpy(kind) else _write_opaque


def _write_integer(value: Any, _depth: int) -> Any:
    number = int.__add__(value, 0)
    return number if -_SAFE_INTEGER < number < _SAFE_INTEGER else {"i": f"{number:x}"}


def _write_float(value: Any, _depth: int) -> Any:
    number = float.__float__(value)
    return number if math.isfinite(number) else {"f": repr(number)}


def _write_items(items: list[Any], depth: int) -> list[Any]:
    if items and depth > MAX_DEPTH:
        raise TooDeepError
    kinds = set(map(type, items))
    if len(kinds) == 1 and _is_flat(items, next(iter(kinds))):
        return items
    return [_to_json(item, depth) for item in items]


def _is_flat(items: list[Any], kind: type) -> bool:
    if kind is int:
        return bool(min(items) > -_SAFE_INTEGER and max(items) < _SAFE_INTEGER)
    if kind is float:
        return all(map(math.isfinite, items))
    return kind in {str, bool}


def _write_list(value: Any, depth: int) -> Any:
    return _write_items(list(list.__iter__(value)), depth + 1)


def _write_tuple(value: Any, depth: int) -> Any:
    return {"t": _write_items(list(tuple.__iter__(value)), depth + 1)}


def _write_set(value: Any, depth: int) -> Any:
    return {"s": _write_items(list(set.__iter__(value)), depth + 1)}


def _write_frozenset(value: Any, depth: int) -> Any:
    return {"z": _write_items(list(frozenset.__iter__(value)), depth + 1)}


def _write_dict(value: Any, depth: int) -> Any:
    # A pair is a list of its own in the coded form: two levels.
    return {"d": [_write_items([key, item], depth + 2) for key, item in dict.items(value)]}


def _write_complex(value: Any, _depth: int) -> Any:
    parts = (complex.real.__get__(value), complex.imag.__get__(value))
    return {"c": [_write_float(part, 0) for part in parts]}


def _write_bytes(value: Any, _depth: int) -> Any:
    return {"b": base64.b64encode(memoryview(value)).decode("ascii")}


def _write_text(value: Any, _depth: int) -> Any:
    return str.__str__(value)


def _write_of_numpy(value: Any, depth: int) -> Any:
    found = arrays.plain(value)
    if found is None:
        return _write_opaque(value, depth)
    if not isinstance(found, arrays.Array):
        return _to_json(found, depth)
    # The shape and the items are lists of their own in the coded form: two levels.
    return {"n": [_write_items(found.shape, depth + 2), _write_items(found.items, depth + 2)]}


def _write_opaque(value: Any, _depth: int) -> Any:
    return {"o": value.type_name if type(value) is Opaque else _type_name(value)}


_WRITERS: dict[type, Any] = {
    int: _write_integer,
    float: _write_float,
    str: _write_text,
    list: _write_list,
    tuple: _write_tuple,
    dict: _write_dict,
    set: _write_set,
    frozenset: _write_frozenset,
    complex: _write_complex,
    bytes: _write_bytes,
    bytearray: _write_bytes,
}


def _from_json(raw: Any) -> Any:
    kind = type(raw)
    if kind in _LEAVES:
        return raw
    if kind is list:
        return _read_items(raw)
    ((tag, body),) = raw.items()
    return _READERS[tag](body)


def _read_items(items: list[Any]) -> list[Any]:
    # The list is fresh from the parser: where nothing in it is coded, it is the value.
    if _CONTAINERS.isdisjoint(set(map(type, items))):
        return items
    return [_from_json(item) for item in items]


def _read_array(shape: list[int], items: list[Any]) -> Any:
    array = arrays.Array(shape, _read_items(items)).restored()
    return Opaque("ndarray") if array is None else array


_READERS: dict[str, Any] = {
    "t": lambda body: tuple(_read_items(body)),
    "s": lambda body: set(_read_items(body)),
    "z": lambda body: frozenset(_read_items(body)),
    "d": lambda body: {_from_json(key): _from_json(value) for key, value in body},
    "i": lambda body: int(body, 16),
    "f": float,
    "c": lambda body: complex(*map(_from_json, body)),
    "b": base64.b64decode,
    "o": Opaque,
    "n": lambda body: _read_array(*body),
}
