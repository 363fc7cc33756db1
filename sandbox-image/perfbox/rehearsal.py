"""What a child does before it has an order: it uses once what it is going to use.

A forked child pays for the first touch of every page; that is none of a program's cost, and a child
that was forked ahead pays while nobody waits.
"""

from __future__ import annotations

import gc
import json
import types

from perfbox import codec
from perfbox.order import flush_printed

_VALUES = ([1, 2], (0.5, "text", None, True), {1: [2]}, {3}, frozenset({4}), 1 << 60, 1j, b"bytes")
_PROGRAM = """
import math
def first(items, start=0):
    total = start
    for item in items:
        total += item if item % 2 else -item
    return [total, {"half": total / 2}, math.sqrt(4), f"{total}", sorted(items)]
"""


def rehearse() -> None:
    """Code, decode, compile, run, collect."""
    coded = codec.encode(_VALUES)
    codec.decode(coded.encode("ascii").decode("ascii"))
    json.loads(json.dumps({"duty": None}))
    namespace = types.ModuleType("rehearsal").__dict__
    exec(compile(_PROGRAM, "<rehearsal>", "exec", dont_inherit=True), namespace)
    codec.encode(namespace["first"]([3, 1, 2]))
    flush_printed()
    del namespace
    gc.collect()
