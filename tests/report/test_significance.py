"""Paired tests, against scipy's and by hand."""

from __future__ import annotations

import itertools
import math
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from perftui.report.significance import permutation_test, sign_test


def test_the_sign_test_by_hand() -> None:
    # Of six tosses, as uneven as 1 : 5 are 1 + 6 + 6 + 1 of 64.
    assert sign_test(1, 5) == pytest.approx(14 / 64)
    assert sign_test(0, 0) == sign_test(4, 4) == 1.0
    assert sign_test(0, 2000) < 1e-300


@given(st.integers(0, 60), st.integers(0, 60))
def test_the_sign_test_is_scipys(one: int, other: int) -> None:
    assert sign_test(one, other) == sign_test(other, one)
    if one + other:
        assert sign_test(one, other) == pytest.approx(stats.binomtest(one, one + other).pvalue)


def test_a_permutation_by_hand() -> None:
    # Of the eight choices of signs, only +++ and --- reach a sum of 6.
    assert permutation_test([1.0, 2.0, 3.0]) == pytest.approx(2 / 8)
    # -1 + 3 = 2 is reached by all four.
    assert permutation_test([-1.0, 3.0]) == 1.0
    assert permutation_test([0.0, 0.0]) == 1.0
    assert permutation_test([]) is None


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(-20, 20).map(float), min_size=1, max_size=9))
def test_few_differences_are_tried_with_all_signs(differences: list[float]) -> None:
    seen = abs(sum(differences))
    signs = itertools.product((1, -1), repeat=len(differences))
    sums = [abs(sum(s * d for s, d in zip(some, differences, strict=True))) for some in signs]
    assert permutation_test(differences) == pytest.approx(sum(total >= seen for total in sums) / len(sums))


def test_many_differences_are_sampled_as_scipy_does() -> None:
    generator = np.random.default_rng(3)
    for shift in (0.0, 0.1, 0.25):
        differences = generator.normal(shift, 0.5, 40)
        theirs = stats.permutation_test(
            (differences,), np.mean, permutation_type="samples", n_resamples=20_000, rng=generator
        )
        ours = permutation_test(differences.tolist())
        error = 4 * math.sqrt(2 * theirs.pvalue * (1 - theirs.pvalue) / 20_000) + 1e-4
        assert ours == pytest.approx(theirs.pvalue, abs=error)


def test_what_never_happens_by_chance_is_not_said_to_be_impossible() -> None:
    # No choice of 20,000 has sixty equal signs; what was seen is one more.
    assert permutation_test([1.0] * 60) == pytest.approx(1 / 20_001, rel=1e-9)


@settings(max_examples=20, deadline=None)
@given(
    st.lists(st.floats(min_value=-5, max_value=5), min_size=17, max_size=25),
    st.randoms(use_true_random=False),
)
def test_order_and_sides_are_of_no_consequence(differences: list[float], chance: random.Random) -> None:
    shuffled = list(differences)
    chance.shuffle(shuffled)
    assert permutation_test(shuffled) == permutation_test(differences)
    assert permutation_test([-one for one in differences]) == permutation_test(differences)
