"""The supervisor: PID 1 of a container, or a plain subprocess with `--process`.

It speaks frames on stdin and stdout, runs one job at a time, and ends when stdin does. It never
forks without exec, so that no program and no input is in the memory of a child but its own.
"""

from __future__ import annotations

import os
import platform
import signal
import sys
import traceback
from typing import NoReturn

from perfbox import linux
from perfbox.checks import Checking
from perfbox.clock import has_process_clock
from perfbox.host_link import HostGoneError, HostLink, Message
from perfbox.jobs import Facts, Judging
from perfbox.parents import Parents
from perfbox.profiles import Profiling
from perfbox.pump import Pump, StoppedError
from perfbox.runner import Runner, SandboxBrokenError
from perfbox.sweeper import SurvivorError
from perfbox.trials import TrialRun
from perfbox.zygotes import HASH_SEEDS, ZygoteLostError

PROTOCOL_VERSION = 3


class Supervisor:
    """Serves the host until it lets go.

    Args:
        as_process: whether this is a plain subprocess of the host, not a container's PID 1.
    """

    def __init__(self, *, as_process: bool) -> None:
        self._link = HostLink(0, 1)
        self._own_users = not as_process and os.geteuid() == 0
        self._parents = Parents(own_users=self._own_users)
        linux.wake_on_time()
        self._pump = Pump(self._link)
        self._runner = Runner(self._parents, self._pump, own_users=self._own_users)

    def serve(self) -> None:
        """Say hello, then run jobs until stdin ends.

        Raises:
            HostGoneError: it ended.
        """
        self._link.send("h", self._hello())
        while True:
            message = self._link.receive()
            job = message.control["job"]
            if message.kind == "s":
                continue  # it crossed the end of its job on the way
            self._pump.job = job
            try:
                self._run(message, job)
            except StoppedError:
                self._runner.end_all()
            except HostGoneError:
                raise
            except Exception as error:
                # Whatever it is: the host must know at once, and start another sandbox.
                traceback.print_exc()
                self._link.send("x", {"job": job, "reason": f"{type(error).__name__}: {error}"})
                return
            if self._runner.lost:
                self._link.send("x", {"job": job, "reason": self._runner.lost})
                return
            self._link.send("d", {"job": job, "breached": self._runner.breached})
            self._runner.fork_ahead()

    def close(self) -> None:
        """Kill all that runs."""
        try:
            self._runner.end_all()
        except (SurvivorError, ZygoteLostError, TimeoutError):
            pass  # nothing more can be done from here; the host ends the whole container
        finally:
            for zygote in self._parents.all():
                zygote.stop()

    def _run(self, message: Message, job: int) -> None:
        first = message.control["zygote"]
        # A checker's zygote is the next one.
        numbers = (first, first + 1) if message.kind == "c" else (first,)
        self._parents.prepare(numbers, message.control["packages"])
        facts = Facts(self._link, job, self._runner, message.control.get("digest_over", 0))
        if message.kind == "j":
            Judging(self._runner, facts, message).run()
        elif message.kind == "c":
            Checking(self._runner, facts, message).run()
        elif message.kind == "t":
            TrialRun(self._runner, message).run(self._link, job)
        elif message.kind == "l":
            Profiling(self._runner, message).run(self._link, job)
        else:
            raise SandboxBrokenError(f"an unknown message {message.kind!r}")

    def _hello(self) -> dict[str, object]:
        seccomp = all(zygote.seccomp for zygote in self._parents.all())
        words = ["rlimits"]
        if self._own_users:
            words.append("own user")
        if seccomp:
            words += ["no-new-privileges", "seccomp"]
        return {
            "version": PROTOCOL_VERSION,
            "python": platform.python_version(),
            "clock": "process-cpu" if has_process_clock() else "none",
            "confinement": words,
            "seccomp": seccomp,
            "own_users": self._own_users,
            "zygotes": len(HASH_SEEDS),
            "packages": self._parents.installed,
            "machine": platform.machine(),
            "libc": _libc(),
        }


def _libc() -> str:
    """Such as `glibc 2.36`; empty where it is another."""
    try:
        return os.confstr("CS_GNU_LIBC_VERSION") or ""
    except (AttributeError, ValueError, OSError):
        return ""


def main(arguments: list[str]) -> int:
    """Run until the host closes stdin."""
    as_process = "--process" in arguments
    if as_process:
        linux.die_with_parent(os.getppid())
        linux.adopt_orphans()
    linux.set_dumpable(dumpable=False)
    signal.signal(signal.SIGTERM, _leave)
    supervisor = Supervisor(as_process=as_process)
    try:
        supervisor.serve()
    except HostGoneError:
        return 0
    finally:
        supervisor.close()
    return 1


def _leave(_signal: int, _frame: object) -> NoReturn:
    sys.exit(0)
