"""Signs that a measurement was disturbed: which blocks are measured again, and short words for the rest.

A disturbed block is thrown away whole and measured again. The rules are fixed before the first block and
look at no comparison of the candidate with a rival, so that nothing can be chosen by its result:

* `unmetered`: a program's work was not read (below). Such a block says nothing and is never kept.
* `stolen`: the hypervisor took the core away for more than STOLEN_SHARE of the block.
* `waited`: the programs had to wait for the core for much longer than they usually do here: the median of
  wall over CPU time is over WAITED times what it was before the first block.
* `control-off`: the baseline and the control, which are one program, differ by more than BLOCK_CONTROL_FAR.

On a machine that is disturbed all the time nothing would be left. So no more than a quarter of all blocks
is thrown away, `unmetered` ones apart; beyond that they are kept, and the measurement is flagged `busy`.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean, median
from typing import Literal

from perftui.sandbox.protocol import TrialFact
from perftui.timing.cost import Block
from perftui.timing.model import ArmName, Ratio

Fault = Literal["unmetered", "stolen", "waited", "control-off"]

STOLEN_SHARE = 0.02
WAITED = 3.0
BUSY_WAIT = 1.5
BLOCK_CONTROL_FAR = 1.5
CONTROL_FAR = 1.10

_KEPT_PER_DISCARD = 3
_STEAL_FIELD = 8


@dataclass
class Tally:
    """The blocks that were disturbed.

    Attributes:
        discarded: how many were thrown away, by the reason.
        kept: how many had to be kept, because too many were disturbed.
    """

    discarded: Counter[Fault] = field(default_factory=Counter)
    kept: int = 0

    def admits(self, fault: Fault | None, good: int) -> bool:
        """Whether a block is kept; counts it.

        Args:
            fault: what is wrong with it.
            good: how many blocks are kept already.
        """
        if fault is None:
            return True
        thrown = sum(count for reason, count in self.discarded.items() if reason != "unmetered")
        if fault != "unmetered" and thrown * _KEPT_PER_DISCARD > good:
            self.kept += 1
            return True
        self.discarded[fault] += 1
        return False

    def told(self) -> str:
        """How many blocks were thrown away and why; empty where none was."""
        parts = [f"{count} {reason}" for reason, count in sorted(self.discarded.items())]
        return f"blocks measured again: {', '.join(parts)}" if parts else ""


def fault_of(block: Block, *, baseline: ArmName, stolen: float, usual_wait: float) -> Fault | None:
    """What is wrong with a block, if anything.

    Args:
        block: whole.
        baseline: the arm that is the same program as the control.
        stolen: the share of the block's time that the core was taken away, 0 where that is not known.
        usual_wait: median of wall over CPU time in the trials before the first block.
    """
    if not is_metered(block):
        return "unmetered"
    if stolen > STOLEN_SHARE:
        return "stolen"
    if wait_of([run.fact for run in block.runs]) > WAITED * max(1.0, usual_wait):
        return "waited"
    control, base = (fmean(map(work_ns, block.facts(arm))) for arm in ("control", baseline))
    return "control-off" if not 1 / BLOCK_CONTROL_FAR <= control / base <= BLOCK_CONTROL_FAR else None


def wait_of(facts: Sequence[TrialFact]) -> float:
    """Median of wall over CPU time, 1 where no trial was metered."""
    waits = [fact.wall_ns / cpu for fact in facts if (cpu := cpu_ns(fact)) > 0]
    return median(waits) if waits else 1.0


def load_average() -> float:
    """The machine's load over the last minute, 0 where the system does not tell."""
    try:
        return os.getloadavg()[0]
    except OSError:
        return 0.0


def stolen_seconds(core: int) -> float | None:
    """For how long the hypervisor has taken a core away since the start; None where that is not told."""
    try:
        lines = Path("/proc/stat").read_text(encoding="ascii").splitlines()
        ticks = next(line for line in lines if line.startswith(f"cpu{core} ")).split()[_STEAL_FIELD]
        return int(ticks) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, StopIteration, IndexError):
        return None


def is_busy(facts: Sequence[TrialFact], load: float, cores: int) -> bool:
    """Whether others wanted the machine: more to run than cores, or programs that had to wait.

    Args:
        facts: of all trials.
        load: the load average when the measurement began.
        cores: of the machine.
    """
    return load > cores or wait_of(facts) > BUSY_WAIT


def control_off(control: Ratio) -> bool:
    """Whether the baseline differs from itself: its interval excludes 1, or it is far from 1."""
    return not control.low <= 1 <= control.high or not 1 / CONTROL_FAR <= control.estimate <= CONTROL_FAR


def is_metered(block: Block) -> bool:
    """Whether every program's work was read in a block.

    Calling even the null program takes many microseconds, so work of 0 ns is a reading that came too
    early: a busy kernel may account for a process only after it has left its core. Such a block says
    nothing of any program and is measured again.
    """
    return all(work_ns(run.fact) > 0 for run in block.runs)


def work_ns(fact: TrialFact) -> int:
    """CPU time of the calls of all passes."""
    return sum(fact.first_ns) + fact.rest_ns


def cpu_ns(fact: TrialFact) -> int:
    """CPU time of all phases of a trial."""
    return fact.load_ns + fact.decode_ns + work_ns(fact) + fact.encode_ns
