"""When a chain goes no further, and what a prompt shows of its costs and of its rival."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from perftui.refine.actions import Ask, Profile
from perftui.refine.attempts import attempts, without_gain
from perftui.refine.chain import Profiled, Rival, StrategySettings
from perftui.refine.costs import hot_lines, profile_due, slowest_of
from perftui.refine.strategy import calls_made
from perftui.timing.model import Measurement, TestTime
from perftui.timing.profile import LineCost, LineProfile


def gains(scripting: Any, *kept: bool) -> list[Any]:
    """A seed, and an optimisation for each of these that gains or does not."""
    fact, program = scripting.Fact, scripting.program
    later = [
        fact(code=program(i), speed="faster" if gain else "same", ratio=1.5 if gain else 1.0)
        for i, gain in enumerate(kept)
    ]
    return [fact(code=program("seed")), *later]


@pytest.mark.parametrize(
    ("kept", "plateau", "rounds"),
    [
        ((False,) * 9, 2, 2),
        ((False,) * 9, 1, 1),
        ((True, False, True, False, False, True), 2, 5),
        ((True,) * 9, 2, 5),
        ((False,) * 9, 0, 5),
    ],
)
def test_a_chain_ends_where_the_gain_has_stopped(
    scripting: Any, kept: tuple[bool, ...], plateau: int, rounds: int
) -> None:
    settings = StrategySettings(feedback_rounds=4, plateau=plateau)
    done = scripting.walk(*gains(scripting, *kept), settings=settings)
    assert len(done.labels) == 1 + rounds


def test_an_attempt_and_its_repairs_are_one(scripting: Any) -> None:
    fact, program = scripting.Fact, scripting.program
    done = scripting.walk(
        fact(code=program("seed")),
        fact(code=program("bad"), verdict="error"),
        fact(code=program("mended")),
        fact(code=program("same"), speed="same", ratio=1.0),
        fact(code=program("broken"), verdict="error"),
        fact(code=program("still"), verdict="error"),
    )
    chain = done.chain
    assert done.labels == ["base", "optimise", "repair", "slowest t2"]
    assert [len(attempt) for attempt in attempts(chain)] == [2, 1]
    assert without_gain(chain) == 1
    longer = scripting.walk(
        *(
            fact(code=program(f"x{i}"), verdict="error") if i else fact(code=program("seed"))
            for i in range(9)
        ),
        settings=StrategySettings(plateau=2, repair_rounds=1),
    )
    assert longer.labels == ["base", "optimise", "repair", "slowest t2", "repair"]


@pytest.mark.parametrize("budget", range(1, 6))
def test_a_budget_of_calls_is_never_passed(scripting: Any, budget: int) -> None:
    done = scripting.walk(*gains(scripting, *[True] * 9), settings=StrategySettings(calls=budget))
    assert calls_made(done.chain) == budget
    if budget < 5:
        assert done.finish.startswith(f"its budget of {budget} calls is spent")


def test_words_are_not_asked_for_where_no_call_is_left_to_use_them(scripting: Any) -> None:
    bad = scripting.Fact(code=scripting.program("bad"), verdict="error")
    assert scripting.walk(bad, bad, bad, settings=StrategySettings(calls=2)).labels == ["base"]
    assert scripting.walk(bad, bad, bad, settings=StrategySettings(calls=3)).labels == [
        "base",
        "reflect",
        "fix",
    ]


def rival(scripting: Any, estimate: float) -> Rival:
    known = Measurement(
        verdict="faster", reason="", vs_reference=scripting.ratio_of(estimate, "faster"), noise_floor=1.04
    )
    return Rival(chain=3, candidate="r" * 64, code="def total(xs, k):\n    return RIVAL\n", measurement=known)


def test_a_faster_program_of_another_chain_is_shown_once(scripting: Any) -> None:
    facts = gains(scripting, True, True, True)
    done = scripting.walk(*facts, settings=StrategySettings(share_best=True), rival=rival(scripting, 4.0))
    shown = [index for index, round_ in enumerate(done.chain.rounds) if round_.ask.rival]
    assert shown == [1]
    assert "return RIVAL" in done.prompt(1)
    assert "4.00x [3.80, 4.20] vs a known good solution" in done.prompt(1)
    assert scripting.program("seed") in done.prompt(1), "beside its own best"
    assert "return RIVAL" not in done.prompt(2)


@pytest.mark.parametrize(("share", "estimate"), [(False, 4.0), (True, 0.8)])
def test_a_rival_is_not_shown_unasked_or_where_it_may_be_no_faster(
    scripting: Any, share: bool, estimate: float
) -> None:
    done = scripting.walk(
        *gains(scripting, True),
        settings=StrategySettings(share_best=share),
        rival=rival(scripting, estimate),
    )
    assert not any("RIVAL" in m.content for r in done.chain.rounds for m in r.ask.messages)


def test_a_chain_that_cannot_win_ends_where_it_may(scripting: Any) -> None:
    facts = gains(scripting, False, True, True)
    strong = rival(scripting, 4.0)
    free = scripting.walk(*facts, rival=strong, settings=StrategySettings())
    assert len(free.labels) > 2
    stopped = scripting.walk(*facts, rival=strong, settings=StrategySettings(stop_hopeless=True))
    assert stopped.labels == ["base", "optimise"]
    assert stopped.finish.startswith("it cannot win against chain 4")
    gaining = scripting.walk(
        *gains(scripting, True, False, True), rival=strong, settings=StrategySettings(stop_hopeless=True)
    )
    assert len(gaining.labels) == 3, "it goes on as long as it gains"
    weak = scripting.walk(*facts, rival=rival(scripting, 0.8), settings=StrategySettings(stop_hopeless=True))
    assert weak.labels == free.labels


def test_the_hottest_lines_are_shown_for_each_new_best(scripting: Any) -> None:
    done = scripting.walk(*gains(scripting, True, False, False))
    profiles = [action for action in done.actions if isinstance(action, Profile)]
    assert [p.candidate for p in profiles] == [r.candidate for r in done.chain.rounds[:2]]
    assert {p.input for p in profiles} == {"t2"}
    for index in (1, 2):
        assert "- line 3, 90 %, 7 times: return sum(xs) * k" in done.prompt(index)


def test_without_leave_or_a_clock_nothing_is_profiled(scripting: Any) -> None:
    for settings in (StrategySettings(profile=False), StrategySettings(timing=False)):
        done = scripting.walk(*gains(scripting, True), settings=settings)
        assert not [action for action in done.actions if isinstance(action, Profile)]
        assert "line by line" not in done.prompt(1)


def test_a_profile_that_could_not_be_had_is_not_asked_for_again(scripting: Any) -> None:
    done = scripting.walk(*gains(scripting, True))
    lost = msgspec.structs.replace(
        done.chain.rounds[0], profile=Profiled(input="t2", trouble="the sandbox was lost")
    )
    assert profile_due(done.chain, lost) is None
    assert hot_lines(lost) is None


def test_hot_lines_leave_out_what_is_cheap_or_not_there(scripting: Any) -> None:
    lines = [
        LineCost(number=number, hits=number, ns=round(100 * share), share=share)
        for number, share in ((1, 0.01), (2, 0.3), (3, 0.6), (99, 0.09))
    ]
    round_ = msgspec.structs.replace(
        scripting.round_of(0, Ask(phase="base", label="base"), scripting.program("seed")),
        profile=Profiled(input="t2", profile=LineProfile(lines=tuple(lines), partial=True)),
    )
    found = hot_lines(round_)
    assert found is not None
    assert [line.number for line in found.lines] == [3, 2]
    assert found.partial


def test_a_correct_program_that_raised_under_the_profiler_alone_has_no_hot_lines(scripting: Any) -> None:
    lines = (LineCost(number=2, hits=1, ns=90, share=0.9),)
    round_ = scripting.round_of(0, Ask(phase="base", label="base"), scripting.program("seed"))
    for end, shown in (("raised", False), ("timeout", True), ("returned", True)):
        profile = LineProfile(lines=lines, end=end)
        seen = msgspec.structs.replace(round_, profile=Profiled(input="t2", profile=profile))
        assert seen.correct
        assert (hot_lines(seen) is not None) is shown


def test_several_slow_tests_are_shown_where_none_dominates(scripting: Any) -> None:
    def timed(*costs: int) -> Any:
        table = tuple(TestTime(name=f"t{i + 1}", cpu_ns=cost, share=0.0) for i, cost in enumerate(costs))
        return msgspec.structs.replace(
            scripting.round_of(0, Ask(phase="base", label="base"), "x = 1\n"),
            measurement=Measurement(verdict="same", reason="", test_times=table),
        )

    problem = scripting.function_problem()
    level = slowest_of(problem, timed(40, 45, 30))
    assert level is not None
    assert [test.name for test in level.beside] == ["t1", "t3"]
    dominant = slowest_of(problem, timed(40, 900, 30))
    assert dominant is not None
    assert dominant.beside == ()
    cheap = slowest_of(problem, timed(1, 49, 0))
    assert cheap is not None
    assert cheap.beside == ()


@pytest.mark.parametrize(
    ("objective", "said"), [("memory", "use less memory"), ("both", "run faster and use less memory")]
)
def test_the_prompt_says_what_is_wanted(scripting: Any, objective: Any, said: str) -> None:
    done = scripting.walk(*gains(scripting, True, True), settings=StrategySettings(objective=objective))
    assert said in done.prompt(1)


def test_the_last_program_is_taken_where_that_is_chosen(scripting: Any) -> None:
    fact, program = scripting.Fact, scripting.program
    settings = StrategySettings(choice="last", repair_rounds=0)
    slower = scripting.walk(
        fact(code=program("seed")),
        fact(code=program("fast"), ratio=3.0),
        fact(code=program("slow"), speed="slower", ratio=0.5),
        settings=settings,
    )
    assert slower.kinds[:3] == ["seed", "taken", "taken"]
    assert slower.chain.best.code == program("slow")
    assert "0.50x" in slower.chain.best.outcome.reason
    wrong = scripting.walk(
        fact(code=program("seed")),
        fact(code=program("fast"), ratio=3.0),
        fact(code=program("bad"), verdict="error"),
        settings=msgspec.structs.replace(settings, feedback_rounds=1),
    )
    assert wrong.kinds == ["seed", "taken", "dropped"]
    assert wrong.chain.best.code == program("seed")
    empty = scripting.walk(
        fact(code=program("seed")), fact(code=None), settings=msgspec.structs.replace(settings)
    )
    assert empty.kinds[:2] == ["seed", "dropped"]


def test_as_published_the_base_is_the_stub_as_it_is(scripting: Any) -> None:
    done = scripting.walk(*gains(scripting, True), strategy="perfcodegen-paper")
    assert done.prompt(0).strip() == scripting.function_problem().stub.strip()
    program = scripting.walk(
        *gains(scripting), strategy="perfcodegen-paper", problem=scripting.stdin_problem()
    ).prompt(0)
    assert program.startswith("You are an expert Python programmer.")
    assert "standard input" in program
    usual = scripting.walk(*gains(scripting, True)).prompt(0)
    assert usual != done.prompt(0)
