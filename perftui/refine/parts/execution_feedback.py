"""Execution feedback: optimise, then refine with the slowest test; wrong programs are repaired."""

from __future__ import annotations

from perftui.refine.actions import Ask
from perftui.refine.chain import Chain, Round
from perftui.refine.conversation import last_attempt, next_turn
from perftui.refine.feedback import attempts_of, failure_of, slowest_of, speed_of
from perftui.refine.part import Part

_REPAIRABLE = frozenset({"wrong", "no-program"})


def next_step(chain: Chain) -> Ask | None:
    """The next step on a chain that has a correct program."""
    best = chain.best
    if best is None:
        return None
    done = [r for r in chain.rounds if r.ask.phase == "performance"]
    broken = _to_repair(chain, done)
    if broken is not None:
        return _repair(chain, broken, best)
    if not any(step(r) == "optimise" for r in done):
        return _optimise(chain, best)
    if sum(step(r) == "slowest" for r in done) < chain.settings.feedback_rounds:
        return _slowest(chain, best)
    return None


def step(round_: Round) -> str:
    """What a round was asked for: the first word of its label."""
    return round_.ask.label.split(" ", 1)[0]


def _to_repair(chain: Chain, done: list[Round]) -> Round | None:
    """The last optimisation where it is broken and there are repairs left for it."""
    last = done[-1] if done else None
    if last is None or last.outcome is None or last.outcome.kind not in _REPAIRABLE:
        return None
    repairs = 0
    for round_ in reversed(done):
        if step(round_) != "repair":
            break
        repairs += 1
    return last if repairs < chain.settings.repair_rounds else None


def _optimise(chain: Chain, best: Round) -> Ask:
    facts: dict[str, object] = {"current": _named_code(chain, best), "speed": speed_of(chain, best)}
    return next_turn(
        chain, phase="performance", label="optimise", template="optimise", facts=facts, parent=best
    )


def _slowest(chain: Chain, best: Round) -> Ask:
    slowest = slowest_of(chain.problem, best)
    facts: dict[str, object] = {
        "current": _named_code(chain, best),
        "speed": speed_of(chain, best),
        "slowest": slowest,
        "attempts": attempts_of(chain),
    }
    label = f"slowest {slowest.name}" if slowest is not None else "slowest"
    return next_turn(chain, phase="performance", label=label, template="slowest", facts=facts, parent=best)


def _repair(chain: Chain, broken: Round, best: Round) -> Ask:
    facts: dict[str, object] = {"failure": failure_of(chain.problem, broken), "best": best.code or ""}
    return next_turn(
        chain, phase="performance", label="repair", template="repair", facts=facts, parent=broken
    )


def _named_code(chain: Chain, best: Round) -> str:
    """The best program's text where the conversation's last program is another; empty where it is this."""
    last = last_attempt(chain)
    return "" if last is not None and last.candidate == best.candidate else best.code or ""


EXECUTION_FEEDBACK = Part(
    "testcase-execution-feedback",
    "performance",
    2,
    "Optimise, then refine with the slowest test; a wrong optimisation is repaired.",
    next_step,
)
