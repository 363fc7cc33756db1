"""Memory: what a process has used at its peak, and whether the kernel killed for want of it."""

from __future__ import annotations

_TELLING_NS = 200_000

_FILES = ("/sys/fs/cgroup/memory.events", "/sys/fs/cgroup/memory/memory.oom_control")


class Peak:
    """The peak memory of a child, beyond what it held before it saw the program.

    A child is forked from a zygote, and its pages are the zygote's at first: those are not the program's.
    The kernel's own count is off by some hundred KiB: it keeps a few pages of each core apart.

    Args:
        bare: what it held then, in bytes.
    """

    def __init__(self, bare: int = 0) -> None:
        self._bare = bare
        self._highest = 0
        self._unseen_ns = 0

    @property
    def bytes(self) -> int:
        """What is known so far, 0 where nothing is."""
        return max(1, self._highest - self._bare) if self._highest else 0

    def look(self, pid: int, spent_ns: int) -> None:
        """Look at a child that has just spent so much CPU time, unless that is too little to use memory.

        In 0.2 ms no more than 1 or 2 MiB can be touched; a look takes a quarter of that.
        """
        self._unseen_ns += spent_ns
        if not self._highest or self._unseen_ns >= _TELLING_NS:
            self._unseen_ns = 0
            self.take(peak_bytes(pid))

    def take(self, peak: int) -> None:
        """Take in a peak of the whole process, as the system told it."""
        self._highest = max(self._highest, peak)


class OutOfMemoryCount:
    """The count of such kills, compared with the last look."""

    def __init__(self) -> None:
        self._last = _read()

    def has_grown(self) -> bool:
        """Whether there was one since the last look."""
        last, self._last = self._last, _read()
        return self._last > last


def peak_bytes(pid: int) -> int:
    """The peak of a process's resident memory, 0 where it cannot be read or has ended."""
    try:
        with open(f"/proc/{pid}/status", encoding="utf-8", errors="replace") as file:  # noqa: PTH123
            for line in file:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) << 10
    except OSError:
        return 0
    return 0


def _read() -> int:
    for name in _FILES:
        try:
            with open(name, encoding="ascii") as file:  # noqa: PTH123
                for line in file:
                    if line.startswith("oom_kill "):
                        return int(line.split()[1])
        except OSError:
            continue
    return 0
