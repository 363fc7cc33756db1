"""What a run does for its strategy: profiles, rivals, programs told apart, references that fail."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from perftui.engine.rivals import rival_of
from perftui.events.model import CandidateJudged, CandidateProfiled, ProblemEnded
from perftui.events.state import ProblemState
from perftui.events.summary import best_of, totals
from perftui.headless.ending import ending
from perftui.headless.told import line_of
from perftui.own.guard import guarded
from perftui.refine.actions import Ask, Profile
from perftui.refine.attempts import asked
from perftui.refine.catalogue import BUILT_IN, Catalogue, using
from perftui.refine.chain import Chain, StrategySettings
from perftui.refine.conversation import next_turn
from perftui.refine.part import Part
from perftui.sandbox.protocol import CallEnd, CallFact, JudgeJob, ProfileFact, ProfileJob, SandboxLostError
from perftui.timing.model import Measurement, Ratio
from tests.engine.harness import (
    OTHER_RIGHT,
    RIGHT,
    WRONG,
    MadeUpPool,
    MadeUpSandbox,
    Rig,
    fenced,
    problem,
    rig,
)

ONE = StrategySettings(feedback_rounds=1)


class Metered(MadeUpSandbox):
    """Profiles programs, or is lost under each that it profiles."""

    def __init__(self, *, lost: bool = False) -> None:
        super().__init__()
        self.lost = lost
        self.profiled: list[ProfileJob] = []

    async def judge(self, job: JudgeJob, on_call: Callable[[CallFact], bool]) -> None:
        def slow(fact: CallFact) -> bool:
            return on_call(msgspec.structs.replace(fact, cpu_ns=10_000 * (fact.index + 1)))

        await super().judge(job, slow)

    async def profile(self, job: ProfileJob) -> ProfileFact:
        self.profiled.append(job)
        if self.lost:
            raise SandboxLostError("the container is gone")
        end: CallEnd = "returned"
        return ProfileFact(end=end, lines=((2, 5, 900), (1, 1, 100)), wall_ns=1000)


def only(r: Rig) -> ProblemState:
    (state,) = r.state.problems.values()
    return state


def run_with(sandbox: MadeUpSandbox, *programs: str, settings: StrategySettings = ONE) -> Rig:
    return rig(
        [problem()],
        {("double", 0): [fenced(p) for p in programs]},
        pool=MadeUpPool(sandbox),
        settings=settings,
    )


async def test_the_best_program_is_profiled_on_its_slowest_test_for_the_next_prompt() -> None:
    sandbox = Metered()
    r = run_with(sandbox, RIGHT, OTHER_RIGHT, OTHER_RIGHT)
    await r.engine.run()
    (job,) = sandbox.profiled
    assert (job.program, job.input) == (RIGHT, problem().tests[2].input)
    (event,) = [event for event in r.log.events if isinstance(event, CandidateProfiled)]
    assert event.fact.input == "t3"
    assert "line 2, 90 %, 5 times: return 2 * x" in r.model.asked[1].messages[-1].content
    assert only(r).chains[0].rounds[0].profile == event.fact


async def test_a_profile_that_cannot_be_had_costs_nothing_else() -> None:
    sandbox = Metered(lost=True)
    r = run_with(sandbox, RIGHT, OTHER_RIGHT, OTHER_RIGHT)
    await r.engine.run()
    assert only(r).status == "solved"
    fact = only(r).chains[0].rounds[0].profile
    assert fact is not None
    assert (fact.profile, fact.trouble) == (None, "the sandbox was lost 3 times: the container is gone")
    assert len(only(r).chains[0].rounds) == 3


async def test_a_resumed_run_does_not_profile_again() -> None:
    whole = run_with(Metered(), RIGHT, OTHER_RIGHT, OTHER_RIGHT)
    await whole.engine.run()
    at = next(i for i, event in enumerate(whole.log.events) if isinstance(event, CandidateProfiled))
    for end, profiles in ((at, 1), (at + 1, 0)):
        again = Metered()
        script = {("double", 0): [fenced(p) for p in (RIGHT, OTHER_RIGHT, OTHER_RIGHT)]}
        r = rig(
            [problem()], script, past=whole.log.events[:end], pool=MadeUpPool(again), settings=ONE
        )  # fmt: skip
        await r.engine.run()
        assert len(again.profiled) == profiles
        assert [x.outcome for x in only(r).chains[0].rounds] == [
            x.outcome for x in only(whole).chains[0].rounds
        ]


async def test_programs_that_differ_in_comments_and_layout_are_judged_once() -> None:
    chatty = "def double(x):  # twice\n    return (2 * x)\n"
    r = rig([problem()], {("double", n): [fenced(p)] for n, p in enumerate((RIGHT, chatty))}, chains=2)
    await r.engine.run()
    judged = [event for event in r.log.events if isinstance(event, CandidateJudged)]
    assert sorted(event.known for event in judged if event.chain is not None) == [True, True]
    assert r.pool.sandbox.judged == [RIGHT], "the reference is the same program, too"
    assert {event.candidate for event in judged} == _candidates(r), "each keeps its own text"


def _candidates(r: Rig) -> set[str]:
    return {x.candidate for chain in only(r).chains for x in chain.rounds if x.candidate is not None}


@pytest.mark.parametrize(("keep", "status"), [(False, "left-out"), (True, "solved")])
async def test_a_problem_whose_reference_fails_is_left_out_unless_it_is_asked_for(
    keep: bool, status: str
) -> None:
    broken = msgspec.structs.replace(problem(), references=(WRONG,))
    r = rig([broken], {("double", 0): [fenced(RIGHT)]}, keep_broken=keep)
    await r.engine.run()
    (ended,) = [event for event in r.log.events if isinstance(event, ProblemEnded)]
    assert (ended.how, only(r).status) == (status, status)
    assert r.state.status == "done"
    assert bool(r.model.asked) is keep
    if not keep:
        assert ended.reason.startswith("its reference fails: t1")
        line = line_of(ended, r.state)
        assert line is not None
        assert line.text.startswith("⊖ double left out: its reference fails: t1")
        assert "1 whose reference fails" in ending(r.state, 1.0)
        figures = totals(r.state)
        assert (figures.ended, figures.left_out, figures.correct_share) == (1, 1, None)


async def test_an_evaluation_judges_its_samples_whatever_the_reference() -> None:
    broken = msgspec.structs.replace(problem(), references=(WRONG,))
    r = rig([broken], {("double", 0): [fenced(RIGHT)]}, purpose="evaluate")
    await r.engine.run()
    assert only(r).status == "solved"


async def test_the_rival_is_the_fastest_of_the_other_chains_that_was_timed() -> None:
    programs = {("double", n): [fenced(p)] for n, p in enumerate((RIGHT, OTHER_RIGHT, RIGHT))}
    r = rig([problem()], programs, chains=3)
    await r.engine.run()
    state = only(r)
    assert rival_of(state, 0) is None, "nothing was timed"
    timed = msgspec.structs.replace(
        state, chains=tuple(_timed(c, ratio) for c, ratio in zip(state.chains, (9.0, 2.0, 3.0), strict=True))
    )
    rival = rival_of(timed, 0)
    assert rival is not None
    assert (rival.chain, rival.code) == (2, RIGHT)
    best = rival_of(timed, 1)
    assert best is not None
    assert best.chain == 0


async def test_the_winner_follows_the_objective() -> None:
    r = rig([problem()], {("double", n): [fenced(RIGHT)] for n in range(3)}, chains=3)
    await r.engine.run()
    chains = [
        _timed(chain, ratio, peak)
        for chain, ratio, peak in zip(only(r).chains, (9.0, 2.0, 3.0), (90, 30, 10), strict=True)
    ]
    found = [best_of(chains, objective) for objective in ("time", "memory", "both")]  # type: ignore[arg-type]
    assert [best.chain for best in found if best is not None] == [0, 2, 2]


def _timed(chain: object, ratio: float, peak: int = 0) -> object:
    known = Ratio(estimate=ratio, low=ratio * 0.99, high=ratio * 1.01, pairs=9, verdict="faster")
    measurement = Measurement(verdict="faster", reason="", vs_reference=known, peak_bytes=peak)
    (first, *rest) = chain.rounds  # type: ignore[attr-defined]
    rounds = (msgspec.structs.replace(first, measurement=measurement), *rest)
    return msgspec.structs.replace(chain, rounds=rounds)  # type: ignore[type-var]


def _profile_late(chain: Chain) -> Ask | Profile | None:
    """Try once without a profile, then profile the best program, then try with it."""
    best = chain.best
    if best is None or best.candidate is None:
        return None
    over = {asked(round_) for round_ in chain.rounds}
    if "try" in over and best.profile is None:
        return Profile(candidate=best.candidate, input="t1")
    label = next((label for label in ("try", "again") if label not in over), None)
    if label is None:
        return None
    return next_turn(chain, phase="performance", label=label, prompt="Faster.", parent=best)


async def test_the_best_program_is_profiled_where_the_model_wrote_it_once_more() -> None:
    late = guarded(Part("late", "performance", 2, "Late.", _profile_late), __file__)
    with using(Catalogue(parts=(*BUILT_IN.parts, late))):
        r = rig(
            [problem()],
            {("double", 0): [fenced(RIGHT)] * 3},
            pool=MadeUpPool(Metered()),
            strategy="late",
        )
        await r.engine.run()
    (chain,) = r.state.problems["double"].chains
    assert chain.how == "finished", chain.ended
    assert [round_.ask.label for round_ in chain.rounds] == ["base", "try", "again"]
    (event,) = [event for event in r.log.events if isinstance(event, CandidateProfiled)]
    assert event.round == 0


async def test_what_was_noted_of_a_reply_that_was_cut_off_is_kept_with_its_program() -> None:
    r = rig(
        [problem()],
        {("double", 0): [f"Here:\n```python\n{RIGHT}```\nOr:\n```python\ndef double(x):\n    return ("]},
    )
    await r.engine.run()
    first = only(r).chains[0].rounds[0]
    assert first.code == RIGHT
    assert first.note == "the reply ends in the middle of its code"
