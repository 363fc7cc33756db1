"""What a measurement is: raw trials, ratios with intervals, a speed verdict with its reason."""

from __future__ import annotations

from typing import Literal

import msgspec

SpeedVerdict = Literal["faster", "slower", "same", "unmeasured"]
"""`same`: the whole interval lies within ±10 %. `unmeasured`: nothing can be said, and never a guess."""

ArmName = Literal["candidate", "best", "seed", "reference", "control", "null"]
"""`control` is the baseline once more; `null` stands for a program that does nothing, in raw trials only."""


class Arm(msgspec.Struct, frozen=True, kw_only=True):
    """A program under comparison. Arms with equal code are one arm that goes by several names.

    Attributes:
        names: what it stands for; `control` is the baseline once more, against itself.
        candidate: the hash of the program's text.
        program: the whole source text.
    """

    names: tuple[ArmName, ...]
    candidate: str
    program: str


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """One timed execution in a measurement; all times in ns of process CPU unless named wall.

    Attributes:
        arm: the arm's first name.
        block: the block it belongs to; arms are compared within a block only.
        cost_ns: what is compared: work, with what it spends in other phases charged to it.
        load_ns: running the module's code.
        decode_ns: decoding inputs.
        work_ns: the calls of all passes.
        first_ns: the calls of the first pass.
        encode_ns: encoding outputs.
        wall_ns: wall time of the same phases.
        peak_bytes: peak memory.
        zygote: which zygote forked it; one for all trials of a block.
    """

    arm: ArmName
    block: int
    cost_ns: int
    load_ns: int = 0
    decode_ns: int = 0
    work_ns: int = 0
    first_ns: int = 0
    encode_ns: int = 0
    wall_ns: int = 0
    peak_bytes: int = 0
    zygote: int = 0


class Ratio(msgspec.Struct, frozen=True, kw_only=True):
    """How many times faster the candidate is than another program (over 1 is faster).

    Attributes:
        estimate: median of paired ratios.
        low: lower end of the interval.
        high: upper end of the interval.
        pairs: how many pairs it rests on.
        verdict: what may be said, given the noise floor.
        confidence: of the interval, such as 0.99.
    """

    estimate: float
    low: float
    high: float
    pairs: int
    verdict: SpeedVerdict
    confidence: float = 0.99


class TestTime(msgspec.Struct, frozen=True, kw_only=True):
    """What one test costs.

    Attributes:
        name: of the test.
        cpu_ns: median ns of process CPU over several fresh processes.
        share: of the time of all tests.
        level: it may be as slow as the slowest: in one of the processes it took as long.
    """

    __test__ = False

    name: str
    cpu_ns: int
    share: float
    level: bool = False


class Measurement(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a candidate's speed.

    Attributes:
        verdict: against the chain's best so far (against the reference for a seed, or where no
            best is named).
        reason: one line with the figures that the verdict rests on.
        vs_reference: against the problem's reference, None where it has none.
        vs_seed: against the chain's seed, None for the seed itself.
        vs_best: against the chain's best so far, None for the seed.
        control: the baseline against itself: what the same program's ratio looks like.
        noise_floor: the ratio that a gain must clear, such as 1.04.
        cpu_ns: median cost of one pass over the timing inputs.
        baseline_cpu_ns: the same for the baseline.
        wall_ns: median wall time of one pass.
        peak_bytes: largest peak memory of the candidate's trials.
        inputs: how many inputs a pass has, fewer than were chosen where a
            program is too slow for all.
        repeats: passes per trial.
        test_times: what each test costs the candidate, in the order of the tests.
        screened: True where a short screen already told that it is not better.
        flags: short words, such as `busy`, `too-short`, `repeats-cheaper`.
        core: the core it ran on.
        load_average: of the machine over the last minute, when it began.
        seconds: wall time that the measurement took.
        trials: the raw samples.
    """

    verdict: SpeedVerdict
    reason: str
    vs_reference: Ratio | None = None
    vs_seed: Ratio | None = None
    vs_best: Ratio | None = None
    control: Ratio | None = None
    noise_floor: float = 1.0
    cpu_ns: int = 0
    baseline_cpu_ns: int = 0
    wall_ns: int = 0
    peak_bytes: int = 0
    inputs: int = 0
    repeats: int = 1
    test_times: tuple[TestTime, ...] = ()
    screened: bool = False
    flags: tuple[str, ...] = ()
    core: int = 0
    load_average: float = 0.0
    seconds: float = 0.0
    trials: tuple[Trial, ...] = ()

    @property
    def slowest(self) -> TestTime | None:
        """The test that takes the largest share of the candidate's time; `level` tells of its rivals."""
        return max(self.test_times, key=lambda test: test.cpu_ns, default=None)
