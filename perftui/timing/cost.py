"""What a pass costs a program: its work, less the harness's share, with nothing hidden elsewhere.

Per trial and per pass (`r` passes a trial), in ns of process CPU:

    work = (first + rest) / r    load = load / r    decode = decode / r    encode = encode

Only one pass is encoded, so `encode` is per pass already. A program that reads stdin is timed from
its start to its end: its work is the sum of all phases, and there is nothing to charge.

A mirrored block has two trials of each arm; the first of one is paired with the first of another, the
second with the second. Within a block all is told as a fraction of the baseline's mean work there,
`base`, so that a machine that changes its speed between blocks changes no fraction. For the trial of
arm `a` in pair `i`:

    w_ai = work_ai / base        null = work of the null program / base
    x_aip = (p_ai - p_baseline,i) / base          for p in load, decode, encode

    cost_ai = w_ai - median(null) + sum_p max(0, median_i(x_aip))

What an arm spends over the baseline in another phase is charged to it, and what it spends less is
never credited: moving work out of the calls gains nothing. Medians over pairs are taken before the
clipping, because clipping each noisy pair by itself would charge noise to every honest program.

Where passes are repeated, encoding is the one phase that is not spread over them: a single pass is
encoded, and the harness's own part of that, some 100 us and never twice the same, would drown a pass
of 20 us in doubt. There, encoding is charged in full where it is beyond doubt that the arm spends more
than the baseline (the 99 % lower bound of the median excess is over a quarter of the baseline's
encoding), and else not. A smaller excess is what one process shows against another on the same value;
and no program's code runs while plain data is encoded, so that little can be hidden in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from perftui.sandbox.protocol import TrialFact
from perftui.timing.model import ArmName
from perftui.timing.ranks import median_bound

Floats: TypeAlias = npt.NDArray[np.float64]
Indices: TypeAlias = npt.NDArray[np.intp]

METER_NS = 1_000.0
"""What reading the clock from outside may be off by, per trial (a read takes 0.6 to 1.5 us)."""

NULL_DOUBT = 0.1
"""The share of the null program's cost that is in doubt."""

ENCODE_DOUBT = 0.25
"""The share of the baseline's encoding that an honest program may spend more, where passes repeat."""

_ENCODE = 2
_TAIL = 0.01


@dataclass(frozen=True, slots=True)
class Run:
    """One trial's facts and whose they are."""

    arm: ArmName
    fact: TrialFact


@dataclass(frozen=True, slots=True)
class Block:
    """All trials of a block, in the order they ran."""

    index: int
    zygote: int
    runs: tuple[Run, ...]

    def facts(self, arm: ArmName) -> tuple[TrialFact, ...]:
        """The facts of one arm's trials."""
        return tuple(run.fact for run in self.runs if run.arm == arm)


@dataclass(frozen=True, slots=True)
class Phases:
    """What one pass costs in each phase, in ns."""

    work: float
    load: float = 0.0
    decode: float = 0.0
    encode: float = 0.0


def phases_of(fact: TrialFact, repeats: int, *, whole: bool) -> Phases:
    """The phases of one trial per pass; `whole` adds all up, for programs that read stdin."""
    work = sum(fact.first_ns) + fact.rest_ns
    if whole:
        return Phases((work + fact.load_ns + fact.decode_ns + fact.encode_ns) / repeats)
    return Phases(work / repeats, fact.load_ns / repeats, fact.decode_ns / repeats, float(fact.encode_ns))


@dataclass(frozen=True, slots=True)
class ArmColumns:
    """An arm's figures as fractions of the baseline's mean work in the same block.

    Attributes:
        work: shape (pairs,).
        excess: shape (3, pairs): load, decode, encode over the baseline's.
    """

    work: Floats
    excess: Floats


@dataclass(frozen=True, slots=True)
class Columns:
    """A measurement's figures, pair by pair; the pairs of a block stand together.

    Attributes:
        base_ns: the baseline's mean work per pass in the pair's block, harness included.
        null: the null program's work as a fraction of it.
        arms: by the arm's first name.
        resolution: how far a cost may be off in either direction, as a fraction.
        blocks: how many blocks there are.
    """

    base_ns: Floats
    null: Floats
    arms: dict[ArmName, ArmColumns]
    resolution: float
    blocks: int

    @property
    def pairs(self) -> int:
        """How many pairs there are."""
        return len(self.base_ns)


def tabulate(blocks: Sequence[Block], *, baseline: ArmName, repeats: int, whole: bool) -> Columns:
    """Bring the trials of all blocks into columns.

    Args:
        blocks: at least one, each with as many trials of every arm, and one of the null program.
        baseline: the first name of the arm that all is told in.
        repeats: passes per trial.
        whole: for programs that read stdin.

    Raises:
        ValueError: the baseline's work is nothing: there is no clock.
    """
    names: tuple[ArmName, ...] = tuple(dict.fromkeys(run.arm for run in blocks[0].runs))
    tables = {name: _phase_table(blocks, name, repeats, whole=whole) for name in names}
    nulls = tables.pop("null")[0]
    base = tables[baseline]
    per_block = base.shape[1] // len(blocks)
    scale = np.repeat(base[0].reshape(len(blocks), per_block).mean(axis=1), per_block)
    if not (scale > 0).all():
        raise ValueError("the baseline cost no CPU time")
    arms = {
        name: ArmColumns(table[0] / scale, _excess(table, base, repeats) / scale)
        for name, table in tables.items()
    }
    resolution = resolution_ns(nulls, repeats) / float(np.median(scale))
    return Columns(scale, np.repeat(nulls, per_block) / scale, arms, resolution, len(blocks))


def resolution_ns(nulls: Floats, repeats: int) -> float:
    """By how much the harness's part of a cost may be off, in ns per pass.

    Either the meter's step, or a share of the null program's cost: calling a program is not quite
    calling nothing. How much null costs vary is not in it, for the resampling sees that.
    """
    return max(METER_NS / repeats, NULL_DOUBT * float(np.median(nulls)))


def costs(columns: Columns, arm: ArmName, index: Indices) -> Floats:
    """What an arm costs in each of the chosen pairs, as fractions of the baseline's work.

    Args:
        columns: the figures.
        arm: whose cost.
        index: pairs by position, shape (resamples, n): medians are taken along the last axis.

    Returns:
        Shape (resamples, n); never under a quarter of the resolution.
    """
    work = columns.arms[arm].work[index]
    cost: Floats = np.maximum(work + _shift(columns, arm, index), columns.resolution / 4)
    return cost


def all_pairs(columns: Columns) -> Indices:
    """The index that chooses each pair once."""
    return np.arange(columns.pairs, dtype=np.intp)[np.newaxis, :]


def cost_ns(columns: Columns, arm: ArmName) -> Floats:
    """What a pass costs an arm in ns, in each pair."""
    found: Floats = costs(columns, arm, all_pairs(columns))[0] * columns.base_ns
    return found


def charge_ns(columns: Columns, arm: ArmName) -> Floats:
    """What is added to a pass's work to make its cost (charges less the null's cost), in each pair."""
    charged: Floats = _shift(columns, arm, all_pairs(columns))[0, 0] * columns.base_ns
    return charged


def _shift(columns: Columns, arm: ArmName, index: Indices) -> Floats:
    """The charges of an arm less the null program's cost, as a fraction; shape (resamples, 1)."""
    shift: Floats = -np.median(columns.null[index], axis=-1, keepdims=True)
    for phase in columns.arms[arm].excess:
        if phase.any():
            shift = shift + np.maximum(0.0, np.median(phase[index], axis=-1, keepdims=True))
    return shift


def _excess(table: Floats, base: Floats, repeats: int) -> Floats:
    """Load, decode and encode over the baseline's, in ns; without encoding where its excess is in doubt."""
    excess: Floats = table[1:] - base[1:]
    doubt = ENCODE_DOUBT * float(np.median(base[1 + _ENCODE]))
    if repeats > 1 and median_bound(excess[_ENCODE].tolist(), _TAIL) <= doubt:
        excess[_ENCODE] = 0.0
    return excess


def _phase_table(blocks: Sequence[Block], arm: ArmName, repeats: int, *, whole: bool) -> Floats:
    """Shape (4, trials): work, load, decode, encode in ns per pass, block by block."""
    found = [phases_of(fact, repeats, whole=whole) for block in blocks for fact in block.facts(arm)]
    return np.array([(one.work, one.load, one.decode, one.encode) for one in found]).T
