"""When to stop, how to fill a window, and what a repeat may cost."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perftui.sandbox.protocol import TrialFact
from perftui.timing.cost import Block, Run
from perftui.timing.fill import MAX_REPEATS, WINDOW_NS, pace_of, passes, too_short, trial_seconds
from perftui.timing.model import Ratio
from perftui.timing.quality import control_off, is_busy
from perftui.timing.ranks import median_bound
from perftui.timing.repeats import spared
from perftui.timing.sequential import Plan, decide, fit, look_confidence, next_look
from perftui.timing.verdict import speed_verdict

PLAN = Plan()


def _ratio(estimate: float, low: float, high: float) -> Ratio:
    verdict = speed_verdict(low, high, 1.03)
    return Ratio(estimate=estimate, low=low, high=high, pairs=16, verdict=verdict)


@given(st.lists(st.integers(1, 48), unique=True, min_size=1))
def test_all_looks_together_spend_no_more_than_alpha(looks: list[int]) -> None:
    looks = sorted(looks)
    spent = [1 - look_confidence(PLAN, a, b, last=b == looks[-1]) for a, b in pairwise([0, *looks])]
    assert all(error > 0 for error in spent)
    assert sum(spent) == pytest.approx(PLAN.alpha)


def test_an_early_look_asks_for_more_confidence_than_one_look_would() -> None:
    assert look_confidence(PLAN, 0, 8) > 0.99
    assert look_confidence(PLAN, 0, PLAN.most) == pytest.approx(0.99)


@given(st.integers(0, 100))
def test_a_plan_fits_the_budget(affordable: int) -> None:
    fitted = fit(PLAN, affordable)
    assert fitted.most == max(1, min(affordable, PLAN.most))
    assert list(fitted.looks) == sorted(set(fitted.looks))
    assert fitted.claim <= fitted.most
    assert all(look <= 0.75 * fitted.most for look in fitted.looks[:-1])
    assert next_look(fitted, 0) == fitted.looks[0]
    assert next_look(fitted, fitted.most) == fitted.most


@pytest.mark.parametrize(
    ("ratio", "blocks", "gate", "stop"),
    [
        (_ratio(2.0, 1.8, 2.2), 8, True, None),  # a gain is not claimed from a screen
        (_ratio(2.0, 1.8, 2.2), 12, True, "clear"),
        (_ratio(0.5, 0.4, 0.6), 8, True, "screened"),
        (_ratio(0.5, 0.4, 0.6), 8, False, "clear"),
        (_ratio(0.5, 0.4, 0.6), 12, True, "clear"),
        (_ratio(1.0, 0.97, 1.03), 8, True, "screened"),
        (_ratio(1.0, 0.97, 1.03), 12, False, "clear"),
        (_ratio(0.9, 0.8, 1.0), 8, True, "screened"),
        (_ratio(0.9, 0.8, 1.0), 24, True, "futile"),
        (_ratio(0.9, 0.8, 1.0), 24, False, None),  # against the reference, an answer is wanted
        (_ratio(1.0, 0.4, 2.5), 24, False, "futile"),  # neither could be told
        (_ratio(1.0, 0.8, 1.1), 12, False, None),
        (_ratio(1.1, 1.0, 1.2), 8, True, None),  # may become a gain
        (_ratio(0.95, 0.92, 0.99), 12, False, None),  # within 10 %, but may become a loss
        (_ratio(0.95, 0.92, 0.99), 12, True, "futile"),
        (_ratio(1.1, 1.0, 1.2), 96, True, "end"),
    ],
)
def test_when_to_stop(ratio: Ratio, blocks: int, gate: bool, stop: str | None) -> None:
    assert decide(PLAN, ratio, blocks, gate=gate) == stop


def test_short_work_is_repeated_until_it_fills_a_window() -> None:
    assert WINDOW_NS / 5 < passes(5_000, 50_000, 1.0) * 5_000 < 2 * WINDOW_NS
    assert passes(10 * WINDOW_NS, 1, 1.0) == 1
    assert passes(1, 1, 1.0) == MAX_REPEATS


@given(st.floats(100, 1e8), st.floats(0, 1e8), st.floats(1, 100))
def test_inputs_that_take_long_to_decode_are_repeated_less(work: float, side: float, times: float) -> None:
    assert passes(work, 1, 1.0, side_ns=side * times) <= passes(work, 1, 1.0, side_ns=side)


@given(st.floats(1, 1e10), st.floats(1, 1e11), st.floats(0.001, 1))
def test_repeats_stay_within_their_time(work: float, wall: float, seconds: float) -> None:
    found = passes(work, wall, seconds)
    assert 1 <= found <= MAX_REPEATS
    assert found == 1 or found * wall <= seconds * 1e9 * 1.001


def test_a_small_budget_makes_trials_short() -> None:
    assert trial_seconds(0.5, 4) < trial_seconds(3.0, 4) < trial_seconds(60.0, 4)


def test_the_pace_is_that_of_later_passes_without_the_null_programs() -> None:
    fact = TrialFact(end="returned", first_ns=(90_000,), rest_ns=99 * 6_000, wall_ns=2_000_000)
    null = TrialFact(end="returned", first_ns=(20_000,), rest_ns=99 * 1_000)
    pace = pace_of(fact, null, 100, 0.005, whole=False)
    assert pace.work_ns == 5_000
    assert pace.side_ns == 0
    assert pace.wall_ns == pytest.approx(2 * (90_000 + 99 * 6_000) / 100)  # no longer than twice its CPU time
    assert pace_of(fact, null, 100, 0.005, whole=True).wall_ns == 50_000


def test_work_is_too_short_where_the_meter_or_the_harness_outweigh_it() -> None:
    assert not too_short(1.0, 0.1, 0.01)
    assert too_short(1.0, 0.1, 0.2)
    assert too_short(1.0, 9.0, 0.001)


def _block(index: int, candidate: tuple[int, int], reference: tuple[int, int]) -> Block:
    def run(first: int, later: int) -> TrialFact:
        return TrialFact(end="returned", first_ns=(first,), rest_ns=later * 99)

    jitter = index % 5
    return Block(
        index,
        index,
        (
            Run("candidate", run(candidate[0] + 20 * jitter, candidate[1] + jitter)),
            Run("reference", run(reference[0] - 15 * jitter, reference[1] + jitter)),
            Run("null", run(2_000, 100)),
        ),
    )


@pytest.mark.parametrize(
    ("candidate", "cheaper"),
    [
        ((25_000, 5_100), False),  # the same program
        ((20_100, 300), False),  # honestly faster: only the cold surplus is in its first pass
        ((25_200, 300), True),  # the first pass works, the others remember
        ((24_000, 2_000), True),
        ((22_000, 2_000), False),  # a little colder than the reference, and truly faster
        ((60_000, 30_000), False),  # slower
    ],
)
def test_repeats_that_cost_far_less_than_first_calls_are_seen(
    candidate: tuple[int, int], cheaper: bool
) -> None:
    blocks = [_block(i, candidate, (25_000, 5_100)) for i in range(12)]
    proof = spared(blocks, "candidate", "reference", 100)
    assert proof is not None
    assert proof.cheaper is cheaper


@pytest.mark.parametrize(("noise", "unproven"), [(200, False), (9_000, True)])
def test_a_gain_that_noise_in_first_passes_could_hide_is_unproven(noise: int, unproven: bool) -> None:
    blocks = [_block(i, (22_000 + noise * (i % 3 - 1), 2_000), (25_000, 5_100)) for i in range(24)]
    proof = spared(blocks, "candidate", "reference", 100)
    assert proof is not None
    assert not proof.cheaper
    assert proof.unproven is unproven
    assert proof.provable(1.0) is not unproven
    assert proof.provable(1e6)


def test_without_repeats_there_is_nothing_to_prove() -> None:
    blocks = [_block(i, (9_000, 1), (9_000, 9_000)) for i in range(12)]
    assert spared(blocks, "candidate", "reference", 1) is None
    assert spared(blocks, "candidate", "candidate", 100) is None


@given(st.lists(st.floats(-1e6, 1e6), min_size=8, max_size=60))
def test_a_lower_bound_of_the_median_is_no_larger_than_the_median(values: list[float]) -> None:
    bound = median_bound(values, 0.01)
    assert bound in values
    assert bound <= sorted(values)[len(values) // 2]


def test_the_bound_of_the_median_has_the_rank_of_the_sign_test() -> None:
    # P(Binomial(24, 1/2) <= 5) = 0.0033 and <= 6 = 0.0113: the sixth smallest of 24.
    assert median_bound(list(range(24)), 0.01) == 5


def test_a_busy_machine_is_seen_by_its_load_or_by_waiting() -> None:
    quick = TrialFact(end="returned", first_ns=(1_000,), wall_ns=1_100)
    waiting = TrialFact(end="returned", first_ns=(1_000,), wall_ns=3_000)
    assert not is_busy([quick] * 3, 0.5, 2)
    assert is_busy([quick] * 3, 3.0, 2)
    assert is_busy([waiting] * 3, 0.5, 2)


def test_a_control_that_differs_from_itself_is_off() -> None:
    assert not control_off(_ratio(1.01, 0.97, 1.05))
    assert control_off(_ratio(1.05, 1.01, 1.09))
    assert control_off(_ratio(1.2, 0.8, 1.6))
