from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perftui.engine.budget import LEAST_USEFUL_SECONDS, USEFUL_SECONDS, Ledger
from perftui.events.plan import TimingBudget


def ledger(run_seconds: float | None, problems: int = 4) -> Ledger:
    return Ledger(TimingBudget(candidate_seconds=3.0, run_seconds=run_seconds), problems)


def test_without_a_bound_on_the_run_each_measurement_has_its_own() -> None:
    book = ledger(None)
    book.spend("a", 1000)
    book.close("a")
    assert book.allowance("a") == 3.0
    assert book.allowance("b") == 3.0


def test_a_problem_has_its_share_and_no_more() -> None:
    book = ledger(8.0)
    book.spend("a", 1.9)
    assert book.allowance("a") == 0.0
    assert book.allowance("b") == 2.0


def test_what_an_ended_problem_left_is_there_for_the_others() -> None:
    book = ledger(8.0)
    book.spend("a", 0.5)
    book.close("a")
    assert book.allowance("b") == 3.0
    book.spend("b", 3.0)
    assert book.allowance("b") == 0.5
    assert book.allowance("c") == 2.5


def test_a_measurement_leaves_enough_for_those_that_may_still_come() -> None:
    book = Ledger(TimingBudget(candidate_seconds=3.0, run_seconds=16.0), problems=4, measurements=5)
    assert book.allowance("a") == 0.8
    book.spend("a", 0.8)
    assert book.allowance("a") == pytest.approx(0.8)
    for _ in range(3):
        book.spend("a", 0.1)
    assert book.allowance("a") == pytest.approx(2.9)


def test_no_measurement_is_given_too_little_to_say_anything_while_there_is_more() -> None:
    book = Ledger(TimingBudget(candidate_seconds=3.0, run_seconds=4.0), problems=4, measurements=12)
    assert book.allowance("a") == USEFUL_SECONDS


def test_a_problem_that_is_solved_anew_has_a_share_of_its_own() -> None:
    book = ledger(8.0)
    book.spend("a", 2.0)
    book.close("a")
    assert book.allowance("a") == 0.0
    book.reopen("a")
    assert book.allowance("a") == 2.0


def test_closing_twice_gives_nothing_more() -> None:
    book = ledger(8.0)
    book.close("a")
    book.close("a")
    book.spend("b", 2.0)
    assert book.allowance("b") == 2.0


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.booleans()), max_size=60))
def test_all_measurements_together_keep_the_budget(steps: list[tuple[str, bool]]) -> None:
    book = ledger(8.0)
    spent = 0.0
    closed: set[str] = set()
    for problem, close in steps:
        if close:
            book.close(problem)
            closed.add(problem)
        elif problem not in closed and (seconds := book.allowance(problem)):
            assert seconds >= LEAST_USEFUL_SECONDS
            book.spend(problem, seconds)
            spent += seconds
    assert spent <= 8.0 + 1e-9
