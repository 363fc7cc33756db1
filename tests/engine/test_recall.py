"""A resumed run stands where the former session stood: its budget, and what a measurement showed."""

from __future__ import annotations

import msgspec
import pytest

from perftui.engine.budget import Ledger
from perftui.engine.judges import Judges
from perftui.engine.recall import recall
from perftui.engine.timers import OUTPUT_DIFFERS, RULES_BROKEN, Timers
from perftui.events.model import CandidateJudged, CandidateMeasured, MeasureTaken, StoredEvent
from perftui.events.plan import TimingBudget
from perftui.events.reduce import replay
from perftui.refine.actions import Measure
from perftui.refine.candidate import candidate_hash
from perftui.sandbox.cores import Cores
from perftui.timing.model import Measurement
from tests.engine.harness import RIGHT, MadeUpPool, fenced, problem, rig

CHAINS = 3
TOOK = Measurement(verdict="same", reason="no difference", seconds=2.0)
CAUGHT = Measurement(verdict="unmeasured", reason="t1: 3 for 2", flags=(OUTPUT_DIFFERS,), seconds=1.0)


def remeasured(events: list[StoredEvent], first: Measurement) -> list[StoredEvent]:
    """The same log, as if its first measurement had been made and the others known from it."""
    told: list[StoredEvent] = []
    for event in events:
        if isinstance(event, CandidateMeasured):
            known = any(isinstance(before, CandidateMeasured) for before in told)
            told.append(msgspec.structs.replace(event, measurement=first, known=known))
        else:
            told.append(event)
    return told


async def test_a_resumed_run_has_the_budget_that_the_former_session_left() -> None:
    problems = [problem("a"), problem("b")]
    script = {(name, chain): [fenced(RIGHT)] for name in "ab" for chain in range(CHAINS)}
    former = rig(problems[:1], script, chains=CHAINS)
    await former.engine.run()
    state = replay(remeasured(former.log.events, TOOK))
    assert len([r for c in state.problems["a"].chains for r in c.rounds if r.measurement]) == CHAINS

    straight, resumed = (Ledger(TimingBudget(candidate_seconds=60.0, run_seconds=20.0), 2) for _ in "12")
    straight.spend("a", TOOK.seconds)
    straight.close("a")
    pool, cores = MadeUpPool(), Cores((0, 1))
    timers = Timers(pool, cores, {}, resumed)
    recall(state, problems, Judges(pool, cores, {}, all_tests=False), timers)
    assert resumed == straight
    assert resumed.allowance("b") == pytest.approx(18.0)


@pytest.mark.parametrize(
    ("flag", "how"), [(OUTPUT_DIFFERS, "right when judged, wrong"), (RULES_BROKEN, "right when judged, foul")]
)
async def test_a_cheat_that_was_measured_is_caught_by_the_run_that_goes_on(flag: str, how: str) -> None:
    script = {("double", 0): [fenced(RIGHT)]}
    whole = rig([problem()], script)
    await whole.engine.run()
    upto = next(i for i, event in enumerate(whole.log.events) if isinstance(event, CandidateMeasured))
    past = remeasured(whole.log.events[: upto + 1], msgspec.structs.replace(CAUGHT, flags=(flag,)))
    assert isinstance(past[-2], MeasureTaken)
    assert past[-2].measure == Measure(candidate=candidate_hash(RIGHT), best=None, seed=candidate_hash(RIGHT))
    resumed = rig([problem()], script, past=past)
    await resumed.engine.run()
    (chain,) = resumed.state.problems["double"].chains
    assert chain.rounds[0].verdict is not None
    assert chain.rounds[0].verdict.kind == "suspected-cheating"
    assert chain.rounds[0].verdict.reason.startswith(how)
    assert chain.rounds[0].outcome is not None
    assert chain.rounds[0].outcome.kind == "flagged"
    assert chain.best is None
    assert sum(isinstance(event, CandidateJudged) for event in resumed.log.events) == 2
