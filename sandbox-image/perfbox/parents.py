"""The zygotes: plain ones from the start, and ones with packages loaded from when they are first wanted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from perfbox import packages
from perfbox.zygotes import HASH_SEEDS, Zygote


class Parents:
    """All zygotes, by what they have loaded and by their hash seed.

    Args:
        own_users: whether their children become other users.

    Attributes:
        installed: the packages that can be loaded, with their versions.
        pids: of all zygotes there are; grows with them.
    """

    def __init__(self, *, own_users: bool) -> None:
        self._own_users = own_users
        self._zygotes: dict[tuple[int, tuple[str, ...]], Zygote] = {}
        self.installed = packages.installed()
        self.pids: set[int] = set()
        self.prepare(range(len(HASH_SEEDS)), ())

    def prepare(self, numbers: Iterable[int], wanted: Sequence[str]) -> None:
        """Have zygotes ready that have loaded what is wanted of what is installed.

        One is started when it is first wanted: it takes as long as its packages take to load.
        """
        missing = sorted({self._key(number, wanted) for number in numbers} - self._zygotes.keys())
        for number, kind in missing:
            zygote = Zygote(HASH_SEEDS[number], own_users=self._own_users, packages=kind)
            self._zygotes[number, kind] = zygote
            self.pids.add(zygote.pid)
        for key in missing:
            self._zygotes[key].wait_until_ready()

    def of(self, number: int, wanted: Sequence[str]) -> Zygote:
        """One that was prepared; its number is taken modulo theirs."""
        return self._zygotes[self._key(number, wanted)]

    def all(self) -> list[Zygote]:
        """Those that there are."""
        return list(self._zygotes.values())

    def _key(self, number: int, wanted: Sequence[str]) -> tuple[int, tuple[str, ...]]:
        return number % len(HASH_SEEDS), tuple(name for name in self.installed if name in wanted)
