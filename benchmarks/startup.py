"""How long it takes until something is there: `perftui --help`, and the first paint of the screen.

    python benchmarks/startup.py [--times 7]

Beside them in the same run: a Python that does nothing, and one that imports textual.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import pty
import select
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time


def run_seconds(*command: str) -> float:
    before = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - before


def first_paint_seconds(home: str) -> float:
    """From the start until the list of runs is on the terminal."""
    before = time.perf_counter()
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ.update(HOME=home, TERM="xterm-256color", COLUMNS="120", LINES="40")
        os.execv(sys.executable, [sys.executable, "-m", "perftui"])
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    seen = b""
    while b"No run yet" not in seen and time.perf_counter() - before < 20:
        if select.select([terminal], [], [], 0.1)[0]:
            seen += os.read(terminal, 65536)
    took = time.perf_counter() - before
    os.kill(pid, 15)
    os.waitpid(pid, 0)
    os.close(terminal)
    return took


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=7)
    times = parser.parse_args().times
    python = sys.executable
    figures = {
        "python -c pass": [run_seconds(python, "-c", "pass") for _ in range(times)],
        "import textual.app": [run_seconds(python, "-c", "import textual.app") for _ in range(times)],
        "perftui --help": [run_seconds(python, "-m", "perftui", "--help") for _ in range(times)],
    }
    with tempfile.TemporaryDirectory() as home:
        figures["first paint of perftui"] = [first_paint_seconds(home) for _ in range(times)]
    said = ", ".join(f"{name} {statistics.median(took):.2f} s" for name, took in figures.items())
    print(f"startup: {said} (medians of {times})")


if __name__ == "__main__":
    main()
