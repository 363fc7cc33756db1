"""Which correct programs of a problem no other one beats in everything: time, peak memory, size of code."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from perftui.events.state import ProblemState
from perftui.refine.chain import Round


class ParetoPoint(msgspec.Struct, frozen=True, kw_only=True):
    """A correct program.

    Attributes:
        chain: where it came up first, 0-based.
        round: likewise.
        candidate: its hash.
        speedup: how many times faster than the reference it is, as the search measured it; None where
            that is not known.
        peak_memory_bytes: of its processes while it was judged, beyond what the harness holds; None
            where that is not known.
        code_bytes: of its text in UTF-8, white space at its end left out.
    """

    chain: int
    round: int
    candidate: str
    speedup: float | None
    peak_memory_bytes: int | None
    code_bytes: int


def pareto(points: Iterable[ParetoPoint]) -> tuple[ParetoPoint, ...]:
    """The points that no other point dominates, the fastest first.

    A point dominates another where it is as good in each of the three, and better in one. What is not
    known of a point counts as worse than anything that is known. Points that are equal in all three
    do not dominate each other.
    """
    front: list[ParetoPoint] = []
    # Whatever dominates a point comes before it, and so does one of the front that does.
    for one in sorted(points, key=lambda point: (*_costs(point), point.chain, point.round)):
        if not any(_dominates(_costs(other), _costs(one)) for other in front):
            front.append(one)
    return tuple(front)


def correct_programs(problem: ProblemState) -> list[ParetoPoint]:
    """All correct programs of a problem, each once."""
    found: dict[str, ParetoPoint] = {}
    for chain in problem.chains:
        for round_ in chain.rounds:
            if round_.correct and round_.candidate is not None and round_.candidate not in found:
                found[round_.candidate] = _point(chain.index, round_)
    return list(found.values())


def _point(chain: int, round_: Round) -> ParetoPoint:
    measured = round_.measurement
    ratio = measured.vs_reference if measured is not None else None
    known = ratio is not None and ratio.verdict != "unmeasured"
    return ParetoPoint(
        chain=chain,
        round=round_.index,
        candidate=round_.candidate or "",
        speedup=ratio.estimate if ratio is not None and known else None,
        peak_memory_bytes=_peak(round_),
        code_bytes=len((round_.code or "").rstrip().encode(errors="surrogatepass")),
    )


def _peak(round_: Round) -> int | None:
    """That of the judging: a timed run holds the inputs and outputs of many passes."""
    judged = round_.verdict.peak_bytes if round_.verdict is not None else 0
    timed = round_.measurement.peak_bytes if round_.measurement is not None else 0
    return judged or timed or None


def _costs(point: ParetoPoint) -> tuple[float, float, float]:
    unknown = float("inf")
    return (
        -point.speedup if point.speedup is not None else unknown,
        point.peak_memory_bytes if point.peak_memory_bytes is not None else unknown,
        point.code_bytes,
    )


def _dominates(one: Sequence[float], other: Sequence[float]) -> bool:
    return one != other and all(a <= b for a, b in zip(one, other, strict=True))
