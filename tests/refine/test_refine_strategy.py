"""Each branch of the strategies, by scripted chains."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from perftui.llm.model import Reply
from perftui.refine.actions import Ask, Finish, Measure
from perftui.refine.candidate import candidate_hash
from perftui.refine.catalogue import find_strategy
from perftui.refine.chain import Chain, Round, StrategySettings


def test_correct_at_once_then_two_gains(scripting: Any) -> None:
    fact, program = scripting.Fact, scripting.program
    done = scripting.walk(*(fact(code=program(i)) for i in range(3)))
    assert done.labels == ["base", "optimise", "slowest t2"]
    assert done.kinds == ["seed", "kept", "kept"]
    assert "round 3 (slowest t2)" in done.finish
    measures = [action for action in done.actions if isinstance(action, Measure)]
    hashes = [candidate_hash(program(i)) for i in range(3)]
    assert measures == [
        Measure(candidate=hashes[0], best=None, seed=hashes[0]),
        Measure(candidate=hashes[1], best=hashes[0], seed=hashes[0]),
        Measure(candidate=hashes[2], best=hashes[1], seed=hashes[0]),
    ]


def test_wrong_is_reflected_upon_and_repaired(scripting: Any) -> None:
    fact, program = scripting.Fact, scripting.program
    done = scripting.walk(
        fact(code=program("bad"), verdict="wrong-answer"),
        fact(code=None),
        fact(code=program("good")),
        fact(code=program("fast")),
        fact(code=program("slow"), speed="slower", ratio=0.5),
    )
    assert done.labels == ["base", "reflect", "fix", "optimise", "slowest t2"]
    assert done.kinds == ["wrong", "text", "seed", "kept", "slower"]
    assert "41" in done.prompt(1)
    assert "(within 0.5)" in done.prompt(1)
    assert "Expected" not in done.prompt(2), "what failed was shown before the reflection"
    wrong = candidate_hash(program("bad"))
    assert done.chain.rounds[1].ask.parent == done.chain.rounds[2].ask.parent == wrong


def test_never_repaired_never_enters_performance(scripting: Any) -> None:
    bad = scripting.Fact(code=scripting.program("bad"), verdict="error")
    done = scripting.walk(bad, bad, bad, bad)
    assert done.labels == ["base", "reflect", "fix"]
    assert done.finish.startswith("no correct program: fix: t2: error")


def test_each_correctness_round_shows_the_latest_failure(scripting: Any) -> None:
    bad = [
        scripting.Fact(code=scripting.program(kind), verdict=kind) for kind in ("timeout", "memory", "error")
    ]
    done = scripting.walk(
        bad[0], bad[0], bad[1], bad[1], bad[2], settings=StrategySettings(correctness_rounds=2)
    )
    assert done.labels == ["base", "reflect", "fix", "reflect", "fix"]
    assert "timeout on t2" in done.prompt(1)
    assert "memory on t2" in done.prompt(3)
    assert done.chain.rounds[3].ask.parent == candidate_hash(scripting.program("memory"))


def test_no_correctness_rounds_means_no_repair(scripting: Any) -> None:
    bad = scripting.Fact(verdict="error")
    assert scripting.walk(bad, settings=StrategySettings(correctness_rounds=0)).labels == ["base"]


def test_a_reply_without_code_is_said_so(scripting: Any) -> None:
    done = scripting.walk(scripting.Fact(code=None), scripting.Fact(code=None), scripting.Fact(code=None))
    assert done.labels == ["base", "reflect", "fix"]
    assert done.kinds == ["no-program", "text", "no-program"]
    assert "No program could be read from your reply: the reply has no code." in done.prompt(1)
    assert done.finish == "no correct program: fix: the reply has no code"


def test_a_wrong_optimisation_is_repaired_with_its_failing_test(scripting: Any) -> None:
    fact, program = scripting.Fact, scripting.program
    done = scripting.walk(
        fact(code=program("seed")),
        fact(code=program("broken"), verdict="wrong-answer"),
        fact(code=program("mended")),
        fact(code=program("last"), speed="same", ratio=1.0),
    )
    assert done.labels == ["base", "optimise", "repair", "slowest t2"]
    assert done.kinds == ["seed", "wrong", "kept", "same"]
    assert done.chain.rounds[2].ask.parent == candidate_hash(program("broken"))
    assert "fails test t2" in done.prompt(2)
    assert program("seed") in done.prompt(2), "the best correct program is named"
    assert "repair: kept" in done.prompt(3)


def test_repairs_are_bounded_and_the_chain_goes_on_from_the_best(scripting: Any) -> None:
    fact, program = scripting.Fact, scripting.program
    bad = [fact(code=program(f"bad {i}"), verdict="error") for i in range(6)]
    done = scripting.walk(
        fact(code=program("seed")), *bad, settings=StrategySettings(repair_rounds=2, feedback_rounds=1)
    )
    assert done.labels == ["base", "optimise", "repair", "repair", "slowest t2", "repair", "repair"]
    assert program("seed") in done.prompt(4)
    assert "Work from this one" in done.prompt(4)
    assert done.chain.rounds[4].ask.parent == candidate_hash(program("seed"))
    assert done.finish == "no faster program in 6 attempts"


def test_a_slower_optimisation_is_refused_and_the_next_prompt_builds_on_the_best(scripting: Any) -> None:
    fact, program = scripting.Fact, scripting.program
    done = scripting.walk(
        fact(code=program("seed")),
        fact(code=program("slow"), speed="slower", ratio=0.5),
        fact(code=program("fast")),
    )
    assert done.kinds == ["seed", "slower", "kept"]
    prompt = done.prompt(2)
    assert program("seed") in prompt
    assert program("slow") not in prompt
    assert "optimise: correct, slower (slower, not kept: 0.50x [0.47, 0.53] vs the best so far" in prompt
    assert "t2 takes longest: 99 us of 100 us in all, 99 %" in prompt


def test_the_best_is_not_repeated_where_the_conversation_ends_with_it(scripting: Any) -> None:
    done = scripting.walk(*(scripting.Fact(code=scripting.program(i)) for i in range(3)))
    assert "Work from this one" not in done.prompt(1)
    assert "Work from this one" not in done.prompt(2)
    assert "1.50x [1.42, 1.58] vs your first correct program: faster" in done.prompt(2)


def test_feedback_rounds_are_settings(scripting: Any) -> None:
    facts = [scripting.Fact(code=scripting.program(i)) for i in range(6)]
    done = scripting.walk(*facts, settings=StrategySettings(feedback_rounds=3))
    assert done.labels == ["base", "optimise", "slowest t2", "slowest t2", "slowest t2"]
    assert scripting.walk(*facts, settings=StrategySettings(feedback_rounds=0)).labels == ["base", "optimise"]


def test_the_recording_runs_out(scripting: Any) -> None:
    done = scripting.walk(scripting.Fact())
    assert done.labels == ["base", "optimise"]
    assert done.kinds == ["seed", "no-reply"]
    assert done.finish == "the recording has no reply for turn 1"


def test_a_model_that_fails_ends_the_chain(scripting: Any) -> None:
    done = scripting.walk(scripting.Fact(end="model-failed"))
    assert done.kinds == ["infrastructure"]
    assert done.finish.startswith("the model failed")


def test_infrastructure_is_never_built_upon(scripting: Any) -> None:
    done = scripting.walk(scripting.Fact(), scripting.Fact(code="x = 1\n", verdict="infrastructure"))
    assert done.labels == ["base", "optimise"]
    assert done.finish == "infrastructure failed: t2: infrastructure"


def test_a_flagged_base_ends_the_chain(scripting: Any) -> None:
    done = scripting.walk(scripting.Fact(verdict="suspected-cheating"), scripting.Fact())
    assert done.labels == ["base"]
    assert done.kinds == ["flagged"]


def test_a_flagged_optimisation_is_left_out_of_the_conversation(scripting: Any) -> None:
    fact, program = scripting.Fact, scripting.program
    done = scripting.walk(
        fact(code=program("seed")),
        fact(code=program("forged"), verdict="suspected-cheating"),
        fact(code=program("fast")),
    )
    assert done.labels == ["base", "optimise", "slowest t2"]
    said = [message.content for message in done.chain.rounds[2].ask.messages]
    assert not any("forged" in text for text in said)
    assert len(said) == 3


def test_the_conversation_grows(scripting: Any) -> None:
    fact, program = scripting.Fact, scripting.program
    done = scripting.walk(fact(verdict="error"), fact(code=None), *(fact(code=program(i)) for i in range(3)))
    for earlier, later in zip(done.chain.rounds, done.chain.rounds[1:], strict=False):
        before, after = earlier.ask.messages, later.ask.messages
        assert after[: len(before)] == before
        assert after[len(before)].role == "assistant"
        assert after[len(before)].content == earlier.reply.text.strip()
        assert [message.role for message in after] == ["user", "assistant"] * (len(after) // 2) + ["user"]


def test_temperatures_templates_and_what_is_expected(scripting: Any) -> None:
    settings = StrategySettings(base_temperature=0.9, refine_temperature=0.1)
    bad = scripting.Fact(verdict="error")
    asks = [r.ask for r in scripting.walk(bad, bad, scripting.Fact(), settings=settings).chain.rounds]
    assert [ask.temperature for ask in asks] == [0.9, 0.1, 0.1, 0.1]
    assert [ask.expects for ask in asks] == ["program", "text", "program", "program"]
    assert [ask.template.split("@")[0] for ask in asks] == ["base_function", "reflect", "fix", "optimise"]


def test_skipped_base_leaves_nothing_to_work_on(scripting: Any) -> None:
    done = scripting.walk(scripting.Fact(end="skipped"))
    assert done.kinds == ["skipped"]
    assert done.finish == "no correct program: base: skipped by hand"


def test_skipped_reflection_goes_on_to_a_fix_that_shows_the_test(scripting: Any) -> None:
    fact = scripting.Fact
    done = scripting.walk(fact(verdict="error"), fact(end="skipped"), fact(code=scripting.program("ok")))
    assert done.labels[:3] == ["base", "reflect", "fix"]
    assert "error on t2" in done.prompt(2)
    assert len(done.chain.rounds[2].ask.messages) == 3


def test_skipped_fix_is_spent(scripting: Any) -> None:
    fact = scripting.Fact
    done = scripting.walk(fact(verdict="error"), fact(code=None), fact(end="skipped"))
    assert done.labels == ["base", "reflect", "fix"]


def test_skipped_optimisation_goes_on_to_the_slowest_test(scripting: Any) -> None:
    fact = scripting.Fact
    done = scripting.walk(fact(), fact(end="skipped"), fact(code=scripting.program("fast")))
    assert done.labels == ["base", "optimise", "slowest t2"]
    assert len(done.chain.rounds[2].ask.messages) == 3
    assert done.kinds == ["seed", "skipped", "kept"]


def test_skipped_repair_is_not_asked_again(scripting: Any) -> None:
    fact = scripting.Fact
    done = scripting.walk(
        fact(),
        fact(code="x", verdict="error"),
        fact(end="skipped"),
        fact(code=scripting.program("fast")),
        settings=StrategySettings(repair_rounds=3, feedback_rounds=1),
    )
    assert done.labels == ["base", "optimise", "repair", "slowest t2"]


def test_the_same_program_is_not_measured_again(scripting: Any) -> None:
    done = scripting.walk(scripting.Fact(), scripting.Fact(), scripting.Fact())
    assert done.kinds == ["seed", "same", "same"]
    assert sum(isinstance(action, Measure) for action in done.actions) == 1
    assert done.chain.rounds[1].outcome.reason == "the same program as round 1 (base)"


def test_without_timing_nothing_is_measured_and_nothing_kept(scripting: Any) -> None:
    facts = [scripting.Fact(code=scripting.program(i)) for i in range(3)]
    done = scripting.walk(*facts, settings=StrategySettings(timing=False))
    assert done.kinds == ["seed", "unmeasured", "unmeasured"]
    assert not any(isinstance(action, Measure) for action in done.actions)
    assert done.labels[2] == "slowest t2", "the times that judging saw name it"


def test_base_only_and_given(scripting: Any) -> None:
    assert scripting.walk(scripting.Fact(), strategy="base-only").finish == "correct"
    given = scripting.walk(scripting.Fact(), strategy="given")
    ask = given.chain.rounds[0].ask
    assert (ask.phase, ask.label, ask.expects, ask.messages) == ("given", "given", "source", ())
    assert [type(action) for action in given.actions] == [Ask, Measure, Finish]
    wrong = scripting.walk(scripting.Fact(verdict="error"), strategy="given")
    assert [type(action) for action in wrong.actions] == [Ask, Finish]
    untimed = scripting.walk(scripting.Fact(), strategy="given", settings=StrategySettings(timing=False))
    assert [type(action) for action in untimed.actions] == [Ask, Finish]


def test_a_chain_that_began_with_a_given_program_can_be_optimised(scripting: Any) -> None:
    given = scripting.walk(scripting.Fact(code=scripting.program("own")), strategy="given").chain
    given = msgspec.structs.replace(given, settings=StrategySettings(profile=False))
    action = find_strategy("perfcodegen").next_action(given)
    assert isinstance(action, Ask)
    assert action.label == "optimise"
    assert [message.role for message in action.messages] == ["user", "assistant", "user"]
    assert "# own" in action.messages[1].content


def test_a_round_that_is_not_finished_is_the_engines_business(scripting: Any) -> None:
    ask = Ask(phase="base", label="base")
    chain = Chain(problem=scripting.function_problem(), index=0, rounds=(Round(index=0, ask=ask),))
    with pytest.raises(ValueError, match="round 0 is still running"):
        find_strategy("perfcodegen").next_action(chain)
    heard = Round(index=0, ask=ask, end="replied", reply=Reply(text="x = 1", model="m"))
    with pytest.raises(ValueError, match="still running"):
        find_strategy("perfcodegen").next_action(
            Chain(problem=scripting.function_problem(), index=0, rounds=(heard,))
        )
