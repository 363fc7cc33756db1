"""Results that are held compactly are the results that were put in."""

from __future__ import annotations

import sys

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from perftui.events.model import CandidateJudged
from perftui.judging.model import TestResult, Verdict
from perftui.judging.results import Results, as_plain, packed
from perftui.store.codec import event_of, event_row, storable

TIMES = st.integers(0, 1 << 70) | st.integers(-5, 1000)
RESULTS = st.lists(
    st.builds(
        TestResult,
        name=st.sampled_from(["t1", "t2", "t3"]),
        passed=st.booleans(),
        verdict=st.sampled_from(["correct", "wrong-answer", "timeout"]),
        reason=st.sampled_from(["", "why"]),
        got=st.sampled_from(["", "7"]),
        cpu_ns=TIMES,
        wall_ns=TIMES,
    ),
    max_size=40,
).map(tuple)


@given(RESULTS)
def test_what_is_held_compactly_is_what_was_put_in(results: tuple[TestResult, ...]) -> None:
    held = Results(results)
    assert tuple(held) == results
    assert held == results
    assert results == held
    assert hash(held) == hash(results)
    assert [held[index] for index in range(-len(held), len(held))] == [*results, *results]
    assert held[1:7:2] == results[1:7:2]
    assert repr(held) == repr(results)
    assert packed(results) == results


@given(RESULTS, RESULTS)
def test_results_are_equal_where_all_of_them_are(
    some: tuple[TestResult, ...], others: tuple[TestResult, ...]
) -> None:
    assert (Results(some) == Results(others)) == (some == others)


@given(RESULTS.filter(lambda results: all(abs(r.cpu_ns) + abs(r.wall_ns) < 1 << 62 for r in results)))
def test_a_verdict_is_stored_and_read_with_all_its_results(results: tuple[TestResult, ...]) -> None:
    verdict = Verdict(kind="correct", reason="r", results=results, tests_total=len(results))
    event = CandidateJudged(seq=3, candidate="c", verdict=verdict)
    _, body = event_row(storable(event))
    assert event_of(body, None) == event
    assert msgspec.json.decode(body)["verdict"]["results"] == list(msgspec.to_builtins(results))


def test_an_index_that_is_not_there_is_refused() -> None:
    with pytest.raises(IndexError):
        Results(())[0]


def test_what_passed_takes_little_memory() -> None:
    names = [f"plus {number}" for number in range(1000)]

    def verdict(offset: int) -> Verdict:
        results = [
            TestResult(
                name=name, passed=True, verdict="correct", cpu_ns=10_000 + offset, wall_ns=20_000 + offset
            )
            for name in names
        ]
        return Verdict(kind="correct", reason="", results=results, tests_total=1000)

    first, second = verdict(1), verdict(2)
    parts = [getattr(second.results, slot) for slot in Results.__slots__]
    own = [part for part in parts if all(part is not other for other in _parts(first))]
    assert sum(map(sys.getsizeof, own)) < 20 * len(names)


def _parts(verdict: Verdict) -> list[object]:
    return [getattr(verdict.results, slot) for slot in Results.__slots__]


def test_nothing_else_is_written_as_results_are() -> None:
    with pytest.raises(NotImplementedError):
        as_plain(object())
