"""What `measure` says of two programs: the evidence, for a person or as JSON."""

from __future__ import annotations

from typing import Literal

import msgspec

from perftui.events.duel import DuelResult
from perftui.figures import nanoseconds, percent, size, times, times_within
from perftui.judging.model import Verdict
from perftui.report.formats import cell, json_text, table
from perftui.timing.model import Measurement, Ratio
from perftui.timing.profile import show_profile

_NAMES = (("against the reference", "against A"), ("the reference's", "A's"), ("the candidate's", "B's"))

DuelFormat = Literal["md", "json"]


class DuelReport(msgspec.Struct, frozen=True, kw_only=True):
    """The object of `measure --format json`.

    Attributes:
        a: the first program's file.
        b: the second's.
        result: what is known of them.
    """

    a: str
    b: str
    result: DuelResult


def render_duel(report: DuelReport, programs: tuple[str, str], format_: DuelFormat) -> str:
    """The evidence as text that ends with a line feed.

    Args:
        report: what is told.
        programs: the texts of both, to show beside their profiles.
        format_: `md` for a person.
    """
    return json_text(report) if format_ == "json" else _markdown(report, programs)


def _markdown(report: DuelReport, programs: tuple[str, str]) -> str:
    result, names = report.result, (cell(report.a), cell(report.b))
    lines = [
        f"A {names[0]}: {_judged(result.verdict_a)}",
        f"B {names[1]}: {_judged(result.verdict_b)}",
        *_timed(result),
    ]
    measured = result.measurement
    tests = "" if measured is None or not measured.test_times else f"\n{_tests(measured)}"
    return (
        f"# {cell(result.problem)}\n\n"
        + "".join(f"- {line}\n" for line in lines)
        + tests
        + _profiles(report.result, programs)
    )


def _profiles(result: DuelResult, programs: tuple[str, str]) -> str:
    head = f"line by line on {cell(result.profiled)}; for advice only, the meter costs more than most lines."
    return "".join(
        f"\n{name} {head}\n\n" + "".join(f"    {line}\n" for line in show_profile(profile, program))
        for name, profile, program in zip("AB", (result.profile_a, result.profile_b), programs, strict=True)
        if profile is not None
    )


def _judged(verdict: Verdict) -> str:
    peak = f", peak memory {size(verdict.peak_bytes)}" if verdict.peak_bytes else ""
    tests = f"{verdict.tests_passed}/{verdict.tests_total} tests"
    return f"{verdict.kind}, {tests}{peak}: {cell(verdict.reason, 200)}"


def _timed(result: DuelResult) -> list[str]:
    measured = result.measurement
    if measured is None:
        both = result.verdict_a.correct and result.verdict_b.correct
        return ["Not timed: " + ("they are the same program." if both else "only correct programs are.")]
    lines = [_verdict(measured, measured.vs_reference)]
    if measured.control is not None:
        control = times_within(measured.control.estimate, measured.control.low, measured.control.high)
        lines.append(f"A against itself: {control}; noise floor {times(measured.noise_floor)}.")
    if measured.cpu_ns:
        lines.append(
            f"A pass over {measured.inputs} inputs takes A {nanoseconds(measured.baseline_cpu_ns)} and B "
            f"{nanoseconds(measured.cpu_ns)} of CPU time; {_passes(measured)}."
        )
    if result.timing is not None:
        lines.append(_inputs(result))
    lines.append(
        f"Core {measured.core}, load {measured.load_average:.1f}, {measured.seconds:.1f} s, "
        f"peak memory of B while timed {size(measured.peak_bytes)}."
    )
    if measured.flags:
        lines.append(f"Flags: {' '.join(measured.flags)}.")
    return lines


def _verdict(measured: Measurement, ratio: Ratio | None) -> str:
    if ratio is None or measured.verdict == "unmeasured":
        reason = measured.reason
        for words, name in _NAMES:
            reason = reason.replace(words, name)
        return f"**unmeasured**: {cell(reason, 300)}"
    within = times_within(ratio.estimate, ratio.low, ratio.high)
    said = {"faster": "B is faster than A", "slower": "B is slower than A", "same": "no difference"}
    rests_on = f"{percent(ratio.confidence)} interval, {ratio.pairs} pairs"
    return f"**{said[measured.verdict]}**: {within} ({rests_on})"


def _passes(measured: Measurement) -> str:
    return f"{measured.repeats} passes a trial" if measured.repeats > 1 else "one pass a trial"


def _inputs(result: DuelResult) -> str:
    timing = result.timing
    assert timing is not None  # noqa: S101 - the caller has looked
    origins = ", ".join(f"{count} of {origin}" for origin, count in timing.origins.items())
    left_out = f", {timing.left_out} left out" if timing.left_out else ""
    return f"Inputs: {origins or 'none'}{left_out}; expected is what {result.answers_from} gives."


def _tests(measured: Measurement) -> str:
    rows = [[cell(one.name), nanoseconds(one.cpu_ns), percent(one.share)] for one in measured.test_times]
    return table(["input", "B takes", "share"], rows)
