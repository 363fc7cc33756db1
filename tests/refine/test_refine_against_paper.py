"""The default strategy held against the paper's own, on a model whose replies depend on what it is shown."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perftui.refine.catalogue import find_strategy
from tests.refine.scripted_model import NOISE, Character, Idea, course

OURS, PAPERS = find_strategy("perfcodegen"), find_strategy("perfcodegen-paper")

PAPERS_CALLS = 5
"""What the paper's strategy asks at most: base, reflect, fix, optimise, slowest."""

IDEAS: dict[str, tuple[Idea, ...]] = {
    "steady gains": tuple(Idea(f"step {n}", 1.5) for n in range(6)),
    "one gain and no more": (Idea("once", 3.0),),
    "no idea": (),
    "the first idea breaks the program": (Idea("bold", 8.0, breaks=True), Idea("safe", 1.3)),
    "the second idea breaks the program": (Idea("safe", 4.0), Idea("bold", 2.0, breaks=True)),
    "the second idea is slower": (Idea("good", 4.0), Idea("bad", 0.5)),
    "only a slower idea": (Idea("bad", 0.5),),
    "two slower ideas": (Idea("bad", 0.5), Idea("worse", 0.3)),
    "an idea that the slowest test gives": (Idea("small", 1.2), Idea("case", 6.0, needs="slowest test")),
    "an idea that the hot line gives": (Idea("small", 1.2), Idea("loop", 10.0, needs="hot lines")),
    "a good idea after a useless one": (Idea("first", 1.5), Idea("last", 1.4), Idea("none", 1.0)),
    "all ideas break the program": tuple(Idea(f"bold {n}", 2.0, breaks=True) for n in range(3)),
    "a gain within the noise": (Idea("tiny", 1.01), Idea("tinier", 1.005)),
}
CHARACTERS = [
    pytest.param(Character(ideas, base_wrong), id=f"{name}{', base wrong' if base_wrong else ''}")
    for (name, ideas), base_wrong in itertools.product(IDEAS.items(), (False, True))
]


@pytest.mark.parametrize("character", CHARACTERS)
def test_with_as_many_calls_it_ends_at_least_as_fast_as_the_papers(
    scripting: Any, character: Character
) -> None:
    problem = scripting.function_problem()
    ours = course(OURS, character, problem, calls=PAPERS_CALLS)
    papers = course(PAPERS, character, problem, calls=PAPERS_CALLS)
    assert ours.calls <= PAPERS_CALLS
    assert papers.calls <= PAPERS_CALLS
    assert ours.cost <= papers.cost * NOISE
    assert ours.cost <= ours.seed_cost


def test_it_ends_faster_on_most(scripting: Any) -> None:
    problem = scripting.function_problem()
    wins = [
        course(OURS, c, problem, calls=PAPERS_CALLS).cost * NOISE
        < course(PAPERS, c, problem, calls=PAPERS_CALLS).cost
        for (c,) in (param.values for param in CHARACTERS)
        if isinstance(c, Character)
    ]
    assert len(wins) == len(CHARACTERS)
    assert sum(wins) > len(wins) / 2


def test_the_papers_own_ends_slower_than_its_seed_where_the_last_program_is(scripting: Any) -> None:
    slower = Character(IDEAS["only a slower idea"])
    problem = scripting.function_problem()
    assert course(PAPERS, slower, problem).cost > course(PAPERS, slower, problem).seed_cost
    assert course(OURS, slower, problem).cost == course(OURS, slower, problem).seed_cost


ideas = st.builds(
    Idea,
    name=st.uuids().map(str),
    factor=st.sampled_from([0.3, 0.8, 1.0, 1.02, 1.2, 2.0, 9.0]),
    breaks=st.booleans(),
    needs=st.sampled_from(["", "slowest test", "hot lines"]),
)
characters = st.builds(Character, st.lists(ideas, max_size=6).map(tuple), st.booleans())


@given(character=characters, calls=st.none() | st.integers(1, 12))
@settings(max_examples=150, deadline=None)
def test_whatever_the_model_thinks_of_it_never_ends_slower_than_its_seed(
    scripting: Any, character: Character, calls: int | None
) -> None:
    found = course(OURS, character, scripting.function_problem(), calls=calls)
    if found.chain.seed is not None:
        assert found.cost <= found.seed_cost
    assert calls is None or found.calls <= calls


@given(character=characters, calls=st.integers(3, 9))
@settings(max_examples=100, deadline=None)
def test_more_calls_never_end_in_a_slower_program(scripting: Any, character: Character, calls: int) -> None:
    problem = scripting.function_problem()
    fewer, more = (course(OURS, character, problem, calls=calls + extra) for extra in (0, 1))
    if fewer.chain.seed is not None:
        assert more.cost <= fewer.cost
