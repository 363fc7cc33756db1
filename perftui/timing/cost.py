"""What a pass costs a program: its work, less the harness's share, with nothing hidden elsewhere.

Per trial and per pass (`r` passes a trial), in ns of process CPU:

    work = (first + rest) / r    load = load / r    decode = decode / r    encode = encode

Only one pass is encoded, so `encode` is per pass already. A program that reads stdin is timed from
its start to its end: its work is the sum of all phases, and there is nothing to charge.

How fast the machine was in a block is read from all its trials: `level` is the block's part in a fit of
`log work = level of the block + size of the arm` to all of them, by medians, so that one trial that was
disturbed moves neither. All is told as a fraction of it, in units of the baseline's work, so that a machine
that changes its speed between blocks changes no fraction. A mirrored block has two trials of each arm; the
first of one stands beside the first of another. For the trial of arm `a` in place `i`:

    w_ai = work_ai / level       null = work of the null program / level
    p_ai = load or encode / level
    x_ap = median_i(p_ai) - median_i(p_i of the baseline and the control, which are one program)

    cost_ai = w_ai - median(null) + sum_p max(0, x_ap)

Medians are taken before the clipping, because clipping each noisy trial by itself would charge noise to
every honest program.

What an arm spends over the baseline while it loads or while its outputs are encoded is charged to it, and
what it spends less is never credited: moving work out of the calls gains nothing. The inputs of a single
pass are decoded before any of the program's code runs, so what decoding costs is not its doing, and is not
charged. Encoding large outputs can take longer than the work, and then the noise of that phase is a share
of the work that counts.
So an excess is charged to the estimate only where it is proven: the 99 % lower bound of its median is over
EXCESS_DOUBT of the baseline's phase. An excess that is not proven is held against a program as far as it
would seem to gain: at the end of the interval that would let it seem fast, it takes away a gain and never
makes a loss.

Where passes are repeated, encoding is the one phase that is not spread over them: a single pass is
encoded, and the harness's own part of that, some 100 us and never twice the same, would drown a pass
of 20 us in doubt. There, encoding is charged where it is proven to exceed the baseline's by ENCODE_DOUBT.
A smaller excess is mostly what one process shows against another on the same value.

Where passes repeat, the program is loaded before its inputs are there, so that it can do nothing for them
then. But it can do a pass's work once for all passes while inputs are decoded or outputs encoded, by code
of its own in the place of what does that. So there, what it spends over the baseline in the whole of
decoding and in encoding is held against it as far as it would seem to gain: it takes away a gain, and
never makes a loss.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

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

EXCESS_DOUBT = 0.05
"""The share of a phase of the baseline's that an honest program may spend more."""

ENCODE_DOUBT = 0.25
"""The same for encoding where passes repeat."""

_DECODE, _ENCODE = 1, 2
_TAIL = 0.01
_FITTINGS = 4


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


Charged = Literal["always", "strictly", "never"]
"""`always`: the excess is proven, or there is none. `strictly`: where it is held against a program only.
`never`: it is not, or not like this."""


@dataclass(frozen=True, slots=True)
class ArmColumns:
    """An arm's figures as fractions of the block's level.

    Attributes:
        work: shape (pairs,).
        phases: shape (3, pairs): load, decode, encode.
        charged: for each of the three when what is over the baseline's is charged.
    """

    work: Floats
    phases: Floats
    charged: tuple[Charged, ...]


@dataclass(frozen=True, slots=True)
class Columns:
    """A measurement's figures, pair by pair; the pairs of a block stand together.

    Attributes:
        base_ns: the level of the pair's block: what the baseline's work per pass takes at that speed, harness
            included.
        null: the null program's work as a fraction of it.
        arms: by the arm's first name.
        baseline: the first name of the arm that all is told in; `control` is the same program.
        resolution: how far a cost may be off in either direction, as a fraction.
        blocks: how many blocks there are.
        repeats: passes per trial.
    """

    base_ns: Floats
    null: Floats
    arms: dict[ArmName, ArmColumns]
    baseline: ArmName
    resolution: float
    blocks: int
    repeats: int

    @property
    def usual(self) -> tuple[ArmName, ...]:
        """The arms that are the baseline's program."""
        return (self.baseline, "control") if "control" in self.arms else (self.baseline,)

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
    if not (base[0] > 0).all():
        raise ValueError("the baseline cost no CPU time")
    per_block = base.shape[1] // len(blocks)
    works = {name: table[0].reshape(len(blocks), per_block) for name, table in tables.items()}
    level = np.repeat(_levels(works, baseline), per_block)
    resolution = resolution_ns(nulls, repeats) / float(np.median(level))
    usual = (base + tables["control"]) / 2 if "control" in tables else base
    arms = {
        name: ArmColumns(
            table[0] / level,
            table[1:] / level,
            ("never",) * 3 if name == baseline else _charged(table, usual, repeats),
        )
        for name, table in tables.items()
    }
    spread = np.repeat(nulls, per_block) / level
    return Columns(level, spread, arms, baseline, resolution, len(blocks), repeats)


def _levels(works: dict[ArmName, Floats], baseline: ArmName) -> Floats:
    """What the baseline's work takes at each block's speed, by an additive fit of medians to the logarithms.

    Args:
        works: of each arm, shape (blocks, trials).
        baseline: the arm whose work is the unit.
    """
    logs = {name: np.log(np.maximum(work, 1.0)) for name, work in works.items()}
    levels = np.median(np.concatenate(list(logs.values()), axis=1), axis=1)
    sizes = {name: float(np.median(log - levels[:, np.newaxis])) for name, log in logs.items()}
    for _ in range(_FITTINGS):
        rests = np.concatenate([log - sizes[name] for name, log in logs.items()], axis=1)
        levels = np.median(rests, axis=1)
        sizes = {name: float(np.median(log - levels[:, np.newaxis])) for name, log in logs.items()}
    found: Floats = np.exp(levels + sizes[baseline])
    return found


def resolution_ns(nulls: Floats, repeats: int) -> float:
    """By how much the harness's part of a cost may be off, in ns per pass.

    Either the meter's step, or a share of the null program's cost: calling a program is not quite
    calling nothing. How much null costs vary is not in it, for the resampling sees that.
    """
    return max(METER_NS / repeats, NULL_DOUBT * float(np.median(nulls)))


def midmean(values: Floats) -> Floats:
    """The mean of the middle half along the last axis."""
    count = values.shape[-1]
    cut = count // 4
    if cut == 0:
        mean: Floats = values.mean(axis=-1)
        return mean
    middle: Floats = np.partition(values, (cut, count - cut - 1), axis=-1)[..., cut : count - cut].mean(
        axis=-1
    )
    return middle


def costs(columns: Columns, arm: ArmName, index: Indices, *, strict: bool = False) -> Floats:
    """What an arm costs in each of the chosen pairs, as fractions of the block's level.

    Args:
        columns: the figures.
        arm: whose cost.
        index: pairs by position, shape (resamples, n): midmeans are taken along the last axis.
        strict: charge an excess that is not proven as well.

    Returns:
        Shape (resamples, n); never under a quarter of the resolution.
    """
    work = columns.arms[arm].work[index]
    cost: Floats = np.maximum(work + _shift(columns, arm, index), columns.resolution / 4)
    return _without_gain(columns, arm, index, cost) if strict else cost


def is_doubtful(columns: Columns, arm: ArmName) -> bool:
    """Whether an arm has an excess that is not proven, so that a strict cost may be another."""
    return columns.repeats > 1 or "strictly" in columns.arms[arm].charged


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
    for phase, charged in enumerate(columns.arms[arm].charged):
        if charged == "always":
            excess = _spent(columns, (arm,), phase, index) - _spent(columns, columns.usual, phase, index)
            shift = shift + np.maximum(0.0, excess)
    return shift


def _without_gain(columns: Columns, arm: ArmName, index: Indices, cost: Floats) -> Floats:
    """Costs with all that may have been done elsewhere, or once for all passes, up to the baseline's cost."""
    held = np.zeros((index.shape[0], 1))
    for phase, times in _held(columns, arm):
        excess = _spent(columns, (arm,), phase, index) - _spent(columns, columns.usual, phase, index)
        held = held + np.maximum(0.0, excess) * times
    baseline = 1.0 - np.median(columns.null[index], axis=-1, keepdims=True)
    charged: Floats = np.maximum(cost, np.minimum(cost + held, baseline))
    return charged


def _held(columns: Columns, arm: ArmName) -> list[tuple[int, int]]:
    """The phases whose excess is held against a gain, and how many times."""
    if columns.repeats > 1:
        return [(_DECODE, columns.repeats), (_ENCODE, 1)]
    return [(phase, 1) for phase, when in enumerate(columns.arms[arm].charged) if when == "strictly"]


def _spent(columns: Columns, arms: Sequence[ArmName], phase: int, index: Indices) -> Floats:
    """What a phase costs arms together; shape (resamples, 1)."""
    every = np.concatenate([columns.arms[arm].phases[phase][index] for arm in arms], axis=-1)
    found: Floats = np.median(every, axis=-1, keepdims=True)
    return found


def _charged(table: Floats, usual: Floats, repeats: int) -> tuple[Charged, ...]:
    """When an arm's excess in each phase is charged."""
    found: list[Charged] = []
    for phase, excess in enumerate(table[1:] - usual[1:]):
        if phase == _DECODE:
            found.append("never")
            continue
        repeated = repeats > 1 and phase == _ENCODE
        doubt = (ENCODE_DOUBT if repeated else EXCESS_DOUBT) * float(np.median(usual[1 + phase]))
        proven = not excess.any() or median_bound(excess.tolist(), _TAIL) > doubt
        found.append("always" if proven else "never" if repeated else "strictly")
    return tuple(found)


def _phase_table(blocks: Sequence[Block], arm: ArmName, repeats: int, *, whole: bool) -> Floats:
    """Shape (4, trials): work, load, decode, encode in ns per pass, block by block."""
    found = [phases_of(fact, repeats, whole=whole) for block in blocks for fact in block.facts(arm)]
    return np.array([(one.work, one.load, one.decode, one.encode) for one in found]).T
