"""Reflection: show the failing test, ask for the cause in words, then for the corrected program."""

from __future__ import annotations

from perftui.refine.actions import Ask
from perftui.refine.chain import Chain
from perftui.refine.conversation import next_turn
from perftui.refine.feedback import failure_of
from perftui.refine.part import Part
from perftui.refine.parts.testcase_feedback import broken_program, fix, fixes


def next_step(chain: Chain) -> Ask | None:
    """Reflect, then fix, as often as the settings allow, until a program is correct."""
    broken = broken_program(chain)
    if broken is None:
        return None
    last = chain.rounds[-1]
    if last.ask.label == "reflect":
        return fix(chain, broken, reflected=last.end == "replied")
    if fixes(chain) >= chain.settings.correctness_rounds:
        return None
    return next_turn(
        chain,
        phase="correctness",
        label="reflect",
        template="reflect",
        facts={"failure": failure_of(chain.problem, broken)},
        parent=broken,
        expects="text",
    )


REFLECTION = Part(
    "reflection", "correctness", 2, "Reflect on the failing test in words, then fix the program.", next_step
)
