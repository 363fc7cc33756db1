"""Which programs no other one beats."""

from __future__ import annotations

import random

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from perftui.events.reduce import replay
from perftui.report.pareto import ParetoPoint, correct_programs, pareto
from perftui.report.report import build_report
from tests.support.story import Story, measurement, ratio, with_memory

replace = msgspec.structs.replace


def point(name: str, speedup: float | None, peak: int | None, code: int) -> ParetoPoint:
    return ParetoPoint(
        chain=0, round=0, candidate=name, speedup=speedup, peak_memory_bytes=peak, code_bytes=code
    )


def test_a_front_by_hand() -> None:
    fast = point("fast", 8.0, 300, 90)
    lean = point("lean", 2.0, 100, 90)
    short = point("short", 1.0, 300, 20)
    worse = point("worse", 7.9, 300, 90)
    unknown = point("unknown", None, 50, 95)
    assert pareto([worse, short, unknown, lean, fast]) == (fast, lean, short, unknown)


def test_what_is_not_known_is_worse_than_what_is() -> None:
    assert pareto([point("a", None, 100, 10), point("b", 0.1, 100, 10)]) == (point("b", 0.1, 100, 10),)
    assert pareto([point("a", 1.0, None, 10), point("b", 1.0, 1 << 40, 10)])[0].candidate == "b"


def test_programs_that_are_equal_in_all_three_both_stay() -> None:
    one, other = point("a", 2.0, 100, 10), point("b", 2.0, 100, 10)
    assert pareto([one, other]) == (one, other)
    assert pareto([one, point("c", 2.0, 100, 11)]) == (one,)


points = st.lists(
    st.builds(
        point,
        st.just("p"),
        st.none() | st.sampled_from([0.5, 1.0, 2.0, 4.0]),
        st.none() | st.integers(1, 4),
        st.integers(1, 4),
    ),
    max_size=10,
)


def beats(one: ParetoPoint, other: ParetoPoint) -> bool:
    """Written anew: as good in each of the three, and better in one."""
    signs = []
    for a, b, larger in (
        (one.speedup, other.speedup, True),
        (one.peak_memory_bytes, other.peak_memory_bytes, False),
        (one.code_bytes, other.code_bytes, False),
    ):
        if a == b:
            signs.append(0)
        elif a is None or b is None:
            signs.append(1 if b is None else -1)
        else:
            signs.append(1 if (a > b) == larger else -1)
    return min(signs) >= 0 and max(signs) > 0


@given(points, st.randoms(use_true_random=False))
def test_the_front_is_what_nothing_beats(some: list[ParetoPoint], chance: random.Random) -> None:
    front = pareto(some)
    assert all((one in front) == (not any(beats(other, one) for other in some)) for one in some)
    assert bool(front) == bool(some)
    shuffled = list(some)
    chance.shuffle(shuffled)
    assert pareto(shuffled) == front
    assert pareto(front) == front


def test_a_report_has_each_correct_program_once() -> None:
    story = Story()
    story.begin()
    story.candidate(measured=with_memory(measurement(ratio(1.0)), 5000))
    story.candidate(round_=1, measured=with_memory(measurement(ratio(3.0)), 9000), outcome="kept")
    story.candidate(round_=2, measured=measurement(ratio(9.0, "unmeasured")), outcome="unmeasured")
    story.candidate("wrong-answer", chain=1, passed=1, outcome="wrong")
    story.candidate(chain=1, round_=1, code="x\n \n", same_as="hash-P/1-0-0")
    story.end()
    state = replay(story.events)
    found = correct_programs(state.problems["P/1"])
    assert [(one.chain, one.round, one.speedup, one.peak_memory_bytes) for one in found] == [
        (0, 0, 1.0, 5000), (0, 1, 3.0, 9000), (0, 2, None, None),
    ]  # fmt: skip
    assert {one.code_bytes for one in found} == {len("# hash-P/1-0-0")}, "white space at the end is no code"
    row = build_report(state).per_problem[0]
    assert (row.correct_candidates, [one.round for one in row.pareto]) == (3, [1, 0])
    assert (row.peak_memory_bytes, row.code_bytes) == (9000, len("# hash-P/1-0-1"))


def test_the_peak_of_judging_comes_before_that_of_timing() -> None:
    story = Story()
    story.begin()
    story.candidate(measured=with_memory(measurement(ratio(1.0)), 5000))
    problem = replay(story.events).problems["P/1"]
    chain = problem.chains[0]
    round_ = chain.rounds[0]
    assert round_.verdict is not None
    judged = replace(round_, verdict=replace(round_.verdict, peak_bytes=7000))
    untimed = replace(judged, measurement=None)
    unknown = replace(round_, measurement=None)
    for one, expected in ((round_, 5000), (judged, 7000), (untimed, 7000), (unknown, None)):
        state = replace(problem, chains=(replace(chain, rounds=(one,)),))
        assert [found.peak_memory_bytes for found in correct_programs(state)] == [expected]
