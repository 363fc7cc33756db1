"""What a comparison of two programs amounts to, outside any run."""

from __future__ import annotations

import msgspec

from perftui.judging.model import Verdict
from perftui.timing.inputs import TimingInputs
from perftui.timing.model import Measurement
from perftui.timing.profile import LineProfile


class DuelResult(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of two programs.

    Attributes:
        problem: its id.
        verdict_a: on the first program.
        verdict_b: on the second.
        answers_from: whose outputs are expected on the timing inputs: `the reference` or `A`.
        timing: what they were timed on; None where they were not timed.
        measurement: of the second, held against the first (`vs_reference`); None where one is wrong.
        profiled: the name of the input that both were profiled on, the second's slowest; empty for none.
        profile_a: of the first.
        profile_b: of the second.
    """

    problem: str
    verdict_a: Verdict
    verdict_b: Verdict
    answers_from: str = ""
    timing: TimingInputs | None = None
    measurement: Measurement | None = None
    profiled: str = ""
    profile_a: LineProfile | None = None
    profile_b: LineProfile | None = None
