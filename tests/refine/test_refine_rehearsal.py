"""What would be sent: a strategy walked through over made-up facts."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from perftui.problems.model import Comparison, Unanswered
from perftui.refine.catalogue import BUILT_IN, find_strategy
from perftui.refine.chain import StrategySettings
from perftui.refine.rehearsal import MARK, STUMBLING, USUAL, rehearse
from perftui.values import encode

NAMES = [name for name in BUILT_IN.names if name != "given"]


def labels(asks: list[Any]) -> list[str]:
    return [ask.label.split(" ")[0] for ask in asks]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", ["function_problem", "stdin_problem"])
def test_every_strategy_can_be_walked_through(scripting: Any, name: str, kind: str) -> None:
    strategy, problem = find_strategy(name), getattr(scripting, kind)()
    asks = rehearse(strategy, problem, strategy.settings, USUAL)
    assert len(asks) >= strategy.calls, "each part's prompts are seen"
    assert asks == rehearse(strategy, problem, strategy.settings, USUAL)
    for ask in asks[1:]:
        assert ask.conversation != "coder" or MARK in ask.messages[1].content


def test_the_usual_course_repairs_the_base_and_gains(scripting: Any) -> None:
    strategy = find_strategy("reflection+direct-execution-feedback")
    settings = StrategySettings(feedback_rounds=1)
    asks = rehearse(strategy, scripting.function_problem(), settings, USUAL)
    assert labels(asks) == ["base", "reflect", "fix", "optimise", "refine"]
    assert f"{MARK}: what the program gave" in asks[1].messages[-1].content
    assert "1.50x [1.40, 1.60]" in asks[-1].messages[-1].content


def test_the_stumbling_course_repairs_an_optimisation(scripting: Any) -> None:
    problem = scripting.function_problem()
    asks = rehearse(find_strategy("tips"), problem, StrategySettings(), STUMBLING)
    assert labels(asks) == ["base", "optimise", "repair"]
    published = find_strategy("perfcodegen-paper")
    assert labels(rehearse(published, problem, published.settings, STUMBLING)) == ["base", "optimise"]


def test_a_base_that_nothing_repairs_is_not_wrong(scripting: Any) -> None:
    strategy = find_strategy("base-only")
    assert labels(rehearse(strategy, scripting.function_problem(), StrategySettings(), USUAL)) == ["base"]


def test_inputs_that_a_reference_has_yet_to_answer_are_shown(scripting: Any) -> None:
    asked = Unanswered(input=encode(([1, 2, 3], 4)), comparison=Comparison())
    problem = msgspec.structs.replace(scripting.function_problem(), tests=(), checks=(), unanswered=(asked,))
    asks = rehearse(find_strategy("perfcodegen"), problem, StrategySettings(), USUAL)
    prompt = asks[1].messages[-1].content
    assert "total([1, 2, 3], 4)" in prompt
    assert f"{MARK}: what the reference gives" in prompt


def test_a_problem_without_tests(scripting: Any) -> None:
    problem = msgspec.structs.replace(scripting.function_problem(), tests=(), checks=())
    assert labels(rehearse(find_strategy("tips"), problem, StrategySettings(), USUAL))[:2] == [
        "base",
        "reflect",
    ]
