"""Strategies by name: presets, parts, and what flags put together from them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from perftui.errors import BadInputError
from perftui.refine.catalogue import (
    BUILT_IN,
    DEFAULT_STRATEGY,
    Catalogue,
    find_strategy,
    in_use,
    strategies_named,
    using,
)
from perftui.refine.strategy import PAPER

TABLE = {
    "testcase-feedback": ("correctness", 1),
    "reflection": ("correctness", 2),
    "perf-prompt": ("performance", 1),
    "in-context": ("performance", 1),
    "tips": ("performance", 1),
    "plan-and-refine": ("performance", 2),
    "analyse-and-refine": ("performance", 2),
    "reviewer": ("performance", 3),
    "team": ("performance", 5),
    "direct-execution-feedback": ("performance", 2),
    "testcase-execution-feedback": ("performance", 2),
}
"""The paper's table, with what each costs in calls."""


def names(*texts: str, correctness: str | None = None, performance: str | None = None) -> list[str]:
    return [strategy.name for strategy in strategies_named(texts, correctness, performance)]


def test_every_row_of_the_papers_table_is_a_part() -> None:
    known = {part.name: (part.phase, part.calls) for part in BUILT_IN.parts}
    assert TABLE.items() <= known.items()
    assert set(known) - set(TABLE) == {"testcase-execution-feedback-published"}


def test_presets_come_first_and_each_is_found_by_its_name() -> None:
    assert BUILT_IN.names[0] == DEFAULT_STRATEGY == "perfcodegen"
    for name in BUILT_IN.names:
        assert find_strategy(name).description
    assert (find_strategy("perfcodegen").calls, find_strategy("perfcodegen").phase) == (
        5,
        "base + correctness + performance",
    )


def test_a_name_may_be_of_two_parts_or_of_one() -> None:
    both = find_strategy("testcase-feedback+team")
    assert [part.name for part in both.parts] == ["base", "testcase-feedback", "team"]
    assert both.calls == 7
    assert find_strategy("team").name == "reflection+team"
    assert [part.name for part in find_strategy("reflection").parts] == ["base", "reflection"]


@pytest.mark.parametrize("name", [*BUILT_IN.names, "testcase-feedback+tips"])
def test_what_a_strategy_is_called_finds_it_again(name: str) -> None:
    found = find_strategy(name)
    assert find_strategy(found.name) == found


def test_the_paper_is_run_as_published() -> None:
    assert find_strategy("perfcodegen-paper").settings == PAPER
    assert (PAPER.choice, PAPER.repair_rounds, PAPER.feedback_rounds, PAPER.plateau) == ("last", 0, 1, 0)
    assert find_strategy("perfcodegen").settings.choice == "best"


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("nonsense", "unknown strategy 'nonsense': choose one of perfcodegen, "),
        ("perfcodegn", "near it are perfcodegen, perfcodegen-paper"),
        ("reflection+teem", "unknown performance part 'teem': near it are team"),
        ("team+reflection", "unknown correctness part 'team': choose one of reflection, testcase-feedback"),
        ("reflection+", "unknown performance part '': choose one of"),
        ("re\x1b[31mflection", r"unknown strategy 're\\x1b[31mflection'"),
    ],
)
def test_an_unknown_name_is_one_line_with_what_is_near(name: str, line: str) -> None:
    with pytest.raises(BadInputError) as caught:
        find_strategy(name)
    assert line in str(caught.value)
    assert str(caught.value).isprintable()


def test_no_name_is_the_default() -> None:
    assert names() == ["perfcodegen"]


def test_several_names_with_commas_or_apart_each_once() -> None:
    assert names("tips, team", "perfcodegen", "tips") == ["reflection+tips", "reflection+team", "perfcodegen"]


def test_parts_take_the_place_of_those_of_a_strategy() -> None:
    assert names(correctness="testcase-feedback") == ["testcase-feedback+testcase-execution-feedback"]
    assert names(performance="tips") == ["reflection+tips"]
    assert names("base-only", performance="tips") == ["reflection+tips"]
    assert names("base-only", correctness="reflection") == ["reflection"]
    assert names(correctness="reflection,testcase-feedback", performance="tips,team") == [
        "reflection+tips",
        "reflection+team",
        "testcase-feedback+tips",
        "testcase-feedback+team",
    ]


def test_all_is_every_row_of_the_performance_phase() -> None:
    rows = [name for name, (phase, _) in TABLE.items() if phase == "performance"]
    assert names(performance="all") == [f"reflection+{row}" for row in rows]


def test_parts_in_the_place_of_the_papers_are_run_as_the_paper_is() -> None:
    assert all(s.settings == PAPER for s in strategies_named("perfcodegen-paper", None, "all"))


def test_parts_that_are_unknown_or_cannot_be_replaced_are_refused() -> None:
    with pytest.raises(BadInputError, match="unknown performance part 'reflection'"):
        names(performance="reflection")
    with pytest.raises(BadInputError, match="'given' has no parts"):
        names("given", performance="tips")


def test_what_names_stand_for_is_set_around_what_uses_them() -> None:
    mine = replace(BUILT_IN.parts[0], name="mine")
    with using(Catalogue(parts=(*BUILT_IN.parts, mine), sources={"mine": "here.py"})):
        assert find_strategy("mine").parts[-1] is mine
    assert in_use() is BUILT_IN
    with pytest.raises(BadInputError):
        find_strategy("mine")
