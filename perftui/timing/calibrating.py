"""Before anything is compared: how many passes fill a window, and what each test costs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from statistics import median

from perftui.sandbox.protocol import TrialFact
from perftui.timing.fill import WINDOW_NS, Pace, pace_of, passes, trial_seconds
from perftui.timing.model import ArmName, TestTime
from perftui.timing.quality import cpu_ns, wait_of
from perftui.timing.schedule import Cast
from perftui.timing.trials import Runner, UnfitError

TEST_TIME_TRIALS = 5
_TEST_TIME_SHARE = 0.1
_REFINEMENTS = 2
_SETTLED = 1.25
_ENOUGH_BLOCKS = 16
_PLENTY = 2


@dataclass(frozen=True, slots=True)
class Window:
    """How trials are filled.

    Attributes:
        repeats: passes per trial.
        mirrored: whether a block runs each arm twice.
        block_seconds: how long a block is expected to take.
        usual_wait: median of wall over CPU time of the trials that told all this.
    """

    repeats: int
    mirrored: bool
    block_seconds: float
    usual_wait: float


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
    facts: list[TrialFact] = []
    repeats, expected = 1, 0.0
    for zygote in range(1 + _REFINEMENTS):
        paces = await _paces(runner, cast, facts, repeats=repeats, zygote=zygote, clock=clock)
        # The quickest that was seen: one trial that had to wait must not shrink the window.
        walls = {name: min(pace.wall_ns, walls.get(name, inf)) for name, pace in paces.items()}
        quickest = min((paces[name] for name in filling), key=lambda pace: pace.work_ns)
        wanted = passes(quickest.work_ns, max(walls.values()), seconds, side_ns=quickest.side_ns)
        settled = repeats / _SETTLED <= wanted <= repeats * _SETTLED
        expected = _trials_seconds(cast, paces, wanted - repeats)
        repeats = wanted
        if quickest.work_ns >= _PLENTY * WINDOW_NS or (settled and zygote > 0):
            break
    mirrored = 2 * expected * _ENOUGH_BLOCKS <= budget_seconds
    return Window(repeats, mirrored, 2 * expected if mirrored else expected, wait_of(facts))


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
    offs = [median(fact.first_ns[i] for fact in nulls) for i in range(len(names))]
    readings = [[fact.first_ns[i] - offs[i] for fact in mine] for i in range(len(names))]
    costs = [max(0.0, median(of_test)) for of_test in readings]
    total, slowest = sum(costs), costs.index(max(costs)) if costs else 0
    return tuple(
        TestTime(
            name=name,
            cpu_ns=round(cost),
            share=cost / total if total else 0.0,
            level=place != slowest and _is_level(readings[place], readings[slowest]),
        )
        for place, (name, cost) in enumerate(zip(names, costs, strict=True))
    )


def _is_level(mine: list[float], slowest: list[float]) -> bool:
    """Whether a test took as long as the slowest in one process; processes may differ in their speed."""
    return any(one >= other for one, other in zip(mine, slowest, strict=True))


async def _paces(
    runner: Runner,
    cast: Cast,
    facts: list[TrialFact],
    *,
    repeats: int,
    zygote: int,
    clock: Callable[[], float],
) -> dict[ArmName, Pace]:
    """The pace of each arm, the null program's among them and without the control's; keeps the facts."""
    paces: dict[ArmName, Pace] = {}
    metered = 0
    started = clock()
    null = await runner.null(cast.baseline, repeats=repeats, zygote=zygote)
    paces["null"] = pace_of(null, null, repeats, clock() - started, whole=runner.work.whole)
    for arm in cast.arms:
        if arm.names[0] == "control":
            continue
        started = clock()
        fact = await runner.run(arm, repeats=repeats, zygote=zygote)
        facts.append(fact)
        metered += cpu_ns(fact)
        paces[arm.names[0]] = pace_of(fact, null, repeats, clock() - started, whole=runner.work.whole)
    if metered == 0:
        raise UnfitError("the sandbox reads no CPU clock, so speed cannot be measured", "no-clock")
    return paces


def _trials_seconds(cast: Cast, paces: dict[ArmName, Pace], more: int) -> float:
    """How long one trial of each arm takes, the control and the null program too, with more passes."""
    names = [*paces, cast.baseline.names[0]]
    return sum(paces[name].seconds + max(0, more) * paces[name].wall_ns / 1e9 for name in names)
