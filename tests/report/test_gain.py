"""What calls bought, worked by hand."""

from __future__ import annotations

import itertools

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perftui.events.model import ActionTaken
from perftui.events.plan import Prices
from perftui.events.reduce import replay
from perftui.events.state import ProblemState
from perftui.refine.chain import OutcomeKind
from perftui.report.gain import cost, gain, gains_by_calls
from perftui.report.report import build_report
from tests.support.story import Story, ask, measurement, problem, ratio

replace = msgspec.structs.replace

PRICES = Prices(prompt=2.0, completion=10.0)


def told() -> list[ProblemState]:
    """Two problems with a reference, two chains each, and one without."""
    story = Story([problem("P/1"), problem("P/2"), problem("P/3", reference=False)])
    story.begin("P/1")
    story.candidate(measured=measurement(ratio(0.5)))
    story.candidate(round_=1, measured=measurement(ratio(4.0), ratio(8.0)), outcome="beats-reference")
    story.candidate(chain=1, measured=measurement(ratio(2.0)))
    story.begin("P/2")
    story.candidate("wrong-answer", name="P/2", passed=1, outcome="wrong")
    story.begin("P/3")
    story.candidate(name="P/3")
    return list(replay(story.events).problems.values())


def test_the_curve_by_hand() -> None:
    found = gain(told(), PRICES)
    assert found is not None
    # P/1 stands at 1, 2 and 4 after 0, 1 and 2 calls a chain; P/2 has no program, and stays at the reference.
    assert [(point.calls, point.spent) for point in found.curve] == [(0, 0), (1, 3), (2, 4)]
    assert [point.gain for point in found.curve] == pytest.approx([1.0, 2**0.5, 2.0])
    low, high = found.curve[-1].low, found.curve[-1].high
    assert (low, high) == pytest.approx((1.0, 4.0)), "of two problems, draws are of one of them alone"


def test_a_call_and_a_dollar_by_hand() -> None:
    found = gain(told(), PRICES)
    assert found is not None
    assert (found.problems, found.calls, found.prompt_tokens, found.completion_tokens) == (2, 4, 400, 40)
    # log2(4) + log2(1) doublings for four calls, and for 400 * $2 + 40 * $10 a million.
    assert found.doublings_per_call == pytest.approx(0.5)
    assert found.per_call == pytest.approx(2**0.5)
    assert found.dollars == pytest.approx(0.0012)
    assert found.doublings_per_dollar == pytest.approx(2 / 0.0012)
    assert found.per_call ** (found.calls / found.problems) == pytest.approx(found.curve[-1].gain)


def test_what_has_no_price_costs_nobody_knows_what() -> None:
    found = gain(told(), None)
    assert found is not None
    assert (found.dollars, found.doublings_per_dollar) == (None, None)
    assert found.per_call is not None
    free = gain(told(), Prices(prompt=0, completion=0))
    assert free is not None
    assert (free.dollars, free.doublings_per_dollar) == (0.0, None)
    assert cost(10**6, 10**6, PRICES) == pytest.approx(12.0)


def test_nothing_is_bought_where_nothing_is_measured() -> None:
    assert gain([], PRICES) is None
    assert gain(told()[1:], PRICES) is None
    story = Story(timing=False)
    story.begin()
    story.candidate()
    assert build_report(replay(story.events)).gain is None


def test_a_call_under_way_and_a_program_that_was_given_are_none_that_was_answered() -> None:
    story = Story(chains=1)
    story.begin()
    story.candidate(measured=measurement(ratio(2.0)))
    story.at(ActionTaken(ask=ask("optimise", "performance")), "P/1", 0, 1)
    found = gain(replay(story.events).problems.values(), None)
    assert found is not None
    assert (found.calls, [point.spent for point in found.curve]) == (1, [0, 1, 1])

    evaluated = Story(chains=1, purpose="evaluate")
    evaluated.begin()
    evaluated.candidate(measured=measurement(ratio(2.0)))
    (problem_,) = replay(evaluated.events).problems.values()
    (chain,) = problem_.chains
    given_ = replace(chain.rounds[0], ask=ask("given", "given"))
    assert gain([replace(problem_, chains=(replace(chain, rounds=(given_,)),))], None) is None


def test_the_cost_of_a_run_counts_all_its_calls() -> None:
    story = Story([problem("P/3", reference=False)])
    plan = msgspec.structs.replace(story.events[0].plan, prices=PRICES)  # type: ignore[union-attr]
    story.events[0] = msgspec.structs.replace(story.events[0], plan=plan)
    story.begin("P/3")
    story.candidate(name="P/3")
    report = build_report(replay(story.events))
    assert report.dollars == pytest.approx((100 * 2.0 + 10 * 10.0) / 1e6)


@settings(deadline=None)
@given(st.lists(st.floats(min_value=0.1, max_value=50), min_size=1, max_size=5))
def test_gain_never_falls_where_the_best_is_kept(ratios: list[float]) -> None:
    story = Story(chains=1)
    story.begin()
    best = 0.0
    for place, one in enumerate(ratios):
        kept: OutcomeKind = "kept" if one > best else "slower"
        story.candidate(round_=place, measured=measurement(ratio(one)), outcome=kept if place else "seed")
        best = max(best, one)
    gains = gains_by_calls(replay(story.events).problems["P/1"])
    assert gains[0] == 1.0
    assert all(later >= earlier for earlier, later in itertools.pairwise(gains))
    assert gains[-1] == max(1.0, best)
