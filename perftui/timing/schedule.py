"""Which trials a block has and in what order, so that drift and position favour no program."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from perftui.timing.model import Arm, ArmName

_NAME_ORDER: tuple[ArmName, ...] = ("candidate", "best", "seed", "reference", "control")
_BASELINE_ORDER: tuple[ArmName, ...] = ("reference", "seed", "best", "candidate")
_RIVALS: tuple[ArmName, ...] = ("best", "seed", "reference")
_ZYGOTE_CYCLE = 1 << 16


@dataclass(frozen=True, slots=True)
class Cast:
    """Who is who in a measurement.

    Attributes:
        arms: distinct programs, the control among them; a trial's arm is its first name.
        candidate: the program in question.
        baseline: the program that all costs are told in.
        rivals: what the candidate is held against, by name; may be the candidate itself.
    """

    arms: tuple[Arm, ...]
    candidate: Arm
    baseline: Arm
    rivals: dict[ArmName, Arm]

    @property
    def names(self) -> tuple[ArmName, ...]:
        """The first name of each arm."""
        return tuple(arm.names[0] for arm in self.arms)

    @property
    def deciding(self) -> ArmName | None:
        """Against whom the verdict is: the best so far, else the reference, else the seed."""
        return next((name for name in ("best", "reference", "seed") if name in self.rivals), None)


def cast_of(arms: Sequence[Arm]) -> Cast:
    """Say who is who.

    Raises:
        ValueError: no arm is the candidate.
    """
    merged = merge_arms(arms)
    candidate = find_arm(merged, "candidate")
    if candidate is None:
        raise ValueError("a measurement needs a candidate")
    rivals = {name: arm for name in _RIVALS if (arm := find_arm(merged, name)) is not None}
    if rivals.get("seed") is candidate:
        rivals.pop("seed")
    baseline = baseline_of(merged)
    return Cast((*merged, control_of(baseline)), candidate, baseline, rivals)


def merge_arms(arms: Iterable[Arm]) -> tuple[Arm, ...]:
    """Make arms with the same program one arm that goes by all their names.

    Returns:
        Arms with distinct programs; names stand in the order candidate, best, seed, reference.
    """
    merged: dict[str, Arm] = {}
    for arm in arms:
        known = merged.get(arm.candidate)
        names = {*arm.names, *(known.names if known else ())}
        ordered = tuple(name for name in _NAME_ORDER if name in names)
        merged[arm.candidate] = Arm(names=ordered, candidate=arm.candidate, program=arm.program)
    return tuple(merged.values())


def find_arm(arms: Iterable[Arm], name: ArmName) -> Arm | None:
    """The arm that goes by a name."""
    return next((arm for arm in arms if name in arm.names), None)


def baseline_of(arms: Sequence[Arm]) -> Arm:
    """The arm that all costs are told in: the reference, or the next best known program.

    Raises:
        ValueError: there is no arm at all.
    """
    for name in _BASELINE_ORDER:
        arm = find_arm(arms, name)
        if arm is not None:
            return arm
    raise ValueError("a measurement needs at least one program")


def control_of(baseline: Arm) -> Arm:
    """The baseline once more, as an arm of its own: what the ratio of equal programs looks like."""
    return Arm(names=("control",), candidate=baseline.candidate, program=baseline.program)


def block_order(
    names: Sequence[ArmName], rng: random.Random, *, mirrored: bool = True
) -> tuple[ArmName, ...]:
    """The order of one block's trials.

    A mirrored block runs the arms in random order, the null program in the middle, and the arms
    once more backwards (A B C null C B A): a steady drift of the machine's speed costs each arm
    the same.

    Args:
        names: the first name of each arm, the control among them.
        rng: seeded by the caller.
        mirrored: whether each arm has two trials; one where programs take so long that the budget
            asks for it.
    """
    order = list(names)
    rng.shuffle(order)
    return (*order, "null", *reversed(order)) if mirrored else (*order, "null")


def zygote_of(block: int, seed: int) -> int:
    """The zygote that forks all trials of a block: pairs share one, and blocks take turns."""
    return (block + seed) % _ZYGOTE_CYCLE
