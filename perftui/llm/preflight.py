"""A cheap look, before a run begins, whether its model can be asked at all."""

from __future__ import annotations

from perftui.llm.model import ChatModel
from perftui.llm.openai_compatible import OpenAICompatible
from perftui.llm.wrapped import Wrapped


async def preflight(model: ChatModel) -> None:
    """See that a live model's server can be reached; a recorded one needs nothing.

    Raises:
        EnvironmentLacksError: it cannot be reached, or refuses the key; with the cure.
    """
    while isinstance(model, Wrapped):
        model = model.inner
    if isinstance(model, OpenAICompatible):
        await model.probe()
