"""A server that is gone is told from a call that fails: the run stops before every chain is lost."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import anyio

from perftui.llm.model import (
    Backoff,
    ChatModel,
    ChatRequest,
    ModelFailedError,
    ModelLostError,
    ModelRefusedError,
    Reply,
    RequestRefusedError,
)
from perftui.llm.wrapped import Wrapped

FAILURES = 8
"""So many calls that failed for good in a row, with no reply to any call between, are a server's end."""

HOLD_SECONDS = 2.0
"""How long a call that failed is held back where no other call is under way."""


class Breaker(Wrapped):
    """A ChatModel that raises `ModelLostError` where its inner model answers no call any more.

    A call that fails for good is held back while it may be one of many: until a reply to another
    call shows that the server is there, or nobody else asks. Where the server turns out to be gone,
    the calls that were held back are lost alike, and a resumed run sends them again.

    A server that refuses a request is there: all such calls of one problem count as one, so that a
    problem whose text it will not have does not stop the run.
    """

    def __init__(
        self, inner: ChatModel, *, failures: int = FAILURES, hold_seconds: float = HOLD_SECONDS
    ) -> None:
        """Wrap a model.

        Args:
            inner: who answers.
            failures: how many in a row are too many, at least 1.
            hold_seconds: how long a failed call waits for another to begin.
        """
        super().__init__(inner)
        self._most = failures
        self._hold_seconds = hold_seconds
        self._in_a_row = 0
        self._refused: set[str] = set()
        self._replies = 0
        self._under_way = 0
        self._changed = anyio.Event()

    async def reply(
        self,
        request: ChatRequest,
        *,
        on_text: Callable[[str], None],
        on_backoff: Callable[[Backoff], None],
    ) -> Reply:
        """Ask the inner model; raises what it raises.

        Raises:
            ModelLostError: too many calls in a row have failed for good.
        """
        try:
            with self._counted():
                reply = await self._inner.reply(request, on_text=on_text, on_backoff=on_backoff)
        except ModelRefusedError:
            raise
        except ModelFailedError as error:
            self._count(request.problem, error)
            await self._hold(error)
            raise
        self._replies += 1
        self._in_a_row = 0
        self._refused.clear()
        self._tell()
        return reply

    def _count(self, problem: str, error: ModelFailedError) -> None:
        if isinstance(error, RequestRefusedError):
            if problem in self._refused:
                return
            self._refused.add(problem)
        self._in_a_row += 1

    async def _hold(self, error: ModelFailedError) -> None:
        """Wait until it is known what the failure means.

        Raises:
            ModelLostError: the server is gone.
        """
        replies = self._replies
        self._tell()
        while self._in_a_row < self._most and self._replies == replies:
            patience = math.inf if self._under_way else self._hold_seconds
            with anyio.move_on_after(patience) as nobody_asks:
                await self._changed.wait()
            if nobody_asks.cancelled_caught:
                break
        if self._in_a_row >= self._most:
            raise ModelLostError(
                f"the last {self._in_a_row} calls of the model failed, all in a row: {error}"
            ) from error

    @contextmanager
    def _counted(self) -> Iterator[None]:
        self._under_way += 1
        self._tell()
        try:
            yield
        finally:
            self._under_way -= 1
            self._tell()

    def _tell(self) -> None:
        """Let the calls that are held back look again at what is known."""
        self._changed.set()
        self._changed = anyio.Event()
