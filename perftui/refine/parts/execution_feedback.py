"""Execution feedback: optimise, then refine by what the program costs, until the gain stops."""

from __future__ import annotations

from perftui.refine.actions import Ask, Step
from perftui.refine.attempts import asked, attempts, attempts_of, has_stopped_gaining
from perftui.refine.chain import Chain, Rival, Round
from perftui.refine.conversation import next_turn, untold_code
from perftui.refine.costs import hot_lines, profile_due, rival_line, rival_to_show, slowest_of, speed_of
from perftui.refine.part import Part
from perftui.refine.parts.repairing import repair


def next_step(chain: Chain) -> Step | None:
    """The next step on a chain that has a correct program."""
    best = chain.best
    if best is None:
        return None
    due = repair(chain)
    if due is not None:
        return due
    tried = attempts(chain)
    refined = sum(asked(attempt[0]) == "slowest" for attempt in tried)
    if tried and (refined >= chain.settings.feedback_rounds or has_stopped_gaining(chain)):
        return None
    return profile_due(chain, best) or _improve(chain, best, first=not tried)


def _improve(chain: Chain, best: Round, *, first: bool) -> Ask:
    """Ask for a better program than the best, with all that is known of its cost."""
    slowest = slowest_of(chain.problem, best)
    rival = rival_to_show(chain, best)
    facts: dict[str, object] = {
        "current": _named_code(chain, best, rival),
        "speed": speed_of(chain, best),
        "slowest": slowest,
        "hot": hot_lines(best),
        "attempts": attempts_of(chain),
        "rival": rival,
        "rival_speed": "" if rival is None else rival_line(rival),
    }
    label = "optimise" if first else f"slowest {slowest.name}" if slowest is not None else "slowest"
    return next_turn(
        chain,
        phase="performance",
        label=label,
        template="optimise" if first else "slowest",
        facts=facts,
        parent=best,
        rival=None if rival is None else rival.candidate,
    )


def _named_code(chain: Chain, best: Round, rival: Rival | None) -> str:
    """The best program's text, unless it is the one the conversation ends with and nothing else is shown."""
    return untold_code(chain, best) if rival is None else best.code or ""


EXECUTION_FEEDBACK = Part(
    "testcase-execution-feedback",
    "performance",
    2,
    "Optimise, then refine with the slowest test, figures and a line profile, until the gain stops.",
    next_step,
)
