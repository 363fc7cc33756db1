from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perftui.problems.model import TestCase
from perftui.timing.inputs import (
    LONG_NS,
    MAX_INPUTS,
    MAX_TESTS,
    PASS_BYTES,
    PASS_NS,
    Chosen,
    Known,
    Origin,
    choose,
    levels,
    told,
    total_ns,
)


def known(name: str, work_ns: int, origin: Origin = "benchmark", size: int = 8) -> Known:
    test = TestCase(name=name, input="x" * size, expected="null")
    return Known(test=test, origin=origin, work_ns=work_ns)


def names(inputs: tuple[Known, ...]) -> list[str]:
    return [one.test.name for one in inputs]


WORK = st.integers(0, 50_000_000)
POOL = st.lists(st.tuples(WORK, st.sampled_from(["test", "benchmark", "generator"])), max_size=200).map(
    lambda pairs: [known(f"n{place}", work, origin) for place, (work, origin) in enumerate(pairs)]
)


@given(POOL, st.booleans())
def test_a_choice_is_a_part_of_the_pool_and_its_two_halves_have_nothing_in_common(
    pool: list[Known], hold_out: bool
) -> None:
    chosen = choose(pool, hold_out=hold_out)
    both = [*names(chosen.shown), *names(chosen.held_out)]
    assert len(both) == len(set(both))
    assert set(both) <= {one.test.name for one in pool}
    assert all(one.origin != "test" for one in chosen.held_out), "feedback shows tests"
    assert hold_out or not chosen.held_out
    assert bool(pool) is bool(chosen.shown)
    for part in (chosen.shown, chosen.held_out):
        assert [one.work_ns for one in part] == sorted(one.work_ns for one in part)


@given(POOL.filter(lambda pool: any(one.origin != "test" for one in pool)))
def test_a_pass_is_not_too_long_and_not_too_many_inputs(pool: list[Known]) -> None:
    shown = choose(pool, hold_out=False).shown
    assert len(shown) <= MAX_INPUTS + 6
    least = min(one.work_ns for one in pool)
    assert total_ns(shown) <= max(least, PASS_NS * 2)


@given(st.lists(WORK, min_size=1, max_size=MAX_TESTS))
def test_where_there_are_tests_only_all_are_timed(work: list[int]) -> None:
    pool = [known(f"t{place}", cost, "test") for place, cost in enumerate(work)]
    assert sorted(names(choose(pool, hold_out=True).shown)) == sorted(names(tuple(pool)))


def test_the_largest_that_fit_come_first_and_a_ladder_of_smaller_ones_stands_below() -> None:
    pool = [
        known(f"n{work}", work) for work in (100, 900, 40_000, 1_000_000, 5_000_000, 7_000_000, 90_000_000)
    ]
    assert names(choose(pool, hold_out=False).shown) == [
        "n100",
        "n900",
        "n40000",
        "n1000000",
        "n5000000",
    ]


def test_an_input_that_costs_much_to_code_is_taken_only_for_want_of_work() -> None:
    large = known("large", 2_000_000, size=2 * PASS_BYTES)
    assert names(choose([large, known("small", LONG_NS)], hold_out=False).shown) == ["small"]
    assert names(choose([large, known("tiny", 10)], hold_out=False).shown) == ["tiny", "large"]


def test_what_is_wanting_comes_from_where_it_costs_least_to_code() -> None:
    pool = [known(f"n{place}", 600_000, size=(place + 2) * PASS_BYTES) for place in range(4)]
    assert names(choose(pool, hold_out=False).shown) == ["n0", "n1"]


def test_the_parts_are_alike() -> None:
    pool = [known(f"n{place}", 1_000_000 + place) for place in range(40)]
    chosen = choose(pool, hold_out=True)
    assert total_ns(chosen.held_out) == pytest.approx(total_ns(chosen.shown), rel=0.15)


def test_what_is_too_little_to_be_divided_is_not() -> None:
    half = LONG_NS * 6 // 10
    chosen = choose([known("a", half), known("b", half)], hold_out=True)
    assert (names(chosen.shown), chosen.held_out) == (["a", "b"], ())
    chosen = choose([known("a", 100), known("b", 100)], hold_out=True)
    assert chosen.held_out


def test_what_is_told_holds_the_figures() -> None:
    chosen = Chosen(shown=(known("t1", 5, "test"), known("i1", LONG_NS)), held_out=(known("i2", 7),))
    said = told(chosen, left_out=3)
    assert (said.shown, said.held_out) == (("t1", "i1"), ("i2",))
    assert (said.origins, said.left_out) == ({"test": 1, "benchmark": 2}, 3)
    assert (said.shown_ns, said.held_out_ns, said.is_long) == (LONG_NS + 5, 7, True)


@given(st.lists(WORK, max_size=80).map(sorted))
def test_levels_climb_to_all_inputs(work: list[int]) -> None:
    steps = levels(work)
    assert list(steps) == sorted(set(steps))
    assert (steps[-1] if steps else 0) == len(work)
    sums = [sum(work[:count]) for count in steps]
    assert all(later >= 4 * earlier for earlier, later in pairwise(sums[:-1]))


@pytest.mark.parametrize(
    ("work", "expected"),
    [([10] * 10, (1, 10)), ([10, 80, 640, 5120], (1, 2, 3, 4)), ([0, 0, 0], (3,)), ([5_000, 6_000], (2,))],
)
def test_levels_of_known_work(work: list[int], expected: tuple[int, ...]) -> None:
    assert levels(work) == expected
