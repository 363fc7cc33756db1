"""How often the whole method is right on a simulated noisy machine."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

REALISTIC = {"sd": 0.05, "outliers": 0.03, "switches": 0.01, "meter_us": 1.0}
"""Per trial: the log-ratio of two has a standard deviation of 0.07, and one trial in 33 is far off."""


async def _verdicts(
    bench: Any, runs: int, *, work: float, ratio: float, gate: bool = False
) -> tuple[Counter[str], int]:
    names = ("best", "reference") if gate else ("reference",)
    found: Counter[str] = Counter()
    covered = 0
    for seed in range(runs):
        scripts = {"c": bench.Script(work=work / ratio), "r": bench.Script(work=work)}
        sandbox = bench.FakeSandbox(scripts, bench.Noise(**REALISTIC), seed=seed)
        one = await bench.measure(sandbox, [bench.arm("c", "candidate"), bench.arm("r", *names)], seed=seed)
        found[one.verdict] += 1
        covered += one.vs_reference.low <= ratio <= one.vs_reference.high
    return found, covered


@pytest.mark.parametrize(("gate", "runs"), [(False, 250), (True, 150)])
async def test_equal_programs_are_hardly_ever_said_to_differ(bench: Any, gate: bool, runs: int) -> None:
    found, covered = await _verdicts(bench, runs, work=2000, ratio=1.0, gate=gate)
    assert found["faster"] < 0.01 * runs
    assert found["slower"] < 0.01 * runs
    assert covered >= 0.98 * runs
    if not gate:
        assert found["same"] >= 0.9 * runs


async def test_a_true_gain_of_half_is_always_found(bench: Any) -> None:
    found, _ = await _verdicts(bench, 40, work=1000, ratio=1.5, gate=True)
    assert found["faster"] == 40


@pytest.mark.parametrize(("ratio", "runs", "least"), [(1.1, 60, 57), (1.05, 40, 30)])
async def test_a_small_true_gain_is_found_in_a_program_of_a_millisecond(
    bench: Any, ratio: float, runs: int, least: int
) -> None:
    found, covered = await _verdicts(bench, runs, work=1000, ratio=ratio)
    assert found["faster"] >= least
    assert found["slower"] == 0
    assert covered >= 0.95 * runs


async def test_a_small_true_loss_is_told_and_not_called_the_same(bench: Any) -> None:
    found, covered = await _verdicts(bench, 40, work=1000, ratio=1 / 1.05)
    assert found["slower"] >= 30
    assert found["faster"] == 0
    assert covered >= 38


async def test_a_true_loss_is_never_said_to_be_a_gain(bench: Any) -> None:
    found, _ = await _verdicts(bench, 60, work=1000, ratio=0.8)
    assert found["faster"] == 0
    assert found["slower"] >= 54
