"""What a resumed run already knows: verdicts and measurements that need not be made again."""

from __future__ import annotations

from collections.abc import Sequence

from perftui.engine.judges import Judges
from perftui.engine.timers import Timers
from perftui.events.state import ProblemState, RunState
from perftui.problems.model import Problem
from perftui.refine.candidate import candidate_hash
from perftui.refine.chain import Chain, measure_of


def recall(state: RunState, problems: Sequence[Problem], judges: Judges, timers: Timers) -> None:
    """Hand the facts of a run's former sessions to those who would work them out again."""
    for problem in problems:
        now = state.problems.get(problem.id)
        if now is not None:
            for attempt in (*now.earlier, now):
                _recall_attempt(attempt, problem, judges, timers)
                for seconds in attempt.timings:
                    timers.spent(problem.id, seconds)
    # After all that was spent: a problem that spent over its share took it from the others' rest.
    for problem in problems:
        now = state.problems.get(problem.id)
        if now is not None and now.ended_at is not None:
            timers.close(problem.id)


def _recall_attempt(state: ProblemState, problem: Problem, judges: Judges, timers: Timers) -> None:
    by_hash = {candidate_hash(text): text for text in problem.references}
    if state.reference is not None and state.reference_candidate in by_hash:
        judges.know(problem, by_hash[state.reference_candidate], state.reference)
    for chain in state.chains:
        for position, round_ in enumerate(chain.rounds):
            if round_.code is None or round_.verdict is None:
                continue
            judges.know(problem, round_.code, round_.verdict)
            if round_.measurement is not None:
                before = Chain(problem=problem, index=chain.index, rounds=chain.rounds[:position])
                inputs = frozenset(state.timing.shown if state.timing is not None else ())
                programs = {r.candidate: r.code for r in chain.rounds if r.candidate and r.code}
                timers.know(problem, measure_of(before, round_), programs, round_.measurement, inputs)
