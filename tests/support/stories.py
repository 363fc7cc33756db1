"""Runs of any kind, for laws that hold for every run."""

from __future__ import annotations

import msgspec
from hypothesis import strategies as st

from perftui.events.model import (
    MeasuredAgain,
    ReferenceJudged,
    RunEnded,
    RunPaused,
    RunResumed,
    SandboxLost,
    WinnerConfirmed,
)
from perftui.events.outline import outline, outlined
from perftui.events.reduce import with_problem
from perftui.events.state import RunState
from perftui.refine.chain import OutcomeKind
from perftui.sandbox.protocol import Limits
from tests.support.story import ENVIRONMENT, Story, measurement, problem, ratio, verdict

LIMITS = Limits(test_seconds=1.0, memory_bytes=1 << 28)
NAMES = ("P/1", "P/2")
_OUTCOMES: tuple[OutcomeKind, ...] = ("seed", "kept", "beats-reference", "same", "slower", "flagged", "taken")
_ratios = st.floats(min_value=0.2, max_value=50).map(ratio)
_measurements = st.builds(measurement, st.none() | _ratios, st.none() | _ratios)


def with_outlines(state: RunState) -> RunState:
    """The picture with an outline of each attempt that has ended."""
    for one in state.problems.values():
        earlier = tuple(outline(attempt) for attempt in one.earlier)
        state = with_problem(state, msgspec.structs.replace(one, earlier=earlier))
        state = outlined(state, one.head.id)
    return state


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """A run with two problems and two chains, in any state: begun, ended, rerun, measured again, resumed."""
    story = Story([problem(name) for name in NAMES])
    for name in NAMES:
        for attempt in range(1, 1 + draw(st.integers(0, 2))):
            story.begin(name, attempt)
            _attempt(draw, story, name)
            if not draw(st.booleans()):
                break
            story.end(
                name, draw(st.sampled_from(["solved", "unsolved", "infrastructure", "cancelled"])), "so"
            )
            if draw(st.booleans()):
                again = MeasuredAgain(candidate=f"hash-{name}-0-0", measurement=draw(_measurements))
                story.at(again, name, 0, 0)
        if draw(st.booleans()):
            story.add(draw(st.sampled_from([RunPaused(), RunEnded(how="interrupted", reason="stopped")])))
            story.add(RunResumed(environment=ENVIRONMENT))
    return story


def _attempt(draw: st.DrawFn, story: Story, name: str) -> None:
    if draw(st.booleans()):
        story.at(ReferenceJudged(candidate="ref", verdict=verdict(), limits=LIMITS), name, 0, None)
    best: str | None = None
    for chain in (0, 1):
        for round_ in range(draw(st.integers(0, 3))):
            best = _round(draw, story, name, chain, round_)
        if draw(st.booleans()):
            story.chain_end(name, chain, best)
    if best is not None and draw(st.booleans()):
        winner = WinnerConfirmed(candidate=best, measurement=draw(_measurements), held_out=True)
        story.at(winner, name, 0, None)


def _round(draw: st.DrawFn, story: Story, name: str, chain: int, round_: int) -> str | None:
    kind = draw(st.sampled_from(["correct", "correct", "wrong", "none", "lost"]))
    if kind == "none":
        story.no_program(name, chain, round_)
        return None
    if kind == "lost":
        story.at(SandboxLost(reason="gone", retry=1), name, chain, round_)
    if kind == "wrong":
        passed = draw(st.integers(0, 2))
        story.candidate("wrong-answer", name=name, chain=chain, round_=round_, passed=passed, outcome="wrong")
        return None
    return story.candidate(
        name=name,
        chain=chain,
        round_=round_,
        measured=draw(st.none() | _measurements),
        outcome=draw(st.sampled_from(_OUTCOMES)),
    )
