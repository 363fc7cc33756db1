"""The metrics, worked by hand, and the laws that hold for them."""

from __future__ import annotations

import itertools
import math
import random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perftui.events.model import ActionTaken, ChainEnded, ReferenceJudged, ReplyMissing
from perftui.events.reduce import replay
from perftui.refine.chain import OutcomeKind
from perftui.report.at_k import (
    best_at,
    best_at_k,
    best_or_reference_at,
    correct_at,
    opt_at,
    pass_at,
    speedup_at,
    steps,
)
from perftui.report.facts import ChainFacts, ProblemFacts, facts
from perftui.report.metrics import metrics
from perftui.report.statistics import geometric_mean
from perftui.sandbox.protocol import Limits
from perftui.timing.model import Ratio
from tests.support.story import Story, ask, measurement, problem, ratio, verdict, with_memory

WRONG = ChainFacts()
UNTRIED = ChainFacts(tried=False)
UNMEASURED = ChainFacts(correct=True)


def fast(speedup: float) -> ChainFacts:
    return ChainFacts(correct=True, speedup=speedup)


def of(*chains: ChainFacts, reference: bool = True) -> ProblemFacts:
    return ProblemFacts(has_reference=reference, chains=chains)


# Five problems, three chains each. The last has no reference and counts in pass@k and solved only.
HAND = [
    of(fast(1.0), fast(4.0), WRONG),
    of(WRONG, WRONG, fast(2.0)),
    of(WRONG, WRONG, WRONG),
    of(UNMEASURED, WRONG, fast(1.1)),
    of(UNMEASURED, UNMEASURED, WRONG, reference=False),
]


def test_the_papers_metrics_by_hand() -> None:
    figures = metrics(HAND, 3)
    # Problems 1 and 4 of the four with a reference are solved by the first chain, 2 by the third.
    assert figures.correct == {"1": 0.5, "3": 0.75}
    # Of the first chains only problem 1 was measured, and 1.0x is no gain; of all, 4x and 2x are.
    assert figures.opt == {"1": 0.0, "3": 0.5}
    assert figures.speedup == {"1": 1.0, "3": pytest.approx((4.0 + 2.0 + 1.1) / 3)}
    assert figures.speedup_problems == {"1": 1, "3": 3}


def test_what_stands_beside_them_by_hand() -> None:
    figures = metrics(HAND, 3)
    assert (figures.with_reference, figures.solved, figures.measured, figures.unmeasured) == (4, 4, 3, 1)
    # n = 3 and c = 2, 1, 0, 2, 2: for one drawn c / n, for three whether there is any.
    assert figures.pass_at_k == {"1": pytest.approx((2 + 1 + 0 + 2 + 2) / 15), "3": pytest.approx(0.8)}
    mean = figures.geometric_mean_speedup
    assert mean is not None
    assert mean.estimate == pytest.approx((4.0 * 2.0 * 1.1) ** (1 / 3))
    assert mean.low is not None
    assert mean.high is not None
    assert 1.1 <= mean.low < mean.estimate < mean.high <= 4.0


def test_the_best_of_drawn_chains_by_hand() -> None:
    figures = metrics(HAND, 3)
    # One drawn: of problem 1 the mean of 1 and 4, of 2 and 4 the one that is known. All drawn: the best.
    assert figures.best_at_k == {"1": pytest.approx((2.5 + 2.0 + 1.1) / 3), "3": figures.speedup["3"]}
    # What has no program, or none that is measured, ends with the reference: 1x.
    alone = [(1 + 4 + 1) / 3, (1 + 1 + 2) / 3, 1.0, (1 + 1 + 1.1) / 3]
    assert figures.best_or_reference == {
        "1": pytest.approx(sum(alone) / 4),
        "3": pytest.approx((4.0 + 2.0 + 1.0 + 1.1) / 4),
    }


def test_which_program_wins_is_what_the_search_says_and_how_fast_it_is_what_was_measured_after() -> None:
    winner = ChainFacts(correct=True, order=(3.0,), speedup=1.5)
    one = of(fast(2.0), winner)
    assert (best_at(one, 1), best_at(one, 2)) == (2.0, 1.5)
    assert best_at_k([one], 2) == 1.5
    lost = of(fast(2.0), ChainFacts(correct=True, order=(3.0,)))
    assert best_at(lost, 2) is None, "what was said of the winner cannot be held, and no other has won"
    assert best_or_reference_at([lost], 2) == 1.0


def test_the_papers_own_rule_takes_every_ratio() -> None:
    noisy = ChainFacts(correct=True, raw=1.3)
    figures = metrics(
        [of(noisy), of(ChainFacts(correct=True, raw=2.0, speedup=1.5, order=(2.0, 0.0))), of(WRONG)], 1
    )
    assert (figures.opt, figures.speedup) == ({"1": pytest.approx(1 / 3)}, {"1": 1.5})
    assert figures.raw.opt == {"1": pytest.approx(2 / 3)}
    assert figures.raw.speedup == {"1": pytest.approx(1.65)}
    assert figures.raw.speedup_problems == {"1": 2}


def test_a_gain_in_doubt_is_not_sure() -> None:
    sure = ChainFacts(correct=True, speedup=1.5, sure=True)
    figures = metrics([of(sure), of(fast(1.2)), of(WRONG), of(WRONG)], 1)
    assert (figures.opt["1"], figures.opt_sure["1"]) == (0.5, 0.25)


def test_figures_are_given_for_the_k_that_are_wanted() -> None:
    figures = metrics(HAND, 3, at=(2, 1, 5))
    assert list(figures.correct) == ["1", "2", "5"]
    assert figures.correct["5"] is None, "there are three chains only"
    assert figures.speedup["2"] == 4.0
    assert figures.intervals.speedup["2"] is None, "one problem"
    assert figures.intervals.correct["5"] is None


def test_headline_figures_lie_within_their_intervals() -> None:
    figures = metrics(HAND, 3)
    for name in figures.intervals.__struct_fields__:
        for k, bounds in getattr(figures.intervals, name).items():
            value = getattr(figures, name)[k]
            assert (bounds is None) == (figures.speedup_problems[k] < 2 and name == "speedup"), (name, k)
            if bounds is not None:
                assert bounds[0] <= value <= bounds[1]
    assert figures.intervals.correct["3"] == (0.25, 1.0)


def test_chains_that_saw_others_are_not_independent() -> None:
    assert metrics(HAND, 3).independent
    assert not metrics([of(WRONG, ChainFacts(dependent=True))], 2).independent


def test_pass_at_k_is_unbiased() -> None:
    # Chen et al.: 1 - C(n - c, k) / C(n, k), with n = 5, c = 2, k = 2: 1 - 3 / 10.
    assert pass_at([of(fast(1.0), UNMEASURED, WRONG, WRONG, WRONG)], 2) == pytest.approx(0.7)
    assert pass_at([of(fast(1.0), UNTRIED), of(WRONG, WRONG)], 2) == 0.0
    assert pass_at([of(UNTRIED)], 1) is None


def test_what_was_not_measured_is_not_guessed() -> None:
    unmeasured = [of(UNMEASURED), of(WRONG)]
    assert opt_at(unmeasured, 1) is None
    assert speedup_at(unmeasured, 1) is None
    assert correct_at(unmeasured, 1) == 0.5
    assert opt_at([of(WRONG)], 1) == 0.0
    assert metrics([of(WRONG)], 1, timed=False).opt == {"1": None}
    assert metrics([of(UNMEASURED)], 1).best_or_reference == {"1": None}
    nothing = metrics([], 2)
    assert nothing.best_at_k == nothing.best_or_reference == nothing.raw.opt == {"1": None, "2": None}
    assert nothing.correct == nothing.opt == nothing.speedup == nothing.pass_at_k == {"1": None, "2": None}
    assert nothing.geometric_mean_speedup is None


@pytest.mark.parametrize(
    ("chains", "expected"),
    [(0, []), (1, [1]), (4, [1, 4]), (7, [1, 7]), (8, [1, 2, 4, 8]), (20, [1, 2, 4, 8, 16, 20])],
)
def test_which_k_are_given(chains: int, expected: list[int]) -> None:
    assert steps(chains) == expected


chain_facts = st.one_of(
    st.just(WRONG),
    st.just(UNMEASURED),
    st.floats(min_value=0.01, max_value=1e4).map(fast),
)
problems = st.lists(
    st.lists(chain_facts, min_size=3, max_size=3).map(lambda chains: of(*chains)), min_size=1, max_size=12
)


@settings(max_examples=25, deadline=None)
@given(problems, st.randoms(use_true_random=False))
def test_the_order_of_problems_is_of_no_consequence(some: list[ProblemFacts], chance: random.Random) -> None:
    shuffled = list(some)
    chance.shuffle(shuffled)
    assert metrics(shuffled, 3) == metrics(some, 3)


@given(problems)
def test_more_chains_never_make_a_run_less_correct(some: list[ProblemFacts]) -> None:
    shares = [correct_at(some, k) or 0.0 for k in (1, 2, 3)]
    assert shares == sorted(shares)
    passes = [pass_at(some, k) or 0.0 for k in (1, 2, 3)]
    assert all(later >= earlier - 1e-12 for earlier, later in itertools.pairwise(passes))
    opts = [opt for k in (1, 2, 3) if (opt := opt_at(some, k)) is not None]
    assert opts == sorted(opts)


@given(problems)
def test_the_best_of_more_chains_is_never_worse(some: list[ProblemFacts]) -> None:
    for figure in (best_at_k, best_or_reference_at):
        bests = [best for k in (1, 2, 3) if (best := figure(some, k)) is not None]
        assert all(later >= earlier * (1 - 1e-12) for earlier, later in itertools.pairwise(bests))
    assert best_at_k(some, 3) == pytest.approx(speedup_at(some, 3))
    chances = [chain.speedup for problem in some for chain in problem.chains if chain.speedup is not None]
    assert (best_at_k(some, 1) is None) == (not chances)


@given(problems)
def test_optimised_implies_correct(some: list[ProblemFacts]) -> None:
    for k in (1, 2, 3):
        assert (opt_at(some, k) or 0.0) <= (correct_at(some, k) or 0.0)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(min_value=0.01, max_value=1e4), min_size=1, max_size=20))
def test_a_mean_lies_within_its_interval(ratios: list[float]) -> None:
    mean = geometric_mean(ratios)
    assert mean is not None
    assert mean.estimate == pytest.approx(math.exp(sum(map(math.log, ratios)) / len(ratios)))
    if len(ratios) == 1:
        assert (mean.low, mean.high) == (None, None)
    else:
        assert mean.low is not None
        assert mean.high is not None
        assert mean.low <= mean.estimate <= mean.high


def test_equal_ratios_have_no_spread() -> None:
    mean = geometric_mean([2.0] * 5)
    assert mean is not None
    assert (mean.low, mean.estimate, mean.high) == pytest.approx((2.0, 2.0, 2.0))


def test_facts_are_taken_from_the_latest_attempt() -> None:
    story = Story([problem("P/1"), problem("P/2", reference=False), problem("P/3")])
    story.begin("P/1")
    story.candidate(measured=measurement(ratio(9.0)))
    story.end("P/1")
    story.begin("P/1", attempt=2)
    story.candidate(measured=measurement(ratio(1.0)))
    story.candidate(round_=1, measured=measurement(ratio(3.0), ratio(3.0)), outcome="beats-reference")
    story.candidate(round_=2, measured=measurement(ratio(1.5), ratio(0.5)), outcome="slower")
    story.candidate(round_=3, measured=measurement(None, ratio(1.0, "unmeasured")), outcome="unmeasured")
    story.candidate("wrong-answer", chain=1, passed=0, outcome="wrong")
    story.end("P/1")
    story.attempt = 1
    story.at(ActionTaken(ask=ask()), "P/2", 0, 0)
    story.at(ReplyMissing(how="no-reply", reason="the recording has none"), "P/2", 0, 0)
    broken = verdict("error", 0)
    story.add(ReferenceJudged(problem="P/3", verdict=broken, limits=Limits(), candidate="r"))
    first, second, third = facts(replay(story.events))
    assert first.has_reference
    assert first.chains == (
        ChainFacts(correct=True, speedup=3.0, sure=True, order=(3.0, 3.0), raw=3.0, refinements=2, slower=1),
        ChainFacts(correct=False),
    )
    assert second == ProblemFacts(has_reference=False, chains=(UNTRIED, UNTRIED))
    assert not third.has_reference
    assert (first.final, second.final) == ("faster", None)
    slower = metrics([first], 2).slower_than_seed
    assert (slower.refinements, slower.slower, slower.share) == (2, 1, 0.5)


def test_what_a_chain_that_was_cut_short_would_have_found_is_not_known() -> None:
    story = Story(chains=4)
    story.begin()
    for chain in range(3):
        story.candidate("wrong-answer", chain=chain, passed=0, outcome="wrong")
    story.chain_end(chain=0)
    story.at(ChainEnded(reason="by a person", how="cancelled"), "P/1", 1, None)
    story.candidate(chain=3)
    (one,) = facts(replay(story.events))
    assert [chain.tried for chain in one.chains] == [True, False, False, True]
    assert pass_at([one], 1) == 0.5


def test_whether_a_problem_ends_slower_than_its_seed() -> None:
    story = Story([problem(f"P/{number}") for number in range(4)], chains=1)
    refined: list[tuple[Ratio, OutcomeKind]] = [
        (ratio(2.0), "kept"),
        (ratio(0.5), "taken"),
        (ratio(0.5), "slower"),
        (ratio(1.0, "unmeasured"), "taken"),
    ]
    for number, (vs_seed, outcome) in enumerate(refined):
        name = f"P/{number}"
        story.begin(name)
        story.candidate(name=name, measured=measurement(ratio(2.0)))
        story.candidate(name=name, round_=1, measured=measurement(ratio(1.0), vs_seed), outcome=outcome)
    found = facts(replay(story.events))
    assert [one.final for one in found] == ["faster", "slower", "same", None]
    final = metrics(found, 1).final_slower_than_seed
    assert (final.problems, final.slower, final.share) == (3, 1, pytest.approx(1 / 3))


def test_a_chain_that_was_shown_anothers_program_is_told() -> None:
    story = Story(chains=1)
    story.begin()
    shown = msgspec.structs.replace(ask("optimise", "performance"), rival="hash-P/1-1-0")
    story.at(ActionTaken(ask=shown), "P/1", 0, 0)
    (one,) = facts(replay(story.events))
    assert [chain.dependent for chain in one.chains] == [True]


def test_where_memory_is_the_objective_the_leanest_chain_wins() -> None:
    story = Story()
    story.begin()
    story.candidate(measured=with_memory(measurement(ratio(4.0)), 4 << 20))
    story.candidate(chain=1, measured=with_memory(measurement(ratio(2.0)), 1 << 20))
    state = replay(story.events)
    (by_time,) = facts(state)
    problems = {
        name: msgspec.structs.replace(one, objective="memory") for name, one in state.problems.items()
    }
    (by_memory,) = facts(msgspec.structs.replace(state, problems=problems))
    assert (best_at(by_time, 2), best_at(by_memory, 2)) == (4.0, 2.0)
    assert best_at_k([by_memory], 2) == 2.0
