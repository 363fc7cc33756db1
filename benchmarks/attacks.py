"""What attacks get: one line.

    python benchmarks/attacks.py [--only TEXT] [-v]

The whole list of attacks (tests/attacks) in containers, one after another: how many got the verdict that
they should get and left the sandbox, the next program and the machine as they were; and how long after its
limit the last process of a timed-out program was gone, seen from outside of the container.
"""

from __future__ import annotations

import argparse
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import anyio

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from perftui.judging.judge import judge
from perftui.sandbox.choose import open_pool
from tests.attacks.catalogue import Attack
from tests.attacks.clock import measured, of_measurement
from tests.attacks.everything import ATTACKS
from tests.attacks.field import Field
from tests.attacks.outside import Engine
from tests.attacks.themes.gaming import GAMES
from tests.attacks.themes.mailbox import MAILBOXES


class Watcher:
    """Looks at a container's programs from outside, again and again, in a thread of its own.

    Args:
        engine: who tells of them.
        container: whose programs.
    """

    def __init__(self, engine: Engine, container: str) -> None:
        self._engine = engine
        self._container = container
        self._seen: list[tuple[float, frozenset[int]]] = []
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._ended.set()
        self._thread.join()

    def gone(self, began: float, limit: float) -> float:
        """When the processes that ran in the middle of a job's time were first seen to be gone."""
        running = [pids for at, pids in self._seen if began + limit / 4 < at < began + limit]
        tree = frozenset[int]().union(*running)
        if not tree:
            raise RuntimeError("nothing was seen to run")
        return next(at for at, pids in self._seen if at > began + limit / 4 and not tree & pids)

    def _look(self) -> None:
        while not self._ended.is_set():
            pids = frozenset(seen.pid for seen in self._engine.processes(self._container) if seen.uid)
            # Told by the end of the look: what is gone was gone by then.
            self._seen.append((time.monotonic(), pids))


async def overrun(field: Field, attack: Attack) -> float:
    """Seconds from a program's limit until it was seen to be gone with all that it started."""
    assert field.engine is not None
    async with field.pool.lease() as sandbox:
        (container,) = field.engine.containers()
        watcher = Watcher(field.engine, container)
        watcher.start()
        try:
            began = time.monotonic()
            await judge(sandbox, attack.problem, attack.program, limits=attack.limits, cpu=field.core)
            await anyio.sleep(0.5)
        finally:
            await anyio.to_thread.run_sync(watcher.stop)
    return watcher.gone(began, attack.limits.test_seconds) - began - attack.limits.test_seconds


async def all_problems(field: Field, only: str) -> dict[str, Sequence[str]]:
    """What was not as it should be, by the attack's name."""
    found: dict[str, Sequence[str]] = {}
    for attack in ATTACKS:
        if only in attack.name:
            found[attack.name] = (await field.try_out(attack)).problems
    for mailbox in MAILBOXES:
        if only in mailbox.name:
            found[f"mail: {mailbox.name}"] = await field.deliver(mailbox)
    for game in GAMES:
        if only in game.name:
            found[f"game: {game.name}"] = of_measurement(game, await measured(field, game))
    return found


async def main() -> None:
    """Try all of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="attacks with this text in their names")
    parser.add_argument("-v", dest="verbose", action="store_true", help="tell what was not right")
    arguments = parser.parse_args()
    engine = Engine()
    async with open_pool("docker", 1) as pool:
        field = Field(pool, engine)
        await field.prepare()
        found = await all_problems(field, arguments.only)
        timed_out = [a for a in ATTACKS if a.verdicts == ("timeout",) and arguments.only in a.name]
        late = [await overrun(field, attack) for attack in timed_out if attack.limits.test_seconds < 1]
    engine.close()
    right = sum(not problems for problems in found.values())
    if arguments.verbose:
        for name, problems in found.items():
            for problem in problems:
                print(f"{name}: {problem[:300]}", file=sys.stderr)
    slowest = f"{max(late) * 1e3:.0f} ms" if late else "no time"
    print(
        f"attacks in docker: {len(found)} tried, {100 * right / max(1, len(found)):.1f} % with the right "
        f"verdict and nothing left; the slowest of {len(late)} timed-out trees was seen to be gone {slowest} "
        "after its limit"
    )


if __name__ == "__main__":
    anyio.run(main)
