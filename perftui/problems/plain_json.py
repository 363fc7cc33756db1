"""Lists of arguments in plain JSON, turned into coded tuples of arguments.

The coded form of most plain JSON is that JSON itself. So an argument list is taken as it stands in the
file where that is sure to hold, and only else read and written anew: a file has 100,000 of them.
"""

from __future__ import annotations

import json
import re

import msgspec

from perftui.values import CodeError, encode

_OTHER = re.compile(rb"[{\x80-\xff\r\n]|\d{16}|[eE][+-]?\d{3}|NaN|Infinity|\[{100}")
"""What may stand for an object, text that is not ASCII, a large integer, an infinity, deep nesting; and the
ends of lines, since what is coded stands on one line."""

_STRING_OR_INFINITY = re.compile(rb'"(?:[^"\\]|\\.)*+"|Infinity')


def coded_arguments(raw: msgspec.Raw) -> str:
    """The coded tuple of a JSON list of arguments.

    Raises:
        CodeError: it is no list, or holds what cannot be coded.
    """
    text = bytes(raw)
    if not text.startswith(b"["):
        raise CodeError("a list of arguments is wanted")
    if _OTHER.search(text):
        return encode(tuple(read_arguments(raw)))
    return f'{{"t":{text.decode("ascii")}}}'


def read_arguments(raw: msgspec.Raw) -> list[object]:
    """The values of a JSON list of arguments.

    Raises:
        CodeError: it is no list, or cannot be read.
    """
    try:
        values: object = json.loads(bytes(raw))
    except (ValueError, RecursionError) as error:
        raise CodeError(f"not JSON: {error}") from error
    if not isinstance(values, list):
        raise CodeError("a list of arguments is wanted")
    return values


def without_infinities(content: bytes) -> bytes:
    """JSON with the infinities that Python writes as names turned into numbers too large for a float."""
    if b"Infinity" not in content:
        return content
    return _STRING_OR_INFINITY.sub(lambda found: b"1e999" if found[0] == b"Infinity" else found[0], content)
