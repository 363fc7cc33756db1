"""How many passes fill a trial's window, and whether they lift the work above the noise."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, inf, log

from perftui.sandbox.protocol import TrialFact

WINDOW_NS = 2_000_000
"""Work that needs no repeats: some 100 times what the harness's own cost varies by."""

MAX_REPEATS = 2_000
MIN_TRIAL_SECONDS = 0.004
MAX_TRIAL_SECONDS = 0.06

_RESOLVED = 10
_LEAST_SHARE = 0.15
_MOST_WAIT = 2.0
_SPREAD = 0.05
_METER_NS = 30_000.0
_TRIAL_NS = 5_000_000.0
_STEP = 1.25
_PAIRS_WANTED = 14


@dataclass(frozen=True, slots=True)
class Pace:
    """What a program was seen to take.

    Attributes:
        work_ns: CPU time of the calls of one pass, without the null program's, at least 1.
        side_ns: CPU time of what else comes with each pass: loading and decoding.
        wall_ns: wall time of one pass, for the bound on a trial.
        seconds: wall time of the whole trial.
    """

    work_ns: float
    side_ns: float
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
    side = fact.load_ns + fact.decode_ns
    # One long wait for the core says nothing of how long other passes would wait.
    most = _MOST_WAIT * (side + sum(fact.first_ns) + fact.rest_ns + fact.encode_ns)
    wall_ns = seconds * 1e9 if whole else min(fact.wall_ns, most or inf)
    return Pace(max(1.0, work), side / repeats, wall_ns / repeats, seconds)


def trial_seconds(budget_seconds: float, arms: int) -> float:
    """How long one trial may take, so that the budget holds enough pairs.

    Args:
        budget_seconds: of the measurement.
        arms: how many arms a block has, the control among them.
    """
    trials = 2 * arms + 1
    return min(MAX_TRIAL_SECONDS, max(MIN_TRIAL_SECONDS, budget_seconds / (_PAIRS_WANTED * trials)))


def passes(work_ns: float, slowest_wall_ns: float, seconds: float, *, side_ns: float = 0.0) -> int:
    """How many passes a trial has.

    So many that the trials tell most in the time they take. The relative variance of a trial is that of the
    machine's speed and of the meter's part in the window, `spread^2 + (meter / work)^2`; its time is what
    starting a process takes and what comes with each pass. The number with the least product of the two is
    taken: inputs that take longer to decode than to work on are better tried often than repeated.

    Args:
        work_ns: of one pass of the program that has to fill the window.
        slowest_wall_ns: wall time of one pass of the slowest arm.
        seconds: how long a trial may take.
        side_ns: CPU time of what else comes with each pass.
    """
    work = max(1.0, work_ns)

    def price(repeats: int) -> float:
        variance = _SPREAD**2 + (_METER_NS / (repeats * work)) ** 2
        return variance * (_TRIAL_NS + repeats * (work + side_ns))

    choices = (round(_STEP**power) for power in range(ceil(log(MAX_REPEATS, _STEP)) + 1))
    wanted = min(choices, key=price)
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
