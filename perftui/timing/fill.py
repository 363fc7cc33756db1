"""How many passes fill a trial's window, and whether they lift the work above the noise."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from perftui.sandbox.protocol import TrialFact

WINDOW_NS = 2_000_000
"""The work that a trial should hold: about 100 times what the harness's own cost varies by."""

MAX_REPEATS = 2_000
MIN_TRIAL_SECONDS = 0.004
MAX_TRIAL_SECONDS = 0.06

_RESOLVED = 10
_LEAST_SHARE = 0.15
_PAIRS_WANTED = 14


@dataclass(frozen=True, slots=True)
class Pace:
    """What a program was seen to take.

    Attributes:
        work_ns: CPU time of the calls of one pass, without the null program's, at least 1.
        wall_ns: wall time of one pass, for the bound on a trial.
        seconds: wall time of the whole trial.
    """

    work_ns: float
    wall_ns: float
    seconds: float


def pace_of(fact: TrialFact, null: TrialFact, repeats: int, seconds: float, *, whole: bool) -> Pace:
    """The pace of an arm from one trial, by its later passes where it has some.

    The first pass finds cold caches and code that is not yet specialised; it tells little of 400.

    Args:
        fact: of the trial.
        null: of the null program's trial with as many passes.
        repeats: how many.
        seconds: wall time that the trial took.
        whole: for programs that read stdin: each of their passes starts processes, which takes
            wall time as well.
    """
    work = _later_pass(fact, repeats) - _later_pass(null, repeats)
    wall_ns = seconds * 1e9 if whole else fact.wall_ns
    return Pace(work_ns=max(1.0, work), wall_ns=wall_ns / repeats, seconds=seconds)


def trial_seconds(budget_seconds: float, arms: int) -> float:
    """How long one trial may take, so that the budget holds enough pairs.

    Args:
        budget_seconds: of the measurement.
        arms: how many arms a block has, the control among them.
    """
    trials = 2 * arms + 1
    return min(MAX_TRIAL_SECONDS, max(MIN_TRIAL_SECONDS, budget_seconds / (_PAIRS_WANTED * trials)))


def passes(work_ns: float, slowest_wall_ns: float, seconds: float) -> int:
    """How many passes a trial has.

    Args:
        work_ns: of one pass of the program that has to fill the window.
        slowest_wall_ns: wall time of one pass of the slowest arm.
        seconds: how long a trial may take.
    """
    wanted = ceil(WINDOW_NS / max(1.0, work_ns))
    affordable = int(seconds * 1e9 / max(1.0, slowest_wall_ns))
    return max(1, min(wanted, affordable, MAX_REPEATS))


def too_short(cost: float, null: float, resolution: float) -> bool:
    """Whether a program's cost cannot be told from the harness's.

    Args:
        cost: without the null program's.
        null: the null program's, in the same unit.
        resolution: by how much a cost may be off, in the same unit.
    """
    return cost < _RESOLVED * resolution or cost < _LEAST_SHARE * (cost + null)


def _later_pass(fact: TrialFact, repeats: int) -> float:
    return fact.rest_ns / (repeats - 1) if repeats > 1 else float(sum(fact.first_ns))
