"""Figures of a run, drawn from its picture: the same for the screen, plain output and reports.

All are pure. What is known of one problem is worked out once for each of its states (kept in the
state's `__dict__`), so that a thousand problems can be summed several times a second.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import get_args

import msgspec

from perftui.events.model import ProblemEndKind, Stage
from perftui.events.state import ChainState, ProblemState, ProblemStatus, RunState
from perftui.judging.model import Verdict
from perftui.refine.chain import Objective, Round, best_round
from perftui.timing.model import Measurement, Ratio

OPTIMISED_SHARE = 0.1
"""A program is optimised where it takes over this share less time than the reference (the paper's)."""

STAGES_BY_TELLING: tuple[Stage, ...] = (
    "held", "timing", "profiling", "judging", "model", "back-off", "lane", "sandbox", "paused", "queued",
)  # fmt: skip
"""Of several chains at work, what the first of these does is said of the problem."""

ENDED: frozenset[ProblemStatus] = frozenset(get_args(ProblemEndKind))
"""The ways in which a problem can have ended."""


class Best(msgspec.Struct, frozen=True, kw_only=True):
    """The best program of a problem or a chain.

    Attributes:
        chain: 0-based.
        round: 0-based, in that chain.
        candidate: hash of the program.
        measurement: how fast it is, None where that was never tried; of a problem's winner, the one
            that was made apart from the search, once it is there.
        searched: the measurement by which the search chose it.
        held_out: whether `measurement` is on inputs that the search never used.
    """

    chain: int
    round: int
    candidate: str
    measurement: Measurement | None
    searched: Measurement | None = None
    held_out: bool = False

    @property
    def vs_reference(self) -> Ratio | None:
        """How many times faster than the reference it is, None where that could not be measured."""
        return _measured(self.measurement.vs_reference if self.measurement else None)

    @property
    def vs_seed(self) -> Ratio | None:
        """How many times faster than its chain's seed it is, None where that could not be measured."""
        return _measured(self.measurement.vs_seed if self.measurement else None)

    @property
    def searched_vs_reference(self) -> Ratio | None:
        """How many times faster than the reference the search took it to be."""
        return _measured(self.searched.vs_reference if self.searched else None)

    @property
    def claims_gain(self) -> bool:
        """Whether the search says that it is faster than the reference or than its seed."""
        return any(
            ratio is not None and ratio.verdict == "faster" for ratio in (self.vs_reference, self.vs_seed)
        )

    @property
    def optimised(self) -> bool:
        """Whether it is faster than the reference by the paper's 10 %, beyond doubt."""
        ratio = self.vs_reference
        return ratio is not None and ratio.verdict == "faster" and is_optimised(ratio.estimate)


class Doing(msgspec.Struct, frozen=True, kw_only=True):
    """What a problem is doing now.

    Attributes:
        chain: the chain that does it, 0-based.
        stage: what it does or waits for.
        detail: more of that, printable.
        since: seconds since the epoch.
        progress: trials done and planned, while it is timed.
        label: what the round is for, such as `optimise`; empty before the first.
    """

    chain: int
    stage: Stage
    detail: str
    since: float
    progress: tuple[int, int] | None = None
    label: str = ""


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """The figures at the head of a run.

    Attributes:
        problems: of the run.
        ended: problems that came to an end, however.
        solved: ended with a correct program.
        correct_share: solved over ended, those left out apart; None before any has ended.
        optimised: ended with a program that is faster than the reference by over 10 %.
        optimised_share: optimised over the same; None before any has ended.
        measured: ended with a correct program whose ratio to the reference is known.
        speedup: geometric mean of those ratios; None where there are none.
        speedup_low: lower end of its interval at 95 %, by Student's t on the logarithms; None for fewer
            than two.
        speedup_high: upper end.
        unmeasured: ended with a correct program whose ratio is not known.
        left_out: ended unsolved, since their references fail; no share counts them.
        infrastructure: ended because something outside failed.
        cancelled: ended by a person.
        flagged: problems with a program that is suspected of cheating.
        calls: replies received.
        tokens: prompt and completion tokens of all replies.
        in_model: chains whose call is in flight.
        backing_off: chains that wait before another attempt at a call.
        judging: chains whose program is being judged.
        timing: chains whose program is being timed.
        waiting_sandbox: chains that wait for a sandbox.
        waiting_lane: chains that wait for the timing lane.
        held: chains whose action waits for a person.
    """

    problems: int
    ended: int
    solved: int
    correct_share: float | None
    optimised: int
    optimised_share: float | None
    measured: int
    speedup: float | None
    speedup_low: float | None
    speedup_high: float | None
    unmeasured: int
    left_out: int
    infrastructure: int
    cancelled: int
    flagged: int
    calls: int
    tokens: int
    in_model: int
    backing_off: int
    judging: int
    timing: int
    waiting_sandbox: int
    waiting_lane: int
    held: int


class _Figures(msgspec.Struct, frozen=True):
    """What totals need of one problem."""

    best: Best | None
    doing: Doing | None
    flagged: bool
    stages: tuple[Stage, ...]
    log_speedup: float | None
    rounds: int
    lengths: tuple[int, ...]


def is_optimised(speedup: float) -> bool:
    """Whether a program takes over 10 % less time, given how many times faster it is."""
    return speedup > 0 and 1 - 1 / speedup > OPTIMISED_SHARE


def resumable(state: RunState) -> str:
    """What goes on where this run is to go on: the sweep that it is part of, else itself."""
    cell = state.plan.cell if state.plan is not None else None
    return state.run if cell is None else cell.sweep


def totals(state: RunState) -> Totals:
    """The figures of the run so far; shares and speedups are over the problems that have ended."""
    problems = state.problems.values()
    ended = [(problem, _figures(problem)) for problem in problems if problem.status in ENDED]
    solved = [figures for _, figures in ended if figures.best is not None]
    logs = [figures.log_speedup for figures in solved if figures.log_speedup is not None]
    optimised = sum(figures.best is not None and figures.best.optimised for figures in solved)
    left_out = sum(problem.status == "left-out" for problem, _ in ended)
    counted = len(ended) - left_out
    middle = math.fsum(logs) / len(logs) if logs else 0.0
    half = _half_width(logs, middle)
    stages = [stage for problem in problems for stage in _figures(problem).stages]
    return Totals(
        problems=len(problems),
        ended=len(ended),
        solved=len(solved),
        correct_share=len(solved) / counted if counted else None,
        optimised=optimised,
        optimised_share=optimised / counted if counted else None,
        measured=len(logs),
        speedup=math.exp(middle) if logs else None,
        speedup_low=math.exp(middle - half) if half is not None else None,
        speedup_high=math.exp(middle + half) if half is not None else None,
        unmeasured=len(solved) - len(logs),
        left_out=left_out,
        infrastructure=sum(problem.status == "infrastructure" for problem, _ in ended),
        cancelled=sum(problem.status == "cancelled" for problem, _ in ended),
        flagged=sum(_figures(problem).flagged for problem in problems),
        calls=state.spent.calls,
        tokens=state.spent.prompt_tokens + state.spent.completion_tokens,
        in_model=stages.count("model"),
        backing_off=stages.count("back-off"),
        judging=stages.count("judging"),
        timing=stages.count("timing"),
        waiting_sandbox=stages.count("sandbox"),
        waiting_lane=stages.count("lane"),
        held=stages.count("held"),
    )


def _half_width(logs: Sequence[float], middle: float) -> float | None:
    """Half the 95 % interval of a mean; None for fewer than two values."""
    count = len(logs)
    if count < 2:
        return None
    variance = math.fsum((value - middle) ** 2 for value in logs) / (count - 1)
    # Cornish and Fisher's expansion of Student's t from the normal quantile; off by 0.2 % at 5 degrees of
    # freedom, and by more below, where the interval is wide whatever one does.
    z, free = 1.959964, count - 1
    t = z + (z**3 + z) / (4 * free) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * free**2)
    return t * math.sqrt(variance / count)


def wilson(successes: int, total: int) -> tuple[float, float]:
    """Wilson's interval of a share at 95 % (Wilson 1927, J. Am. Stat. Assoc. 22)."""
    if not total:
        return 0.0, 1.0
    z = 1.959964
    share, spread = successes / total, z * z / total
    middle = (share + spread / 2) / (1 + spread)
    half = z * math.sqrt(share * (1 - share) / total + spread / (4 * total)) / (1 + spread)
    return max(0.0, middle - half), min(1.0, middle + half)


def problem_best(problem: ProblemState) -> Best | None:
    """The fastest correct program over all chains, None where no chain has one.

    Which one it is, the search says; how fast it is, the measurement apart from the search.
    """
    return _figures(problem).best


def confirmed(problem: ProblemState, best: Best | None) -> Best | None:
    """A chain's best as it stands after the problem's winner was measured again."""
    found = problem.confirmed
    if best is None or found is None or found.candidate != best.candidate:
        return best
    return msgspec.structs.replace(best, measurement=found.measurement, held_out=found.held_out)


def best_of(chains: Iterable[ChainState], objective: Objective = "time") -> Best | None:
    """The best of the chains' best programs; the first of equals.

    By time, the one with the highest measured ratio to the reference, else to its seed; by memory, the
    one with the lowest peak, and of equals the faster; by both, the one whose ratio is highest for the
    memory it takes. Programs that were not measured come after those that were.
    """
    bests = (best for chain in chains if (best := chain_best(chain)) is not None)
    return max(bests, key=lambda best: rank(best, objective), default=None)


def rank(best: Best, objective: Objective) -> tuple[float, ...]:
    """What the best of several is chosen by: the higher, the better.

    Zero stands for what was not measured: every ratio is above it.
    """
    speed = (
        best.vs_reference.estimate if best.vs_reference else 0.0,
        best.vs_seed.estimate if best.vs_seed else 0.0,
    )
    peak = best.measurement.peak_bytes if best.measurement is not None else 0
    match objective:
        case "time":
            return speed
        case "memory":
            return (1.0 / peak if peak else 0.0, *speed)
        case "both":
            return (speed[0] / peak if peak else 0.0, *speed)


def chain_best(chain: ChainState) -> Best | None:
    """The chain's seed, or the last program that was kept in its place; never a flagged one."""
    best = best_round(chain.rounds)
    if best is None or best.candidate is None:
        return None
    return Best(
        chain=chain.index,
        round=best.index,
        candidate=best.candidate,
        measurement=best.measurement,
        searched=best.measurement,
    )


def ended_rounds(chain: ChainState) -> int:
    """How many rounds of a chain came to their end."""
    return sum(round_.outcome is not None for round_ in chain.rounds)


def rounds_of(problem: ProblemState) -> int:
    """How many rounds of a problem came to their end, over all attempts."""
    return _figures(problem).rounds


def lengths_of(problem: ProblemState) -> tuple[int, ...]:
    """Rounds of those of its chains that finished by themselves."""
    return _figures(problem).lengths


def is_flagged(round_: Round) -> bool:
    """Whether the round's program is suspected of cheating."""
    if round_.outcome is not None and round_.outcome.kind == "flagged":
        return True
    return round_.verdict is not None and round_.verdict.kind == "suspected-cheating"


def problem_stage(problem: ProblemState) -> Doing | None:
    """What the problem is doing now, None where nothing is going on.

    Of several chains, the one whose stage tells most; of those, the one that is longest in it.
    """
    return _figures(problem).doing


def tests_passed(problem: ProblemState) -> tuple[int, int] | None:
    """Tests that its best program passed, and how many there are; None before any verdict.

    Without a correct program, that of the one that came furthest.
    """
    if problem.outline is not None:
        return problem.outline.tests
    verdict = furthest(problem)
    return None if verdict is None else (verdict.tests_passed, verdict.tests_total or problem.head.tests)


def furthest(problem: ProblemState) -> Verdict | None:
    """The verdict on the program that came furthest: a correct one, else by tests passed; None before any."""
    if problem.outline is not None:
        return problem.outline.furthest
    verdicts = (r.verdict for chain in problem.chains for r in chain.rounds if r.verdict is not None)
    return max(verdicts, key=lambda verdict: (verdict.correct, verdict.tests_passed), default=None)


def _figures(problem: ProblemState) -> _Figures:
    known: _Figures | None = problem.__dict__.get("figures")
    if known is None:
        known = problem.__dict__["figures"] = _work_out(problem)
    return known


def _work_out(problem: ProblemState) -> _Figures:
    best = confirmed(problem, best_of(problem.chains, problem.objective))
    ratio = best.vs_reference if best is not None else None
    return _Figures(
        best=best,
        doing=_doing(problem.chains),
        flagged=any(is_flagged(round_) for chain in problem.chains for round_ in chain.rounds),
        stages=tuple(chain.stage for chain in problem.chains if chain.stage is not None),
        log_speedup=math.log(ratio.estimate) if ratio is not None else None,
        rounds=sum(
            ended_rounds(chain) for attempt in (problem, *problem.earlier) for chain in attempt.chains
        ),
        lengths=tuple(
            len(chain.rounds)
            for chain in problem.chains
            if chain.ended is not None and chain.how == "finished"
        ),
    )


def _doing(chains: tuple[ChainState, ...]) -> Doing | None:
    busy = [(chain, chain.stage) for chain in chains if chain.stage is not None]
    if not busy:
        return None
    chain, stage = min(busy, key=lambda one: (STAGES_BY_TELLING.index(one[1]), one[0].stage_since))
    return Doing(
        chain=chain.index,
        stage=stage,
        detail=chain.stage_detail,
        since=chain.stage_since,
        progress=chain.progress,
        label=chain.rounds[-1].ask.label if chain.rounds else "",
    )


def _measured(ratio: Ratio | None) -> Ratio | None:
    if ratio is None or ratio.verdict == "unmeasured" or not 0 < ratio.estimate < math.inf:
        return None
    return ratio
