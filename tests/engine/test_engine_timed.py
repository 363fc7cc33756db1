"""Runs that time programs, in a real process sandbox: what is chosen, held out, confirmed, and caught."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import anyio
import msgspec
import pytest

from perftui.events.commands import Decision, Send, Skip
from perftui.events.model import (
    CandidateMeasured,
    GeneratorWritten,
    ProblemPrepared,
    StoredEvent,
    WinnerConfirmed,
)
from perftui.events.plan import TimingBudget
from perftui.llm.model import Message, ModelRefusedError
from perftui.preparing.cache import AnswerCache
from perftui.problems.model import Problem, TestCase, TimingData
from perftui.refine.actions import Ask
from perftui.report.report import ProblemRow, build_report
from perftui.sandbox.choose import open_pool
from perftui.sandbox.pool import WarmPool
from perftui.sandbox.protocol import SandboxInfo
from perftui.values import encode
from tests.engine.harness import Rig, fenced, rig

GENERATOR = """\
import random

def generate(size, seed):
    rng = random.Random(seed)
    return ([rng.randrange(10**9) for _ in range(size)],)
"""
REFERENCE = "def smallest(items):\n    return min(items, default=None)\n"
SLOW = "def smallest(items):\n    return sorted(sorted(items), reverse=True)[-1] if items else None\n"
QUICK = "def smallest(items):\n    return min(items) if items else None\n"
LEARNT = "def smallest(items):\n    return {0: None, 2: 1, 3: 2}.get(len(items))\n"
MOSTLY_RIGHT = "def smallest(items):\n    return min(items, default=None) if len(items) != 5 else 7\n"


@pytest.fixture(scope="module")
async def pool() -> AsyncIterator[WarmPool]:
    async with open_pool("process", 2) as opened:
        if opened.info.clock == "none":
            pytest.skip("this system has no CPU clock of another process")
        yield opened


def problem(**fields: object) -> Problem:
    tests = [((), None), ((4, 1), 1), ((9, 2, 5), 2)]
    base = Problem(
        id="smallest",
        title="smallest",
        kind="function",
        statement="The smallest item of a list; None of none.",
        stub="def smallest(items):\n",
        entry_point="smallest",
        references=(REFERENCE,),
        tests=tuple(
            TestCase(name=f"t{place}", input=encode((list(items),)), expected=encode(smallest))
            for place, (items, smallest) in enumerate(tests, start=1)
        ),
        timing=TimingData(generator=GENERATOR, source="the problem file"),
        benchmark="made-up",
    )
    return msgspec.structs.replace(base, **fields)


def timed_rig(
    pool: WarmPool,
    programs: Sequence[str],
    wanted: Problem | None = None,
    *,
    past: Sequence[StoredEvent] = (),
    script: dict[tuple[str, int], Sequence[str | Exception]] | None = None,
    cache: AnswerCache | None = None,
    **settings: object,
) -> Rig:
    replies: dict[tuple[str, int], Sequence[str | Exception]] = {("smallest", 0): list(map(fenced, programs))}
    return rig(
        [wanted or problem()],
        replies | (script or {}),
        past=past,
        pool=pool,
        cache=cache,
        budget=TimingBudget(candidate_seconds=3.0, run_seconds=60.0),
        **settings,
    )


def of_kind(r: Rig, kind: type[StoredEvent]) -> list[StoredEvent]:
    return [event for event in r.log.events if isinstance(event, kind)]


def row(r: Rig) -> ProblemRow:
    (found,) = build_report(r.state).per_problem
    return found


async def test_the_winner_is_measured_again_on_inputs_that_the_search_never_used(pool: WarmPool) -> None:
    r = timed_rig(pool, [SLOW, QUICK, QUICK])
    await r.engine.run()
    (prepared,) = of_kind(r, ProblemPrepared)
    (confirmed,) = of_kind(r, WinnerConfirmed)
    assert isinstance(prepared, ProblemPrepared)
    assert isinstance(confirmed, WinnerConfirmed)
    assert prepared.timing.is_long
    assert confirmed.held_out
    ratio = confirmed.measurement.vs_seed
    assert ratio is not None
    assert ratio.verdict == "faster"
    assert confirmed.measurement.vs_reference is not None
    timed = {test.name for test in confirmed.measurement.test_times}
    assert timed <= set(prepared.timing.held_out)
    searched = [event for event in of_kind(r, CandidateMeasured) if isinstance(event, CandidateMeasured)]
    for event in searched:
        assert {test.name for test in event.measurement.test_times} <= set(prepared.timing.shown)
    found = row(r)
    assert (found.held_out, found.vs_seed) == (True, pytest.approx(ratio.estimate))
    assert found.timing_inputs == len(prepared.timing.shown)


async def test_feedback_shows_timing_inputs_and_none_that_is_held_out(pool: WarmPool) -> None:
    r = timed_rig(pool, [SLOW, QUICK, QUICK])
    await r.engine.run()
    (prepared,) = of_kind(r, ProblemPrepared)
    assert isinstance(prepared, ProblemPrepared)
    said = "\n".join(message.content for request in r.model.asked for message in request.messages)
    assert any(name in said for name in prepared.timing.shown if name.startswith("g"))
    assert not [name for name in prepared.timing.held_out if name in said]


async def test_a_resumed_run_times_on_the_same_inputs(pool: WarmPool) -> None:
    whole = timed_rig(pool, [SLOW, QUICK, QUICK])
    await whole.engine.run()
    at = next(i for i, event in enumerate(whole.log.events) if isinstance(event, ProblemPrepared))
    resumed = timed_rig(pool, [SLOW, QUICK, QUICK], past=whole.log.events[: at + 1])
    await resumed.engine.run()
    (prepared,) = of_kind(resumed, ProblemPrepared)
    assert prepared == whole.log.events[at]
    (confirmed,) = of_kind(resumed, WinnerConfirmed)
    assert isinstance(confirmed, WinnerConfirmed)
    assert confirmed.held_out
    ended = timed_rig(pool, [], past=whole.log.events[:-2])
    await ended.engine.run()
    assert len(of_kind(ended, WinnerConfirmed)) == 1, "what is confirmed is not measured once more"


async def test_a_program_that_learnt_its_tests_is_suspected(pool: WarmPool) -> None:
    r = timed_rig(pool, [LEARNT], purpose="evaluate", strategy="perfcodegen")
    await r.engine.run()
    (round_, *_) = r.state.problems["smallest"].chains[0].rounds
    assert round_.verdict is not None
    assert round_.verdict.kind == "suspected-cheating"
    assert "inputs that are no tests" in round_.verdict.reason


async def test_a_program_that_is_wrong_on_a_few_other_inputs_stays_correct_and_gains_nothing(
    pool: WarmPool,
) -> None:
    data = TimingData(inputs=tuple(encode((list(range(9, 9 + size)),)) for size in range(4, 9)))
    r = timed_rig(pool, [MOSTLY_RIGHT], problem(timing=data), purpose="evaluate")
    await r.engine.run()
    (round_, *_) = r.state.problems["smallest"].chains[0].rounds
    assert round_.verdict is not None
    assert round_.measurement is not None
    assert round_.verdict.kind == "correct"
    assert (round_.measurement.verdict, "wrong-on-unseen" in round_.measurement.flags) == ("unmeasured", True)
    assert row(r).speedup is None


async def test_without_a_gain_nothing_is_measured_again(pool: WarmPool) -> None:
    same = REFERENCE.replace("items", "values")
    r = timed_rig(pool, [same, same, same])
    await r.engine.run()
    assert of_kind(r, WinnerConfirmed) == []


async def test_the_model_writes_a_generator_once(pool: WarmPool, tmp_path: Path) -> None:
    cache = AnswerCache(tmp_path)
    bare = problem(timing=TimingData())
    script = {("smallest", -1): [fenced(GENERATOR)]}
    first = timed_rig(pool, [QUICK], bare, script=script, cache=cache, write_generators=True)
    await first.engine.run()
    (written,) = of_kind(first, GeneratorWritten)
    (prepared,) = of_kind(first, ProblemPrepared)
    assert isinstance(written, GeneratorWritten)
    assert isinstance(prepared, ProblemPrepared)
    assert (written.known, written.reply is not None) == (False, True)
    assert prepared.timing.origins["model"] > 0
    assert prepared.timing.is_long
    assert "smallest item" in first.model.asked[0].messages[0].content
    again = timed_rig(pool, [QUICK], bare, cache=cache, write_generators=True)
    await again.engine.run()
    (known,) = of_kind(again, GeneratorWritten)
    assert isinstance(known, GeneratorWritten)
    assert (known.known, known.code, known.reply) == (True, written.code, None)
    assert all(request.chain >= 0 for request in again.model.asked)


async def test_the_call_for_a_generator_is_held_and_can_be_edited_or_left_out(pool: WarmPool) -> None:
    for decision, asked in ((Skip(), 0), (Send(messages=(Message(role="user", content="briefly"),)), 1)):
        bare = problem(timing=TimingData())
        script = {("smallest", -1): [fenced(GENERATOR)]}
        r = timed_rig(pool, [QUICK], bare, script=script, write_generators=True)
        r.engine.steering.step(None, on=True)

        async def answer(r: Rig = r, decision: Decision = decision) -> None:
            with anyio.fail_after(60):
                while (held := r.state.problems["smallest"].chains[0].held) is None:  # noqa: ASYNC110 - others time
                    await anyio.sleep(0.01)
                assert isinstance(held, Ask)
                assert held.label == "generator"
                r.engine.steering.decide("smallest", 0, decision)
                while r.state.problems["smallest"].generator is None:  # noqa: ASYNC110 - likewise
                    await anyio.sleep(0.01)
            r.engine.steering.step(None, on=False)

        async with anyio.create_task_group() as group:
            group.start_soon(answer)
            await r.engine.run()
        calls = [request for request in r.model.asked if request.chain < 0]
        assert [request.messages[0].content for request in calls] == ["briefly"] * asked
        (written,) = of_kind(r, GeneratorWritten)
        assert isinstance(written, GeneratorWritten)
        assert bool(written.code) is bool(asked)


@pytest.mark.parametrize(
    "replies", [[], ["I cannot."], [fenced("def generate(size, seed):\n    return 1 / 0\n")]]
)
async def test_a_model_that_writes_no_generator_harms_nothing(pool: WarmPool, replies: list[str]) -> None:
    bare = problem(timing=TimingData())
    r = timed_rig(pool, [QUICK], bare, script={("smallest", -1): replies}, write_generators=True)
    await r.engine.run()
    (prepared,) = of_kind(r, ProblemPrepared)
    assert isinstance(prepared, ProblemPrepared)
    assert prepared.timing.shown == ("t1", "t2", "t3") or set(prepared.timing.shown) == {"t1", "t2", "t3"}
    assert r.state.problems["smallest"].status == "solved"


async def test_without_a_clock_nothing_is_prepared(pool: WarmPool, monkeypatch: pytest.MonkeyPatch) -> None:
    info = msgspec.structs.replace(pool.info, clock="none")
    monkeypatch.setattr(WarmPool, "info", property(lambda _self: info))
    assert isinstance(pool.info, SandboxInfo)
    r = timed_rig(pool, [QUICK])
    await r.engine.run()
    assert of_kind(r, ProblemPrepared) == []
    assert r.state.problems["smallest"].status == "solved"


SUM = "def smallest(n):\n    total = 0\n    for i in range(n):\n        total += i * i\n    return total\n"
SLOWER = SUM.replace(
    "return total", "total2 = 0\n    for i in range(2 * n):\n        total2 += i\n    return total"
)
SIZES = tuple(int(20_000 * 1.3**power) for power in range(8))


def sums() -> Problem:
    return problem(
        references=(SUM,),
        tests=(TestCase(name="t1", input=encode((1000,)), expected="332833500"),),
        timing=TimingData(inputs=tuple(encode((size,)) for size in SIZES)),
    )


async def test_a_winner_that_is_wrong_on_most_of_what_was_held_out_is_caught(pool: WarmPool) -> None:
    first = timed_rig(pool, [SLOWER], sums())
    await first.engine.run()
    (prepared,) = of_kind(first, ProblemPrepared)
    assert isinstance(prepared, ProblemPrepared)
    held_out = {SIZES[int(name[1:]) - 1] for name in prepared.timing.held_out}
    assert held_out
    learnt = f"def smallest(n):\n    return 0 if n in {held_out} else (n - 1) * n * (2 * n - 1) // 6\n"
    r = timed_rig(
        pool, [SLOWER, learnt, learnt], sums(), past=first.log.events[: first.log.events.index(prepared) + 1]
    )
    await r.engine.run()
    caught = [round_ for round_ in r.state.problems["smallest"].chains[0].rounds if round_.code == learnt]
    assert caught
    assert all(
        round_.verdict is not None and round_.verdict.kind == "suspected-cheating" for round_ in caught
    )
    found = row(r)
    assert found.flagged
    assert found.candidate != caught[0].candidate


async def test_without_a_reference_programs_are_timed_on_the_tests(pool: WarmPool) -> None:
    tests = (TestCase(name="t1", input=encode((60_000,)), expected=str(sum(i * i for i in range(60_000)))),)
    bare = problem(references=(), tests=tests, timing=TimingData())
    r = timed_rig(pool, [SLOWER, SUM, SUM], bare)
    await r.engine.run()
    (prepared,) = of_kind(r, ProblemPrepared)
    assert isinstance(prepared, ProblemPrepared)
    assert prepared.timing.shown == ("t1",)
    assert row(r).vs_seed is not None


async def test_a_rival_that_fails_on_large_inputs_is_compared_on_smaller_ones(pool: WarmPool) -> None:
    first = timed_rig(pool, [SLOWER], sums())
    await first.engine.run()
    (prepared,) = of_kind(first, ProblemPrepared)
    assert isinstance(prepared, ProblemPrepared)
    largest = max(SIZES[int(name[1:]) - 1] for name in prepared.timing.shown if name.startswith("i"))
    fussy = SLOWER.replace("total = 0", f"total = 0 if n < {largest} else None", 1)
    past = first.log.events[: first.log.events.index(prepared) + 1]
    r = timed_rig(pool, [fussy, SUM, SUM], sums(), past=past)
    await r.engine.run()
    measured = [event for event in of_kind(r, CandidateMeasured) if isinstance(event, CandidateMeasured)]
    second = measured[-1].measurement
    assert second.vs_best is not None
    assert "fewer-inputs" in second.flags


async def test_a_refused_key_asks_for_the_generator_once_more_when_it_is_mended(pool: WarmPool) -> None:
    bare = problem(timing=TimingData())
    refused = ModelRefusedError("the key is refused")
    r = timed_rig(pool, [QUICK], bare, script={("smallest", -1): [refused]}, write_generators=True)
    with pytest.raises(ModelRefusedError):
        await r.engine.run()
    assert of_kind(r, GeneratorWritten) == []
    mended = timed_rig(
        pool,
        [QUICK],
        bare,
        script={("smallest", -1): [fenced(GENERATOR)]},
        past=r.log.events,
        write_generators=True,
    )
    await mended.engine.run()
    (prepared,) = of_kind(mended, ProblemPrepared)
    assert isinstance(prepared, ProblemPrepared)
    assert prepared.timing.origins["model"] > 0
