"""A model around another: what all such have in common."""

from __future__ import annotations

from perftui.llm.model import ChatModel


class Wrapped:
    """All of a ChatModel but `reply`, passed on to an inner one."""

    def __init__(self, inner: ChatModel) -> None:
        self._inner = inner

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

    def allow(self, calls: int) -> None:
        """Pass it on."""
        self._inner.allow(calls)

    async def aclose(self) -> None:
        """Close the inner model."""
        await self._inner.aclose()
