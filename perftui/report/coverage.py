"""For how many problems of a run speed can be told, and by what."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from perftui.events.state import ProblemState
from perftui.report.figures import number
from perftui.timing.inputs import Origin, TimingInputs


class TimingCoverage(msgspec.Struct, frozen=True, kw_only=True):
    """What the problems of a run are timed on.

    Attributes:
        prepared: problems whose timing inputs were chosen.
        long: problems of which a pass over the inputs takes the reference 1 ms or more: no repeats.
        short: problems of which it takes less: passes are repeated, with proof that they may be.
        none: problems without any input to time on.
        held_out: problems of which inputs are held out of the search.
        origins: problems by whose inputs they are timed on, the tests' among them.
        left_out: inputs that could not be used, over all problems.
    """

    prepared: int
    long: int
    short: int
    none: int
    held_out: int
    origins: dict[Origin, int]
    left_out: int


def coverage(problems: Iterable[ProblemState]) -> TimingCoverage | None:
    """What the problems are timed on; None where nothing was chosen, as where nothing is timed."""
    found = [problem.timing for problem in problems if problem.timing is not None]
    if not found:
        return None
    return TimingCoverage(
        prepared=len(found),
        long=sum(timing.is_long for timing in found),
        short=sum(bool(timing.shown) and not timing.is_long for timing in found),
        none=sum(not timing.shown for timing in found),
        held_out=sum(bool(timing.held_out) for timing in found),
        origins=_origins(found),
        left_out=sum(timing.left_out for timing in found),
    )


def coverage_line(found: TimingCoverage) -> str:
    """The coverage in one line."""
    parts = [f"{number(found.long)} on inputs that take 1 ms or more"]
    if found.short:
        parts.append(f"{number(found.short)} on shorter ones, by repeats")
    if found.none:
        parts.append(f"{number(found.none)} on none")
    said = f"{number(found.prepared)} problems timed: {', '.join(parts)}"
    if found.held_out:
        said += f"; {number(found.held_out)} with held-out inputs"
    return f"{said}."


def _origins(found: Iterable[TimingInputs]) -> dict[Origin, int]:
    origins: dict[Origin, int] = {}
    for timing in found:
        for origin in timing.origins:
            origins[origin] = origins.get(origin, 0) + 1
    return origins
