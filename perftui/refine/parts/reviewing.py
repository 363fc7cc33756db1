"""Reviewing: a reviewer in a conversation of its own sees the original and what was made of it."""

from __future__ import annotations

from collections.abc import Mapping

from perftui.figures import times_within
from perftui.refine.attempts import performance_rounds
from perftui.refine.chain import Chain, Round
from perftui.refine.conversation import said
from perftui.refine.feedback import failure_of
from perftui.refine.parts.turns import REVIEWER, Turn

_SAID_OF_SPEED = {
    "faster": "faster",
    "slower": "slower",
    "same": "no real difference",
    "unmeasured": "cannot be told from noise",
}


def both_programs(chain: Chain, best: Round) -> Mapping[str, object]:
    """The chain's first correct program, and the last that was made of it, with what tests and clock say.

    Where there is no other, `attempt` is empty.
    """
    original = chain.seed or best
    written = [r for r in performance_rounds(chain) if r.code is not None]
    last = written[-1] if written else None
    if last is None or last.candidate == original.candidate or _is_flagged(last):
        return {"original": original.code, "attempt": "", "failure": None, "speed": ""}
    return {
        "original": original.code,
        "attempt": last.code,
        "failure": None if last.correct else failure_of(chain.problem, last),
        "speed": _speed(last),
    }


def comments(chain: Chain, _best: Round) -> Mapping[str, object]:
    """What the reviewer said; empty where it said nothing."""
    return {"review": said(chain, "review")}


REVIEW = Turn("review", "review", expects="text", conversation=REVIEWER, facts=both_programs)


def _speed(round_: Round) -> str:
    ratio = None if round_.measurement is None else round_.measurement.vs_seed
    if ratio is None:
        return ""
    return f"{times_within(ratio.estimate, ratio.low, ratio.high)}, {_SAID_OF_SPEED[ratio.verdict]}"


def _is_flagged(round_: Round) -> bool:
    return round_.outcome is not None and round_.outcome.kind in {"flagged", "infrastructure"}
