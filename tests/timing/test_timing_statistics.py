"""Laws of cost, estimate and verdict."""

from __future__ import annotations

import random
from collections.abc import Callable
from math import exp, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from perftui.sandbox.protocol import TrialFact
from perftui.timing.cost import Block, Run, charge_ns, cost_ns, phases_of, tabulate
from perftui.timing.estimate import MIN_FLOOR, Estimate, compare, noise_floor, resample
from perftui.timing.model import ArmName
from perftui.timing.verdict import ratio_of, same_program, show_ratio, speed_verdict

MS = 1_000_000


def _fact(
    work: float, load: float = 0.0, decode: float = 0.0, encode: float = 0.0, scale: float = 1.0
) -> TrialFact:
    load, decode, work, encode = (round(part * scale) for part in (load, decode, work, encode))
    return TrialFact(end="returned", load_ns=load, decode_ns=decode, first_ns=(int(work),), encode_ns=encode)


def _blocks(
    make: Callable[[ArmName, random.Random], TrialFact], count: int = 12, seed: int = 3
) -> list[Block]:
    rng = random.Random(seed)
    names: tuple[ArmName, ...] = (
        "candidate",
        "reference",
        "control",
        "null",
        "control",
        "reference",
        "candidate",
    )
    return [Block(i, i, tuple(Run(name, make(name, rng)) for name in names)) for i in range(count)]


def _noisy(cand: float, ref: float, scale: float = 1.0) -> Callable[[ArmName, random.Random], TrialFact]:
    works = {"candidate": cand, "reference": ref, "control": ref, "null": 0.01 * MS}

    def make(name: ArmName, rng: random.Random) -> TrialFact:
        return _fact(works[name] * rng.lognormvariate(0, 0.05), scale=scale)

    return make


def _estimate(blocks: list[Block], arm: ArmName = "candidate", other: ArmName = "reference") -> Estimate:
    columns = tabulate(blocks, baseline="reference", repeats=1, whole=False)
    return compare(columns, arm, other, confidence=0.99, drawn=resample(len(blocks), 2, 5))


def _close(one: Estimate, two: Estimate, tolerance: float = 1e-9) -> bool:
    ends = ((one.middle, two.middle), (one.low, two.low), (one.high, two.high))
    return all(abs(a - b) <= tolerance for a, b in ends)


@given(st.sampled_from([2.0, 5.0, 64.0]), st.integers(0, 50))
def test_a_machine_that_is_slower_throughout_has_the_same_ratios(scale: float, seed: int) -> None:
    # Times are some thousand times the clock's step, so that its resolution hardly counts.
    base = _estimate(_blocks(_noisy(3000 * MS, 5000 * MS), seed=seed))
    slower = _estimate(_blocks(_noisy(3000 * MS, 5000 * MS, scale), seed=seed))
    assert _close(base, slower, 1e-4)


@given(st.floats(0.3, 3.0), st.integers(0, 50))
def test_swapping_the_programs_inverts_the_ratio(ratio: float, seed: int) -> None:
    blocks = _blocks(_noisy(2 * MS / ratio, 2 * MS), seed=seed)
    there, back = _estimate(blocks), _estimate(blocks, "reference", "candidate")
    assert there.middle == pytest.approx(-back.middle)
    assert there.low == pytest.approx(-back.high, abs=1e-9)
    assert there.high == pytest.approx(-back.low, abs=1e-9)


@given(st.permutations(range(12)))
def test_the_order_of_blocks_does_not_matter_to_the_estimate(order: list[int]) -> None:
    blocks = _blocks(_noisy(1.5 * MS, 2 * MS))
    assert _estimate([blocks[i] for i in order]).middle == pytest.approx(_estimate(blocks).middle)


@given(st.integers(0, 100))
def test_a_machine_that_changes_speed_between_blocks_changes_no_ratio(seed: int) -> None:
    rng = random.Random(seed)
    steady = _blocks(_noisy(1000 * MS, 2000 * MS), seed=seed)
    changing = [
        Block(block.index, block.zygote, tuple(Run(run.arm, _scaled(run.fact, factor)) for run in block.runs))
        for block, factor in ((block, rng.choice((1.0, 2.0))) for block in steady)
    ]
    # The null program's share is a median over blocks of a quotient that is noisy itself.
    assert _estimate(changing).middle == pytest.approx(_estimate(steady).middle, abs=1e-3)


def _scaled(fact: TrialFact, factor: float) -> TrialFact:
    return _fact(sum(fact.first_ns) * factor)


def test_costs_are_per_pass_and_encoding_is_of_one_pass() -> None:
    fact = TrialFact(
        end="returned", load_ns=400, decode_ns=800, first_ns=(100, 300), rest_ns=1200, encode_ns=50
    )
    one = phases_of(fact, 4, whole=False)
    assert (one.work, one.load, one.decode, one.encode) == (400.0, 100.0, 200.0, 50.0)


def test_a_program_that_reads_stdin_costs_all_that_it_spends() -> None:
    fact = TrialFact(end="returned", load_ns=4, decode_ns=8, first_ns=(1, 3), rest_ns=0, encode_ns=5)
    assert phases_of(fact, 1, whole=True).work == 21.0


@pytest.mark.parametrize("phase", ["load", "encode"])
def test_work_moved_to_another_phase_gains_nothing(phase: str) -> None:
    def make(name: ArmName, rng: random.Random) -> TrialFact:
        noise = rng.lognormvariate(0, 0.02)
        if name == "candidate":
            return _fact(0.1 * MS * noise, **{phase: 2.1 * MS * noise})  # type: ignore[arg-type]
        return _fact((0.0 if name == "null" else 2 * MS) * noise, **{phase: 0.2 * MS * noise})  # type: ignore[arg-type]

    found = _estimate(_blocks(make))
    assert exp(found.middle) == pytest.approx(1.0, abs=0.03)
    assert found.low < log(MIN_FLOOR)


def test_what_decoding_takes_is_no_programs_doing() -> None:
    def make(name: ArmName, rng: random.Random) -> TrialFact:
        return _fact(0.0 if name == "null" else 2 * MS, decode=9 * MS if name == "candidate" else 5 * MS)

    assert exp(_estimate(_blocks(make)).middle) == pytest.approx(1.0, abs=1e-3)


@pytest.mark.parametrize(("gain", "least", "high"), [(1.0, 0.95, 1.05), (1.3, 0.8, 1.4)])
def test_an_excess_in_doubt_takes_away_a_gain_and_makes_no_loss(
    gain: float, least: float, high: float
) -> None:
    def make(name: ArmName, rng: random.Random) -> TrialFact:
        works = {"null": 0.0, "candidate": 2 / gain}
        work = works.get(name, 2.0) * MS * rng.lognormvariate(0, 0.01)
        return _fact(work, encode=10 * MS * rng.lognormvariate(0, 0.1))

    found = _estimate(_blocks(make))
    assert exp(found.middle) == pytest.approx(gain, abs=0.02)
    assert exp(found.high) < high
    assert least < exp(found.low) < MIN_FLOOR


def test_what_is_spent_less_in_another_phase_is_not_credited() -> None:
    def make(name: ArmName, rng: random.Random) -> TrialFact:
        return _fact(0.0 if name == "null" else 2 * MS, load=0.0 if name == "candidate" else 5 * MS)

    assert exp(_estimate(_blocks(make)).middle) == pytest.approx(1.0, abs=1e-3)


def test_the_null_programs_cost_is_taken_off_both() -> None:
    def make(name: ArmName, rng: random.Random) -> TrialFact:
        return _fact({"candidate": 1.5, "reference": 2.0, "control": 2.0, "null": 1.0}[name] * MS)

    assert exp(_estimate(_blocks(make)).middle) == pytest.approx(2.0, rel=1e-3)


def test_the_cost_of_a_trial_is_its_work_with_its_charges() -> None:
    def make(name: ArmName, rng: random.Random) -> TrialFact:
        work = {"candidate": 1.0, "reference": 2.0, "control": 2.0, "null": 0.1}[name]
        return _fact(work * MS, load=0.3 * MS if name == "candidate" else 0.1 * MS)

    columns = tabulate(_blocks(make), baseline="reference", repeats=1, whole=False)
    assert cost_ns(columns, "candidate") == pytest.approx(1.1 * MS)
    assert charge_ns(columns, "candidate") == pytest.approx(0.1 * MS)
    assert cost_ns(columns, "reference") == pytest.approx(1.9 * MS)


def test_a_baseline_that_costs_nothing_has_no_clock() -> None:
    with pytest.raises(ValueError, match="no CPU time"):
        tabulate(_blocks(lambda name, rng: _fact(0)), baseline="reference", repeats=1, whole=False)


def test_a_program_lost_in_the_meters_step_has_a_wide_interval() -> None:
    def make(name: ArmName, rng: random.Random) -> TrialFact:
        return _fact({"candidate": 0.002, "null": 0.0}.get(name, 2.0) * MS)

    found = _estimate(_blocks(make))
    assert exp(found.middle) == pytest.approx(1000, rel=0.01)
    assert exp(found.low) < 700
    assert exp(found.high) > 1900


def test_the_interval_narrows_with_pairs_and_widens_with_confidence() -> None:
    few, many = (_blocks(_noisy(2 * MS, 2 * MS), count) for count in (6, 48))
    assert _estimate(many).high - _estimate(many).low < (_estimate(few).high - _estimate(few).low) / 2
    columns = tabulate(many, baseline="reference", repeats=1, whole=False)
    drawn = resample(48, 2, 5)
    wide = compare(columns, "candidate", "reference", confidence=0.999, drawn=drawn)
    assert wide.low < _estimate(many).low < _estimate(many).high < wide.high


def test_the_interval_covers_the_truth_as_often_as_it_says() -> None:
    misses = 0
    for seed in range(300):
        found = _estimate(_blocks(_noisy(2 * MS / 1.2, 2 * MS), count=12, seed=seed))
        misses += not found.low <= log(1.2) <= found.high
    assert misses <= 8  # 99 %: 3 are expected; 9 or more would come once in 300 times


def test_the_floor_follows_the_control_and_never_falls_under_its_least() -> None:
    quiet = Estimate(middle=0.0, low=-0.01, high=0.01, pairs=24, blocks=12)
    assert noise_floor(quiet) == MIN_FLOOR
    off = Estimate(middle=0.08, low=0.05, high=0.11, pairs=24, blocks=12)
    assert noise_floor(off) == pytest.approx(exp(0.08))
    slow = Estimate(middle=-0.08, low=-0.11, high=-0.05, pairs=24, blocks=12)
    assert noise_floor(slow) == noise_floor(off)


_FLOORS = st.floats(1.0, 1.5)
_LOGS = st.floats(-3, 3)


@given(_LOGS, _LOGS, _FLOORS)
def test_the_verdict_on_the_inverse_is_the_opposite(one: float, two: float, floor: float) -> None:
    low, high = sorted((one, two))
    opposite = {"faster": "slower", "slower": "faster", "same": "same", "unmeasured": "unmeasured"}
    assert speed_verdict(exp(-high), exp(-low), floor) == opposite[speed_verdict(exp(low), exp(high), floor)]


@pytest.mark.parametrize(
    ("low", "high", "floor", "verdict"),
    [
        (1.05, 1.30, 1.04, "faster"),
        (1.03, 1.30, 1.04, "unmeasured"),
        (0.50, 0.95, 1.04, "slower"),
        (0.50, 0.97, 1.04, "unmeasured"),
        (0.92, 1.09, 1.04, "same"),
        (0.90, 1.09, 1.04, "unmeasured"),
        (0.92, 1.11, 1.04, "unmeasured"),
        (1.05, 1.09, 1.04, "faster"),
    ],
)
def test_verdicts(low: float, high: float, floor: float, verdict: str) -> None:
    assert speed_verdict(low, high, floor) == verdict


def test_with_too_few_blocks_nothing_is_said() -> None:
    estimate = Estimate(middle=2.0, low=1.9, high=2.1, pairs=6, blocks=3)
    assert ratio_of(estimate, 1.03, 0.99).verdict == "unmeasured"


def test_a_ratio_is_finite_whatever_was_found() -> None:
    estimate = Estimate(middle=900.0, low=-900.0, high=2000.0, pairs=24, blocks=12)
    ratio = ratio_of(estimate, 1.03, 0.99)
    assert np.isfinite([ratio.estimate, ratio.low, ratio.high]).all()


def test_the_figures_are_told_in_one_line() -> None:
    estimate = Estimate(middle=log(12.4), low=log(11.6), high=log(13.1), pairs=24, blocks=12)
    told = show_ratio(ratio_of(estimate, 1.04, 0.99), 1.04)
    assert told == "12.4x [11.6, 13.1] over 24 pairs, noise floor 1.04"


def test_a_program_is_the_same_as_itself_by_identity() -> None:
    assert same_program(16, 0.99).verdict == "same"
