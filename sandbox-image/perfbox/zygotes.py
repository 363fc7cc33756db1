"""The supervisor's side of a zygote: start it, have it fork, wait and reap."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

from perfbox.confine import Confinement
from perfbox.packages import SINGLE_THREADED

HASH_SEEDS = (1, 20_011, 4_000_037)
_ANSWER_SECONDS = 20.0
_KIND = socket.SOCK_SEQPACKET if sys.platform == "linux" else socket.SOCK_STREAM
_FOLDER = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120


class ZygoteLostError(Exception):
    """A zygote ended or does not answer."""


class Zygote:
    """A process that forks children; its hash seed is its own, and so are the packages it has loaded."""

    def __init__(self, hash_seed: int, *, own_users: bool, packages: Sequence[str] = ()) -> None:
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, _KIND)
        self._received = bytearray()
        self._forked: list[int] = []
        self.seccomp = False
        self.child_bytes = 0
        with theirs:
            # -E and -I would also ignore the hash seed; the environment holds nothing else.
            self._process = subprocess.Popen(  # noqa: S603 - this interpreter, this folder
                [
                    *(sys.executable, "-s", "-B", "-X", "utf8", _FOLDER, "--zygote", str(theirs.fileno())),
                    *(["--own-users"] if own_users else []),
                    *(f"--load={name}" for name in packages),
                ],
                # Pipes, so that the streams that children inherit are made for pipes.
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={
                    **_kept_environment(),
                    **(SINGLE_THREADED if packages else {}),
                    "PYTHONHASHSEED": str(hash_seed),
                },
                pass_fds=[theirs.fileno()],
                cwd="/",
            )

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def wait_until_ready(self) -> None:
        """Wait for its imports."""
        self.seccomp = bool(self._hear(_ANSWER_SECONDS)["seccomp"])

    def begin_fork(self, plan: Confinement, descriptors: list[int]) -> None:
        """Have a child forked with these descriptors; `end_fork` gives its pid, once it is wanted."""
        request = json.dumps({"do": "fork", "confinement": plan.to_json()}).encode()
        try:
            socket.send_fds(self._socket, [request], descriptors)
        except OSError as error:
            raise ZygoteLostError("a zygote has ended") from error

    def end_fork(self) -> int:
        """The pid of the child that was forked."""
        if self._forked:
            return self._forked.pop(0)
        return int(self._hear(_ANSWER_SECONDS)["pid"])

    def wait(self, pid: int, seconds: float) -> bool:
        """Wait until a child has ended, but keep its remains. If False, call `wait_on` before all else."""
        self._tell({"do": "wait", "pid": pid})
        return self.wait_on(seconds)

    def wait_on(self, seconds: float = _ANSWER_SECONDS) -> bool:
        """Go on waiting after `wait` gave False."""
        try:
            self._hear_of_child(seconds)
        except TimeoutError:
            return False
        return True

    def reap(self, pid: int, seconds: float) -> tuple[int, int] | None:
        """A child's wait status and peak memory in bytes, once it has ended.

        None where it did not end in time: then end it, and call `reap_on` before all else.
        """
        self._tell({"do": "reap", "pid": pid})
        return self.reap_on(seconds)

    def reap_on(self, seconds: float = _ANSWER_SECONDS) -> tuple[int, int] | None:
        """Go on reaping after `reap` gave None."""
        try:
            answer = self._hear_of_child(seconds)
        except TimeoutError:
            return None
        return int(answer["status"]), int(answer["peak_bytes"])

    def stop(self) -> None:
        """End it."""
        self._socket.close()
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def _tell(self, message: dict[str, Any]) -> None:
        try:
            self._socket.sendall(json.dumps(message).encode())
        except OSError as error:
            raise ZygoteLostError("a zygote has ended") from error

    def _hear_of_child(self, seconds: float) -> dict[str, Any]:
        """The next answer; what is said of a child that was forked meanwhile is kept for `end_fork`."""
        while "pid" in (answer := self._hear(seconds)):
            self._forked.append(int(answer["pid"]))
        return answer

    def _hear(self, seconds: float) -> dict[str, Any]:
        self._socket.settimeout(max(seconds, 1e-4))
        while b"\n" not in self._received:
            try:
                data = self._socket.recv(1 << 16)
            except socket.timeout as error:
                raise TimeoutError from error
            except OSError as error:
                raise ZygoteLostError("a zygote has ended") from error
            if not data:
                raise ZygoteLostError("a zygote has ended")
            self._received += data
        line, _, rest = bytes(self._received).partition(b"\n")
        self._received = bytearray(rest)
        return json.loads(line)  # type: ignore[no-any-return]


def _kept_environment() -> dict[str, str]:
    """What the interpreter may need to start; a program could find the rest in /proc/self/environ."""
    names = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
    return {name: os.environ[name] for name in names if name in os.environ}
