"""A Docker engine of the tests' own, to stop, start, freeze and fill up: no other engine is touched."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.support.command import wait_until

_ROOM_MIB = 1024
_LEAVE_SECONDS = 20.0


class OwnEngine:
    """An engine whose disk is a small one in memory; needs root.

    Attributes:
        url: where it listens, as DOCKER_HOST names it.
    """

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="perftui-engine-"))
        self._disk = self._folder / "disk"
        self._ballast = self._disk / "ballast"
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"unix://{self._folder}/engine.sock"

    def mount(self) -> None:
        """Make its disk."""
        self._disk.mkdir()
        size = f"size={_ROOM_MIB}m"
        subprocess.run(["mount", "-t", "tmpfs", "-o", size, "perftui-tests", self._disk], check=True)

    def start(self, *, keeps_containers: bool = False) -> None:
        """Start it, and wait until it answers.

        Args:
            keeps_containers: whether they live on while it is away (Docker's `live-restore`).
        """
        # A pid file of one that was killed keeps the next from starting.
        for stale in ("pid", "exec/containerd/containerd.pid"):
            (self._folder / stale).unlink(missing_ok=True)
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    "dockerd",
                    *("--bridge=none", "--iptables=false", "--ip-forward=false"),
                    *("--data-root", self._disk / "data", "--exec-root", self._folder / "exec"),
                    *("--pidfile", self._folder / "pid", "--host", self.url),
                    *(["--live-restore"] if keeps_containers else []),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # It must not be hit by what a terminal sends to the tests.
                start_new_session=True,
            )

        def answers_or_ended() -> bool:
            return self.docker("version", check=False).returncode == 0 or self._has_ended()

        wait_until(answers_or_ended)
        if self._has_ended():
            raise OSError(f"dockerd does not start here: {self._last_words()}")

    def ensure(self) -> None:
        """Start it where it does not run."""
        if self._has_ended():
            self.start()

    def stop(self) -> None:
        """Stop it in order; its containers are stopped with it."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGCONT)
            self._process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(_LEAVE_SECONDS)
        self.kill()

    def kill(self) -> None:
        """End it with SIGKILL; its containers know nothing of it."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """It answers nothing meanwhile, and hangs up on nobody."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    @contextmanager
    def full(self) -> Iterator[None]:
        """Its disk is full meanwhile."""
        with self._ballast.open("wb") as ballast:
            free = os.statvfs(self._disk).f_bavail * os.statvfs(self._disk).f_frsize
            os.posix_fallocate(ballast.fileno(), 0, free)
        try:
            yield
        finally:
            self._ballast.unlink()

    @contextmanager
    def small_disk(self) -> Iterator[Path]:
        """A disk of 8 MiB beside the engine's, for whatever is to run out of room."""
        disk = Path(tempfile.mkdtemp(prefix="small-", dir=self._folder))
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "perftui-tests", disk], check=True)
        try:
            yield disk
        finally:
            subprocess.run(["umount", disk], check=True)

    def docker(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Ask it something, as a person would."""
        return subprocess.run(
            ["docker", "-H", self.url, *arguments], check=check, capture_output=True, text=True, timeout=60
        )

    def take_image(self, tag: str) -> None:
        """Bring an image over from the engine that the tests use otherwise."""
        with subprocess.Popen(["docker", "save", tag], stdout=subprocess.PIPE) as saved:
            subprocess.run(["docker", "-H", self.url, "load", "--quiet"], stdin=saved.stdout, check=True)

    def containers(self, *filters: str) -> list[str]:
        """The ids of its containers, running or not.

        One that it lists and no longer has is none: an engine that was restarted while it removed a
        container may go on listing that.
        """
        wanted = [word for name in filters for word in ("--filter", name)]
        listed = self.docker("ps", "--all", "--quiet", "--no-trunc", *wanted).stdout.split()
        return [one for one in listed if self._has(one)]

    def _has(self, container: str) -> bool:
        found = self.docker("inspect", "--type", "container", container, check=False)
        return found.returncode == 0 or "no such container" not in found.stderr.lower()

    def close(self) -> None:
        """End it, and leave no process, no mount and no file of it."""
        self.stop()
        for pid in _mentioning(str(self._folder)):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.1)
        for mount in sorted(_mounts_below(self._folder), reverse=True):
            subprocess.run(["umount", "--lazy", mount], check=False)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _has_ended(self) -> bool:
        return self._process is None or self._process.poll() is not None

    def _last_words(self) -> str:
        lines = (self._folder / "log").read_text(encoding="utf-8", errors="replace").splitlines()
        return lines[-1] if lines else "it says nothing"


def _mentioning(words: str) -> list[int]:
    """Processes whose command has these words in it: an engine's containerd and its shims."""
    found = []
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            with suppress(OSError):
                command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
                if words in command:
                    found.append(int(process.name))
    return found


def _mounts_below(folder: Path) -> list[str]:
    mounts = [line.split()[1] for line in Path("/proc/self/mounts").read_text("utf-8").splitlines()]
    return [mount for mount in mounts if Path(mount).is_relative_to(folder)]
