"""The protocol of the paper, for comparison: 12 fresh processes a test, wall clock, a trimmed mean."""

from __future__ import annotations

import json
import subprocess
import sys
from statistics import fmean

from timing_material import Material

PROCESSES = 12
TESTS = 2
"""Only so many inputs, the dearest: they make up most of the sum, and all would take minutes."""

DIFFERS = 1.10
"""From this ratio on the paper counts a program as faster."""

_RUN = """
import json, sys, time
sys.set_int_max_str_digits(0)
given = json.load(sys.stdin)
space = {}
exec(compile(given["program"], "<program>", "exec"), space)
decode = {}
exec(given["codec"], decode)
arguments = decode["decode"](given["input"])
began = time.perf_counter()
space[given["entry_point"]](*arguments)
print(time.perf_counter() - began)
"""

_CODEC = """
import base64, json
def decode(text):
    return plain(json.loads(text))
def plain(v):
    if isinstance(v, list):
        return [plain(x) for x in v]
    if not isinstance(v, dict):
        return v
    (kind, body), = v.items()
    if kind == "t":
        return tuple(plain(x) for x in body)
    if kind == "s":
        return {plain(x) for x in body}
    if kind == "z":
        return frozenset(plain(x) for x in body)
    if kind == "d":
        return {plain(k): plain(x) for k, x in body}
    if kind == "i":
        return int(body, 16)
    if kind == "f":
        return float(body)
    if kind == "c":
        return complex(float(plain(body[0])), float(plain(body[1])))
    return base64.b64decode(body)
"""


def papers_ratio(material: Material, one: str, other: str) -> float:
    """How many times faster one program is than another: summed over its dearest tests, as the paper sums."""
    return _total(material, other) / _total(material, one)


def _total(material: Material, program: str) -> float:
    return sum(_test(material, program, known.test.input) for known in material.inputs[-TESTS:])


def _test(material: Material, program: str, given: str) -> float:
    """Mean of the seconds that a test takes, without the least and the most."""
    seconds = sorted(_once(material, program, given) for _ in range(PROCESSES))
    return fmean(seconds[1:-1])


def _once(material: Material, program: str, given: str) -> float:
    what = {"program": program, "entry_point": material.entry_point, "input": given, "codec": _CODEC}
    command = [sys.executable, "-I", "-c", _RUN]
    # The programs are the benchmarks' own references: nothing here is a model's.
    done = subprocess.run(command, input=json.dumps(what), capture_output=True, text=True, check=True)
    return float(done.stdout.split()[-1])
