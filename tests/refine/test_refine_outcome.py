"""What came of a round, and why."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from perftui.refine.actions import Ask, Measure
from perftui.refine.candidate import candidate_hash
from perftui.refine.chain import Chain, Outcome, Round, RoundEnd, StrategySettings
from perftui.refine.outcome import is_finished, outcome
from perftui.timing.model import Measurement, SpeedVerdict

ASK = Ask(phase="performance", label="optimise")


def seeded(scripting: Any, last: Round, *, timing: bool = True) -> Chain:
    seed = msgspec.structs.replace(
        scripting.round_of(0, Ask(phase="base", label="base"), scripting.program("seed")),
        outcome=Outcome(kind="seed", reason="first"),
    )
    return Chain(
        problem=scripting.function_problem(),
        index=0,
        settings=StrategySettings(timing=timing),
        rounds=(seed, last),
    )


def measured(scripting: Any, speed: SpeedVerdict, reference: SpeedVerdict | None = None) -> Measurement:
    measure = Measure(candidate="c", best="b", seed="s")
    plain: Measurement = scripting.measurement_of(measure, scripting.Fact(speed=speed, ratio=1.21))
    against = None if reference is None else scripting.ratio_of(1.4, reference)
    return msgspec.structs.replace(plain, vs_reference=against)


@pytest.mark.parametrize(
    ("speed", "reference", "kind"),
    [
        ("faster", None, "kept"),
        ("faster", "slower", "kept"),
        ("faster", "same", "kept"),
        ("faster", "unmeasured", "kept"),
        ("faster", "faster", "beats-reference"),
        ("slower", "faster", "slower"),
        ("same", "faster", "same"),
        ("unmeasured", "faster", "unmeasured"),
    ],
)
def test_only_what_is_faster_than_the_best_is_kept(
    scripting: Any, speed: SpeedVerdict, reference: SpeedVerdict | None, kind: str
) -> None:
    round_ = msgspec.structs.replace(
        scripting.round_of(1, ASK, scripting.program("new")),
        measurement=measured(scripting, speed, reference),
    )
    chain = seeded(scripting, round_)
    decided = outcome(chain, round_)
    assert decided.kind == kind
    ended = msgspec.structs.replace(round_, outcome=decided)
    best = msgspec.structs.replace(chain, rounds=(chain.rounds[0], ended)).best
    assert best is not None
    assert (best.index == 1) == (speed == "faster")


def test_reasons_carry_the_figures(scripting: Any) -> None:
    new = scripting.round_of(1, ASK, scripting.program("new"))
    fast = msgspec.structs.replace(new, measurement=measured(scripting, "faster", "faster"))
    assert outcome(seeded(scripting, fast), fast).reason == (
        "faster: 1.21x [1.15, 1.27] vs the best so far (round 1, base), noise floor 1.04, 24 pairs; "
        "1.40x [1.33, 1.47] vs the reference"
    )
    vague = msgspec.structs.replace(new, measurement=measured(scripting, "unmeasured"))
    assert outcome(seeded(scripting, vague), vague).reason == "not kept: unmeasured by the figures"


def test_what_was_not_measured_is_never_kept(scripting: Any) -> None:
    new = scripting.round_of(1, ASK, scripting.program("new"))
    untimed = outcome(seeded(scripting, new), new)
    assert (untimed.kind, "it was not timed" in untimed.reason) == ("unmeasured", True)
    off = outcome(seeded(scripting, new, timing=False), new)
    assert (off.kind, "timing is off" in off.reason) == ("unmeasured", True)
    lacking = msgspec.structs.replace(measured(scripting, "faster"), vs_best=None)
    alone = msgspec.structs.replace(new, measurement=lacking)
    assert outcome(seeded(scripting, alone), alone).kind == "unmeasured"


@pytest.mark.parametrize(
    ("verdict", "kind"),
    [
        ("wrong-answer", "wrong"),
        ("error", "wrong"),
        ("timeout", "wrong"),
        ("memory", "wrong"),
        ("output-limit", "wrong"),
        ("killed", "wrong"),
        ("invalid-program", "wrong"),
        ("protocol-violation", "wrong"),
        ("suspected-cheating", "flagged"),
        ("infrastructure", "infrastructure"),
    ],
)
def test_what_is_not_correct(scripting: Any, verdict: Any, kind: str) -> None:
    round_ = scripting.round_of(1, ASK, scripting.program("new"), verdict)
    fast = msgspec.structs.replace(round_, measurement=measured(scripting, "faster", "faster"))
    for either in (round_, fast):
        decided = outcome(seeded(scripting, either), either)
        assert decided.kind == kind
        assert decided.reason == f"t2: {verdict}"


@pytest.mark.parametrize(
    ("end", "kind", "reason"),
    [
        ("skipped", "skipped", "skipped by hand"),
        ("no-reply", "no-reply", "the recording has no reply for turn 1"),
        ("model-failed", "infrastructure", "the model could not be made to answer"),
    ],
)
def test_rounds_without_a_reply(scripting: Any, end: RoundEnd, kind: str, reason: str) -> None:
    round_ = Round(index=1, ask=ASK, end=end)
    assert outcome(seeded(scripting, round_), round_) == Outcome(kind=kind, reason=reason)  # type: ignore[arg-type]
    told = msgspec.structs.replace(round_, trouble="the server hung up\x1b[31m")
    if end != "skipped":
        assert outcome(seeded(scripting, told), told).reason == "the server hung up\\x1b[31m"


def test_a_seed_says_how_it_stands_to_the_reference(scripting: Any) -> None:
    seed = scripting.round_of(0, ASK, scripting.program("seed"))
    chain = Chain(problem=scripting.function_problem(), index=0, rounds=(seed,))

    def reason(reference: SpeedVerdict | None) -> str:
        plain = msgspec.structs.replace(measured(scripting, "faster", reference), vs_best=None)
        decided = outcome(chain, msgspec.structs.replace(seed, measurement=plain))
        assert decided.kind == "seed"
        return decided.reason

    assert reason("faster").startswith("the first correct program, faster than the reference: 1.40x")
    assert reason("slower") == "the first correct program; 1.40x [1.33, 1.47] vs the reference"
    assert "speed unmeasured" in reason("unmeasured")
    assert reason(None) == outcome(chain, seed).reason == "the first correct program"


def test_the_same_program_as_an_earlier_one(scripting: Any) -> None:
    code = scripting.program("seed").replace("\n", "  \r\n")
    assert candidate_hash(code) == candidate_hash(scripting.program("seed"))
    round_ = scripting.round_of(1, ASK, code)
    assert outcome(seeded(scripting, round_), round_).kind == "same"


def test_later_rounds_make_no_difference(scripting: Any) -> None:
    done = scripting.walk(*(scripting.Fact(code=scripting.program(i)) for i in range(4)))
    for round_ in done.chain.rounds:
        assert outcome(done.chain, msgspec.structs.replace(round_, outcome=None)) == round_.outcome


def test_a_running_round_has_no_outcome(scripting: Any) -> None:
    open_ = Round(index=1, ask=ASK)
    heard = Round(index=1, ask=ASK, end="replied")
    extracted = Round(index=1, ask=ASK, end="replied", code="x", candidate="c")
    for round_ in (open_, heard, extracted):
        assert not is_finished(round_)
        with pytest.raises(ValueError, match="round 1 is still running"):
            outcome(seeded(scripting, round_), round_)
