"""Before anything is compared: how many passes fill a window, and what each test costs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from statistics import median

from perftui.sandbox.protocol import TrialFact
from perftui.timing.fill import WINDOW_NS, Pace, pace_of, passes, trial_seconds
from perftui.timing.model import ArmName, TestTime
from perftui.timing.quality import cpu_ns
from perftui.timing.schedule import Cast
from perftui.timing.trials import Runner, UnfitError

TEST_TIME_TRIALS = 5
_TEST_TIME_SHARE = 0.12
_REFINEMENTS = 2
_SETTLED = 1.25
_ENOUGH_PAIRS = 8


@dataclass(frozen=True, slots=True)
class Window:
    """How trials are filled.

    Attributes:
        repeats: passes per trial.
        mirrored: whether a block runs each arm twice.
        block_seconds: how long a block is expected to take.
    """

    repeats: int
    mirrored: bool
    block_seconds: float


async def fill_window(
    runner: Runner, cast: Cast, *, budget_seconds: float, clock: Callable[[], float]
) -> Window:
    """Run each program a few times to find how many passes fill a trial.

    Raises:
        UnfitError: a trial gave no figure, or there is no clock.
        SandboxLostError: the sandbox failed.
    """
    seconds = trial_seconds(budget_seconds, len(cast.arms))
    filling = {rival.names[0] for rival in cast.rivals.values()} or {cast.baseline.names[0]}
    walls: dict[ArmName, float] = {}
    repeats, trial = 1, 0.0
    for zygote in range(1 + _REFINEMENTS):
        started = clock()
        paces = await _paces(runner, cast, repeats=repeats, zygote=zygote, clock=clock)
        trial = (clock() - started) / (len(paces) + 1)
        # The quickest that was seen: one trial that had to wait must not shrink the window.
        walls = {name: min(pace.wall_ns, walls.get(name, inf)) for name, pace in paces.items()}
        work = min(paces[name].work_ns for name in filling)
        wanted = passes(work, max(walls.values()), seconds)
        settled = repeats / _SETTLED <= wanted <= repeats * _SETTLED
        trial *= max(1.0, wanted / repeats)
        repeats = wanted
        if work >= WINDOW_NS or (settled and zygote > 0):
            break
    block = trial * (2 * len(cast.arms) + 1)
    if block * _ENOUGH_PAIRS <= budget_seconds:
        return Window(repeats, mirrored=True, block_seconds=block)
    return Window(repeats, mirrored=False, block_seconds=trial * (len(cast.arms) + 1))


async def time_tests(
    runner: Runner, cast: Cast, *, budget_seconds: float, clock: Callable[[], float]
) -> tuple[TestTime, ...]:
    """What each test costs the candidate: medians over a few fresh processes, the null program's off.

    Raises:
        UnfitError: a trial gave no figure.
        SandboxLostError: the sandbox failed.
    """
    started = clock()
    mine: list[TrialFact] = []
    nulls: list[TrialFact] = []
    for zygote in range(TEST_TIME_TRIALS):
        mine.append(await runner.run(cast.candidate, repeats=1, zygote=zygote, per_test=True))
        nulls.append(await runner.null(cast.candidate, repeats=1, zygote=zygote, per_test=True))
        spent = clock() - started
        if spent * (1 + 1 / len(mine)) > _TEST_TIME_SHARE * budget_seconds:
            break
    return times_of(runner.work.test_names, mine, nulls)


def times_of(names: tuple[str, ...], mine: list[TrialFact], nulls: list[TrialFact]) -> tuple[TestTime, ...]:
    """The time and share of each test, from trials that metered each input by itself.

    Returns:
        One a test in their order; nothing where the trials do not have a figure for each.
    """
    if any(len(fact.first_ns) != len(names) for fact in (*mine, *nulls)):
        return ()
    costs = [
        max(0.0, median(fact.first_ns[i] for fact in mine) - median(fact.first_ns[i] for fact in nulls))
        for i in range(len(names))
    ]
    total = sum(costs)
    return tuple(
        TestTime(name=name, cpu_ns=round(cost), share=cost / total if total else 0.0)
        for name, cost in zip(names, costs, strict=True)
    )


async def _paces(
    runner: Runner, cast: Cast, *, repeats: int, zygote: int, clock: Callable[[], float]
) -> dict[ArmName, Pace]:
    null = await runner.null(cast.baseline, repeats=repeats, zygote=zygote)
    paces: dict[ArmName, Pace] = {}
    for arm in cast.arms:
        if arm.names[0] == "control":
            continue
        started = clock()
        fact = await runner.run(arm, repeats=repeats, zygote=zygote)
        # Each pass of a program that reads stdin starts processes: their start takes time as well.
        wall_ns = (clock() - started) * 1e9 if runner.work.whole else fact.wall_ns
        if cpu_ns(fact) == 0:
            raise UnfitError("the sandbox reads no CPU clock, so speed cannot be measured", "no-clock")
        paces[arm.names[0]] = pace_of(fact, null, repeats, wall_ns)
    return paces
