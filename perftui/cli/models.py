"""The model of a plan: a server, a recording, or programs that were given."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from importlib.resources import as_file, files
from pathlib import Path

import anyio

from perftui.cli.given import Places
from perftui.events.plan import RunPlan
from perftui.llm.model import ChatModel

RECORDED = "recorded:"
BUNDLED = f"{RECORDED}demo"
"""The recording that is part of perftui."""


def opener(plan: RunPlan, places: Places | None = None) -> Callable[[], Awaitable[ChatModel]]:
    """What makes the plan's model when the run begins, once it is known to be reachable.

    Args:
        plan: names the model.
        places: the programs of an evaluation.
    """

    async def open_it() -> ChatModel:
        # Imported here: httpx takes longer to load than most commands take to run.
        from perftui.llm.breaker import Breaker  # noqa: PLC0415
        from perftui.llm.choose import open_model  # noqa: PLC0415
        from perftui.llm.given import GivenPrograms  # noqa: PLC0415
        from perftui.llm.preflight import preflight  # noqa: PLC0415

        if places is not None:
            programs = {place: sample.program for place, sample in places.items()}
            return GivenPrograms(programs, name=plan.model)
        with ExitStack() as stack:
            spec = plan.model
            if spec == BUNDLED:
                bundled = files("perftui") / "demo" / "replies.jsonl"
                spec = f"{RECORDED}{stack.enter_context(as_file(bundled))}"
            model = open_model(
                spec,
                base_url=plan.base_url,
                pace=plan.pace,
                model_calls=plan.model_calls,
                patience=plan.patience,
            )
        if model.recorded:
            return model
        try:
            await preflight(model)
        except BaseException:
            with anyio.CancelScope(shield=True):
                await model.aclose()
            raise
        return Breaker(model)

    return open_it


def settled(spec: str) -> str:
    """A model as a plan keeps it: a recording's file is found again from any folder."""
    file = spec.removeprefix(RECORDED)
    return f"{RECORDED}{Path(file).resolve()}" if spec.startswith(RECORDED) and file else spec
