"""A row of a report: what a run found out about one problem."""

from __future__ import annotations

import msgspec

from perftui.events.state import ProblemState, ProblemStatus
from perftui.events.summary import Best, is_flagged, problem_best, tests_passed
from perftui.judging.model import Verdict, VerdictKind
from perftui.refine.chain import Round
from perftui.report.pareto import ParetoPoint, correct_programs, pareto
from perftui.timing.model import Ratio, SpeedVerdict


class ProblemRow(msgspec.Struct, frozen=True, kw_only=True):
    """What a run found out about a problem, in its latest attempt.

    Attributes:
        problem: its id.
        title: its short name.
        digest: of its whole text.
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
        calls: replies received; programs that were given are none, nor are replies of other runs.
        prompt_tokens: over all replies.
        completion_tokens: likewise.
        peak_memory_bytes: of the best program while it was judged; None where that is not known.
        code_bytes: of the best program.
        correct_candidates: how many correct programs there are, equal ones counted once.
        pareto: those that no other one beats in time, peak memory and size of code, the fastest first.
    """

    problem: str
    title: str
    digest: str
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
    peak_memory_bytes: int | None
    code_bytes: int | None
    correct_candidates: int
    pareto: tuple[ParetoPoint, ...]


def problem_row(problem: ProblemState) -> ProblemRow:
    """What a run found out about a problem."""
    rounds = [round_ for chain in problem.chains for round_ in chain.rounds]
    replies = [r.reply for r in rounds if r.reply and not r.reply.reused and r.ask.phase != "given"]
    best = problem_best(problem)
    programs = correct_programs(problem)
    own = next((one for one in programs if best is not None and one.candidate == best.candidate), None)
    verdict = _telling_verdict(rounds, best)
    passed = tests_passed(problem)
    reference = best.vs_reference if best is not None else None
    shown = best.searched_vs_reference if best is not None else None
    seed = best.vs_seed if best is not None else None
    measurement = best.measurement if best is not None else None
    return ProblemRow(
        problem=problem.head.id,
        title=problem.head.title,
        digest=problem.head.digest,
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
        peak_memory_bytes=own.peak_memory_bytes if own is not None else None,
        code_bytes=own.code_bytes if own is not None else None,
        correct_candidates=len(programs),
        pareto=pareto(programs),
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
