"""From a plan to a run that is watched: store, sandboxes, model and engine, put together and ended.

One outer task group owns the signals; the engine and whoever watches live within it. A screen that
ends, an engine that ends and a signal all lead to the same clean-up, which nothing interrupts.
"""

from __future__ import annotations

import platform
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import anyio
import click
import msgspec

from perftui import __version__
from perftui.cli.own import own_in_use
from perftui.cli.stopping import Stopping
from perftui.engine.budget import Ledger, measurements_of
from perftui.engine.chains import Tools
from perftui.engine.engine import Engine
from perftui.engine.hub import Hub
from perftui.engine.judges import Judges
from perftui.engine.preparers import Preparers
from perftui.engine.recall import recall
from perftui.engine.steering import Steering
from perftui.engine.timers import Timers
from perftui.errors import EnvironmentLacksError, ExitStatus, InfrastructureFailedError, PerftuiError
from perftui.events.commands import Command
from perftui.events.model import RunResumed, StoredEvent
from perftui.events.plan import Environment, ProblemHead, RunPlan
from perftui.events.summary import resumable
from perftui.llm.model import ChatModel, ModelLostError, ModelRefusedError
from perftui.paths import answers_dir, core_locks_dir
from perftui.preparing.cache import AnswerCache
from perftui.problems.model import Problem
from perftui.refine.catalogue import find_strategy
from perftui.sandbox.choose import open_pool
from perftui.sandbox.cores import Cores, settle_host, usable_cores
from perftui.sandbox.imports import needs_of
from perftui.sandbox.pool import WarmPool
from perftui.sandbox.protocol import SandboxInfo
from perftui.store.lease import beside
from perftui.store.pulse import Watched, serve
from perftui.store.siblings import SiblingFacts
from perftui.store.trouble import StoreFailedError
from perftui.store.writer import Store, open_store


class ModelUnusableError(EnvironmentLacksError):
    """The model of a run can answer no call: its server is not there, or refuses."""


class ModelGoneError(InfrastructureFailedError):
    """The server of a run's model answers no more."""


Watch = Callable[["Live"], Awaitable[None]]
"""Looks at a live run until there is no more to see."""


@dataclass(frozen=True, kw_only=True)
class Launch:
    """What is to be run.

    Attributes:
        plan: the settings.
        problems: of the run, in order.
        open_model: makes the model, given the store; the run closes it.
        db: the database.
        watch: who looks at it.
        linger: whether the engine waits for reruns when all is done.
        run: the id of a run to go on with, None for a new one.
        commands: what is asked of the run at its beginning, such as to solve a problem anew.
        prefix: facts that a new run begins with: those of a fork.
        say: is told how the set-up goes, in lines.
        fall_back: use the process sandbox where Docker cannot be had.
        base: image to build the sandbox image on, None for the default.
        programs: those that are given, whole; they may import what no problem does.
    """

    plan: RunPlan
    problems: tuple[Problem, ...]
    open_model: Callable[[Store], Awaitable[ChatModel]]
    db: Path
    watch: Watch
    linger: bool = False
    run: str | None = None
    commands: tuple[Command, ...] = ()
    prefix: tuple[StoredEvent, ...] = ()
    say: Callable[[str], None] = field(default=lambda line: click.echo(line, err=True))
    fall_back: bool = False
    base: str | None = None
    programs: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Live:
    """A run under way, for whoever watches it.

    Attributes:
        engine: runs it.
        store: keeps it.
        ended: set when the engine has come to its end.
        model: answers.
    """

    engine: Engine
    store: Store
    model: ChatModel
    ended: anyio.Event = field(default_factory=anyio.Event)


def start(launch: Launch) -> ExitStatus:
    """Run to the end, or until interrupted; every container and process of ours is gone after."""
    with own_in_use(launch.plan.strategies, launch.plan.prompts):
        return anyio.run(_start, launch)


async def _start(launch: Launch) -> ExitStatus:
    stopping = Stopping()
    return await stopping.guard(lambda: _run(launch, stopping))


async def _run(launch: Launch, stopping: Stopping) -> ExitStatus:
    async with opened(launch) as live:
        stopping.engine = live.engine
        return await _live(live, launch.watch)


@asynccontextmanager
async def opened(launch: Launch) -> AsyncIterator[Live]:
    """A run that is set up and has not begun; its sandboxes and its lease are given back at the end.

    Raises:
        PerftuiError: it cannot be set up.
    """
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(open_store(launch.db))
        if launch.run is not None:
            # First of all: a run that is at work elsewhere needs no model and no sandbox of ours.
            await stack.enter_async_context(store.lease(launch.run))
        model = await _model(launch, store)
        stack.push_async_callback(model.aclose)
        strategy = find_strategy(launch.plan.strategy)
        pool, why = await stack.enter_async_context(_sandboxes(launch))
        cores = Cores(pool.cores, core_locks_dir())
        if launch.plan.settings.timing:
            # Where nothing is timed, no core need be kept quiet.
            stack.callback(settle_host(usable_cores()))
        environment = _environment(pool.info, why, cores)
        run, past = await _open_run(stack, launch, store, environment)
        hub = Hub(store, run, past)
        in_sweep = launch.plan.cell is not None
        precedents = SiblingFacts(store, launch.plan, environment) if in_sweep else None

        def tools(steering: Steering) -> Tools:
            plan = launch.plan
            ledger = Ledger(plan.budget, len(launch.problems), measurements_of(plan))
            order = {id_: place for place, id_ in enumerate(plan.problems)}
            preparers = Preparers(
                pool=pool,
                cores=cores,
                order=order,
                cache=AnswerCache(answers_dir()),
                memory_bytes=plan.limits.memory_bytes,
            )
            judges = Judges(pool, cores, order, all_tests=plan.limits.all_tests)
            timers = Timers(pool, cores, order, ledger)
            recall(hub.state, launch.problems, judges, timers)
            hub.settle()
            return Tools(
                plan=plan, strategy=strategy, model=model, hub=hub,
                preparers=preparers, judges=judges, timers=timers, steering=steering,
                precedents=precedents,
            )  # fmt: skip

        engine = Engine(tools, launch.problems, linger=launch.linger)
        for command in launch.commands:
            engine.steering.send(command)
        watched = Watched(
            run,
            state=lambda: engine.state,
            drain=engine.watch().drain,
            send=engine.steering.send,
            tell=engine.notice,
            unattended=not launch.linger,
        )
        await stack.enter_async_context(beside(lambda: serve(store, watched)))
        yield Live(engine=engine, store=store, model=model)


async def _model(launch: Launch, store: Store) -> ChatModel:
    try:
        return await launch.open_model(store)
    except StoreFailedError:
        raise
    except EnvironmentLacksError as error:
        raise ModelUnusableError(str(error)) from error


async def _live(live: Live, watch: Watch) -> ExitStatus:
    status = _Status()
    async with anyio.create_task_group() as group:
        group.start_soon(_supervise, live, status)
        try:
            await watch(live)
        finally:
            live.engine.steering.stop()
            with anyio.CancelScope(shield=True):
                await live.ended.wait()
    if status.error is not None:
        raise status.error
    if live.engine.state.status == "interrupted":
        return ExitStatus.INTERRUPTED
    broken = any(problem.status == "infrastructure" for problem in live.engine.state.problems.values())
    return ExitStatus.INFRASTRUCTURE_FAILED if broken else ExitStatus.DONE


@dataclass
class _Status:
    error: PerftuiError | None = None


async def supervised(live: Live) -> PerftuiError | None:
    """Run an engine to its end; the error that it ended by, with what goes on after it."""
    status = _Status()
    await _supervise(live, status)
    return status.error


async def _supervise(live: Live, status: _Status) -> None:
    go_on = f"go on with: perftui resume {resumable(live.engine.state)}"
    try:
        await live.engine.run()
    except ModelLostError as error:
        status.error = ModelGoneError(f"{error}; see to the server, then {go_on}")
    except ModelRefusedError as error:
        status.error = ModelUnusableError(f"{error}; then {go_on}")
    except StoreFailedError as error:
        status.error = error
    except EnvironmentLacksError as error:
        status.error = EnvironmentLacksError(f"{error}; then {go_on}")
    except PerftuiError as error:
        status.error = error
    finally:
        live.ended.set()


@asynccontextmanager
async def _sandboxes(launch: Launch) -> AsyncIterator[tuple[WarmPool, str]]:
    """Warm sandboxes, and why they are of that kind where it was not the first choice."""
    plan = launch.plan
    why = ""
    async with AsyncExitStack() as stack:
        try:
            pool = await stack.enter_async_context(_pool(plan.sandbox, launch))
        except EnvironmentLacksError as error:
            if not launch.fall_back or plan.sandbox == "process":
                raise
            why = str(error)
            pool = await stack.enter_async_context(_pool("process", launch))
        yield pool, why


def _pool(kind: Literal["docker", "process"], launch: Launch) -> AbstractAsyncContextManager[WarmPool]:
    return open_pool(
        kind,
        slots=len(usable_cores()),
        base=launch.base,
        memory_bytes=launch.plan.limits.memory_bytes,
        on_progress=launch.say,
        needs=needs_of(launch.problems, launch.programs),
    )


def _environment(sandbox: SandboxInfo, why: str, cores: Cores) -> Environment:
    return Environment(
        perftui=__version__,
        python=platform.python_version(),
        platform=f"{platform.system()} {platform.release()} {platform.machine()}",
        cores=len(cores.all),
        timing_core=cores.timing_core,
        sandbox=sandbox,
        sandbox_reason=why,
    )


async def _open_run(
    stack: AsyncExitStack, launch: Launch, store: Store, environment: Environment
) -> tuple[str, Sequence[StoredEvent]]:
    if launch.run is not None:
        past = await store.events(launch.run)
        event = await store.append(RunResumed(run=launch.run, environment=environment))
        return launch.run, [*past, event]
    heads = tuple(
        ProblemHead(
            id=problem.id,
            title=problem.title,
            kind=problem.kind,
            tests=len(problem.test_names),
            has_reference=bool(problem.references),
            digest=problem.digest,
        )
        for problem in launch.problems
    )
    run = await store.create_run(launch.plan, environment, launch.problems, heads)
    await stack.enter_async_context(store.lease(run))
    for fact in launch.prefix:
        await store.append(msgspec.structs.replace(fact, run=run, seq=0, at=0.0))
    return run, await store.events(run)
