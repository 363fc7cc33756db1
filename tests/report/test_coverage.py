from __future__ import annotations

import msgspec

from perftui.events.model import ProblemPrepared
from perftui.events.reduce import replay
from perftui.report.coverage import coverage, coverage_line
from perftui.report.render import render_reports
from perftui.report.report import build_report
from perftui.timing.inputs import LONG_NS, TimingInputs
from tests.support.story import Story, problem

LONG = TimingInputs(
    shown=("i1", "t1"),
    held_out=("i2",),
    origins={"benchmark": 2, "test": 1},
    shown_ns=LONG_NS,
    left_out=3,
)
SHORT = TimingInputs(shown=("t1",), origins={"test": 1}, shown_ns=900)
NONE = TimingInputs(left_out=2)


def told(*chosen: TimingInputs) -> Story:
    story = Story([problem(f"P/{number}") for number in range(len(chosen) + 1)])
    for number, timing in enumerate(chosen):
        story.begin(f"P/{number}")
        story.add(ProblemPrepared(problem=f"P/{number}", timing=timing))
    return story


def test_problems_are_counted_by_what_they_can_be_timed_on() -> None:
    state = replay(told(LONG, SHORT, NONE, LONG).events)
    found = coverage(state.problems.values())
    assert found is not None
    assert msgspec.to_builtins(found) == {
        "prepared": 4,
        "long": 2,
        "short": 1,
        "none": 1,
        "held_out": 2,
        "origins": {"benchmark": 2, "test": 3},
        "left_out": 8,
    }
    line = coverage_line(found)
    assert line.startswith("4 problems timed: 2 on inputs that take 1 ms or more, 1 on shorter ones")
    assert line in render_reports([build_report(state)], "md")


def test_where_nothing_is_timed_nothing_is_said() -> None:
    state = replay(told().events)
    assert coverage(state.problems.values()) is None
    assert build_report(state).timing is None
    assert "problems timed" not in render_reports([build_report(state)], "md")
