"""The picture of a run: what all events so far amount to. Frozen; made by `perftui.events.reduce`."""

from __future__ import annotations

from typing import Literal

import msgspec

from perftui.events.model import ProblemEndKind, Stage, Stepping
from perftui.events.plan import Environment, ProblemHead, RunPlan
from perftui.judging.model import Verdict
from perftui.refine.actions import Action
from perftui.refine.chain import Objective, Round
from perftui.sandbox.protocol import Limits
from perftui.timing.inputs import TimingInputs
from perftui.timing.model import Measurement

RunStatus = Literal["empty", "running", "paused", "done", "interrupted", "failed"]
ProblemStatus = Literal["waiting", "running"] | ProblemEndKind


class ChainState(msgspec.Struct, frozen=True, kw_only=True):
    """A chain as far as it has come.

    Attributes:
        index: 0-based.
        rounds: the facts; measurements without their raw trials, which the store keeps.
        stage: what it does or waits for now; None before it begins and after it ends.
        stage_detail: more of that, printable.
        stage_since: seconds since the epoch.
        held: in step mode, the action that waits for a person.
        held_round: the round that it belongs to or would begin, None where none is held.
        streaming: the reply so far, while it streams, and only the end of a very long one; hostile text.
        progress: trials done and planned, while it is timed.
        measuring: hash of the candidate whose measurement was decided on and is not there yet.
        ended: why it ended, None while it runs.
        how: whether it finished, or was stopped by something else.
        best: hash of its best correct program, known when it has ended.
        losses: sandboxes lost under it.
    """

    index: int
    rounds: tuple[Round, ...] = ()
    stage: Stage | None = None
    stage_detail: str = ""
    stage_since: float = 0.0
    held: Action | None = None
    held_round: int | None = None
    streaming: str = ""
    progress: tuple[int, int] | None = None
    measuring: str | None = None
    ended: str | None = None
    how: Literal["finished", "cancelled", "infrastructure"] = "finished"
    best: str | None = None
    losses: int = 0


class Spent(msgspec.Struct, frozen=True, kw_only=True):
    """What work took, over all attempts; what was known before took nothing.

    Attributes:
        calls: replies received; those of other runs that were used again are none.
        reused: replies of other runs that were used again, and not paid for.
        prompt_tokens: over all replies that were paid for.
        completion_tokens: likewise.
        judged: verdicts given.
        measured: measurements made.
        timing_seconds: wall time spent on measurements.
        losses: sandboxes lost.
    """

    calls: int = 0
    reused: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    judged: int = 0
    measured: int = 0
    timing_seconds: float = 0.0
    losses: int = 0


class Confirmation(msgspec.Struct, frozen=True, kw_only=True):
    """What the measurement of a problem's winner, apart from the search, says.

    Attributes:
        candidate: hash of the program.
        measurement: without its raw trials.
        held_out: whether it was on inputs that the search never used.
    """

    candidate: str
    measurement: Measurement
    held_out: bool


class Outline(msgspec.Struct, frozen=True, kw_only=True):
    """What is told of texts that an outline is without.

    Attributes:
        furthest: the verdict on the program that came furthest, without its results; None before any.
        tests: how many tests that program passed, and how many there are.
    """

    furthest: Verdict | None = None
    tests: tuple[int, int] | None = None


class ProblemState(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """A problem in its latest attempt; earlier attempts are kept beside it.

    It has a `__dict__`, in which `perftui.events.summary` keeps what it worked out: a state never
    changes, so that each is worked out once.

    Attributes:
        head: what is known before anything happens.
        attempt: 1-based.
        status: `waiting`, `running`, or how it ended.
        reason: why it ended so.
        chains: by index; a chain that has not begun is empty.
        objective: what its best program is chosen by.
        reference: the verdict on the ground truth on this machine, None before it is known.
        reference_candidate: hash of the reference's program.
        limits: what follows from the reference.
        generator: of timing inputs, written by a model; empty where that failed, None where none was
            asked for.
        timing: what programs are timed on, None before it is chosen.
        confirmed: of the winner, None before it is measured again.
        started_at: seconds since the epoch, None before.
        ended_at: likewise.
        changed_at: of the last event.
        timings: wall seconds of each measurement that was made for it, oldest first; those that
            were known before, and those that could not begin, took none and are not here.
        earlier: former attempts, oldest first.
        spent: on it, over all attempts.
        seq: the last stored event about it that is in this picture.
        outline: stands for what was left out, see `perftui.events.outline`; None where this is whole.
    """

    head: ProblemHead
    attempt: int = 1
    status: ProblemStatus = "waiting"
    reason: str = ""
    chains: tuple[ChainState, ...] = ()
    objective: Objective = "time"
    reference: Verdict | None = None
    reference_candidate: str | None = None
    limits: Limits | None = None
    generator: str | None = None
    timing: TimingInputs | None = None
    confirmed: Confirmation | None = None
    started_at: float | None = None
    ended_at: float | None = None
    changed_at: float = 0.0
    timings: tuple[float, ...] = ()
    earlier: tuple[ProblemState, ...] = ()
    spent: Spent = Spent()
    seq: int = 0
    outline: Outline | None = None


class Activity(msgspec.Struct, frozen=True, kw_only=True):
    """Something worth seeing that happened.

    Attributes:
        at: seconds since the epoch.
        glyph: one character.
        problem: the problem's id, empty for the run.
        text: one printable line.
    """

    at: float
    glyph: str
    problem: str
    text: str


class RunState(msgspec.Struct, frozen=True, kw_only=True):
    """All of a run that a reader needs.

    Attributes:
        run: its id, empty before the first event.
        plan: its settings.
        environment: where it runs now.
        status: where it stands.
        reason: why it ended so.
        problems: by id, in the order of the plan.
        started_at: seconds since the epoch.
        ended_at: likewise, None while it runs.
        seq: the last stored event that is in this picture.
        spent: on all problems.
        stepping: whose actions are held for a person.
        activity: the last things worth seeing, newest last.
    """

    run: str = ""
    plan: RunPlan | None = None
    environment: Environment | None = None
    status: RunStatus = "empty"
    reason: str = ""
    problems: dict[str, ProblemState] = msgspec.field(default_factory=dict)
    started_at: float = 0.0
    ended_at: float | None = None
    seq: int = 0
    spent: Spent = Spent()
    stepping: Stepping = Stepping()
    activity: tuple[Activity, ...] = ()
