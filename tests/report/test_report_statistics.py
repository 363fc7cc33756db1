"""Means and their intervals, against scipy's bootstrap and against all draws there are."""

from __future__ import annotations

import itertools
import math
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from perftui.report.statistics import arithmetic_mean, geometric_mean, geometric_means, mean_intervals

values = st.lists(st.floats(min_value=-100, max_value=100), min_size=2, max_size=30)


def test_intervals_are_those_of_scipy() -> None:
    generator = np.random.default_rng(7)
    for size in (5, 20, 164):
        sample = generator.lognormal(0.3, 0.6, size).tolist()
        theirs = stats.bootstrap(
            (sample,), np.mean, n_resamples=20_000, method="percentile", rng=generator
        ).confidence_interval
        (ours,) = mean_intervals([sample])
        assert ours is not None
        width = theirs.high - theirs.low
        # Both draw at random: their ends differ by some hundredths of the width.
        assert ours == pytest.approx((theirs.low, theirs.high), abs=0.05 * width)


def test_the_interval_of_few_values_is_that_over_all_draws() -> None:
    sample = [0.0, 1.0, 5.0, 11.0]
    means = [sum(draw) / 4 for draw in itertools.product(sample, repeat=4)]
    low, high = np.quantile(means, [0.025, 0.975])
    (ours,) = mean_intervals([sample])
    assert ours == pytest.approx((low, high), abs=0.3)


def test_a_share_of_none_or_all_has_no_spread() -> None:
    assert mean_intervals([[0.0] * 8, [1.0] * 8]) == [(0.0, 0.0), (1.0, 1.0)]


def test_one_value_has_no_interval() -> None:
    assert mean_intervals([[], [1.0], [1.0, 2.0]])[:2] == [None, None]
    assert geometric_means([[], [2.0]])[0] is None
    alone = geometric_mean([2.0])
    assert alone is not None
    assert (alone.estimate, alone.low, alone.high, alone.problems) == (pytest.approx(2.0), None, None, 1)
    assert arithmetic_mean([]) is None


def test_a_column_is_the_same_in_any_company() -> None:
    alone = mean_intervals([[1.0, 2.0, 4.0, 8.0]])
    beside = mean_intervals([[1.0, 2.0, 4.0, 8.0], [3.0, 3.0, 1.0, 2.0], [1.0, 5.0]])
    assert beside[0] == pytest.approx(alone[0])


def test_many_values_are_drawn_in_parts() -> None:
    sample = [float(number % 10) for number in range(5000)]
    (found,) = mean_intervals([sample])
    assert found is not None
    error = 1.96 * float(np.std(sample)) / math.sqrt(5000)
    assert found == pytest.approx((4.5 - error, 4.5 + error), abs=0.1 * error)


@settings(max_examples=25, deadline=None)
@given(values, st.randoms(use_true_random=False))
def test_the_order_of_values_is_of_no_consequence(sample: list[float], chance: random.Random) -> None:
    shuffled = list(sample)
    chance.shuffle(shuffled)
    assert mean_intervals([shuffled]) == mean_intervals([sample])


@settings(max_examples=25, deadline=None)
@given(values, st.floats(min_value=0.1, max_value=10), st.floats(min_value=-10, max_value=10))
def test_intervals_move_and_scale_with_their_values(sample: list[float], scale: float, shift: float) -> None:
    (found,) = mean_intervals([sample])
    (moved,) = mean_intervals([[scale * value + shift for value in sample]])
    assert found is not None
    assert moved == pytest.approx(tuple(scale * end + shift for end in found), abs=1e-6)
