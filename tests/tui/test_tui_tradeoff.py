from __future__ import annotations

import msgspec
import pytest

from perftui.events.reduce import replay
from perftui.tui.feed import Picture
from perftui.tui.glyphs import Glyphs
from perftui.tui.panes.round_view import RoundView
from perftui.tui.panes.tradeoff import tradeoff_lines
from tests.tui.fakes import NOW, full_run


def _view(peaks: dict[int, int], count: int = 3) -> RoundView:
    """The first problem, whose first chain's programs take so much memory by round."""
    state = replay(full_run())
    problem = state.problems["HumanEval/0"]
    chain = problem.chains[0]
    rounds = [
        msgspec.structs.replace(
            one, verdict=msgspec.structs.replace(one.verdict, peak_bytes=peaks.get(one.index, 0) << 20)
        )
        for one in chain.rounds
        if one.verdict is not None
    ]
    rounds = rounds[:count]
    chain = msgspec.structs.replace(chain, rounds=tuple(rounds))
    problem = msgspec.structs.replace(problem, chains=(chain,))
    return RoundView(Picture(state, NOW, Glyphs()), problem, chain, rounds[-1])


@pytest.mark.parametrize("width", [34, 76, 140])
def test_the_faster_is_higher_and_what_takes_more_memory_further_to_the_right(width: int) -> None:
    lines = [line.content.plain for line in tradeoff_lines(_view({0: 10, 1: 20, 2: 30}), width)]
    plot = lines[2:9]
    found = ((letter, row, line.find(letter, 8)) for row, line in enumerate(plot) for letter in "abc")
    at = {letter: (row, column) for letter, row, column in found if column >= 0}
    assert at["a"][0] < at["b"][0] < at["c"][0]
    assert at["a"][1] > at["b"][1] > at["c"][1]
    assert max(map(len, plot)) <= width
    assert any(line.startswith(">a chain 1 round 3") and line.endswith("front") for line in lines)


def test_a_program_that_another_one_beats_is_not_of_the_front() -> None:
    lines = [line.content.plain for line in tradeoff_lines(_view({0: 40, 1: 40, 2: 10}), 80)]
    told = {line[1]: line.endswith("front") for line in lines if " chain 1 " in line}
    assert told["a"]
    assert not all(told.values())


def test_of_one_point_nothing_is_drawn() -> None:
    assert tradeoff_lines(_view({0: 10, 1: 20, 2: 30}, count=1), 80) == []
