"""Each way of optimising, by scripted chains: what it asks, whom it asks, and what it shows."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from perftui.refine.candidate import candidate_hash
from perftui.refine.catalogue import find_strategy
from perftui.refine.chain import Chain, StrategySettings
from perftui.refine.conversation import next_turn
from perftui.refine.part import Part
from perftui.refine.parts.base import BASE
from perftui.refine.strategy import MOST_CALLS, PAPER, Strategy
from perftui.timing.model import TestTime

ONCE = StrategySettings(feedback_rounds=1)


def good(scripting: Any, *marks: str) -> list[Any]:
    """A seed, then a faster program for each mark; words where a program is not wanted."""
    return [scripting.Fact(code=scripting.program(mark)) for mark in ("seed", *marks)]


def talked(done: Any) -> list[tuple[str, str, str]]:
    return [(r.ask.conversation, r.ask.label, r.ask.expects) for r in done.chain.rounds[1:]]


@pytest.mark.parametrize(
    ("strategy", "course"),
    [
        ("perf-prompt", ["optimise"]),
        ("in-context", ["optimise"]),
        ("tips", ["optimise"]),
        ("plan-and-refine", ["plan", "implement"]),
        ("analyse-and-refine", ["analyse", "lower"]),
        ("reviewer", ["optimise", "review", "refine"]),
        ("team", ["lead", "code", "review", "replan", "recode"]),
        ("direct-execution-feedback", ["optimise", "refine"]),
        ("testcase-execution-feedback-published", ["optimise", "slowest t2"]),
    ],
)
def test_a_course_without_a_slip_takes_the_calls_that_are_told(
    scripting: Any, strategy: str, course: list[str]
) -> None:
    done = scripting.walk(*good(scripting, *"abcdef"), strategy=strategy, settings=ONCE)
    assert done.labels == ["base", *course]
    assert len(course) == find_strategy(strategy).parts[-1].calls
    assert "the best is round" in done.finish


def test_one_prompt_with_nothing_with_pairs_and_with_tips(scripting: Any) -> None:
    plain, pairs, tips = (
        scripting.walk(*good(scripting, "a"), strategy=name).prompt(1)
        for name in ("perf-prompt", "in-context", "tips")
    )
    assert "runs as fast as you can make it" in plain
    assert "us" not in plain.split(), "no data"
    assert "groupby" in pairs
    assert "collections.deque" in tips
    for prompt in (plain, pairs, tips):
        assert "\n\n- `total` keeps its name" in prompt
        assert "Work from this one" not in prompt, "the conversation ends with it"


def test_a_plan_is_made_in_words_then_followed(scripting: Any) -> None:
    done = scripting.walk(*good(scripting, "the plan", "fast"), strategy="plan-and-refine")
    assert talked(done) == [("coder", "plan", "text"), ("coder", "implement", "program")]
    assert "Write no code yet" in done.prompt(1)
    assert "follow your strategy" in done.prompt(2)
    assert [m.role for m in done.chain.rounds[2].ask.messages] == ["user", "assistant"] * 2 + ["user"]
    assert done.kinds == ["seed", "text", "kept"]


@pytest.mark.parametrize(
    ("strategy", "with_words", "without"),
    [
        ("plan-and-refine", "follow your strategy", "Find where it spends its time"),
        ("analyse-and-refine", "By your analysis", "The program is correct."),
    ],
)
def test_words_that_were_skipped_are_gone_on_without(
    scripting: Any, strategy: str, with_words: str, without: str
) -> None:
    seed, words, fast = good(scripting, "words", "fast")
    assert with_words in scripting.walk(seed, words, fast, strategy=strategy).prompt(2)
    skipped = scripting.walk(seed, scripting.Fact(end="skipped"), fast, strategy=strategy)
    assert with_words not in skipped.prompt(2)
    assert without in skipped.prompt(2)
    assert len(skipped.chain.rounds[2].ask.messages) == 3


def test_the_reviewer_sees_both_programs_in_a_conversation_of_its_own(scripting: Any) -> None:
    facts = good(scripting, "fast", "AGREE, but sum it once", "faster")
    done = scripting.walk(*facts, strategy="reviewer")
    assert talked(done)[1] == ("reviewer", "review", "text")
    review = done.chain.rounds[2].ask
    assert len(review.messages) == 1
    for shown in (scripting.program("seed"), scripting.program("fast"), "Sum the xs, k times.", "1.50x"):
        assert shown.strip() in review.messages[0].content
    refine = done.chain.rounds[3].ask
    assert "sum it once" in refine.messages[-1].content
    assert not any("You review" in message.content for message in refine.messages)
    assert refine.messages[:-1] == (
        *done.chain.rounds[1].ask.messages,
        *(m for m in refine.messages[-2:-1]),
    )


def test_the_reviewer_is_told_what_the_tests_said_of_a_wrong_program(scripting: Any) -> None:
    wrong = scripting.Fact(code=scripting.program("wrong"), verdict="wrong-answer")
    facts = [*good(scripting), wrong, *good(scripting, "x")]
    done = scripting.walk(*facts, strategy="reviewer", settings=StrategySettings(repair_rounds=0))
    assert done.labels == ["base", "optimise", "review", "refine"]
    assert "It is not correct." in done.prompt(2)
    assert "fails test t2" in done.prompt(2)
    assert "Work from this one" in done.prompt(3)
    assert scripting.program("seed").strip() in done.prompt(3)


def test_a_reviewer_with_one_program_or_without_a_word(scripting: Any) -> None:
    skip = scripting.Fact(end="skipped")
    seed, words, fast = good(scripting, "words", "fast")
    alone = scripting.walk(seed, skip, words, fast, strategy="reviewer")
    assert "There is no other program yet." in alone.prompt(2)
    silent = scripting.walk(seed, fast, skip, words, strategy="reviewer")
    assert "A reviewer has looked" not in silent.prompt(3)
    assert "as a reviewer would" in silent.prompt(3)


def test_a_flagged_program_is_not_shown_to_a_reviewer(scripting: Any) -> None:
    forged = scripting.Fact(code=scripting.program("forged"), verdict="suspected-cheating")
    done = scripting.walk(*good(scripting), forged, *good(scripting, "x"), strategy="reviewer")
    assert "forged" not in done.prompt(2)
    assert "There is no other program yet." in done.prompt(2)


def test_a_leader_a_coder_and_a_reviewer(scripting: Any) -> None:
    facts = good(scripting, "plan A", "coded A", "DISAGREE", "plan B", "coded B")
    done = scripting.walk(*facts, strategy="team")
    assert [who for who, _, _ in talked(done)] == ["leader", "coder", "reviewer", "leader", "coder"]
    assert "plan A" in done.prompt(2)
    assert "DISAGREE" in done.prompt(4)
    assert "coded A" in done.prompt(4)
    assert [m.role for m in done.chain.rounds[4].ask.messages] == ["user", "assistant", "user"]
    assert "plan B" in done.prompt(5)
    assert "planned anew" in done.prompt(5)
    coder = done.chain.rounds[5].ask.messages
    assert not any("You lead a small team" in m.content or "You review" in m.content for m in coder)


def test_a_team_whose_leader_was_skipped(scripting: Any) -> None:
    skip = scripting.Fact(end="skipped")
    seed, coded, words, last = good(scripting, "coded", "the review", "last")
    done = scripting.walk(seed, skip, coded, words, skip, last, strategy="team")
    assert done.labels == ["base", "lead", "code", "review", "replan", "recode"]
    assert "The program is correct." in done.prompt(2)
    assert "You lead a small team" in done.prompt(4), "it was not told before"
    assert "the review" in done.prompt(5), "the reviewer's word goes to the coder"


def test_direct_feedback_says_how_long_it_took_beside_the_original(scripting: Any) -> None:
    done = scripting.walk(
        *good(scripting, "fast", "more"), strategy="direct-execution-feedback", settings=ONCE
    )
    assert "Your program took 100 us, the original 150 us: it is faster, 1.50x" in done.prompt(2)
    slow = scripting.Fact(code=scripting.program("slow"), speed="slower", ratio=0.5)
    done = scripting.walk(
        *good(scripting), slow, *good(scripting), strategy="direct-execution-feedback", settings=ONCE
    )
    assert "Your program took 100 us, the original 50 us: it is slower, 0.50x" in done.prompt(2)
    assert "It was not kept." in done.prompt(2)
    assert scripting.program("seed").strip() in done.prompt(2)
    assert done.chain.rounds[2].ask.parent == candidate_hash(scripting.program("seed"))


@pytest.mark.parametrize(
    ("fact", "line"),
    [
        ({"speed": "same", "ratio": 1.0}, "there is no real difference (1.00x [0.95, 1.05])"),
        (
            {"speed": "unmeasured"},
            "Your program took 100 us. The difference to the original cannot be told from the noise",
        ),
        ({"end": "skipped"}, "There is no faster program yet. The original takes 100 us"),
        ({"verdict": "suspected-cheating"}, "There is no faster program yet."),
    ],
)
def test_direct_feedback_never_says_more_than_is_known(scripting: Any, fact: Any, line: str) -> None:
    seed, last = good(scripting, "last")
    attempt = scripting.Fact(code=scripting.program("x"), **fact)
    done = scripting.walk(seed, attempt, last, strategy="direct-execution-feedback", settings=ONCE)
    assert line in done.prompt(2)


def test_direct_feedback_without_timing_rests_on_what_judging_saw(scripting: Any) -> None:
    settings = StrategySettings(timing=False, feedback_rounds=1)
    done = scripting.walk(*good(scripting, "a", "b"), strategy="direct-execution-feedback", settings=settings)
    assert (
        "Your program took 73 us, the original 73 us. The difference to the original cannot be told"
        in done.prompt(2)
    )


def test_direct_feedback_goes_on_until_it_gains_nothing(scripting: Any) -> None:
    same = [scripting.Fact(code=scripting.program(i), speed="same", ratio=1.0) for i in range(9)]
    facts = [*good(scripting, "a", "b"), *same]
    settings = StrategySettings(feedback_rounds=6, plateau=2)
    done = scripting.walk(*facts, strategy="direct-execution-feedback", settings=settings)
    assert done.labels == ["base", "optimise", "refine", "refine", "refine"]
    settings = StrategySettings(feedback_rounds=6, plateau=0)
    done = scripting.walk(*facts, strategy="direct-execution-feedback", settings=settings)
    assert done.labels.count("refine") == 6


@pytest.mark.parametrize(
    "strategy", ["tips", "plan-and-refine", "reviewer", "team", "direct-execution-feedback"]
)
def test_a_wrong_program_is_repaired_wherever_it_comes_from(scripting: Any, strategy: str) -> None:
    course = scripting.walk(*good(scripting, *"abcdef"), strategy=strategy, settings=ONCE)
    place = next(r.index for r in course.chain.rounds[1:] if r.ask.expects == "program")
    bad = scripting.Fact(code=scripting.program("bad"), verdict="error")
    facts = [*good(scripting, *"abcdefg")]
    facts[place] = bad
    done = scripting.walk(*facts, strategy=strategy, settings=ONCE)
    assert done.labels == [*course.labels[: place + 1], "repair", *course.labels[place + 1 :]]
    assert "fails test t2" in done.prompt(place + 1)
    never = scripting.walk(
        *facts, strategy=strategy, settings=StrategySettings(repair_rounds=0, feedback_rounds=1)
    )
    assert never.labels == course.labels


def test_the_paper_praises_then_shows_one_test_and_no_figure(scripting: Any) -> None:
    done = scripting.walk(*good(scripting, "a", "b"), strategy="perfcodegen-paper")
    assert done.labels == ["base", "optimise", "slowest t2"]
    assert done.prompt(1).startswith("Great work")
    shown = done.prompt(2)
    assert "total([0, 1, 2" in shown
    assert "249500" in shown
    assert "%" not in shown
    assert " us of" not in shown
    assert "x [" not in shown


def test_the_paper_shows_what_judging_found_slow_where_the_measurement_told_no_times(scripting: Any) -> None:
    done = scripting.walk(*good(scripting, "a", "b"), strategy="perfcodegen-paper")
    chain = msgspec.structs.replace(done.chain, rounds=done.chain.rounds[:2])
    nothing = tuple(TestTime(name=name, cpu_ns=0, share=0.0) for name in ("t1", "t2"))
    untold = msgspec.structs.replace(chain.rounds[1].measurement, test_times=nothing)
    rounds = tuple(msgspec.structs.replace(round_, measurement=untold) for round_ in chain.rounds)
    strategy = find_strategy("perfcodegen-paper")
    assert strategy.next_action(msgspec.structs.replace(chain, rounds=rounds)).label == "slowest t2"


def test_the_papers_chain_ends_with_a_wrong_optimisation(scripting: Any) -> None:
    bad = scripting.Fact(code=scripting.program("bad"), verdict="error")
    done = scripting.walk(*good(scripting), bad, *good(scripting), strategy="perfcodegen-paper")
    assert done.labels == ["base", "optimise"]
    assert done.chain.best.candidate == candidate_hash(scripting.program("seed"))


def test_the_papers_chain_that_ends_with_a_program_of_before_has_its_figures(scripting: Any) -> None:
    seed, fast = good(scripting, "fast")
    done = scripting.walk(seed, fast, fast, strategy="perfcodegen-paper")
    assert done.kinds == ["seed", "taken", "same"]
    assert done.chain.best.index == 1
    back = scripting.walk(seed, fast, seed, strategy="perfcodegen-paper")
    assert back.kinds == ["seed", "taken", "taken"]
    assert back.chain.best.index == 0


def test_the_papers_chain_repairs_a_wrong_base_once(scripting: Any) -> None:
    bad = scripting.Fact(code=scripting.program("bad"), verdict="error")
    done = scripting.walk(bad, bad, *good(scripting, "a", "b"), strategy="perfcodegen-paper")
    assert done.labels == ["base", "reflect", "fix", "optimise", "slowest t2"]
    assert done.chain.settings == PAPER


def test_a_strategy_that_never_ends_is_ended(scripting: Any) -> None:
    def again(chain: Chain) -> Any:
        return next_turn(chain, phase="performance", label="again", prompt="Once more.")

    part = Part("endless", "performance", 1, "Asks for ever.", again)
    strategy = Strategy("endless", "Asks for ever.", (BASE, part))
    facts = [
        scripting.Fact(code=scripting.program(i), speed="same", ratio=1.0) for i in range(2 * MOST_CALLS)
    ]
    done = scripting.walk(*facts, strategy=strategy)
    assert len(done.chain.rounds) == MOST_CALLS
    assert done.finish == "50 model calls, the most that a chain may make"
    assert done.chain.rounds[-1].measurement is not None, "the last program was measured all the same"


@pytest.mark.parametrize(
    "strategy", ["tips", "plan-and-refine", "reviewer", "team", "direct-execution-feedback"]
)
@pytest.mark.parametrize(
    ("objective", "wish"), [("memory", "use less memory"), ("both", "run faster and use less")]
)
def test_what_counts_is_told_where_it_is_not_time_alone(
    scripting: Any, strategy: str, objective: Any, wish: str
) -> None:
    facts = good(scripting, *"abcdef")
    usual = scripting.walk(*facts, strategy=strategy, settings=ONCE)
    other = scripting.walk(
        *facts, strategy=strategy, settings=StrategySettings(feedback_rounds=1, objective=objective)
    )
    for index in range(1, len(usual.labels)):
        assert "What counts" not in usual.prompt(index)
        assert f"What counts: the program should {wish}" in other.prompt(index)
