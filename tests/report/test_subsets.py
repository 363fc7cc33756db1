"""Estimators over subsets of chains, against all subsets there are."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perftui.report.subsets import best_chances, expected_best, expected_best_or, pass_chance


@st.composite
def draws(draw: st.DrawFn) -> tuple[list[float | None], int]:
    """Ratios of some chains, the worst first, as they come of a search; and how many are drawn."""
    known = draw(st.lists(st.floats(min_value=0.01, max_value=1e4), max_size=6))
    unknown = draw(st.integers(min_value=0 if known else 1, max_value=4))
    ratios: list[float | None] = [None] * unknown
    ratios += sorted(known)
    return ratios, draw(st.integers(min_value=1, max_value=len(ratios)))


@pytest.mark.parametrize(
    ("n", "correct", "k", "expected"),
    [(5, 2, 2, 0.7), (3, 0, 3, 0.0), (3, 3, 1, 1.0), (10, 1, 1, 0.1), (4, 2, 3, 1.0)],
)
def test_the_chance_of_a_correct_chain_by_hand(n: int, correct: int, k: int, expected: float) -> None:
    assert pass_chance(n, correct, k) == pytest.approx(expected)


@given(st.integers(1, 7), st.data())
def test_the_chance_of_a_correct_chain_is_that_over_all_subsets(n: int, data: st.DataObject) -> None:
    correct = data.draw(st.integers(0, n))
    k = data.draw(st.integers(1, n))
    drawn = list(itertools.combinations([True] * correct + [False] * (n - correct), k))
    assert pass_chance(n, correct, k) == pytest.approx(sum(map(any, drawn)) / len(drawn))


def test_the_best_of_two_by_hand() -> None:
    # Of (1, 2), (1, 4), (2, 4) the best are 2, 4 and 4.
    assert best_chances(3, 2) == pytest.approx((0, 1 / 3, 2 / 3))
    assert expected_best([1.0, 2.0, 4.0], 2) == pytest.approx(10 / 3)
    # With one wrong chain: (–, 2), (–, 4), (2, 4); with two, one draw of six has no program.
    assert expected_best([None, 2.0, 4.0], 2) == pytest.approx(10 / 3)
    assert expected_best([None, None, 2.0, 4.0], 2) == pytest.approx((2 + 2 + 4 + 4 + 4) / 5)
    assert expected_best_or([None, None, 2.0, 4.0], 2, 1.0) == pytest.approx((1 + 2 + 2 + 4 + 4 + 4) / 6)
    assert expected_best_or([0.5, 0.8], 1, 1.0) == 1.0


def test_there_is_no_best_of_more_than_there_are() -> None:
    assert best_chances(2, 3) == ()
    assert expected_best([1.0, 2.0], 3) is None
    assert expected_best_or([1.0, 2.0], 3, 1.0) is None
    assert expected_best([None, None], 1) is None
    assert expected_best_or([None, None], 1, 1.0) == 1.0


@given(draws())
def test_the_expected_best_is_that_over_all_subsets(drawn: tuple[list[float | None], int]) -> None:
    ratios, k = drawn
    bests = [
        max((ratio for ratio in subset if ratio is not None), default=None)
        for subset in itertools.combinations(ratios, k)
    ]
    told = [best for best in bests if best is not None]
    expected = math.fsum(told) / len(told) if told else None
    assert expected_best(ratios, k) == (None if expected is None else pytest.approx(expected))
    or_one = math.fsum(max(1.0, best or 1.0) for best in bests) / len(bests)
    assert expected_best_or(ratios, k, 1.0) == pytest.approx(or_one)


@given(draws())
def test_the_best_of_one_is_the_mean_and_of_all_the_largest(drawn: tuple[list[float | None], int]) -> None:
    ratios, _ = drawn
    known = [ratio for ratio in ratios if ratio is not None]
    if known:
        assert expected_best(ratios, 1) == pytest.approx(math.fsum(known) / len(known))
        assert expected_best(ratios, len(ratios)) == pytest.approx(max(known))


@given(draws(), st.floats(min_value=0.1, max_value=10))
def test_more_chains_are_never_worse_and_ratios_scale(
    drawn: tuple[list[float | None], int], scale: float
) -> None:
    ratios, k = drawn
    by_k = [one for size in range(1, len(ratios) + 1) if (one := expected_best(ratios, size)) is not None]
    assert all(later >= earlier * (1 - 1e-12) for earlier, later in itertools.pairwise(by_k))
    best = expected_best(ratios, k)
    scaled = expected_best([None if ratio is None else scale * ratio for ratio in ratios], k)
    assert scaled == (None if best is None else pytest.approx(scale * best))


@given(st.integers(1, 40), st.data())
def test_some_chain_is_the_best(n: int, data: st.DataObject) -> None:
    assert math.fsum(best_chances(n, data.draw(st.integers(1, n)))) == pytest.approx(1)
