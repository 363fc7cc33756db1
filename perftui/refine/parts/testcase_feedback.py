"""Testcase feedback: show the failing test and ask for a corrected program."""

from __future__ import annotations

from perftui.refine.actions import Ask
from perftui.refine.chain import Chain, Round
from perftui.refine.conversation import last_attempt, next_turn
from perftui.refine.feedback import failure_of
from perftui.refine.part import Part


def next_step(chain: Chain) -> Ask | None:
    """Ask for a fix, as often as the settings allow, until a program is correct."""
    broken = broken_program(chain)
    if broken is None or fixes(chain) >= chain.settings.correctness_rounds:
        return None
    return fix(chain, broken, reflected=False)


def broken_program(chain: Chain) -> Round | None:
    """The attempt that is to be repaired: None where one is correct, or none may be built upon."""
    return None if chain.seed is not None else last_attempt(chain)


def fixes(chain: Chain) -> int:
    """How many fixes were asked for, or skipped."""
    return sum(r.ask.label == "fix" for r in chain.rounds)


def fix(chain: Chain, broken: Round, *, reflected: bool) -> Ask:
    """Ask for the corrected program; what failed was already shown where the model reflected on it."""
    facts: dict[str, object] = {"failure": failure_of(chain.problem, broken), "reflected": reflected}
    return next_turn(chain, phase="correctness", label="fix", template="fix", facts=facts, parent=broken)


TESTCASE_FEEDBACK = Part(
    "testcase-feedback", "correctness", 1, "Show the failing test and ask for a fix.", next_step
)
