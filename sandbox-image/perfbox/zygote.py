"""A warm process that forks a child for each execution, and is its parent.

It is told which descriptors, user, core and limits, never a program or an input: nothing of one
program is in memory when the next one is forked.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import platform
import resource
import socket
import sys
from typing import Any, NoReturn

from perfbox import child, linux, packages, seccomp
from perfbox.confine import Confinement, confine_zygote
from perfbox.failures import PROGRAM_FILE
from perfbox.rehearsal import rehearse

_FRAMES_OF_OURS = 60
"""How many frames stand below a program's own, at the most: its own limit is then Python's."""

_REHEARSALS = 20
"""Code that the interpreter has fitted to its use once is not fitted, and so copied, in each child."""

_LOAD = "--load="

_taken: dict[int, tuple[int, int, resource.struct_rusage]] = {}
_WARM_MODULES = (
    *("abc", "array", "base64", "bisect", "calendar", "cmath", "collections", "collections.abc"),
    *("contextlib", "copy", "dataclasses", "datetime", "decimal", "enum", "fractions", "functools"),
    *("hashlib", "heapq", "inspect", "io", "itertools", "json", "math", "numbers", "operator", "queue"),
    *("random", "re", "statistics", "string", "struct", "textwrap", "threading", "time", "traceback"),
    *("types", "typing", "unicodedata", "warnings"),
)


def main(arguments: list[str]) -> int:
    """Serve the supervisor at the other end of an inherited socket until it closes."""
    supervisor, link = os.getppid(), socket.socket(fileno=int(arguments[1]))
    _warm_up([argument[len(_LOAD) :] for argument in arguments if argument.startswith(_LOAD)])
    filters = seccomp.build(platform.machine()) if linux.has_seccomp() else None
    confine_zygote(filters, supervisor=supervisor, own_users="--own-users" in arguments)
    _say(link, {"ready": True, "seccomp": filters is not None})
    while True:
        received, descriptors, _, _ = socket.recv_fds(link, 1 << 16, 8)
        if not received:
            return 0
        request = json.loads(received)
        if request["do"] == "fork":
            _fork(link, request, descriptors, filters)
        elif request["do"] == "wait":
            _wait(link, request["pid"])
        else:
            _reap(link, request["pid"])


def _warm_up(wanted: list[str]) -> None:
    for name in _WARM_MODULES:
        importlib.import_module(name)
    packages.load(wanted)
    # What a program could find of its host.
    del sys.path[0]
    sys.argv[:] = [PROGRAM_FILE]
    os.environ.clear()
    sys.setrecursionlimit(sys.getrecursionlimit() + _FRAMES_OF_OURS)
    if hasattr(sys, "set_int_max_str_digits"):
        sys.set_int_max_str_digits(0)
    for _ in range(_REHEARSALS):
        rehearse()
    gc.collect()
    gc.freeze()


def _say(link: socket.socket, message: dict[str, Any]) -> None:
    link.sendall(json.dumps(message).encode() + b"\n")


def _fork(
    link: socket.socket,
    request: dict[str, Any],
    descriptors: list[int],
    filters: seccomp.Filters | None,
) -> None:
    pid = os.fork()
    if pid == 0:
        _be_child(link, request, descriptors, filters)
    for descriptor in descriptors:
        os.close(descriptor)
    _say(link, {"pid": pid})


def _be_child(
    link: socket.socket,
    request: dict[str, Any],
    descriptors: list[int],
    filters: seccomp.Filters | None,
) -> NoReturn:
    status = 1
    try:
        link.detach()
        child.main(Confinement.of(request["confinement"]), descriptors, filters)
        status = 0
    finally:
        os._exit(status)


def _wait(link: socket.socket, pid: int) -> None:
    """Wait for a child's end and leave its remains, so that its clock can still be read."""
    if hasattr(os, "waitid"):
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    else:
        # macOS has it since Python 3.13, and no such clock.
        _taken[pid] = os.wait4(pid, 0)
    _say(link, {"ended": pid})


def _reap(link: socket.socket, pid: int) -> None:
    _, status, usage = _taken.pop(pid) if pid in _taken else os.wait4(pid, 0)
    scale = 1 if sys.platform == "darwin" else 1024
    _say(link, {"status": status, "peak_bytes": usage.ru_maxrss * scale})
