"""A small run, and all that its report says, worked out by hand."""

from __future__ import annotations

from pathlib import Path

import msgspec

from perftui.events.model import RunEnded, RunStarted
from perftui.events.plan import Prices
from perftui.events.reduce import replay
from perftui.events.state import RunState
from perftui.report.compare import compare_all
from perftui.report.compare_text import render_comparisons
from perftui.report.render import render_reports
from perftui.report.report import build_report
from tests.support.story import Story, measurement, problem, ratio, with_memory

GOLDEN = Path(__file__).parent / "golden"


def run(name: str = "abc123", *, fast: float = 8.0) -> RunState:
    """Three problems of two chains: one made faster, one solved by the second chain, one left out."""
    story = Story([problem("P/1"), problem("P/2"), problem("P/3")], run=name)
    started = story.events[0]
    assert isinstance(started, RunStarted)
    plan = msgspec.structs.replace(started.plan, prices=Prices(prompt=1000.0, completion=5000.0))
    story.events[0] = msgspec.structs.replace(started, plan=plan)
    story.begin("P/1")
    story.candidate(measured=with_memory(measurement(ratio(1.0)), 2 << 20))
    refined = with_memory(measurement(ratio(fast), ratio(fast)), 3 << 20)
    story.candidate(round_=1, measured=refined, outcome="beats-reference", same_as=f"{name}-best")
    story.candidate("wrong-answer", chain=1, passed=1, outcome="wrong")
    story.end("P/1")
    story.begin("P/2")
    story.candidate("wrong-answer", name="P/2", passed=0, outcome="wrong")
    story.candidate(name="P/2", chain=1, measured=measurement(ratio(2.0)))
    story.end("P/2")
    story.begin("P/3")
    story.end("P/3", "left-out", "its reference fails: t1: wrong")
    story.add(RunEnded(how="done"))
    return replay(story.events)


def golden(name: str) -> str:
    return (GOLDEN / name).read_text(encoding="utf-8")


def test_all_that_a_report_says() -> None:
    # P/1 ends at 8x after two calls of its first chain, P/2 at 2x after one of its second: 4x in the mean,
    # four doublings for five calls, or 2^(4/5) a call, and for $0.50 and $0.25, or 16/3 a dollar.
    assert render_reports([build_report(run())], "md") == golden("report.md")


def test_all_that_a_comparison_says() -> None:
    # P/2 ended with the same program. P/1: 16x over 8x, each +- 5 %: off by sqrt(2) times that.
    compared = compare_all([run(), run("bbbbbb", fast=16.0)])
    assert render_comparisons(compared, "md") == golden("comparison.md")
