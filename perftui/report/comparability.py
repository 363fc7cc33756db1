"""Whether two runs may be compared, and what to bear in mind where they may."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from perftui.events.plan import Environment, RunPlan, TimingBudget
from perftui.events.state import ProblemState, RunState
from perftui.report.facts import has_passing_reference
from perftui.report.report import was_timed
from perftui.text import one_line


class Doubt(msgspec.Struct, frozen=True, kw_only=True):
    """Something in which two runs differ.

    Attributes:
        what: in a word or two.
        why: one line with both sides.
        forbids: whether a comparison is then refused, unless it is wanted all the same.
    """

    what: str
    why: str
    forbids: bool


def doubts(first: RunState, second: RunState) -> list[Doubt]:
    """All in which they differ and that bears on a comparison, what forbids it first."""
    found = [*_problems(first, second), *_speed(first, second), *_state(first), *_state(second)]
    if first.environment is not None and second.environment is not None:
        found += _machine(first.environment, second.environment)
    if first.plan is not None and second.plan is not None:
        found += _settings(first.plan, second.plan)
    return sorted(found, key=lambda doubt: not doubt.forbids)


def common_problems(first: RunState, second: RunState) -> list[str]:
    """The ids of the problems that both have, text for text."""
    return [
        name
        for name, problem in first.problems.items()
        if name in second.problems and second.problems[name].head.digest == problem.head.digest
    ]


def _problems(first: RunState, second: RunState) -> Iterator[Doubt]:
    shared = first.problems.keys() & second.problems.keys()
    common = len(common_problems(first, second))
    if common < len(shared):
        unlike = len(shared) - common
        why = f"{unlike} of {len(shared)} problems of the same name have other tests or another text"
        yield Doubt(what="other tests", why=why, forbids=True)
    alone = (len(first.problems) - len(shared), len(second.problems) - len(shared))
    if any(alone):
        why = f"{alone[0]} problems are in {first.run} alone, {alone[1]} in {second.run} alone"
        yield Doubt(what="other problems", why=why, forbids=False)


def _machine(first: Environment, second: Environment) -> Iterator[Doubt]:
    for what, one, other in (
        (
            "other machine",
            f"{first.platform}, {first.cores} cores",
            f"{second.platform}, {second.cores} cores",
        ),
        ("other sandbox", _sandbox(first), _sandbox(second)),
    ):
        if one != other:
            yield Doubt(what=what, why=_both(one, other), forbids=True)
    for what, one, other in (
        ("other image", first.sandbox.image, second.sandbox.image),
        ("other timing core", str(first.timing_core), str(second.timing_core)),
        ("other perftui", first.perftui, second.perftui),
    ):
        if one != other:
            yield Doubt(what=what, why=_both(one, other), forbids=False)


def _hardware(environment: Environment) -> str:
    return f"{environment.platform}, {environment.cores} cores"


def _sandbox(environment: Environment) -> str:
    found = environment.sandbox
    return f"{found.kind}, Python {found.python}, clock {found.clock}"


def _settings(first: RunPlan, second: RunPlan) -> Iterator[Doubt]:
    # Judging on after a failure changes no verdict.
    limits = [msgspec.structs.replace(plan.limits, all_tests=False) for plan in (first, second)]
    for what, one, other, forbids in (
        ("other limits", limits[0], limits[1], True),
        ("other timing data", first.timing_data, second.timing_data, True),
        ("other number of chains", first.chains, second.chains, False),
        ("other timing budget", _budget(first), _budget(second), False),
        ("other objective", first.settings.objective, second.settings.objective, False),
    ):
        if one != other:
            yield Doubt(what=what, why=_both(_told(one, other), _told(other, one)), forbids=forbids)


def _budget(plan: RunPlan) -> TimingBudget:
    """The budget of timing, that of the run for each of its problems."""
    seconds = plan.budget.run_seconds
    share = None if seconds is None else round(seconds / max(1, len(plan.problems)), 3)
    return msgspec.structs.replace(plan.budget, run_seconds=share)


def _told(one: object, other: object) -> str:
    """A value; of a struct, what differs from the other."""
    if not isinstance(one, msgspec.Struct):
        return "none" if one is None else str(one)
    names = (name for name in one.__struct_fields__ if getattr(one, name) != getattr(other, name))
    return " ".join(f"{name}={getattr(one, name)}" for name in names)


def _speed(first: RunState, second: RunState) -> Iterator[Doubt]:
    timed = [was_timed(state) for state in (first, second)]
    if not all(timed):
        which = "neither run" if not any(timed) else f"only {(first if timed[0] else second).run}"
        yield Doubt(what="not timed", why=f"{which} was timed, so speed is not compared", forbids=False)
        return
    pairs = [(first.problems[name], second.problems[name]) for name in common_problems(first, second)]
    chosen = [pair for pair in pairs if all(problem.timing is not None for problem in pair)]
    other = sum(_inputs(one) != _inputs(another) for one, another in chosen)
    if other:
        why = f"{other} of {len(chosen)} problems were timed on other inputs, or with others of them held out"
        # Inputs are chosen by their cost on the machine, so that a few differ between any two runs.
        yield Doubt(what="other timing inputs", why=why, forbids=2 * other > len(chosen))
    broken = sum(has_passing_reference(one) != has_passing_reference(another) for one, another in pairs)
    if broken:
        why = f"the reference of {broken} problems passes its tests in one of the runs only"
        yield Doubt(what="other references", why=why, forbids=False)


def _inputs(problem: ProblemState) -> tuple[tuple[str, ...], tuple[str, ...]]:
    timing = problem.timing
    return ((), ()) if timing is None else (timing.shown, timing.held_out)


def _state(run: RunState) -> Iterator[Doubt]:
    left = sum(problem.status in {"waiting", "running"} for problem in run.problems.values())
    if left:
        yield Doubt(what="unfinished", why=f"{left} problems of {run.run} have not ended", forbids=False)
    cut = sum(problem.status in {"infrastructure", "cancelled"} for problem in run.problems.values())
    if cut:
        why = f"{cut} problems of {run.run} were cut short, by infrastructure or by a person"
        yield Doubt(what="cut short", why=why, forbids=False)


def _both(one: str, other: str) -> str:
    return f"{one_line(one, 100)} / {one_line(other, 100)}"
