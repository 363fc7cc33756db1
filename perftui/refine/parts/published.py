"""The paper's execution feedback as published: praise and ask, then the slowest test without a figure.

A wrong optimisation ends the chain.
"""

from __future__ import annotations

import msgspec

from perftui.refine.actions import Ask
from perftui.refine.attempts import asked, performance_rounds
from perftui.refine.chain import Chain, Round
from perftui.refine.conversation import next_turn, untold_code
from perftui.refine.costs import slowest_of
from perftui.refine.part import Part


def next_step(chain: Chain) -> Ask | None:
    """Optimise; where that is correct, refine with the single most time-consuming test."""
    best = chain.best
    if best is None:
        return None
    done = performance_rounds(chain)
    if not done:
        return _ask(chain, best, "optimise", "paper_optimise", {})
    last = done[-1]
    refined = sum(asked(r) == "slowest" for r in done)
    if refined >= chain.settings.feedback_rounds or not (last.correct or last.end == "skipped"):
        return None
    slowest = slowest_of(chain.problem, best) or slowest_of(chain.problem, _as_judged(best))
    if slowest is None or slowest.test is None:
        return None
    return _ask(chain, best, f"slowest {slowest.name}", "paper_slowest", {"test": slowest.test})


def _as_judged(round_: Round) -> Round:
    """The round with nothing but what judging saw of its times, where the measurement told none."""
    return msgspec.structs.replace(round_, measurement=None)


def _ask(chain: Chain, best: Round, label: str, template: str, facts: dict[str, object]) -> Ask:
    return next_turn(
        chain,
        phase="performance",
        label=label,
        template=template,
        facts={"current": untold_code(chain, best), **facts},
        parent=best,
    )


PUBLISHED = Part(
    "testcase-execution-feedback-published",
    "performance",
    2,
    "Optimise, then refine with the slowest test, exactly as the paper does it.",
    next_step,
)
