"""Which blocks are measured again, and that the rules look at nothing they must not."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perftui.sandbox.protocol import TrialFact
from perftui.timing.cost import Block, Run
from perftui.timing.model import ArmName
from perftui.timing.quality import Fault, Tally, fault_of, stolen_seconds

_ARMS: tuple[ArmName, ...] = (
    "candidate",
    "reference",
    "control",
    "null",
    "control",
    "reference",
    "candidate",
)


def _block(works: dict[str, int], wait: float = 1.0) -> Block:
    def fact(work: int) -> TrialFact:
        return TrialFact(end="returned", first_ns=(work,), wall_ns=round(work * wait))

    return Block(0, 0, tuple(Run(name, fact(works.get(name, 1_000_000))) for name in _ARMS))


def _fault(block: Block, *, stolen: float = 0.0, usual_wait: float = 1.0) -> Fault | None:
    return fault_of(block, baseline="reference", stolen=stolen, usual_wait=usual_wait)


@pytest.mark.parametrize(
    ("block", "stolen", "usual_wait", "fault"),
    [
        (_block({}), 0.0, 1.0, None),
        (_block({"null": 0}), 0.0, 1.0, "unmetered"),
        (_block({"candidate": 0}), 0.5, 1.0, "unmetered"),
        (_block({}), 0.1, 1.0, "stolen"),
        (_block({}), 0.01, 1.0, None),
        (_block({}, wait=4.0), 0.0, 1.0, "waited"),
        (_block({}, wait=4.0), 0.0, 1.8, None),  # as it was before the first block
        (_block({}, wait=1.2), 0.0, 0.5, None),
        (_block({"control": 1_600_000}), 0.0, 1.0, "control-off"),
        (_block({"control": 600_000}), 0.0, 1.0, "control-off"),
        (_block({"control": 1_100_000}), 0.0, 1.0, None),
    ],
)
def test_what_is_wrong_with_a_block(
    block: Block, stolen: float, usual_wait: float, fault: Fault | None
) -> None:
    assert _fault(block, stolen=stolen, usual_wait=usual_wait) == fault


@given(st.integers(1, 10**9))
def test_the_candidates_own_work_decides_nothing(work: int) -> None:
    assert _fault(_block({"candidate": work})) is None
    assert _fault(_block({"candidate": work, "control": 1_600_000})) == "control-off"


@given(st.lists(st.sampled_from([None, "unmetered", "stolen", "waited", "control-off"]), max_size=300))
def test_disturbed_blocks_are_thrown_away_up_to_a_quarter_and_then_kept(faults: list[Fault | None]) -> None:
    tally, good = Tally(), 0
    for fault in faults:
        good += tally.admits(fault, good)
        thrown = tally.discarded.total() - tally.discarded["unmetered"]
        assert thrown <= 1 + (thrown + good) / 4
    assert tally.discarded["unmetered"] == faults.count("unmetered")
    assert good + tally.discarded.total() == len(faults)
    assert tally.kept <= good


def test_a_single_disturbed_block_is_always_measured_again() -> None:
    tally = Tally()
    assert not tally.admits("waited", 0)
    assert tally.admits("waited", 0)
    assert tally.kept == 1


def test_what_was_thrown_away_is_told() -> None:
    assert Tally().told() == ""
    tally = Tally(Counter({"waited": 2, "stolen": 1}))
    assert tally.told() == "blocks measured again: 1 stolen, 2 waited"


def test_stolen_time_is_known_for_the_cores_there_are() -> None:
    assert stolen_seconds(10_000) is None
    found = stolen_seconds(0)
    assert found is None or found >= 0


async def test_stolen_blocks_are_measured_again_and_counted(bench: Any) -> None:
    sandbox = bench.FakeSandbox({"c": bench.Script(work=1000), "r": bench.Script()}, bench.Noise(sd=0.01))
    readings = iter([0.0, 0.0, 0.0, 0.3, *[0.3] * 1000])
    arms = [bench.arm("c", "candidate"), bench.arm("r", "reference")]
    found = await bench.measure(sandbox, arms, stolen=lambda _core: next(readings))
    assert found.verdict == "faster"
    assert "stolen" in found.flags
    assert found.reason.endswith("; blocks measured again: 1 stolen")
    assert len({trial.block for trial in found.trials}) * 2 == found.vs_reference.pairs


async def test_a_machine_that_is_always_robbed_is_measured_all_the_same(bench: Any) -> None:
    sandbox = bench.FakeSandbox({"c": bench.Script(work=1000), "r": bench.Script()}, bench.Noise(sd=0.01))
    arms = [bench.arm("c", "candidate"), bench.arm("r", "reference")]
    found = await bench.measure(sandbox, arms, stolen=lambda _core: sandbox.now / 2)
    assert found.verdict == "faster"
    assert {"busy", "stolen"} <= set(found.flags)
