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
import signal
import socket
import sys
from typing import Any, NoReturn

from perfbox import child, linux, seccomp
from perfbox.confine import Confinement
from perfbox.failures import PROGRAM_FILE

_RECURSION_LIMIT = 20_000
_WARM_MODULES = (
    "abc array base64 bisect calendar cmath collections collections.abc contextlib copy dataclasses "
    "datetime decimal enum fractions functools hashlib heapq inspect io itertools json math numbers "
    "operator queue random re statistics string struct textwrap threading time traceback types typing "
    "unicodedata warnings"
).split()


def main(arguments: list[str]) -> int:
    """Serve the supervisor at the other end of an inherited socket until it closes."""
    linux.die_with_parent()
    linux.set_dumpable(dumpable=False)
    link = socket.socket(fileno=int(arguments[1]))
    _warm_up()
    syscall_filter = seccomp.build(platform.machine()) if linux.has_seccomp() else None
    _say(link, {"ready": True, "seccomp": syscall_filter is not None})
    while True:
        received, descriptors, _, _ = socket.recv_fds(link, 1 << 16, 8)
        if not received:
            return 0
        request = json.loads(received)
        if request["do"] == "fork":
            _fork(link, request, descriptors, syscall_filter)
        elif request["do"] == "wait":
            os.waitid(os.P_PID, request["pid"], os.WEXITED | os.WNOWAIT)
            _say(link, {"ended": request["pid"]})
        else:
            _reap(link, request["pid"])


def _warm_up() -> None:
    for name in _WARM_MODULES:
        importlib.import_module(name)
    # What a program could find of its host.
    del sys.path[0]
    sys.argv[:] = [PROGRAM_FILE]
    os.environ.clear()
    sys.setrecursionlimit(_RECURSION_LIMIT)
    if hasattr(sys, "set_int_max_str_digits"):
        sys.set_int_max_str_digits(0)
    sys.dont_write_bytecode = True
    signal.signal(signal.SIGINT, signal.default_int_handler)
    gc.collect()
    gc.freeze()


def _say(link: socket.socket, message: dict[str, Any]) -> None:
    link.sendall(json.dumps(message).encode() + b"\n")


def _fork(
    link: socket.socket,
    request: dict[str, Any],
    descriptors: list[int],
    syscall_filter: seccomp.Filter | None,
) -> None:
    pid = os.fork()
    if pid == 0:
        _be_child(link, request, descriptors, syscall_filter)
    for descriptor in descriptors:
        os.close(descriptor)
    _say(link, {"pid": pid})


def _be_child(
    link: socket.socket,
    request: dict[str, Any],
    descriptors: list[int],
    syscall_filter: seccomp.Filter | None,
) -> NoReturn:
    status = 1
    try:
        link.detach()
        child.main(Confinement.of(request["confinement"]), descriptors, syscall_filter)
        status = 0
    finally:
        os._exit(status)


def _reap(link: socket.socket, pid: int) -> None:
    _, status, usage = os.wait4(pid, 0)
    scale = 1 if sys.platform == "darwin" else 1024
    _say(link, {"status": status, "peak_bytes": usage.ru_maxrss * scale})
