"""A question that was answered before is not asked, and not paid for, again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import msgspec

from perftui.llm.model import Backoff, ChatModel, ChatRequest, Reply
from perftui.llm.wrapped import Wrapped

Recall = Callable[[ChatRequest], Awaitable[Reply | None]]
"""The whole reply that the very same request had before; None where it had none."""


class Reusing(Wrapped):
    """A ChatModel that gives the reply which the same request had elsewhere, and asks where there is none.

    Runs that are compared then differ in nothing but what they do differently: they start from the
    same programs.
    """

    def __init__(self, inner: ChatModel, recall: Recall) -> None:
        """Wrap a model.

        Args:
            inner: who answers what is new.
            recall: what was answered before, by the same model.
        """
        super().__init__(inner)
        self._recall = recall

    async def reply(
        self,
        request: ChatRequest,
        *,
        on_text: Callable[[str], None],
        on_backoff: Callable[[Backoff], None],
    ) -> Reply:
        """The known reply, marked as such, or the inner model's; raises what that raises."""
        known = await self._recall(request)
        if known is None:
            return await self._inner.reply(request, on_text=on_text, on_backoff=on_backoff)
        on_text(known.text)
        return msgspec.structs.replace(known, reused=True)
