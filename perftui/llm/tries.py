"""The attempts of one call: counted, bounded, and each wait between them told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import anyio

from perftui.llm.faults import BrokenCallError
from perftui.llm.model import Backoff
from perftui.llm.patience import Patience


class Tries:
    """What one call has spent of its patience.

    Attributes:
        attempt: the running attempt, 1-based.
        shown: whether the last attempt gave away any text before it failed.
    """

    def __init__(self, patience: Patience, on_backoff: Callable[[Backoff], None]) -> None:
        self._patience = patience
        self._on_backoff = on_backoff
        self._began = anyio.current_time()
        self.attempt = 1
        self.shown = False

    def __str__(self) -> str:
        times = "once" if self.attempt == 1 else f"{self.attempt} times"
        return f"tried {times} in {self._spent():.0f} s"

    @contextmanager
    def within_total(self) -> Iterator[None]:
        """Bound one attempt by what is left of the whole call.

        Raises:
            BrokenCallError: nothing is left, and the reply is not whole.
        """
        try:
            with anyio.fail_after(max(0.0, self._patience.total - self._spent())):
                yield
        except TimeoutError as error:
            raise BrokenCallError(f"no whole reply within {self._patience.total:g} s") from error

    def next_wait(self, error: BaseException) -> bool | float:
        """Whether to try again after an error: the seconds to wait before, or False."""
        if not isinstance(error, BrokenCallError) or self.attempt >= self._patience.attempts:
            return False
        seconds = self._patience.wait(self.attempt, error.retry_after)
        if self._spent() + seconds >= self._patience.total:
            return False
        self._on_backoff(Backoff(seconds=seconds, attempt=self.attempt, reason=error.reason))
        self.attempt += 1
        return seconds

    def _spent(self) -> float:
        return anyio.current_time() - self._began
