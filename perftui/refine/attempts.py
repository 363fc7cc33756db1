"""What was tried to make a chain's program better: one attempt is an ask with its repairs. Pure."""

from __future__ import annotations

from perftui.refine.chain import Chain, Round

_SAID_OF_OUTCOME = {
    "kept": "kept",
    "beats-reference": "kept",
    "taken": "taken",
    "same": "correct, no better",
    "slower": "correct, slower",
    "larger": "correct, takes more memory",
    "unmeasured": "correct, gain not measurable",
    "wrong": "wrong",
    "dropped": "wrong",
    "no-program": "no program",
}
GAINS = frozenset({"kept", "beats-reference"})
"""Outcomes that are a gain."""

BROKEN = frozenset({"wrong", "dropped", "no-program"})
"""Outcomes of a program that may be repaired."""


def performance_rounds(chain: Chain) -> list[Round]:
    """The rounds of the performance phase that asked for a program."""
    return [r for r in chain.rounds if r.ask.phase == "performance" and r.ask.expects == "program"]


def asked(round_: Round) -> str:
    """What a round was asked for: the first word of its label."""
    return round_.ask.label.split(" ", 1)[0]


def attempts(chain: Chain) -> list[list[Round]]:
    """The attempts at a better program, oldest first, each with its repairs."""
    grouped: list[list[Round]] = []
    for round_ in performance_rounds(chain):
        if asked(round_) == "repair" and grouped:
            grouped[-1].append(round_)
        else:
            grouped.append([round_])
    return grouped


def without_gain(chain: Chain) -> int:
    """How many attempts in a row, up to the last, gained nothing."""
    count = 0
    for attempt in reversed(attempts(chain)):
        if any(r.outcome is not None and r.outcome.kind in GAINS for r in attempt):
            break
        count += 1
    return count


def has_stopped_gaining(chain: Chain) -> bool:
    """Whether so many attempts in a row were in vain that another is not worth its call."""
    return 0 < chain.settings.plateau <= without_gain(chain)


def to_repair(chain: Chain) -> Round | None:
    """The last attempt's program where it is broken and there are repairs left for it."""
    grouped = attempts(chain)
    last = grouped[-1][-1] if grouped else None
    if last is None or last.outcome is None or last.outcome.kind not in BROKEN:
        return None
    return last if len(grouped[-1]) - 1 < chain.settings.repair_rounds else None


def attempts_of(chain: Chain) -> tuple[str, ...]:
    """What was tried to make the program faster and what came of it, a line a program."""
    return tuple(
        f"{r.ask.label}: {_SAID_OF_OUTCOME[r.outcome.kind]} ({r.outcome.reason})"
        for r in performance_rounds(chain)
        if r.outcome is not None and r.outcome.kind in _SAID_OF_OUTCOME
    )
