"""The report of a run: its figures, and a row for every problem."""

from __future__ import annotations

import msgspec

from perftui.events.plan import Environment, RunPurpose
from perftui.events.state import ProblemState, ProblemStatus, RunState, RunStatus
from perftui.events.summary import Best, is_flagged, problem_best, tests_passed
from perftui.judging.model import Verdict, VerdictKind
from perftui.refine.chain import Round
from perftui.report.coverage import TimingCoverage, coverage
from perftui.report.metrics import Metrics, facts, metrics
from perftui.timing.model import Ratio, SpeedVerdict


class ProblemRow(msgspec.Struct, frozen=True, kw_only=True):
    """What a run found out about a problem, in its latest attempt.

    Attributes:
        problem: its id.
        title: its short name.
        status: where it stands or how it ended.
        reason: why it ended so.
        attempts: how often it was begun, reruns included.
        verdict: of its best program, else of the one that came furthest; None where none was judged.
        verdict_reason: in one line.
        tests_passed: by that program.
        tests_total: of the problem.
        candidate: hash of the best correct program; None where there is none.
        chain: where that is, 0-based.
        round: likewise.
        speedup: how many times faster than the reference it is, as it was measured apart from the search
            where a gain is claimed; None where that is not measured.
        speedup_low: lower end of the interval.
        speedup_high: upper end.
        speed_verdict: what may be said of it.
        held_out: whether that is on inputs that the search never used.
        shown_speedup: what the search took it for, on the inputs that feedback may show.
        shown_low: lower end of the interval.
        shown_high: upper end.
        timing_inputs: how many inputs the search timed on; None where nothing was timed.
        noise_floor: the ratio that a gain had to clear; None where nothing was timed.
        vs_seed: how many times faster than its chain's seed it is.
        vs_seed_low: lower end of the interval.
        vs_seed_high: upper end.
        flagged: whether any program of it is suspected of cheating.
        rounds: over all chains.
        calls: replies received; programs that were given are none.
        prompt_tokens: over all replies.
        completion_tokens: likewise.
    """

    problem: str
    title: str
    status: ProblemStatus
    reason: str
    attempts: int
    verdict: VerdictKind | None
    verdict_reason: str
    tests_passed: int | None
    tests_total: int
    candidate: str | None
    chain: int | None
    round: int | None
    speedup: float | None
    speedup_low: float | None
    speedup_high: float | None
    speed_verdict: SpeedVerdict
    held_out: bool
    shown_speedup: float | None
    shown_low: float | None
    shown_high: float | None
    timing_inputs: int | None
    noise_floor: float | None
    vs_seed: float | None
    vs_seed_low: float | None
    vs_seed_high: float | None
    flagged: bool
    rounds: int
    calls: int
    prompt_tokens: int
    completion_tokens: int


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
        timing: what the problems are timed on; None where nothing is timed.
        purpose: what made the run.
        status: where it stands.
        started_at: seconds since the epoch.
        ended_at: likewise, None where it has not ended.
        calls: replies received, former attempts included; programs that were given are none.
        prompt_tokens: likewise.
        completion_tokens: likewise.
        environment: where it ran last.
    """

    run: str
    benchmark: str
    model: str
    strategy: str
    chains: int
    problems: int
    metrics: Metrics
    per_problem: tuple[ProblemRow, ...]
    timing: TimingCoverage | None
    purpose: RunPurpose | None
    status: RunStatus
    started_at: float
    ended_at: float | None
    calls: int
    prompt_tokens: int
    completion_tokens: int
    environment: Environment | None


def build_report(state: RunState) -> Report:
    """The report of a run, from its picture."""
    plan = state.plan
    chains = plan.chains if plan is not None else 0
    return Report(
        run=state.run,
        benchmark=plan.benchmark if plan is not None else "",
        model=plan.model if plan is not None else "",
        strategy=plan.strategy if plan is not None else "",
        chains=chains,
        problems=len(state.problems),
        metrics=metrics(facts(state), chains, timed=was_timed(state)),
        per_problem=tuple(_row(problem) for problem in state.problems.values()),
        timing=coverage(state.problems.values()),
        purpose=plan.purpose if plan is not None else None,
        status=state.status,
        started_at=state.started_at,
        ended_at=state.ended_at,
        calls=0 if plan is not None and plan.purpose == "evaluate" else state.calls,
        prompt_tokens=state.prompt_tokens,
        completion_tokens=state.completion_tokens,
        environment=state.environment,
    )


def was_timed(state: RunState) -> bool:
    """Whether the run was meant to time programs, and had a clock for it."""
    if state.plan is None or state.environment is None:
        return False
    return state.plan.settings.timing and state.environment.sandbox.clock != "none"


def _row(problem: ProblemState) -> ProblemRow:
    rounds = [round_ for chain in problem.chains for round_ in chain.rounds]
    replies = [r.reply for r in rounds if r.reply is not None and r.ask.phase != "given"]
    best = problem_best(problem)
    verdict = _telling_verdict(rounds, best)
    passed = tests_passed(problem)
    reference = best.vs_reference if best is not None else None
    shown = best.searched_vs_reference if best is not None else None
    seed = best.vs_seed if best is not None else None
    measurement = best.measurement if best is not None else None
    return ProblemRow(
        problem=problem.head.id,
        title=problem.head.title,
        status=problem.status,
        reason=problem.reason,
        attempts=problem.attempt,
        verdict=verdict.kind if verdict is not None else None,
        verdict_reason=verdict.reason if verdict is not None else "",
        tests_passed=passed[0] if passed is not None else None,
        tests_total=passed[1] if passed is not None else problem.head.tests,
        candidate=best.candidate if best is not None else None,
        chain=best.chain if best is not None else None,
        round=best.round if best is not None else None,
        speedup=_estimate(reference),
        speedup_low=_low(reference),
        speedup_high=_high(reference),
        speed_verdict=reference.verdict if reference is not None else "unmeasured",
        held_out=best is not None and best.held_out,
        shown_speedup=_estimate(shown),
        shown_low=_low(shown),
        shown_high=_high(shown),
        timing_inputs=len(problem.timing.shown) if problem.timing is not None else None,
        noise_floor=measurement.noise_floor if measurement is not None else None,
        vs_seed=_estimate(seed),
        vs_seed_low=_low(seed),
        vs_seed_high=_high(seed),
        flagged=any(is_flagged(round_) for round_ in rounds),
        rounds=len(rounds),
        calls=len(replies),
        prompt_tokens=sum(reply.usage.prompt_tokens for reply in replies),
        completion_tokens=sum(reply.usage.completion_tokens for reply in replies),
    )


def _telling_verdict(rounds: list[Round], best: Best | None) -> Verdict | None:
    """The best program's verdict; without one, that of the program that passed most tests."""
    verdicts = [round_.verdict for round_ in rounds if round_.verdict is not None]
    if best is not None:
        return next(verdict for verdict in verdicts if verdict.correct)
    wrong = [verdict for verdict in verdicts if not verdict.correct]
    return max(wrong, key=lambda verdict: verdict.tests_passed, default=None)


def _estimate(ratio: Ratio | None) -> float | None:
    return ratio.estimate if ratio is not None else None


def _low(ratio: Ratio | None) -> float | None:
    return ratio.low if ratio is not None else None


def _high(ratio: Ratio | None) -> float | None:
    return ratio.high if ratio is not None else None
