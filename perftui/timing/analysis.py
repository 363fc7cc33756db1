"""From the blocks of a measurement to its ratios, noise floor and flags: pure, and heavy on the CPU."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from perftui.timing.cost import Block, Columns, all_pairs, cost_ns, costs, tabulate
from perftui.timing.estimate import compare, noise_floor, resample
from perftui.timing.fill import too_short
from perftui.timing.model import ArmName, Ratio
from perftui.timing.repeats import Spared, spared
from perftui.timing.schedule import Cast
from perftui.timing.verdict import ratio_of, same_program


@dataclass(frozen=True, slots=True)
class Figures:
    """What the blocks so far say.

    Attributes:
        columns: the figures behind it.
        ratios: the candidate against each rival.
        control: the baseline against itself.
        floor: the noise floor.
        cpu_ns: median cost of a pass of the candidate.
        baseline_cpu_ns: the same for the baseline.
        short: rivals against which nothing can be said, because both programs' work is lost in the
            harness's own cost.
        cheaper: rivals against which the candidate's repeats cost far less than its first calls do.
        unproven: rivals against which first calls are too noisy to prove that they do not.
        provable: those of them against which all blocks could prove it.
    """

    columns: Columns
    ratios: dict[ArmName, Ratio]
    control: Ratio
    floor: float
    cpu_ns: int
    baseline_cpu_ns: int
    short: frozenset[ArmName]
    cheaper: frozenset[ArmName]
    unproven: frozenset[ArmName]
    provable: frozenset[ArmName]

    def is_unproven_gain(self, rival: ArmName) -> bool:
        """Whether the candidate seems faster than a rival by repeats that may be dishonest."""
        return rival in self.unproven and self.ratios[rival].verdict == "faster"


def analyse(
    cast: Cast,
    blocks: Sequence[Block],
    *,
    repeats: int,
    whole: bool,
    look_confidence: float,
    confidence: float,
    growth: float,
    seed: int,
) -> Figures:
    """Work out what the blocks say.

    Args:
        cast: who is who.
        blocks: whole blocks, at least two.
        repeats: passes per trial.
        whole: for programs that read stdin.
        look_confidence: of the intervals at this look.
        confidence: of all looks together.
        growth: how many times as many blocks there may be at the end.
        seed: of the resampling.

    Raises:
        ValueError: the baseline cost nothing: there is no clock.
    """
    base, mine = cast.baseline.names[0], cast.candidate.names[0]
    columns = tabulate(blocks, baseline=base, repeats=repeats, whole=whole)
    drawn = resample(columns.blocks, columns.pairs // columns.blocks, seed)
    control = compare(columns, "control", base, confidence=look_confidence, drawn=drawn)
    floor = noise_floor(control)
    ratios = {}
    for name, rival in cast.rivals.items():
        if rival is cast.candidate:
            ratios[name] = same_program(columns.pairs, confidence)
            continue
        found = compare(columns, mine, rival.names[0], confidence=look_confidence, drawn=drawn)
        ratios[name] = ratio_of(found, floor, confidence)
    proofs = {} if whole else _proofs(cast, blocks, repeats)
    return Figures(
        columns=columns,
        ratios=ratios,
        control=ratio_of(control, floor, confidence),
        floor=floor,
        cpu_ns=round(float(np.median(cost_ns(columns, mine)))),
        baseline_cpu_ns=round(float(np.median(cost_ns(columns, base)))),
        short=frozenset(name for name, rival in cast.rivals.items() if _short(columns, mine, rival.names[0])),
        cheaper=frozenset(name for name, proof in proofs.items() if proof.cheaper),
        unproven=frozenset(name for name, proof in proofs.items() if proof.unproven),
        provable=frozenset(name for name, proof in proofs.items() if proof.provable(growth)),
    )


def _proofs(cast: Cast, blocks: Sequence[Block], repeats: int) -> dict[ArmName, Spared]:
    """What is known of the candidate's repeats, held against those of each rival."""
    mine = cast.candidate.names[0]
    found = {name: spared(blocks, mine, rival.names[0], repeats) for name, rival in cast.rivals.items()}
    return {name: proof for name, proof in found.items() if proof is not None}


def _short(columns: Columns, arm: ArmName, other: ArmName) -> bool:
    """Whether even the dearer of two programs cannot be told from the harness."""
    dearer = max(float(np.median(costs(columns, name, all_pairs(columns)))) for name in (arm, other))
    return too_short(dearer, float(np.median(columns.null)), columns.resolution)
