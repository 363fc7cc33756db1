"""The order of trials and who is who."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perftui.timing.model import Arm, ArmName
from perftui.timing.schedule import baseline_of, block_order, cast_of, merge_arms, zygote_of


def _arm(text: str, *names: ArmName) -> Arm:
    return Arm(names=names, candidate=text, program=text)


def test_arms_with_the_same_program_are_one_arm_with_all_names_in_order() -> None:
    merged = merge_arms(
        [_arm("a", "reference"), _arm("b", "candidate"), _arm("a", "seed"), _arm("a", "best")]
    )
    assert {arm.candidate: arm.names for arm in merged} == {
        "a": ("best", "seed", "reference"),
        "b": ("candidate",),
    }


def test_the_baseline_is_the_reference_else_the_seed_else_the_best_else_the_candidate() -> None:
    candidate, best, seed, reference = (
        _arm("c", "candidate"), _arm("b", "best"), _arm("s", "seed"), _arm("r", "reference"),
    )  # fmt: skip
    assert baseline_of([candidate, best, seed, reference]) is reference
    assert baseline_of([candidate, best, seed]) is seed
    assert baseline_of([candidate, best]) is best
    assert baseline_of([candidate]) is candidate
    with pytest.raises(ValueError, match="at least one"):
        baseline_of([])


def test_the_control_is_the_baseline_once_more() -> None:
    cast = cast_of([_arm("c", "candidate"), _arm("r", "reference", "seed")])
    control = cast.arms[-1]
    assert control.names == ("control",)
    assert control.program == "r"
    assert cast.names == ("candidate", "seed", "control")


def test_the_verdict_is_against_the_best_else_the_reference_else_the_seed() -> None:
    c, b, s, r = _arm("c", "candidate"), _arm("b", "best"), _arm("s", "seed"), _arm("r", "reference")
    assert cast_of([c, b, s, r]).deciding == "best"
    assert cast_of([c, s, r]).deciding == "reference"
    assert cast_of([c, s]).deciding == "seed"
    assert cast_of([c]).deciding is None


def test_the_seed_is_not_held_against_itself() -> None:
    cast = cast_of([_arm("c", "candidate", "seed"), _arm("r", "reference")])
    assert set(cast.rivals) == {"reference"}


def test_a_measurement_without_a_candidate_is_refused() -> None:
    with pytest.raises(ValueError, match="candidate"):
        cast_of([_arm("r", "reference")])


_NAMES: tuple[ArmName, ...] = ("candidate", "best", "reference", "control")


@given(st.integers())
def test_a_mirrored_block_reads_the_same_backwards_with_the_null_program_in_the_middle(seed: int) -> None:
    order = block_order(_NAMES, random.Random(seed))
    assert order == order[::-1]
    assert order[len(_NAMES)] == "null"
    assert Counter(order) == {**dict.fromkeys(_NAMES, 2), "null": 1}


@given(st.integers())
def test_the_same_seed_gives_the_same_orders(seed: int) -> None:
    first, second = random.Random(seed), random.Random(seed)
    for _ in range(5):
        assert block_order(_NAMES, first, mirrored=False) == block_order(_NAMES, second, mirrored=False)


def test_every_arm_comes_first_as_often_as_another() -> None:
    rng = random.Random(7)
    first = Counter(block_order(_NAMES, rng)[0] for _ in range(4000))
    assert all(900 < first[name] < 1100 for name in _NAMES)


@given(st.integers(0, 1 << 62), st.integers(1, 8))
def test_blocks_take_all_zygotes_in_turn(seed: int, zygotes: int) -> None:
    used = Counter(zygote_of(block, seed) % zygotes for block in range(zygotes * 6))
    assert len(used) == zygotes
    assert max(used.values()) - min(used.values()) <= 2
