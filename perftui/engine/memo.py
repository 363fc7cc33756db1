"""Work that is done once for each key, however many ask for it at the same time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

import anyio

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Memo(Generic[K, V]):
    """Results by key; the first to ask does the work, the others wait for it.

    Args:
        keep: whether a result is known for good; others are made again when next asked for.
    """

    def __init__(self, keep: Callable[[V], bool] = lambda _: True) -> None:
        self._keep = keep
        self._known: dict[K, V] = {}
        self._underway: dict[K, anyio.Event] = {}

    def know(self, key: K, value: V) -> None:
        """Take in a result from elsewhere, such as a former session of the run."""
        if self._keep(value):
            self._known.setdefault(key, value)

    def find(self, key: K) -> V | None:
        """The result, where it is known."""
        return self._known.get(key)

    async def get(self, key: K, make: Callable[[], Awaitable[V]]) -> tuple[V, bool]:
        """The result for a key, and whether it was known before.

        Where the one who does the work fails or is cancelled, the next in line does it.
        """
        while True:
            if key in self._known:
                return self._known[key], True
            underway = self._underway.get(key)
            if underway is None:
                break
            await underway.wait()
        done = self._underway[key] = anyio.Event()
        try:
            value = await make()
            if self._keep(value):
                self._known[key] = value
            return value, False
        finally:
            del self._underway[key]
            done.set()
