"""What `evaluate` says of given programs: one result a line of the samples file, and totals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import msgspec

from perftui.events.plan import Environment
from perftui.events.state import ChainState, ProblemState, RunState
from perftui.events.summary import is_flagged
from perftui.figures import size
from perftui.judging.model import Verdict, VerdictKind
from perftui.refine.chain import Round
from perftui.report.at_k import pass_at, steps
from perftui.report.coverage import TimingCoverage, coverage, coverage_line
from perftui.report.facts import facts
from perftui.report.figures import MISSING, factor, interval, number, percent
from perftui.report.formats import cell, csv_text, fields, json_text, table
from perftui.report.metrics import ByK
from perftui.report.render import Format
from perftui.report.statistics import Mean, geometric_mean
from perftui.timing.model import Measurement, Ratio, SpeedVerdict


class SampleResult(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one given program.

    Attributes:
        task_id: the problem's id.
        sample: 0-based line in the samples file.
        verdict: None where it was not judged, as in a run that was interrupted.
        reason: one line.
        failed_test: the first failing test's name, or None.
        tests_passed: of the judged tests.
        tests_total: of the problem.
        speedup: how many times faster than the benchmark's reference; None where it was not timed.
        speedup_low: lower end of the interval.
        speedup_high: upper end.
        noise_floor: the ratio that a gain had to clear; None where it was not timed.
        speed_verdict: what may be said of its speed.
        peak_memory_bytes: of its processes, beyond what the harness holds; None where unknown.
        flags: short words on what is odd about it.
    """

    task_id: str
    sample: int
    verdict: VerdictKind | None
    reason: str
    failed_test: str | None
    tests_passed: int
    tests_total: int
    speedup: float | None
    speedup_low: float | None
    speedup_high: float | None
    noise_floor: float | None
    speed_verdict: SpeedVerdict
    peak_memory_bytes: int | None
    flags: tuple[str, ...]


class EvaluationTotals(msgspec.Struct, frozen=True, kw_only=True):
    """All results together.

    Attributes:
        samples: programs that were given.
        problems: that they are for.
        correct: programs that pass all tests.
        infrastructure: programs of which nothing is known, since the sandbox or the engine failed.
        correct_share: correct over the programs that have a verdict of their own; None for none.
        verdicts: how many programs have each verdict; those that were not judged are left out.
        speed_verdicts: how many correct programs have each speed verdict.
        pass_at_k: the unbiased estimator over the problems with at least k programs.
        geometric_mean_speedup: over the correct programs that were measured against the reference.
        timing: what the problems are timed on; None where nothing is timed.
    """

    samples: int
    problems: int
    correct: int
    infrastructure: int
    correct_share: float | None
    verdicts: dict[VerdictKind, int]
    speed_verdicts: dict[SpeedVerdict, int]
    pass_at_k: ByK
    geometric_mean_speedup: Mean | None
    timing: TimingCoverage | None


class Evaluation(msgspec.Struct, frozen=True, kw_only=True):
    """The object of `evaluate --format json`.

    Attributes:
        run: the run's id.
        results: in the order of the samples file.
        totals: all together.
        environment: where it ran.
    """

    run: str
    results: tuple[SampleResult, ...]
    totals: EvaluationTotals
    environment: Environment | None


def evaluation(state: RunState, samples: Mapping[tuple[str, int], int]) -> Evaluation:
    """What became of given programs.

    Args:
        state: the picture of the run; each program is a chain of its problem.
        samples: the line of the samples file for each problem's id and chain.
    """
    lines = sorted((line, problem, chain) for (problem, chain), line in samples.items())
    results = tuple(_result(state, problem, chain, line) for line, problem, chain in lines)
    return Evaluation(
        run=state.run, results=results, totals=_totals(state, results), environment=state.environment
    )


def render_evaluation(evaluated: Evaluation, format_: Format) -> str:
    """An evaluation as text that ends with a line feed; CSV has a row for every sample."""
    if format_ == "json":
        return json_text(evaluated)
    if format_ == "csv":
        return csv_text([fields(result) for result in evaluated.results])
    return _markdown(evaluated)


def _result(state: RunState, name: str, index: int, line: int) -> SampleResult:
    problem = state.problems.get(name)
    chain = problem.chains[index] if problem is not None and index < len(problem.chains) else None
    round_ = chain.rounds[-1] if chain is not None and chain.rounds else None
    kind, reason = _verdict(problem, chain, round_)
    verdict = round_.verdict if round_ is not None else None
    measurement = round_.measurement if round_ is not None else None
    ratio = measurement.vs_reference if measurement is not None else None
    return SampleResult(
        task_id=name,
        sample=line,
        verdict=kind,
        reason=reason,
        failed_test=verdict.failed_test if verdict is not None else None,
        tests_passed=verdict.tests_passed if verdict is not None else 0,
        tests_total=_tests_total(problem, verdict),
        speedup=ratio.estimate if ratio is not None else None,
        speedup_low=ratio.low if ratio is not None else None,
        speedup_high=ratio.high if ratio is not None else None,
        noise_floor=measurement.noise_floor if ratio is not None and measurement is not None else None,
        speed_verdict=_speed_verdict(kind, ratio),
        peak_memory_bytes=_peak(verdict, measurement),
        flags=measurement.flags if measurement is not None else (),
    )


def _verdict(
    problem: ProblemState | None, chain: ChainState | None, round_: Round | None
) -> tuple[VerdictKind | None, str]:
    """The verdict and its reason; what infrastructure did to the program is told from the program."""
    if round_ is not None and round_.verdict is not None:
        if round_.verdict.correct and is_flagged(round_) and round_.outcome is not None:
            return "suspected-cheating", round_.outcome.reason
        return round_.verdict.kind, round_.verdict.reason
    if round_ is not None and round_.end == "replied" and round_.no_program:
        return "invalid-program", round_.no_program
    if chain is not None and chain.ended is not None and chain.how == "infrastructure":
        return "infrastructure", chain.ended
    if problem is not None and problem.status == "infrastructure":
        return "infrastructure", problem.reason
    return None, chain.ended if chain is not None and chain.ended is not None else "not judged"


def _speed_verdict(kind: VerdictKind | None, ratio: Ratio | None) -> SpeedVerdict:
    return ratio.verdict if ratio is not None and kind == "correct" else "unmeasured"


def _tests_total(problem: ProblemState | None, verdict: Verdict | None) -> int:
    if verdict is not None and verdict.tests_total:
        return verdict.tests_total
    return problem.head.tests if problem is not None else 0


def _peak(verdict: Verdict | None, measurement: Measurement | None) -> int | None:
    """That of the judging: a timed run holds the inputs and outputs of many passes."""
    peaks = (verdict.peak_bytes if verdict else 0, measurement.peak_bytes if measurement else 0)
    return peaks[0] or peaks[1] or None


def _totals(state: RunState, results: tuple[SampleResult, ...]) -> EvaluationTotals:
    per_problem = Counter(result.task_id for result in results)
    correct = [result for result in results if result.verdict == "correct"]
    ratios = [
        result.speedup
        for result in correct
        if result.speedup is not None and result.speed_verdict != "unmeasured"
    ]
    most = max(per_problem.values(), default=0)
    broken = sum(result.verdict == "infrastructure" for result in results)
    judged = sum(result.verdict is not None for result in results) - broken
    return EvaluationTotals(
        samples=len(results),
        problems=len(per_problem),
        correct=len(correct),
        infrastructure=broken,
        correct_share=len(correct) / judged if judged else None,
        verdicts=dict(Counter(result.verdict for result in results if result.verdict is not None)),
        speed_verdicts=dict(Counter(result.speed_verdict for result in correct)),
        pass_at_k={str(k): pass_at(facts(state), k) for k in steps(most)},
        geometric_mean_speedup=geometric_mean(ratios),
        timing=coverage(state.problems.values()),
    )


def _markdown(evaluated: Evaluation) -> str:
    totals = evaluated.totals
    mean = totals.geometric_mean_speedup
    lines = [
        f"{number(totals.samples)} programs for {number(totals.problems)} problems.",
        f"{number(totals.correct)} correct ({percent(totals.correct_share)} of those judged).",
        *(
            [f"{number(totals.infrastructure)} failed by infrastructure: nothing is known of them."]
            if totals.infrastructure
            else []
        ),
        *(f"pass@{k}: {percent(value)}" for k, value in totals.pass_at_k.items()),
    ]
    if mean is not None:
        speed = interval(mean.estimate, mean.low, mean.high)
        lines.append(f"Geometric mean speedup {speed} over {number(mean.problems)} measured programs.")
    if totals.timing is not None:
        lines.append(coverage_line(totals.timing))
    rows = [[word, number(count)] for word, count in totals.verdicts.items()]
    rows += [[f"correct and {word}", number(count)] for word, count in totals.speed_verdicts.items()]
    return (
        f"# Evaluation {evaluated.run}\n\n"
        + "".join(f"- {line}\n" for line in lines)
        + f"\n{table(['verdict', 'programs'], rows)}"
        + _failing(evaluated.results)
        + _timed(evaluated.results)
    )


def _failing(results: tuple[SampleResult, ...]) -> str:
    rows = [
        [
            cell(result.task_id, 60),
            str(result.sample),
            result.verdict or MISSING,
            f"{result.tests_passed}/{result.tests_total}",
            cell(result.reason, 120),
        ]
        for result in results
        if result.verdict != "correct"
    ]
    return f"\n{table(['not correct', 'sample', 'verdict', 'tests', 'reason'], rows)}" if rows else ""


def _timed(results: tuple[SampleResult, ...]) -> str:
    header = ["correct", "sample", "speed", "vs reference", "noise floor", "peak memory", "flags"]
    rows = [
        [
            cell(result.task_id, 60),
            str(result.sample),
            result.speed_verdict,
            interval(result.speedup, result.speedup_low, result.speedup_high),
            factor(result.noise_floor),
            MISSING if result.peak_memory_bytes is None else size(result.peak_memory_bytes),
            " ".join(result.flags) or MISSING,
        ]
        for result in results
        if result.verdict == "correct"
    ]
    was_timed = any(result.noise_floor is not None or result.flags for result in results)
    return f"\n{table(header, rows)}" if rows and was_timed else ""
