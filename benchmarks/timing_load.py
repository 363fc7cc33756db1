"""Busy processes, one a core, for as long as a benchmark runs."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_BUSY = """
import os, sys
os.sched_setaffinity(0, {int(sys.argv[1])})
parent = int(sys.argv[2])
while os.getppid() == parent:
    for i in range(200000):
        i * i
"""


@contextmanager
def busy_cores(*, wanted: bool) -> Iterator[None]:
    """Keep every core that this process may use busy; nothing where it is not wanted."""
    cores = sorted(os.sched_getaffinity(0)) if wanted else []
    command = [sys.executable, "-I", "-c", _BUSY]
    # They end by themselves where this process is gone.
    running = [subprocess.Popen([*command, str(core), str(os.getpid())]) for core in cores]
    try:
        yield
    finally:
        for one in running:
            one.kill()
            one.wait()
