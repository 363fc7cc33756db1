"""How far a run has come and when it may end: from its picture alone. Pure.

The unit of work is the round. What is left is the rounds that the open chains can still be expected
to take, given how long the chains that finished were. How fast rounds come is measured on the run
itself, so that queues, back-off and the timing lane are all in it.
"""

from __future__ import annotations

import math
import statistics

import msgspec

from perftui.events.model import Event, RunResumed, RunStarted, RunUnpaused
from perftui.events.state import ChainState, ProblemState, RunState
from perftui.events.summary import ended_rounds, lengths_of, rounds_of

_LEAST_ROUNDS = 5
_LEAST_SECONDS = 2.0
_NORMAL_90 = 1.645
_CLUMPING = 4.0
"""Rounds do not come one by one: a count of n says as little as n / 4 independent ones."""


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """From where the pace is measured: the start of this session, or the end of a pause.

    Attributes:
        at: seconds since the epoch.
        rounds: rounds that had ended by then.
    """

    at: float
    rounds: int


class Eta(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds that are left: the likely figure, and a range that holds it 9 times in 10."""

    likely: float
    low: float
    high: float


def marked(mark: Mark | None, event: Event, state: RunState) -> Mark | None:
    """The mark after an event: a new one where a session starts or a pause ends.

    Args:
        mark: as it was before.
        event: that has happened.
        state: of the run, the event included.
    """
    if isinstance(event, RunStarted | RunResumed | RunUnpaused):
        return Mark(at=event.at, rounds=rounds_ended(state))
    return mark


def rounds_ended(state: RunState) -> int:
    """Rounds that came to their end, over all attempts of all problems."""
    return sum(rounds_of(problem) for problem in state.problems.values())


def estimate(state: RunState, *, now: float, mark: Mark | None) -> Eta | None:
    """When the run may end.

    Returns:
        None while it cannot be known: before the first chains and a few rounds have ended, and while
        the run does not run.
    """
    if mark is None:
        return None
    came, seconds = rounds_ended(state) - mark.rounds, now - mark.at
    lengths = _lengths(state)
    if state.status != "running" or came < _LEAST_ROUNDS or seconds < _LEAST_SECONDS or not lengths:
        return None
    open_chains = [chain for problem in _open(state) for chain in problem.chains if chain.ended is None]
    expected = statistics.fmean(lengths)
    left = sum(_left(chain, expected) for chain in open_chains)
    if left == 0:
        return Eta(likely=0.0, low=0.0, high=0.0)
    likely = left * seconds / came
    doubt = math.sqrt(_length_variance(lengths, len(open_chains)) / left**2 + _CLUMPING / came)
    spread = math.exp(_NORMAL_90 * min(doubt, 1.0))
    return Eta(likely=likely, low=likely / spread, high=likely * spread)


def share_done(state: RunState) -> float:
    """How much of the run is done, 0 to 1: problems count alike, an open one by its chains' rounds."""
    if not state.problems:
        return 0.0
    expected = _expected_length(state)
    return math.fsum(_share(problem, expected) for problem in state.problems.values()) / len(state.problems)


def _share(problem: ProblemState, expected: float) -> float:
    if problem.status not in {"waiting", "running"}:
        return 1.0
    if not problem.chains:
        return 0.0
    return math.fsum(
        1.0 if chain.ended is not None else min(0.9, ended_rounds(chain) / expected)
        for chain in problem.chains
    ) / len(problem.chains)


def _expected_length(state: RunState) -> float:
    """Rounds of a chain: what was seen, or else what the strategy's settings let expect."""
    lengths = _lengths(state)
    if lengths:
        return max(1.0, statistics.fmean(lengths))
    settings = state.plan.settings if state.plan is not None else None
    return 1.0 if settings is None else 2.0 + settings.feedback_rounds


def _lengths(state: RunState) -> list[int]:
    """Rounds of the chains that finished by themselves."""
    return [length for problem in state.problems.values() for length in lengths_of(problem)]


def _length_variance(lengths: list[int], open_chains: int) -> float:
    """Variance of the rounds of so many more chains, the mean's own doubt included."""
    mean = statistics.fmean(lengths)
    variance = statistics.variance(lengths) if len(lengths) > 1 else (mean / 2) ** 2
    return variance * (open_chains + open_chains**2 / len(lengths))


def _left(chain: ChainState, expected: float) -> float:
    """A chain that has outlived what is expected is taken to be in its last round."""
    return max(0.5, expected - ended_rounds(chain))


def _open(state: RunState) -> list[ProblemState]:
    return [problem for problem in state.problems.values() if problem.status in {"waiting", "running"}]
