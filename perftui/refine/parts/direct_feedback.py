"""Direct execution feedback: optimise, then say how long it took beside the original, and refine."""

from __future__ import annotations

import math
from dataclasses import dataclass

from perftui.figures import nanoseconds, times_within
from perftui.refine.actions import Ask
from perftui.refine.attempts import asked, attempts, has_stopped_gaining, performance_rounds
from perftui.refine.chain import Chain, Round
from perftui.refine.conversation import next_turn, untold_code
from perftui.refine.part import Part
from perftui.refine.parts.perf_prompt import OPTIMISE
from perftui.refine.parts.repairing import repair
from perftui.timing.model import Ratio


@dataclass(frozen=True)
class Timed:
    """How long a program took, beside the chain's first correct one.

    Attributes:
        time: of the program, over all tests; empty where it has none.
        original: of the first correct program, over the same; empty where it is not known.
        ratio: how many times faster it is, with its interval; empty where it was not timed against it.
        verdict: `faster`, `slower`, `same` or `unmeasured`.
    """

    time: str
    original: str
    ratio: str
    verdict: str


def next_step(chain: Chain) -> Ask | None:
    """Optimise, then refine with the times, as often as the settings allow and it gains."""
    best = chain.best
    if best is None:
        return None
    due = repair(chain)
    if due is not None:
        return due
    tried = attempts(chain)
    if not tried:
        return OPTIMISE.ask(chain, best)
    refined = sum(asked(attempt[0]) == "refine" for attempt in tried)
    if refined >= chain.settings.feedback_rounds or has_stopped_gaining(chain):
        return None
    return _refine(chain, best)


def timed(chain: Chain, round_: Round) -> Timed:
    """A round's time beside the original's: from its measurement, or else from what judging saw."""
    seed = chain.seed
    ratio = None if round_.measurement is None else round_.measurement.vs_seed
    mine = _nanoseconds(round_)
    if ratio is not None and mine and math.isfinite(ratio.estimate):
        # The ratio was measured side by side; two times of different minutes were not.
        return Timed(
            time=nanoseconds(mine),
            original="" if ratio.verdict == "unmeasured" else nanoseconds(round(mine * ratio.estimate)),
            ratio=_within(ratio),
            verdict=ratio.verdict,
        )
    first = 0 if seed is None or seed.index == round_.index else _nanoseconds(seed)
    return Timed(
        time=nanoseconds(mine) if mine else "",
        original=nanoseconds(first) if first else "",
        ratio="" if ratio is None else _within(ratio),
        verdict="unmeasured" if ratio is None else ratio.verdict,
    )


def _refine(chain: Chain, best: Round) -> Ask:
    correct = [r for r in performance_rounds(chain) if r.correct]
    last = correct[-1] if correct else best
    facts = {
        "current": untold_code(chain, best),
        "timed": timed(chain, last),
        "attempted": bool(correct),
        "is_best": last.candidate == best.candidate,
    }
    return next_turn(chain, phase="performance", label="refine", template="direct", facts=facts, parent=best)


def _nanoseconds(round_: Round) -> int:
    """CPU time of a round's program over all tests; 0 where it is not known."""
    if round_.measurement is not None and round_.measurement.test_times:
        return sum(test.cpu_ns for test in round_.measurement.test_times)
    return 0 if round_.verdict is None else sum(result.cpu_ns for result in round_.verdict.results)


def _within(ratio: Ratio) -> str:
    return times_within(ratio.estimate, ratio.low, ratio.high)


DIRECT_FEEDBACK = Part(
    "direct-execution-feedback",
    "performance",
    2,
    "Optimise, then refine with how long it took beside the original.",
    next_step,
)
