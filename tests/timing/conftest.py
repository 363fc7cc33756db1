"""A sandbox that runs nothing: programs have scripted costs, the machine has scripted noise."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import msgspec
import pytest

from perftui.sandbox.protocol import (
    CallEnd,
    CallFact,
    JudgeJob,
    Limits,
    SandboxLostError,
    TrialFact,
    TrialJob,
)
from perftui.timing.measuring import Work, measure
from perftui.timing.model import Arm, ArmName, Measurement


@dataclass
class Script:
    """What a program costs per pass, in us, and how its trials end."""

    work: float = 2000.0
    load: float = 20.0
    decode: float = 17.0
    encode: float = 5.0
    cold: float = 10.0
    spared: float = 0.0
    end: CallEnd = "returned"
    detail: str = ""
    output: str = "right"
    lost_after: int | None = None


@dataclass
class Noise:
    """A shared machine: log-normal noise per trial, outliers, and speeds that switch."""

    sd: float = 0.0
    outliers: float = 0.0
    switches: float = 0.0
    meter_us: float = 0.0


@dataclass
class FakeSandbox:
    """Programs are named by their text; time is the sum of what trials take."""

    scripts: dict[str, Script]
    noise: Noise = field(default_factory=Noise)
    seed: int = 0
    null_call_us: float = 0.1
    meter_us: float = 8.0
    overhead_seconds: float = 0.002
    clockless: bool = False
    meter_lost: float = 0.0
    now: float = 0.0
    jobs: list[TrialJob] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._rng = random.Random(self.seed)
        self._speed = 1.0

    def clock(self) -> float:
        return self.now

    async def judge(self, job: JudgeJob, on_call: Callable[[CallFact], bool]) -> None:
        raise NotImplementedError

    async def trial(self, job: TrialJob) -> TrialFact:
        self.jobs.append(job)
        script = Script(0.0, 0.0) if job.null else self.scripts[job.program]
        if script.lost_after is not None and len(self.jobs) > script.lost_after:
            raise SandboxLostError("the fake is gone")
        fact = self._fact(job, script)
        self.now += self.overhead_seconds + fact.wall_ns / 1e9
        if self.clockless:
            return TrialFact(end=fact.end, wall_ns=fact.wall_ns, outputs=fact.outputs)
        if self.meter_lost and self._rng.random() < self.meter_lost:
            return msgspec.structs.replace(fact, first_ns=(0,) * len(fact.first_ns), rest_ns=0)
        return fact

    def _fact(self, job: TrialJob, script: Script) -> TrialFact:
        factor, passes = self._factor(), job.repeats
        calls = len(job.inputs) * self.null_call_us
        first = script.work + script.spared + script.cold + calls + self._meter()
        first_ns = [first / len(job.inputs)] * len(job.inputs) if job.per_test else [first]
        rest = (script.work + calls) * (passes - 1) + (self._meter() if passes > 1 else 0)
        phases = [script.load * passes, script.decode * passes, rest, script.encode]
        load, decode, rest, encode = (round(1000 * factor * (us + self._jitter())) for us in phases)
        firsts = tuple(round(1000 * factor * us) for us in first_ns)
        return TrialFact(
            end=script.end,
            detail=script.detail,
            load_ns=load,
            decode_ns=decode,
            first_ns=firsts,
            rest_ns=max(0, rest if passes > 1 else 0),
            encode_ns=encode,
            wall_ns=load + decode + sum(firsts) + rest + encode,
            peak_bytes=1 << 20,
            outputs=tuple(script.output for _ in job.inputs),
        )

    def _meter(self) -> float:
        return self.meter_us + self._jitter()

    def _jitter(self) -> float:
        return abs(self._rng.gauss(0, self.noise.meter_us)) if self.noise.meter_us else 0.0

    def _factor(self) -> float:
        if self._rng.random() < self.noise.switches:
            self._speed = self._rng.choice((1.0, 1.3, 1.9))
        factor = self._speed * self._rng.lognormvariate(0, self.noise.sd) if self.noise.sd else self._speed
        if self._rng.random() < self.noise.outliers:
            factor *= self._rng.uniform(1.3, 3.0)
        return factor


def arm(text: str, *names: ArmName) -> Arm:
    return Arm(names=names, candidate=f"hash of {text}", program=text)


def reject_wrong(outputs: Sequence[str]) -> str | None:
    return next((f"t{i + 1}: got {out}" for i, out in enumerate(outputs) if out != "right"), None)


async def run_measure(
    sandbox: FakeSandbox,
    arms: Sequence[Arm],
    *,
    budget: float = 3.0,
    seed: int = 1,
    inputs: int = 5,
    entry_point: str | None = "f",
    progress: Callable[[int, int], None] = lambda done, until: None,
    stolen: Callable[[int], float | None] = lambda _core: 0.0,
) -> Measurement:
    names = tuple(f"t{i + 1}" for i in range(inputs))
    return await measure(
        sandbox,
        Work(inputs=names, test_names=names, entry_point=entry_point),
        arms,
        core=1,
        limits=Limits(),
        budget_seconds=budget,
        seed=seed,
        check=reject_wrong,
        on_progress=progress,
        clock=sandbox.clock,
        stolen=stolen,
    )


@dataclass(frozen=True)
class Bench:
    """The tools of this folder's tests, since test folders are not packages."""

    Script = Script
    Noise = Noise
    FakeSandbox = FakeSandbox
    arm = staticmethod(arm)
    measure = staticmethod(run_measure)


@pytest.fixture
def bench() -> Bench:
    return Bench()
