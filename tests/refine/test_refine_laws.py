"""Laws that hold for every strategy and every sequence of facts."""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from perftui.refine.actions import Ask, Finish, Measure
from perftui.refine.catalogue import BUILT_IN, find_strategy
from perftui.refine.chain import Chain, StrategySettings
from perftui.refine.outcome import outcome, settled
from perftui.timing.model import Measurement

VERDICTS = ["correct"] * 6 + ["wrong-answer", "error", "timeout", "suspected-cheating", "infrastructure"]
ENDS = ["replied"] * 12 + ["skipped", "no-reply", "model-failed"]
PERFCODEGEN = find_strategy("perfcodegen")
NAMES = [name for name in BUILT_IN.names if name != "given"] + ["testcase-feedback+team"]


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
    plateau=st.integers(0, 3),
    choice=st.sampled_from(["best", "best", "last"]),
    profile=st.booleans(),
    timing=st.booleans(),
)


def scripted(scripting: Any, name: str, plain: list[Any], tuning: StrategySettings) -> Any:
    """A chain that came to its end on these facts, or where they ran out."""
    script = [
        scripting.Fact(code=scripting.program(cost) if coded else None, verdict=verdict, end=end)
        for cost, verdict, end, coded in plain
    ]
    return scripting.walk(*script, strategy=name, settings=tuning)


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


@given(name=st.sampled_from(NAMES), plain=st.lists(facts(), max_size=30), tuning=tunings)
@settings(max_examples=150, deadline=None)
def test_it_comes_to_its_end_within_a_bound_of_asks(
    scripting: Any, name: str, plain: list[Any], tuning: StrategySettings
) -> None:
    done = scripted(scripting, name, plain, tuning)
    asked = sum(isinstance(action, Ask) for action in done.actions)
    performance = sum(part.calls for part in find_strategy(name).parts if part.phase == "performance")
    most = max(performance, 1 + tuning.feedback_rounds) * (1 + tuning.repair_rounds)
    assert asked <= 1 + 2 * tuning.correctness_rounds + most
    assert isinstance(done.actions[-1], Finish)
    assert done.actions[-1].reason


@given(name=st.sampled_from(NAMES), plain=st.lists(facts(), max_size=30), tuning=tunings)
@settings(max_examples=150, deadline=None)
def test_resuming_is_the_same_as_running_through(
    scripting: Any, name: str, plain: list[Any], tuning: StrategySettings
) -> None:
    done = scripted(scripting, name, plain, tuning)
    strategy = find_strategy(name)
    for length, round_ in enumerate(done.chain.rounds):
        prefix = msgspec.structs.replace(done.chain, rounds=done.chain.rounds[:length])
        action = strategy.next_action(prefix)
        # A profile is a fact of an earlier round: in a prefix that has it already, the ask is next.
        assert action == round_.ask
        assert strategy.next_action(prefix) == action
    assert strategy.next_action(done.chain) == done.actions[-1]


@given(name=st.sampled_from(NAMES), plain=st.lists(facts(), max_size=30), tuning=tunings)
@settings(max_examples=150, deadline=None)
def test_every_ask_says_something_and_is_answered_where_it_was_asked(
    scripting: Any, name: str, plain: list[Any], tuning: StrategySettings
) -> None:
    done = scripted(scripting, name, plain, tuning)
    for round_ in done.chain.rounds:
        messages = round_.ask.messages
        assert all(message.content.strip() for message in messages)
        assert [m.role for m in messages] == ["user", "assistant"] * (len(messages) // 2) + ["user"]
        assert "{{" not in messages[-1].content
        assert "\n\n\n\n" not in messages[-1].content
        assert round_.ask.label
        assert round_.ask.template
        mine = [r for r in done.chain.rounds[: round_.index] if r.ask.conversation == round_.ask.conversation]
        told = {r.reply.text.strip() for r in mine if r.reply is not None}
        assert {message.content for message in messages if message.role == "assistant"} <= told


@given(name=st.sampled_from(NAMES), plain=st.lists(facts(), max_size=30), tuning=tunings)
@settings(max_examples=150, deadline=None)
def test_the_best_of_a_chain_is_a_correct_program_of_its_own(
    scripting: Any, name: str, plain: list[Any], tuning: StrategySettings
) -> None:
    chain = scripted(scripting, name, plain, tuning).chain
    correct = [r for r in chain.rounds if r.correct]
    assert (chain.best is None) == (not correct)
    if tuning.choice == "best" and chain.best is not None and chain.best != chain.seed:
        assert chain.best.measurement.vs_best.verdict == "faster"


@given(name=st.sampled_from(NAMES), plain=st.lists(facts(), max_size=30), tuning=tunings)
@settings(max_examples=150, deadline=None)
def test_outcomes_that_were_not_stored_are_worked_out_alike(
    scripting: Any, name: str, plain: list[Any], tuning: StrategySettings
) -> None:
    done = scripted(scripting, name, plain, tuning)
    bare = tuple(msgspec.structs.replace(round_, outcome=None) for round_ in done.chain.rounds)
    assert settled(msgspec.structs.replace(done.chain, rounds=bare)) == done.chain


@given(name=st.sampled_from(NAMES), plain=st.lists(facts(), max_size=30), tuning=tunings)
@settings(max_examples=150, deadline=None)
def test_each_correct_new_program_is_measured_and_no_other(
    scripting: Any, name: str, plain: list[Any], tuning: StrategySettings
) -> None:
    done = scripted(scripting, name, plain, tuning)
    measured = [action.candidate for action in done.actions if isinstance(action, Measure)]
    told = [r.candidate for r in done.chain.rounds if r.measurement is not None]
    assert measured == told
    for round_ in done.chain.rounds:
        if round_.measurement is not None:
            assert round_.verdict.correct
        elif tuning.timing and round_.verdict is not None and round_.verdict.correct:
            assert round_.outcome.kind in {"same", "taken"}


@given(name=st.sampled_from(NAMES), plain=st.lists(facts(), max_size=30), tuning=tunings)
@settings(max_examples=150, deadline=None)
def test_where_programs_are_timed_the_best_has_its_figures(
    scripting: Any, name: str, plain: list[Any], tuning: StrategySettings
) -> None:
    chain = scripted(scripting, name, plain, tuning).chain
    if tuning.timing and chain.best is not None:
        assert chain.best.measurement is not None


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
