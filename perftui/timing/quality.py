"""Signs that a measurement was disturbed, as short words beside its figures."""

from __future__ import annotations

import os
from collections.abc import Sequence
from statistics import median

from perftui.sandbox.protocol import TrialFact
from perftui.timing.cost import Block
from perftui.timing.model import Ratio

WALL_OVER_CPU = 1.5
CONTROL_FAR = 1.10


def load_average() -> float:
    """The machine's load over the last minute, 0 where the system does not tell."""
    try:
        return os.getloadavg()[0]
    except OSError:
        return 0.0


def is_busy(facts: Sequence[TrialFact], load: float, cores: int) -> bool:
    """Whether others wanted the machine: more to run than cores, or programs that had to wait.

    Args:
        facts: of all trials.
        load: the load average when the measurement began.
        cores: of the machine.
    """
    waits = [fact.wall_ns / cpu for fact in facts if (cpu := cpu_ns(fact)) > 0]
    return load > cores or (bool(waits) and median(waits) > WALL_OVER_CPU)


def control_off(control: Ratio) -> bool:
    """Whether the baseline differs from itself: its interval excludes 1, or it is far from 1."""
    return not control.low <= 1 <= control.high or not 1 / CONTROL_FAR <= control.estimate <= CONTROL_FAR


def is_metered(block: Block) -> bool:
    """Whether every program's work was read in a block.

    Calling even the null program takes many microseconds, so work of 0 ns is a reading that came too
    early: a busy kernel may account for a process only after it has left its core. Such a block says
    nothing of any program and is measured again.
    """
    return all(sum(run.fact.first_ns) + run.fact.rest_ns > 0 for run in block.runs)


def cpu_ns(fact: TrialFact) -> int:
    """CPU time of all phases of a trial."""
    return fact.load_ns + fact.decode_ns + sum(fact.first_ns) + fact.rest_ns + fact.encode_ns
