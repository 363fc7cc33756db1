"""A diff of two 2,000-line programs: how long it takes, and for how long nothing else can run meanwhile.

    python benchmarks/diffing.py [--lines 2000]

Beside it in the same run: difflib alone on the same lines.
"""

from __future__ import annotations

import argparse
import difflib
import random
import threading
import time

from perftui.tui.panes.diff import diff_lines


def programs(lines: int, *, repetitive: bool) -> tuple[str, str]:
    rng = random.Random(1)
    sevenths, fifths = (7, 5) if repetitive else (lines, lines)
    old = [f"    value_{n % sevenths} = compute({n % fifths})" for n in range(lines)]
    new = [line if rng.random() > 0.1 else f"{line}  # changed" for line in old]
    return "\n".join(old), "\n".join(new)


def longest_pause(work: object) -> tuple[float, float]:
    """Seconds that a piece of work took in a thread, and the longest that this one could not run."""
    assert callable(work)
    thread = threading.Thread(target=work)
    before = last = time.perf_counter()
    longest = 0.0
    thread.start()
    while thread.is_alive():
        time.sleep(0.001)
        now = time.perf_counter()
        longest, last = max(longest, now - last), now
    return time.perf_counter() - before, longest


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=2000)
    lines = parser.parse_args().lines
    for kind in ("distinct", "repetitive"):
        old, new = programs(lines, repetitive=kind == "repetitive")
        first, _ = longest_pause(lambda old=old, new=new: diff_lines(old, new, colours=False))
        took, pause = longest_pause(lambda old=old, new=new: diff_lines(old, new))
        before = time.perf_counter()
        difflib.SequenceMatcher(None, old.split("\n"), new.split("\n"), autojunk=False).get_opcodes()
        alone = time.perf_counter() - before
        print(
            f"diff of {lines} {kind} lines: {1000 * first:.0f} ms to the first paint, "
            f"{1000 * took:.0f} ms more with colours; "
            f"longest pause of another thread {1000 * pause:.0f} ms; difflib alone {1000 * alone:.0f} ms"
        )


if __name__ == "__main__":
    main()
