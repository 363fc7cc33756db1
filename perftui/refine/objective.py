"""Which of two programs of a chain is better, by time, by memory or by both. Pure."""

from __future__ import annotations

from typing import Literal

from perftui.figures import size
from perftui.refine.chain import Objective, Rival, Round
from perftui.timing.model import Measurement, Ratio, SpeedVerdict

Trend = Literal["better", "worse", "same", "unknown"]

LEAST_SHARE = 0.1
"""A peak of memory differs where it is off by more than this share of the larger one …"""
LEAST_BYTES = 1 << 20
"""… and by more than this: the kernel's count of a process is off by some hundred KiB."""

_TRENDS: dict[SpeedVerdict, Trend] = {
    "faster": "better",
    "slower": "worse",
    "same": "same",
    "unmeasured": "unknown",
}


def time_trend(ratio: Ratio | None) -> Trend:
    """What a ratio to the best so far says of the time."""
    return "unknown" if ratio is None else _TRENDS[ratio.verdict]


def memory_trend(mine: Round, best: Round) -> Trend:
    """What the peaks of two programs say of their memory, when run on the same inputs.

    Without measurements on equal inputs, the peaks that judging saw are compared.
    """
    measured = mine.measurement, best.measurement
    peaks = (peak_of(mine), peak_of(best))
    if not _comparable(*measured):
        peaks = (_judged_peak(mine), _judged_peak(best))
    if not all(peaks):
        return "unknown"
    larger = max(peaks)
    if abs(peaks[0] - peaks[1]) <= max(LEAST_BYTES, LEAST_SHARE * larger):
        return "same"
    return "better" if peaks[0] < peaks[1] else "worse"


def is_better(objective: Objective, time: Trend, memory: Trend) -> bool:
    """Whether a program takes the place of the best so far.

    `time`: it is faster. `memory`: it takes less memory, or as much and is faster. `both`: it is better
    in one and, beyond doubt, not worse in the other.
    """
    match objective:
        case "time":
            return time == "better"
        case "memory":
            return memory == "better" or (memory == "same" and time == "better")
        case "both":
            pair = {time, memory}
            return "better" in pair and pair <= {"better", "same"}


def memory_words(mine: Round, best: Round) -> str:
    """Both peaks in words, empty where one is not known."""
    peaks = (peak_of(mine), peak_of(best))
    return f"peak memory {size(peaks[0])} against {size(peaks[1])}" if all(peaks) else ""


def peak_of(round_: Round) -> int:
    """The peak memory of a round's program in bytes, 0 where it is not known."""
    measured = 0 if round_.measurement is None else round_.measurement.peak_bytes
    return measured or _judged_peak(round_)


def surely_faster(rival: Rival, best: Round) -> bool:
    """Whether another chain's program is faster than this one: their intervals to the reference lie apart."""
    theirs = rival.measurement.vs_reference
    mine = None if best.measurement is None else best.measurement.vs_reference
    if theirs is None or mine is None or "unmeasured" in (theirs.verdict, mine.verdict):
        return False
    return theirs.low > mine.high


def _judged_peak(round_: Round) -> int:
    return 0 if round_.verdict is None else round_.verdict.peak_bytes


def _comparable(mine: Measurement | None, best: Measurement | None) -> bool:
    if mine is None or best is None or not (mine.peak_bytes and best.peak_bytes):
        return False
    return mine.inputs == best.inputs
