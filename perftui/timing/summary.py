"""From figures to the measurement that is stored and shown: verdict, reason, flags, raw trials."""

from __future__ import annotations

from dataclasses import dataclass, field
from statistics import median

import msgspec

from perftui.sandbox.protocol import TrialFact
from perftui.timing.analysis import Figures
from perftui.timing.cost import Block, charge_ns, phases_of
from perftui.timing.estimate import MIN_BLOCKS
from perftui.timing.model import ArmName, Measurement, Ratio, SpeedVerdict, TestTime, Trial
from perftui.timing.quality import Tally, control_off, is_busy
from perftui.timing.schedule import Cast
from perftui.timing.sequential import Stop
from perftui.timing.verdict import show_ratio

Ending = Stop | None
"""Why the measuring stopped; None where the budget ended first."""

_RIVAL_WORDS: dict[ArmName, str] = {
    "best": "the best so far",
    "reference": "the reference",
    "seed": "the seed",
}


@dataclass
class Evidence:
    """All that was collected in a measurement, whatever became of it.

    Attributes:
        core: the core it ran on.
        cores: of the machine.
        load_average: when it began.
        budget_seconds: that it may take.
        inputs: how many inputs a pass has.
        fewer_inputs: whether those are not all, since a program is too slow for more.
        repeats: passes per trial.
        blocks: whole and metered.
        tally: of the blocks that were disturbed, most of them thrown away.
        test_times: of the candidate.
        figures: of the last look.
        ending: why the measuring stopped.
    """

    core: int
    cores: int
    load_average: float
    budget_seconds: float
    inputs: int = 0
    fewer_inputs: bool = False
    repeats: int = 1
    blocks: list[Block] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)
    test_times: tuple[TestTime, ...] = ()
    figures: Figures | None = None
    ending: Ending = None


@dataclass(frozen=True, slots=True)
class Failure:
    """Why nothing can be said."""

    reason: str
    flag: str


def summarise(
    cast: Cast, evidence: Evidence, *, whole: bool, seconds: float, failure: Failure | None = None
) -> Measurement:
    """The measurement, with what is known and nothing that is not."""
    figures = evidence.figures
    ratios = _ratios(figures) if figures and not failure else {}
    verdict, reason = _say(cast.deciding, ratios, evidence, failure)
    mine = [fact for block in evidence.blocks for fact in block.facts(cast.candidate.names[0])]
    return Measurement(
        verdict=verdict,
        reason=reason,
        vs_reference=ratios.get("reference"),
        vs_seed=ratios.get("seed"),
        vs_best=ratios.get("best"),
        control=figures.control if figures else None,
        noise_floor=figures.floor if figures else 1.0,
        cpu_ns=figures.cpu_ns if figures else 0,
        baseline_cpu_ns=figures.baseline_cpu_ns if figures else 0,
        wall_ns=round(median(fact.wall_ns / evidence.repeats for fact in mine)) if mine else 0,
        peak_bytes=max((fact.peak_bytes for fact in mine), default=0),
        inputs=evidence.inputs,
        repeats=evidence.repeats,
        test_times=evidence.test_times,
        screened=evidence.ending == "screened",
        flags=_flags(evidence, cast.deciding, failure),
        core=evidence.core,
        load_average=evidence.load_average,
        seconds=seconds,
        trials=_trials(evidence, whole=whole),
    )


def _ratios(figures: Figures) -> dict[ArmName, Ratio]:
    """Ratios with the verdicts that the doubts leave standing."""
    ratios = dict(figures.ratios)
    for name, ratio in ratios.items():
        dishonest = name in figures.cheaper and ratio.verdict != "slower"
        if name in figures.short or dishonest or figures.is_unproven_gain(name):
            ratios[name] = msgspec.structs.replace(ratio, verdict="unmeasured")
    return ratios


def _say(
    deciding: ArmName | None, ratios: dict[ArmName, Ratio], evidence: Evidence, failure: Failure | None
) -> tuple[SpeedVerdict, str]:
    """The verdict against the deciding rival, and the figures it rests on."""
    figures = evidence.figures
    if failure is not None:
        return "unmeasured", failure.reason
    if deciding is None:
        return "unmeasured", "there is no other program to compare with"
    if figures is None:
        done = len(evidence.blocks)
        return (
            "unmeasured",
            f"only {done} of the {MIN_BLOCKS} blocks needed fit into {evidence.budget_seconds:g} s",
        )
    ratio = ratios[deciding]
    again = "; ".join(["", *filter(None, [evidence.tally.told()])])
    against = f"{show_ratio(ratio, figures.floor)}, against {_RIVAL_WORDS[deciding]}{again}"
    if ratio.verdict != "unmeasured":
        return ratio.verdict, against
    return "unmeasured", f"{_why_unmeasured(deciding, evidence, figures)}: {against}"


def _why_unmeasured(deciding: ArmName, evidence: Evidence, figures: Figures) -> str:
    if deciding in figures.short:
        return "too short to tell from the harness's own cost"
    if deciding in figures.cheaper:
        return "repeats cost far less than first calls"
    if figures.is_unproven_gain(deciding):
        return "too short to prove that repeats cost what first calls do"
    if evidence.ending in ("screened", "futile"):
        return "no gain in sight" if deciding == "best" else "too noisy to tell"
    if evidence.ending is None:
        return f"not clear within {evidence.budget_seconds:g} s"
    return "not clear after all pairs"


def _flags(evidence: Evidence, deciding: ArmName | None, failure: Failure | None) -> tuple[str, ...]:
    figures = evidence.figures
    facts: list[TrialFact] = [run.fact for block in evidence.blocks for run in block.runs]
    flags = {
        "busy": evidence.tally.kept > 0 or is_busy(facts, evidence.load_average, evidence.cores),
        "meter-lost": "unmetered" in evidence.tally.discarded,
        "stolen": "stolen" in evidence.tally.discarded,
        "control-off": figures is not None and control_off(figures.control),
        "fewer-inputs": evidence.fewer_inputs,
        "too-short": figures is not None and deciding in figures.short,
        "repeats-cheaper": figures is not None and bool(figures.cheaper),
        "repeats-unproven": figures is not None and any(map(figures.is_unproven_gain, figures.unproven)),
    }
    found = [flag for flag, there in flags.items() if there]
    return (failure.flag, *found) if failure else tuple(found)


def _trials(evidence: Evidence, *, whole: bool) -> tuple[Trial, ...]:
    """The raw samples, block by block in the order they ran."""
    charges = _charges(evidence.figures)
    trials = []
    for position, block in enumerate(evidence.blocks):
        for run in block.runs:
            fact, work = run.fact, phases_of(run.fact, evidence.repeats, whole=whole).work
            charge = charges.get(run.arm, {}).get(position, 0.0)
            trials.append(
                Trial(
                    arm=run.arm,
                    block=block.index,
                    cost_ns=max(0, round(work + charge)),
                    load_ns=fact.load_ns,
                    decode_ns=fact.decode_ns,
                    work_ns=sum(fact.first_ns) + fact.rest_ns,
                    first_ns=sum(fact.first_ns),
                    encode_ns=fact.encode_ns,
                    wall_ns=fact.wall_ns,
                    peak_bytes=fact.peak_bytes,
                    zygote=block.zygote,
                )
            )
    return tuple(trials)


def _charges(figures: Figures | None) -> dict[ArmName, dict[int, float]]:
    """By arm and block: what is charged to a pass less the null program's cost, in ns."""
    if figures is None:
        return {}
    columns = figures.columns
    per_block = columns.pairs // columns.blocks
    return {arm: dict(enumerate(charge_ns(columns, arm)[::per_block].tolist())) for arm in columns.arms}
