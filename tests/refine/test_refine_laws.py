"""Laws that hold for every sequence of facts."""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from perftui.refine.actions import Ask, Finish, Measure
from perftui.refine.catalogue import find_strategy
from perftui.refine.chain import Chain, StrategySettings
from perftui.refine.outcome import outcome, settled
from perftui.timing.model import Measurement

VERDICTS = ["correct"] * 6 + ["wrong-answer", "error", "timeout", "suspected-cheating", "infrastructure"]
ENDS = ["replied"] * 12 + ["skipped", "no-reply", "model-failed"]
PERFCODEGEN = find_strategy("perfcodegen")


@st.composite
def facts(draw: st.DrawFn) -> tuple[int, str, str, bool]:
    """The plain parts of a fact: cost of the program, verdict, how the asking ended, code or none."""
    return (
        draw(st.integers(1, 6)),
        draw(st.sampled_from(VERDICTS)),
        draw(st.sampled_from(ENDS)),
        draw(st.integers(0, 7)) > 0,
    )


tunings = st.builds(
    StrategySettings,
    correctness_rounds=st.integers(0, 3),
    repair_rounds=st.integers(0, 3),
    feedback_rounds=st.integers(0, 3),
    timing=st.booleans(),
)


def scripted(scripting: Any, plain: list[Any], tuning: StrategySettings) -> Any:
    """A chain that came to its end on these facts, or where they ran out."""
    script = [
        scripting.Fact(code=scripting.program(cost) if coded else None, verdict=verdict, end=end)
        for cost, verdict, end, coded in plain
    ]
    return scripting.walk(*script, settings=tuning)


def truthful(scripting: Any, measurement: Measurement, measure: Measure, chain: Chain) -> Measurement:
    """A measurement with ratios that follow from the costs that the programs name."""
    costs = {r.candidate: int(r.code.rsplit("# ", 1)[1]) for r in chain.rounds if r.code}
    mine = costs[measure.candidate]

    def against(other: str) -> Any:
        ratio = costs[other] / mine
        speed = "faster" if ratio > 1.1 else "slower" if ratio < 0.9 else "same"
        return scripting.ratio_of(ratio, speed)

    return msgspec.structs.replace(
        measurement,
        vs_best=None if measure.best is None else against(measure.best),
        vs_seed=None if measure.best is None else against(measure.seed),
    )


@given(plain=st.lists(facts(), max_size=30), tuning=tunings)
@settings(max_examples=50, deadline=None)
def test_it_comes_to_its_end_within_a_bound_of_asks(
    scripting: Any, plain: list[Any], tuning: StrategySettings
) -> None:
    done = scripted(scripting, plain, tuning)
    asked = sum(isinstance(action, Ask) for action in done.actions)
    bound = 1 + 2 * tuning.correctness_rounds + (1 + tuning.feedback_rounds) * (1 + tuning.repair_rounds)
    assert asked <= bound
    assert isinstance(done.actions[-1], Finish)
    assert done.actions[-1].reason


@given(plain=st.lists(facts(), max_size=30), tuning=tunings)
@settings(max_examples=50, deadline=None)
def test_resuming_is_the_same_as_running_through(
    scripting: Any, plain: list[Any], tuning: StrategySettings
) -> None:
    done = scripted(scripting, plain, tuning)
    for length, round_ in enumerate(done.chain.rounds):
        prefix = msgspec.structs.replace(done.chain, rounds=done.chain.rounds[:length])
        assert PERFCODEGEN.next_action(prefix) == round_.ask
    assert PERFCODEGEN.next_action(done.chain) == done.actions[-1]


@given(plain=st.lists(facts(), max_size=30), tuning=tunings)
@settings(max_examples=50, deadline=None)
def test_outcomes_that_were_not_stored_are_worked_out_alike(
    scripting: Any, plain: list[Any], tuning: StrategySettings
) -> None:
    done = scripted(scripting, plain, tuning)
    bare = tuple(msgspec.structs.replace(round_, outcome=None) for round_ in done.chain.rounds)
    assert settled(msgspec.structs.replace(done.chain, rounds=bare)) == done.chain


@given(plain=st.lists(facts(), max_size=30), tuning=tunings)
@settings(max_examples=50, deadline=None)
def test_each_correct_new_program_is_measured_and_no_other(
    scripting: Any, plain: list[Any], tuning: StrategySettings
) -> None:
    done = scripted(scripting, plain, tuning)
    measured = [action.candidate for action in done.actions if isinstance(action, Measure)]
    told = [r.candidate for r in done.chain.rounds if r.measurement is not None]
    assert measured == told
    for round_ in done.chain.rounds:
        if round_.measurement is not None:
            assert round_.verdict.correct
        elif tuning.timing and round_.verdict is not None and round_.verdict.correct:
            assert round_.outcome.kind == "same"


@given(costs=st.lists(st.integers(1, 9), min_size=2, max_size=8))
@settings(max_examples=50, deadline=None)
def test_keep_best_never_loses(scripting: Any, costs: list[int]) -> None:
    chain = scripting.walk(scripting.Fact(end="skipped"), strategy="base-only").chain
    ask = chain.rounds[0].ask
    bests = []
    for index, cost in enumerate(costs):
        opened = scripting.round_of(index, ask, scripting.program(cost))
        chain = msgspec.structs.replace(chain, rounds=(*(chain.rounds if index else ()), opened))
        action = PERFCODEGEN.next_action(chain)
        if isinstance(action, Measure):
            plain = scripting.measurement_of(action, scripting.Fact())
            opened = msgspec.structs.replace(opened, measurement=truthful(scripting, plain, action, chain))
        opened = msgspec.structs.replace(opened, outcome=outcome(chain, opened))
        chain = msgspec.structs.replace(chain, rounds=(*chain.rounds[:-1], opened))
        bests.append(costs[chain.best.index])
    assert bests == sorted(bests, reverse=True), "the best only ever gets faster"
    assert bests[-1] <= costs[0]
    assert min(costs) >= bests[-1] / 1.1, "what is told to be faster is never thrown away"
