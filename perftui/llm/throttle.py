"""No more calls at once than a server is to bear."""

from __future__ import annotations

from collections.abc import Callable

import anyio

from perftui.llm.model import Backoff, ChatModel, ChatRequest, Reply
from perftui.llm.wrapped import Wrapped


class Throttled(Wrapped):
    """A ChatModel that lets at most so many calls through, the longest waiting first.

    A call that backs off keeps its place: a server that asks for less gets less.
    """

    def __init__(self, inner: ChatModel, calls: int) -> None:
        """Wrap a model.

        Args:
            inner: who answers.
            calls: how many may be in flight, at least 1.
        """
        super().__init__(inner)
        self._limiter = anyio.CapacityLimiter(calls)
        self._waiting = 0
        self._back_at: dict[object, float] = {}

    @property
    def calls(self) -> int:
        """How many calls may be in flight."""
        return int(self._limiter.total_tokens)

    def allow(self, calls: int) -> None:
        """Let so many calls through from here on; those in flight come to their end."""
        self._limiter.total_tokens = max(1, calls)

    @property
    def in_flight(self) -> int:
        """Calls that were sent and are not answered."""
        return self._limiter.borrowed_tokens - self.backing_off

    @property
    def backing_off(self) -> int:
        """Calls that wait to be sent again."""
        now = anyio.current_time() if self._back_at else 0.0
        return sum(back > now for back in self._back_at.values())

    @property
    def waiting(self) -> int:
        """Calls that wait for their turn."""
        return self._waiting

    async def reply(
        self,
        request: ChatRequest,
        *,
        on_text: Callable[[str], None],
        on_backoff: Callable[[Backoff], None],
    ) -> Reply:
        """Wait for a place, then ask; raises what the inner model raises."""
        token = object()

        def note_backoff(backoff: Backoff) -> None:
            self._back_at[token] = anyio.current_time() + backoff.seconds
            on_backoff(backoff)

        await self._acquire(token)
        try:
            return await self._inner.reply(request, on_text=on_text, on_backoff=note_backoff)
        finally:
            self._back_at.pop(token, None)
            self._limiter.release_on_behalf_of(token)

    async def _acquire(self, token: object) -> None:
        self._waiting += 1
        try:
            await self._limiter.acquire_on_behalf_of(token)
        finally:
            self._waiting -= 1
