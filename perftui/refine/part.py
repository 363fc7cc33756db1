"""A strategy is composed of parts; a part is a function from a chain to its next step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from perftui.refine.actions import Phase, Step
from perftui.refine.chain import Chain


@dataclass(frozen=True)
class Part:
    """One phase of a strategy, in one of the ways in which it can be done.

    Attributes:
        name: how it is chosen, such as `reflection`.
        phase: which phase it is.
        calls: what it costs in model calls per chain, repairs left out.
        description: one line.
        next_step: what it wants now, or None where it is done or has nothing to work on.
            Pure. Each finished round of the chain it is given has its outcome, and the last
            round is not open.
    """

    name: str
    phase: Phase
    calls: int
    description: str
    next_step: Callable[[Chain], Step | None]
