"""What is worth a word to whoever looks elsewhere: each matter once. Pure but for what it has told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from perftui.events.costs import share_of_dollars
from perftui.events.state import RunState
from perftui.text import one_line
from perftui.tui.chains import held_chain, held_key, name_of

NEARLY = 0.8
"""The share of a budget from which on it is told."""

_MANY = 3
"""Failures of infrastructure from which on they are rising, and each time that they have doubled."""


class News(NamedTuple):
    """A notification.

    Attributes:
        matter: what it is about; told once.
        text: one line.
        severity: of it.
        inside: whether the screen tells it too; what it shows anyway needs no more words there.
    """

    matter: str
    text: str
    severity: Literal["information", "warning", "error"]
    inside: bool = True


class Noticing:
    """Tells what is new of a run; what was so when it was first looked at is no news."""

    def __init__(self) -> None:
        self._told: set[str] | None = None

    def news(self, state: RunState) -> list[News]:
        """What is to be told of a picture."""
        found = list(_matters(state))
        if self._told is None:
            self._told = {one.matter for one in found}
            return []
        fresh = [one for one in found if one.matter not in self._told]
        self._told.update(one.matter for one in fresh)
        return fresh


def _matters(state: RunState) -> Iterator[News]:
    win = next((item for item in state.activity if item.glyph == "★"), None)
    if win is not None:
        yield News("win", f"first win: {one_line(win.problem, 60)} {win.text}", "information")
    for item in state.activity:
        if item.text.startswith("gain not confirmed"):
            yield News(f"lost {item.problem}", f"{one_line(item.problem, 60)}: {item.text}", "warning")
    for problem in state.problems.values():
        held = held_chain(problem) if problem.status == "running" else None
        if held is not None:
            matter = " ".join(map(str, ("held", *held_key(problem, held))))
            yield News(matter, f"{name_of(problem)} is held for you", "information", inside=False)
    bound = state.plan.budget.run_seconds if state.plan is not None else None
    timed = state.spent.timing_seconds
    if bound and timed >= NEARLY * bound:
        text = f"{timed:.0f} s of the {bound:.0f} s for timing are spent; T raises the bound"
        yield News("timing", text, "warning")
    share = share_of_dollars(state)
    if share is not None and share >= NEARLY:
        yield News("dollars", f"{share:.0%} of what the run may cost is spent; T raises the bound", "warning")
    failed = sum(problem.status == "infrastructure" for problem in state.problems.values())
    if failed >= _MANY:
        step = failed.bit_length()
        yield News(f"failed {step}", f"{failed} problems failed by infrastructure; Q requeues them", "error")
    if state.ended_at is not None and state.status in {"done", "failed"}:
        text = one_line(f"the run is {state.status}" + (f": {state.reason}" if state.reason else ""))
        yield News(f"ended {state.ended_at}", text, "information" if state.status == "done" else "error")
