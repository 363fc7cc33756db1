"""Given: a program that was handed in is taken as it stands."""

from __future__ import annotations

from perftui.refine.actions import Ask
from perftui.refine.chain import Chain
from perftui.refine.part import Part


def next_step(chain: Chain) -> Ask | None:
    """The one ask of a chain, answered by the program itself."""
    return None if chain.rounds else Ask(phase="given", label="given", expects="source")


GIVEN = Part("given", "given", 0, "Take a program that was handed in.", next_step)
