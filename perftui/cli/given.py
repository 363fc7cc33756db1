"""The programs of a samples file, each in its place: a problem's samples are its chains."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from perftui.errors import BadInputError
from perftui.events.plan import RunPlan
from perftui.events.state import RunState
from perftui.problems.model import Benchmark, Problem
from perftui.problems.samples import Sample, read_samples
from perftui.refine.chain import Round

SAMPLES = "samples:"
"""How the plan of an evaluation names its model."""

Places = dict[tuple[str, int], Sample]
"""Samples by problem id and chain."""


def places_of(samples: Sequence[Sample]) -> Places:
    """Each sample's problem and chain, in the order of the file."""
    counts: dict[str, int] = {}
    places: Places = {}
    for sample in samples:
        chain = counts.get(sample.task_id, 0)
        counts[sample.task_id] = chain + 1
        places[sample.task_id, chain] = sample
    return places


def chosen_places(path: Path, whole: Benchmark, chosen: Benchmark) -> Places:
    """The samples of a file that are for the chosen problems of a benchmark.

    Raises:
        BadInputError: the file cannot be used, or has none.
    """
    ids = {problem.id for problem in chosen.problems}
    places = places_of([sample for sample in read_samples(path, whole) if sample.task_id in ids])
    if not places:
        raise BadInputError(f"{path}: no sample is for a problem of this selection")
    return places


def places_again(plan: RunPlan, problems: Sequence[Problem], state: RunState) -> Places:
    """The samples of an evaluation that goes on, read anew from the file that its plan names.

    Raises:
        BadInputError: the file cannot be used, or is not what it was.
    """
    path = Path(plan.model.removeprefix(SAMPLES))
    benchmark = Benchmark(name=plan.benchmark, problems=tuple(problems))
    places = places_of(read_samples(path, benchmark, skip_others=True))
    same = max((chain for _, chain in places), default=-1) + 1 == plan.chains and all(
        round_.reply is None or (place in places and round_.reply.text == places[place].program)
        for place, round_ in _given_rounds(state)
    )
    if not same:
        raise BadInputError(f"{path}: is not what it was when run {state.run} began: evaluate it anew")
    return places


def _given_rounds(state: RunState) -> Iterator[tuple[tuple[str, int], Round]]:
    for name, problem in state.problems.items():
        for chain in problem.chains:
            for round_ in chain.rounds:
                yield (name, chain.index), round_
