"""Whether the kernel killed for want of memory, as the container's memory group counts it."""

from __future__ import annotations

_FILES = ("/sys/fs/cgroup/memory.events", "/sys/fs/cgroup/memory/memory.oom_control")


class OutOfMemoryCount:
    """The count of such kills, compared with the last look."""

    def __init__(self) -> None:
        self._last = _read()

    def has_grown(self) -> bool:
        """Whether there was one since the last look."""
        last, self._last = self._last, _read()
        return self._last > last


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
