"""The model of a plan: a server, a recording, the replies of a stored run, or programs that were given."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING

import anyio

from perftui.cli.given import Places
from perftui.errors import BadInputError
from perftui.events.plan import RunPlan
from perftui.events.reduce import replay
from perftui.llm.model import ChatModel
from perftui.refine.chain import is_by_hand, turn_of
from perftui.store.sharing import SharedReplies
from perftui.store.writer import Store, open_store
from perftui.text import one_line

if TYPE_CHECKING:
    from perftui.llm.recorded import Record, Turn
    from perftui.llm.throttle import Throttled

RECORDED = "recorded:"
BUNDLED = f"{RECORDED}demo"
"""The recording that is part of perftui."""


def opener(plan: RunPlan, places: Places | None = None) -> Callable[[Store], Awaitable[ChatModel]]:
    """What makes the plan's model when the run begins, once it is known to be reachable.

    Args:
        plan: names the model.
        places: the programs of an evaluation.
    """

    async def open_it(store: Store) -> ChatModel:
        # Imported here: httpx takes longer to load than most commands take to run.
        from perftui.llm.breaker import Breaker  # noqa: PLC0415
        from perftui.llm.given import GivenPrograms  # noqa: PLC0415
        from perftui.llm.preflight import preflight  # noqa: PLC0415
        from perftui.llm.reuse import Reusing  # noqa: PLC0415

        if places is not None:
            programs = {place: sample.program for place, sample in places.items()}
            return GivenPrograms(programs, name=plan.model)
        run = stored_run(plan.model)
        model = _opened(plan, None if run is None else await records_of(store, run))
        if model.recorded:
            return model
        try:
            await preflight(model)
        except BaseException:
            with anyio.CancelScope(shield=True):
                await model.aclose()
            raise
        patient = Breaker(model)
        return patient if plan.cell is None else Reusing(patient, SharedReplies(store, plan))

    return open_it


async def check_model(plan: RunPlan) -> None:
    """See that a plan's model can be opened; nothing is sent.

    Raises:
        PerftuiError: as `opener`, but for a server that cannot be reached.
    """
    run = stored_run(plan.model)
    await _opened(plan, None if run is None else {}).aclose()


def check_model_now(plan: RunPlan) -> None:
    """As `check_model`, from a thread without an event loop."""
    anyio.run(check_model, plan)


def settled(spec: str, db: Path) -> str:
    """A model as a plan keeps it: a recording's file, or a stored run, is found again from any folder.

    Raises:
        BadInputError: it names neither a file nor a run.
    """
    file = spec.removeprefix(RECORDED)
    if not spec.startswith(RECORDED) or not file:
        return spec
    path = Path(file).resolve()
    if path.exists() or "/" in file or path.suffix:
        return f"{RECORDED}{path}"
    return f"{RECORDED}{anyio.run(_found, db, file)}"


def stored_run(spec: str) -> str | None:
    """The id of the stored run whose replies a settled model replays; None where it is another model."""
    name = spec.removeprefix(RECORDED)
    named = spec.startswith(RECORDED) and spec != BUNDLED and name
    return name if named and not Path(name).is_absolute() else None


async def records_of(store: Store, run: str) -> dict[Turn, Record]:
    """The replies of a stored run, in the latest attempt at each problem.

    Raises:
        BadInputError: there is no such run, or it has no replies.
    """
    from perftui.llm.recorded import Record  # noqa: PLC0415 - as above

    run = await store.find_run(run)
    state = replay(await store.events(run))
    records = {
        (id_, chain.index, turn_of(chain.rounds, round_.index)): Record(
            task_id=id_,
            chain=chain.index,
            turn=turn_of(chain.rounds, round_.index),
            reply=round_.reply.text,
            prompt_tokens=round_.reply.usage.prompt_tokens,
            completion_tokens=round_.reply.usage.completion_tokens,
            finish=round_.reply.finish,
        )
        for id_, problem in state.problems.items()
        for chain in problem.chains
        for round_ in chain.rounds
        if round_.reply is not None and not is_by_hand(round_)
    }
    if not records:
        raise BadInputError(f"run {run} has no replies that could be replayed")
    return records


def _opened(plan: RunPlan, records: dict[Turn, Record] | None) -> Throttled:
    from perftui.llm.choose import open_model  # noqa: PLC0415 - as above

    with ExitStack() as stack:
        spec = plan.model
        if spec == BUNDLED:
            bundled = files("perftui") / "demo" / "replies.jsonl"
            spec = f"{RECORDED}{stack.enter_context(as_file(bundled))}"
        return open_model(
            spec,
            base_url=plan.base_url,
            pace=plan.pace,
            model_calls=plan.model_calls,
            patience=plan.patience,
            records=records,
        )


async def _found(db: Path, name: str) -> str:
    try:
        async with open_store(db, create=False) as store:
            return await store.find_run(name)
    except BadInputError as error:
        raise BadInputError(f"{one_line(name, 60)}: no such file, and no stored run: {error}") from error
