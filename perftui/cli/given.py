"""The programs of a samples file, each in its place: a problem's samples are its chains."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from perftui.errors import BadInputError
from perftui.events.plan import RunPlan
from perftui.problems.model import Benchmark
from perftui.problems.samples import Sample, read_samples

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


def samples_path(plan: RunPlan) -> Path | None:
    """The samples file of an evaluation's plan, None for another plan."""
    return Path(plan.model.removeprefix(SAMPLES)) if plan.model.startswith(SAMPLES) else None
