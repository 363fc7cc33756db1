"""The tests of a round: filtered, ordered, in full, and where what came is not what was expected."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from perftui.events.reduce import replay
from perftui.judging.model import TestResult, Verdict
from perftui.problems.model import Comparison, TestCase
from perftui.refine.chain import Round
from perftui.tui.feed import Picture
from perftui.tui.glyphs import Glyphs
from perftui.tui.panes.results import result_lines
from perftui.tui.panes.round_view import RoundView
from perftui.tui.panes.tested import ORDERS, STATES, Choice, Order, chosen, judged_tests, selected_of
from perftui.tui.screens.problem import ProblemScreen
from perftui.values import Value, encode
from tests.tui.conftest import Drive
from tests.tui.fakes import NOW, full_run, make_problem
from tests.tui.test_tui_mouse import click

PASSED = TestResult(name="t1", passed=True, verdict="correct", cpu_ns=900)
WRONG = TestResult(
    name="t2", passed=False, verdict="wrong-answer", reason="differs", got="[1, 2, 4]", cpu_ns=50
)
LATE = TestResult(name="t3", passed=False, verdict="timeout", reason="over 2 s", cpu_ns=50)


def _view(results: Sequence[TestResult], cases: Sequence[TestCase]) -> RoundView:
    state = replay(full_run())
    problem = state.problems["HumanEval/0"]
    round_: Round = problem.chains[0].rounds[0]
    verdict = Verdict(kind="wrong-answer", reason="t2: differs", results=results, tests_total=len(cases))
    source = msgspec.structs.replace(make_problem("HumanEval/0"), tests=tuple(cases))
    changed = msgspec.structs.replace(round_, verdict=verdict)
    return RoundView(Picture(state, NOW, Glyphs()), problem, problem.chains[0], changed, source)


def _case(name: str, input_: Value, expected: Value) -> TestCase:
    return TestCase(name=name, input=encode(input_), expected=encode(expected))


CASES = [
    _case("t1", ([5],), 5),
    _case("t2", ([7],), [1, 2, 3]),
    _case("t3", ([9],), 9),
    _case("t4", ([1],), 1),
]
VIEW = _view([PASSED, WRONG, LATE], CASES)


def _names(words: str = "", order: Order = "as they are") -> list[str]:
    return [test.name for test in chosen(judged_tests(VIEW), Choice(words=words, order=order))]


def _text(view: RoundView, choice: Choice) -> str:
    return "\n".join(line.content.plain for line in result_lines(view, choice))


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("failed", ["t2", "t3"]),
        ("passed", ["t1"]),
        ("slow", ["t1", "t3"]),
        ("failed slow", ["t3"]),
        ("unrun", ["t4"]),
        ("TIMEOUT", ["t3"]),
        ("[7", ["t2"]),
        ("nothing-like-it", []),
    ],
)
def test_a_filter_is_of_states_and_texts_that_all_must_fit(words: str, names: list[str]) -> None:
    assert _names(words) == names


def test_orders() -> None:
    assert _names() == ["t1", "t2", "t3", "t4"]
    assert _names(order="failed first") == ["t2", "t3", "t4", "t1"]
    assert _names(order="slowest first") == ["t1", "t2", "t3", "t4"]


@given(st.sampled_from(["", *STATES]), st.sampled_from(ORDERS), st.integers(-1, 9))
def test_whatever_is_chosen_is_of_the_tests_and_one_of_them_is_selected(
    words: str, order: Order, selected: int
) -> None:
    tests = judged_tests(VIEW)
    choice = Choice(words, order, selected)
    kept = chosen(tests, choice)
    assert len(kept) == len({test.name for test in kept} & {test.name for test in tests})
    assert kept == [] or selected_of(kept, choice) < len(kept)


def test_where_the_values_first_differ_is_told_and_marked() -> None:
    shown = _text(VIEW, Choice())
    assert "differs  first at character 8: expected 3], got 4]" in shown
    lines = result_lines(VIEW, Choice())
    got = next(line.content for line in lines if "got      [1, 2, 4]" in line.content.plain)
    marked = [span for span in got.spans if "reverse" in str(span.style)]
    assert [got.plain[span.start : span.end] for span in marked] == ["4"]


def test_printed_output_differs_at_a_line() -> None:
    printed = Comparison(kind="text")
    case = TestCase(name="t2", input="1", expected="one\ntwo\nthree", comparison=printed)
    result = msgspec.structs.replace(WRONG, got="one\ntwo")
    assert "first at line 2, character 4: expected three, got the end" in _text(
        _view([result], [case]), Choice()
    )


def test_the_selected_test_is_shown_in_full_and_others_tell_what_was_cut() -> None:
    long = ["x" * 10] * 2_000
    view = _view([PASSED, WRONG], [_case("t1", (long,), 1), _case("t2", (long,), 2)])
    shown = _text(view, Choice(selected=0, order="as they are"))
    first, second = shown.split(" t2  ", 1)
    assert first.count("x") > 20_000
    assert 100 < second.count("x") < 1_000
    assert "more" in second


def test_hostile_output_is_marked_as_what_it_is() -> None:
    result = msgspec.structs.replace(WRONG, got="[1, \x1b[2J[red]")
    assert "\\x1b[2J[red]" in _text(_view([result], CASES), Choice())
    assert "\x1b" not in _text(_view([result], CASES), Choice())


async def test_keys_filter_order_and_walk_through_the_tests(drive: Drive) -> None:
    async with drive() as it:
        await it.press("j", "enter", "left", "4")
        screen = it.app.screen
        assert isinstance(screen, ProblemScreen)
        assert "7 tests, failed first   / filter  o order" in screen.text.text
        await it.press("o")
        assert "7 tests, as they are" in screen.text.text
        await it.press("J")
        assert screen.choice.selected == 1
        await it.press("K")
        assert screen.choice.selected == 0
        await it.press("slash", *"failed", "enter")
        assert "1 of 7 tests with failed" in screen.text.text
        assert "t1  " not in screen.text.text
        await it.press("slash", *["backspace"] * 6, "enter")
        await click(it, "#text", "t2")
        assert screen.choice.selected == 1


async def test_the_keys_of_the_tests_are_of_their_pane_alone(drive: Drive) -> None:
    async with drive() as it:
        await it.press("enter", "o")
        screen = it.app.screen
        assert isinstance(screen, ProblemScreen)
        assert screen.choice == Choice()
