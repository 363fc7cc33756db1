"""The report of a run: its figures, and a row for every problem."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

import msgspec

from perftui.events.plan import Environment, RunPlan, RunPurpose
from perftui.events.state import RunState, RunStatus
from perftui.report.coverage import TimingCoverage, coverage
from perftui.report.facts import facts, helped, unaided_problem
from perftui.report.gain import Gain, cost, gain
from perftui.report.metrics import Metrics, metrics
from perftui.report.rows import ProblemRow, problem_row
from perftui.report.statistics import Mean


class LeftOut(msgspec.Struct, frozen=True, kw_only=True):
    """A problem of which nothing can be said here; no figure counts it.

    Attributes:
        problem: its id.
        reason: one line.
    """

    problem: str
    reason: str


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """A run in figures.

    Attributes:
        run: its id.
        benchmark: name or path.
        model: as the plan names it.
        strategy: preset name.
        chains: per problem (K).
        problems: how many.
        metrics: over the latest attempt of each problem.
        per_problem: every problem, in the order of the run.
        left_out: problems whose references fail their own tests here, with the reason.
        by_hand: problems for which a person wrote a program; no figure at k counts that, nor what was made
            of it, and the rows do.
        gain: what the calls bought; None where speed was not measured, or no call was made.
        dollars: what all tokens cost, former attempts included; None where no price is known.
        common: geometric mean speedup over the problems that are measured in all the runs that are
            reported together; None where it is reported alone, or there are no such problems.
        timing: what the problems are timed on; None where nothing is timed.
        purpose: what made the run.
        status: where it stands.
        started_at: seconds since the epoch.
        ended_at: likewise, None where it has not ended.
        calls: replies received, former attempts included; programs that were given are none.
        reused: replies of other runs of its sweep that were used again; neither calls nor tokens count them.
        prompt_tokens: likewise.
        completion_tokens: likewise.
        environment: where it ran last.
        settings: what it was asked to do, all of it but the secret parts of its server's address.
    """

    run: str
    benchmark: str
    model: str
    strategy: str
    chains: int
    problems: int
    metrics: Metrics
    per_problem: tuple[ProblemRow, ...]
    left_out: tuple[LeftOut, ...]
    by_hand: tuple[str, ...]
    gain: Gain | None
    dollars: float | None
    common: Mean | None
    timing: TimingCoverage | None
    purpose: RunPurpose | None
    status: RunStatus
    started_at: float
    ended_at: float | None
    calls: int
    reused: int
    prompt_tokens: int
    completion_tokens: int
    environment: Environment | None
    settings: RunPlan | None


def build_report(state: RunState) -> Report:
    """The report of a run, from its picture."""
    plan = state.plan
    chains = plan.chains if plan is not None else 0
    prices = plan.prices if plan is not None else None
    problems = list(state.problems.values())
    return Report(
        run=state.run,
        benchmark=plan.benchmark if plan is not None else "",
        model=plan.model if plan is not None else "",
        strategy=plan.strategy if plan is not None else "",
        chains=chains,
        problems=len(state.problems),
        metrics=metrics(facts(state), chains, at=plan.at if plan is not None else (), timed=was_timed(state)),
        per_problem=tuple(problem_row(problem) for problem in problems),
        left_out=tuple(
            LeftOut(problem=problem.head.id, reason=problem.reason)
            for problem in problems
            if problem.status == "left-out"
        ),
        by_hand=tuple(problem.head.id for problem in problems if helped(problem)),
        gain=gain([unaided_problem(problem) for problem in problems], prices) if was_timed(state) else None,
        dollars=cost(state.spent.prompt_tokens, state.spent.completion_tokens, prices),
        common=None,
        timing=coverage(problems),
        purpose=plan.purpose if plan is not None else None,
        status=state.status,
        started_at=state.started_at,
        ended_at=state.ended_at,
        calls=0 if plan is not None and plan.purpose == "evaluate" else state.spent.calls,
        reused=state.spent.reused,
        prompt_tokens=state.spent.prompt_tokens,
        completion_tokens=state.spent.completion_tokens,
        environment=state.environment,
        settings=told_settings(plan),
    )


def told_settings(plan: RunPlan | None) -> RunPlan | None:
    """Settings fit to be shown to others: without a name, a password or a query in the server's address."""
    if plan is None or plan.base_url is None:
        return plan
    address = urlsplit(plan.base_url)
    shown = urlunsplit((address.scheme, address.netloc.rpartition("@")[2], address.path, "", ""))
    return msgspec.structs.replace(plan, base_url=shown)


def was_timed(state: RunState) -> bool:
    """Whether the run was meant to time programs, and had a clock for it."""
    if state.plan is None or state.environment is None:
        return False
    return state.plan.settings.timing and state.environment.sandbox.clock != "none"
