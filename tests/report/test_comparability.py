"""Which differences between runs forbid a comparison, and which are to be borne in mind."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from perftui.events.model import ProblemPrepared
from perftui.events.plan import LimitRules, TimingBudget
from perftui.events.reduce import replay
from perftui.events.state import RunState
from perftui.report.comparability import doubts
from perftui.sandbox.protocol import SandboxInfo
from perftui.timing.inputs import TimingInputs
from tests.support.story import Story, measurement, problem, ratio

replace = msgspec.structs.replace


def run(name: str = "aaaaaa", *, problems: int = 4, other_inputs: int = 0) -> RunState:
    story = Story([problem(f"P/{number}") for number in range(problems)], run=name)
    for number in range(problems):
        key = f"P/{number}"
        story.begin(key)
        shown = ("t1", "t2") if number < other_inputs else ("t1",)
        story.add(ProblemPrepared(problem=key, timing=TimingInputs(shown=shown, shown_ns=2_000_000)))
        story.candidate(name=key, measured=measurement(ratio(2.0)))
        story.end(key)
    return replay(story.events)


def plan(state: RunState, **changes: object) -> RunState:
    assert state.plan is not None
    return replace(state, plan=replace(state.plan, **changes))


def machine(state: RunState, **changes: object) -> RunState:
    assert state.environment is not None
    return replace(state, environment=replace(state.environment, **changes))


def one_problem(state: RunState, **changes: object) -> RunState:
    first = state.problems["P/0"]
    return replace(state, problems={**state.problems, "P/0": replace(first, **changes)})


def other_tests(state: RunState) -> RunState:
    return one_problem(state, head=replace(state.problems["P/0"].head, digest="other"))


SANDBOX = SandboxInfo(kind="docker", confinement="all", clock="process-cpu", python="3.11")


def test_runs_that_differ_in_what_is_compared_alone_are_comparable() -> None:
    assert doubts(run(), plan(run("bbbbbb"), strategy="other", model="local/other", cell=None)) == []


@pytest.mark.parametrize(
    ("change", "what", "forbids", "why"),
    [
        (other_tests, "other tests", True, "1 of 4 problems"),
        (lambda s: machine(s, platform="Darwin"), "other machine", True, "Linux, 2 cores / Darwin, 2 cores"),
        (lambda s: machine(s, cores=64), "other machine", True, "64 cores"),
        (lambda s: machine(s, sandbox=SANDBOX), "other sandbox", True, "process, Python 3.11"),
        (
            lambda s: plan(s, limits=LimitRules(test_most_seconds=3.0)),
            "other limits",
            True,
            "test_most_seconds=10.0 / test_most_seconds=3.0",
        ),
        (lambda s: plan(s, timing_data="coffe.json"), "other timing data", True, "none / coffe.json"),
        (lambda s: plan(s, chains=8), "other number of chains", False, "2 / 8"),
        (
            lambda s: plan(s, budget=TimingBudget(run_seconds=5.0)),
            "other timing budget",
            False,
            "run_seconds=None / run_seconds=1.25",
        ),
        (lambda s: machine(s, perftui="9"), "other perftui", False, "0 / 9"),
        (lambda s: one_problem(s, status="running"), "unfinished", False, "1 problems of bbbbbb"),
        (lambda s: one_problem(s, status="infrastructure"), "cut short", False, "1 problems of bbbbbb"),
        (
            lambda s: replace(s, problems={**s.problems, "P/9": s.problems["P/0"]}),
            "other problems",
            False,
            "0 problems are in aaaaaa alone, 1 in bbbbbb alone",
        ),
    ],
)
def test_a_difference_is_told(
    change: Callable[[RunState], RunState], what: str, forbids: bool, why: str
) -> None:
    (found,) = doubts(run(), change(run("bbbbbb")))
    assert (found.what, found.forbids) == (what, forbids)
    assert why in found.why


def test_judging_on_after_a_failure_changes_nothing_that_is_compared() -> None:
    assert doubts(run(), plan(run("bbbbbb"), limits=LimitRules(all_tests=True))) == []


@pytest.mark.parametrize(("other", "forbids"), [(1, False), (2, False), (3, True)])
def test_a_few_other_timing_inputs_are_no_other_benchmark(other: int, forbids: bool) -> None:
    (found,) = doubts(run(), run("bbbbbb", other_inputs=other))
    assert (found.what, found.forbids) == ("other timing inputs", forbids)
    assert f"{other} of 4 problems" in found.why


def test_what_forbids_is_told_first() -> None:
    found = doubts(run(), other_tests(plan(run("bbbbbb"), chains=8)))
    assert [doubt.forbids for doubt in found] == [True, False]


def test_nothing_at_all_is_compared_without_fuss() -> None:
    assert [doubt.what for doubt in doubts(RunState(), RunState())] == ["not timed"]
