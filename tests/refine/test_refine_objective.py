"""Which of two programs is better, where memory counts as well."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from perftui.judging.model import Verdict
from perftui.refine.actions import Ask
from perftui.refine.chain import Chain, Objective, Rival, Round, StrategySettings
from perftui.refine.objective import LEAST_BYTES, is_better, memory_trend, peak_of, surely_faster, time_trend
from perftui.refine.outcome import outcome
from perftui.timing.model import Measurement, Ratio, SpeedVerdict

MIB = 1 << 20
TRENDS = ["better", "worse", "same", "unknown"]


def ratio(estimate: float, verdict: SpeedVerdict) -> Ratio:
    return Ratio(estimate=estimate, low=estimate * 0.95, high=estimate * 1.05, pairs=20, verdict=verdict)


def measured(peak: int, against: Ratio | None = None, inputs: int = 3) -> Measurement:
    return Measurement(verdict="same", reason="", vs_best=against, peak_bytes=peak, inputs=inputs)


def round_with(index: int, measurement: Measurement | None, judged_peak: int = 0) -> Round:
    code = f"def total(xs, k):\n    return {index}\n"
    verdict = Verdict(kind="correct", reason="", peak_bytes=judged_peak)
    return Round(
        index=index,
        ask=Ask(phase="performance", label="optimise"),
        end="replied",
        candidate=f"c{index}",
        code=code,
        verdict=verdict,
        measurement=measurement,
    )


@pytest.mark.parametrize(
    ("objective", "wanted"),
    [
        ("time", {("better", m) for m in TRENDS}),
        ("memory", {(t, "better") for t in TRENDS} | {("better", "same")}),
        ("both", {("better", "better"), ("better", "same"), ("same", "better")}),
    ],
)
def test_what_is_better(objective: Objective, wanted: set[tuple[str, str]]) -> None:
    found = {(t, m) for t in TRENDS for m in TRENDS if is_better(objective, t, m)}  # type: ignore[arg-type]
    assert found == wanted


@given(st.integers(1, 1 << 34), st.integers(1, 1 << 34))
def test_memory_trends_mirror_each_other(mine: int, best: int) -> None:
    there = memory_trend(round_with(1, measured(mine)), round_with(0, measured(best)))
    back = memory_trend(round_with(1, measured(best)), round_with(0, measured(mine)))
    assert {there, back} in ({"same"}, {"better", "worse"})
    if abs(mine - best) <= LEAST_BYTES:
        assert there == "same"


def test_memory_on_other_inputs_is_not_compared() -> None:
    few, many = round_with(1, measured(9 * MIB, inputs=2)), round_with(0, measured(90 * MIB, inputs=5))
    assert memory_trend(few, many) == "unknown"
    judged_few, judged_many = (
        msgspec.structs.replace(one, verdict=Verdict(kind="correct", reason="", peak_bytes=peak))
        for one, peak in ((few, 20 * MIB), (many, 10 * MIB))
    )
    assert memory_trend(judged_few, judged_many) == "worse", "what judging saw is on equal inputs"
    assert peak_of(judged_few) == 9 * MIB


def test_time_trends() -> None:
    assert [time_trend(None), time_trend(ratio(2, "faster")), time_trend(ratio(1, "unmeasured"))] == [
        "unknown",
        "better",
        "unknown",
    ]


def decided(objective: Objective, against: Ratio, peak: int) -> tuple[str, str]:
    seed = round_with(0, measured(100 * MIB))
    later = round_with(1, measured(peak, against))
    problem: Any = None
    chain = Chain(
        problem=problem, index=0, settings=StrategySettings(objective=objective), rounds=(seed, later)
    )
    found = outcome(chain, later)
    return found.kind, found.reason


@pytest.mark.parametrize(
    ("objective", "speed", "peak", "kind"),
    [
        ("memory", ratio(0.5, "slower"), 50 * MIB, "kept"),
        ("memory", ratio(2.0, "faster"), 150 * MIB, "larger"),
        ("memory", ratio(2.0, "faster"), 100 * MIB, "kept"),
        ("memory", ratio(1.0, "same"), 100 * MIB, "same"),
        ("memory", ratio(0.5, "slower"), 100 * MIB, "slower"),
        ("both", ratio(0.5, "slower"), 50 * MIB, "slower"),
        ("both", ratio(2.0, "faster"), 150 * MIB, "larger"),
        ("both", ratio(1.0, "same"), 50 * MIB, "kept"),
        ("both", ratio(1.0, "unmeasured"), 50 * MIB, "unmeasured"),
        ("time", ratio(2.0, "faster"), 900 * MIB, "kept"),
    ],
)
def test_what_is_kept_by_each_objective(objective: Objective, speed: Ratio, peak: int, kind: str) -> None:
    found, reason = decided(objective, speed, peak)
    assert found == kind
    if objective != "time":
        assert "peak memory" in reason


def test_a_rival_is_surely_faster_where_the_intervals_lie_apart() -> None:
    def rival(estimate: float, verdict: SpeedVerdict = "faster") -> Rival:
        known = Measurement(verdict=verdict, reason="", vs_reference=ratio(estimate, verdict))
        return Rival(chain=1, candidate="r", code="", measurement=known)

    mine = round_with(0, Measurement(verdict="faster", reason="", vs_reference=ratio(2.0, "faster")))
    assert surely_faster(rival(3.0), mine)
    assert not surely_faster(rival(2.1), mine)
    assert not surely_faster(rival(9.0, "unmeasured"), mine)
    assert not surely_faster(rival(9.0), round_with(0, None))
