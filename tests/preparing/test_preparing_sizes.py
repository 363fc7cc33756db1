from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perftui.preparing.sizes import FIRST_SIZES, MOST_SIZE, SEEDS, Tried, best_size, next_factor, next_size
from perftui.timing.inputs import PASS_NS


def climb(cost_ns: float, power: float) -> list[Tried]:
    """What comes of trying sizes, for a reference whose cost is a power of the size."""
    tried = [Tried(size, round(cost_ns * size**power)) for size in FIRST_SIZES]
    while (size := next_size(tried)) is not None:
        tried.append(Tried(size, round(cost_ns * size**power)))
    return tried


@given(st.floats(10, 1e5), st.floats(0.5, 3))
def test_a_few_inputs_of_the_size_that_is_found_fill_a_pass(cost_ns: float, power: float) -> None:
    size = best_size(climb(cost_ns, power))
    assert size is not None
    work = SEEDS * cost_ns * size**power
    smallest = SEEDS * cost_ns
    assert work <= max(PASS_NS * 2, smallest), "never too long, where the smallest size is not"
    largest = SEEDS * cost_ns * MOST_SIZE**power
    # A size is a whole number: where it is small, one more is a big step.
    assert work >= min(PASS_NS, largest) * (0.5 if size > 8 else 0.01)


def test_what_fails_is_not_grown_further() -> None:
    assert next_size([Tried(1, 10), Tried(4, None)]) is None
    assert best_size([Tried(1, 10), Tried(4, None)]) == 1
    assert best_size([Tried(1, None)]) is None
    assert next_size([]) is None


@pytest.mark.parametrize(
    ("factor", "work_ns", "slow", "expected"),
    [
        (1, 1_000, False, 4),
        (1, PASS_NS // 4, False, None),
        (1, PASS_NS * 2, False, Fraction(1, 4)),
        (1, None, True, Fraction(1, 4)),
        (1, None, False, None),
        (256, 1_000, False, None),
        (Fraction(1, 256), None, True, None),
    ],
)
def test_an_input_is_made_larger_or_smaller_until_it_fits(
    factor: Fraction, work_ns: int | None, slow: bool, expected: Fraction | None
) -> None:
    assert next_factor(Fraction(factor), work_ns, slow=slow) == expected
