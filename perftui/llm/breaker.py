"""A server that is gone is told from a call that fails: the run stops before every chain is lost."""

from __future__ import annotations

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
)

FAILURES = 8
"""So many calls that failed for good in a row, with no reply to any call between, are a server's end."""


class Breaker:
    """A ChatModel that raises `ModelLostError` where its inner model answers no call any more.

    A call that fails for good is held back while it may be one of many: until a reply to another
    call shows that the server is there, or no other call is on its way. Where the server turns out
    to be gone, the calls that were held back fail as lost too, and a resumed run sends them again.
    """

    def __init__(self, inner: ChatModel, failures: int = FAILURES) -> None:
        """Wrap a model.

        Args:
            inner: who answers.
            failures: how many in a row are too many, at least 1.
        """
        self._inner = inner
        self._most = failures
        self._in_a_row = 0
        self._under_way = 0
        self._settled = anyio.Event()

    @property
    def inner(self) -> ChatModel:
        """The model that answers."""
        return self._inner

    @property
    def name(self) -> str:
        """The inner model's."""
        return self._inner.name

    @property
    def recorded(self) -> bool:
        """The inner model's."""
        return self._inner.recorded

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
            await self._hold(error)
            raise
        self._in_a_row = 0
        self._settle()
        return reply

    async def aclose(self) -> None:
        """Close the inner model."""
        await self._inner.aclose()

    async def _hold(self, error: ModelFailedError) -> None:
        """Wait until it is known what the failure means.

        Raises:
            ModelLostError: the server is gone.
        """
        self._in_a_row += 1
        if self._in_a_row >= self._most:
            self._settle()
        elif self._under_way:
            await self._settled.wait()
        if self._in_a_row >= self._most:
            raise ModelLostError(
                f"the last {self._in_a_row} calls of the model failed, all in a row: {error}"
            ) from error

    @contextmanager
    def _counted(self) -> Iterator[None]:
        self._under_way += 1
        try:
            yield
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._settle()

    def _settle(self) -> None:
        """Let go of all calls that are held back; each looks for itself at what is known now."""
        self._settled.set()
        self._settled = anyio.Event()
