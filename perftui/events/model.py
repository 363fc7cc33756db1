"""What happens in a run: one union of frozen, typed events, the only language between rooms.

Stored events carry a sequence number and are facts. Ephemeral ones (`seq` 0) tell a watcher what
is going on now; they are never stored, and nothing may depend on them.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from perftui.events.plan import Environment, ProblemHead, RunPlan
from perftui.judging.model import Verdict
from perftui.llm.model import Reply
from perftui.refine.actions import Action, Ask, Measure
from perftui.refine.chain import Outcome, Profiled
from perftui.sandbox.protocol import Limits
from perftui.timing.inputs import TimingInputs
from perftui.timing.model import Measurement

ProblemEndKind = Literal["solved", "unsolved", "infrastructure", "left-out", "cancelled"]
"""`left-out`: its references fail its own tests here, so that nothing can be said of programs for it."""

Stage = Literal[
    "queued", "held", "paused", "model", "back-off", "sandbox", "judging", "lane", "timing", "profiling"
]
"""What a chain is waiting for or doing now; `lane` is the wait for the timing lane."""


class Stepping(msgspec.Struct, frozen=True, kw_only=True):
    """Whose actions are held for a person.

    Attributes:
        by_default: those of all problems but the others.
        others: ids of problems for which it is the other way round.
    """

    by_default: bool = False
    others: tuple[str, ...] = ()

    def holds(self, problem: str) -> bool:
        """Whether a problem's actions are held."""
        return self.by_default != (problem in self.others)


def _kebab(name: str) -> str:
    return "".join(f"-{c.lower()}" if c.isupper() else c for c in name).lstrip("-")


class EventBase(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag=_kebab):
    """What every event carries.

    Attributes:
        seq: position in the log, from 1, unique in the database; 0 for an ephemeral event.
        at: seconds since the epoch.
        run: the run's id.
        problem: the problem's id, None for an event of the whole run.
        attempt: 1, and one more for each rerun of the problem.
        chain: 0-based.
        round: 0-based.
    """

    seq: int = 0
    at: float = 0.0
    run: str = ""
    problem: str | None = None
    attempt: int = 1
    chain: int | None = None
    round: int | None = None


class RunStarted(EventBase, frozen=True, kw_only=True):
    """A run begins; its plan, its environment and its problems are known."""

    plan: RunPlan
    environment: Environment
    heads: tuple[ProblemHead, ...]


class RunResumed(EventBase, frozen=True, kw_only=True):
    """A run that was interrupted goes on, perhaps elsewhere."""

    environment: Environment


class RunPaused(EventBase, frozen=True, kw_only=True):
    """Nothing new is begun until the run goes on; what is in flight comes to its end."""


class RunUnpaused(EventBase, frozen=True, kw_only=True):
    """The run goes on."""


class RunRetuned(EventBase, frozen=True, kw_only=True):
    """A person changed the run's bounds; from here on they are these.

    Attributes:
        open_problems: worked on at once.
        model_calls: in flight at once.
        timing_seconds: wall seconds of all measurements, None for no bound.
        dollars: that the model may cost, None for no bound.
    """

    open_problems: int
    model_calls: int
    timing_seconds: float | None
    dollars: float | None


class RunEnded(EventBase, frozen=True, kw_only=True):
    """A run came to its end, or was interrupted and can be resumed."""

    how: Literal["done", "interrupted", "failed"]
    reason: str = ""


class ProblemStarted(EventBase, frozen=True, kw_only=True):
    """A problem is opened; `attempt` tells a rerun from the first time."""


class ReferenceJudged(EventBase, frozen=True, kw_only=True):
    """The reference was run on this machine; the problem's limits follow from it."""

    verdict: Verdict
    limits: Limits
    candidate: str


class GeneratorWritten(EventBase, frozen=True, kw_only=True):
    """A model was asked for a generator of the problem's timing inputs.

    Attributes:
        code: the generator; empty where there is none.
        reply: the model's whole reply; None where there is none, or it was known.
        reason: why there is no generator, one line.
        known: whether an earlier run had asked for it.
    """

    code: str
    reply: Reply | None = None
    reason: str = ""
    known: bool = False


class ProblemPrepared(EventBase, frozen=True, kw_only=True):
    """What the problem's programs will be timed on was chosen.

    Attributes:
        lost: inputs without an expected output that had to be left out of the tests, since the
            reference gives nothing on them.
        reason: of the first of those, one line.
    """

    timing: TimingInputs
    lost: int = 0
    reason: str = ""


class WinnerConfirmed(EventBase, frozen=True, kw_only=True):
    """The problem's best program was measured again, apart from the search that chose it.

    Attributes:
        candidate: its hash.
        held_out: whether that was on inputs that the search never used; else on the same inputs, for
            there were no others.
    """

    candidate: str
    measurement: Measurement
    held_out: bool


class ProblemEnded(EventBase, frozen=True, kw_only=True):
    """All chains of a problem have ended."""

    how: ProblemEndKind
    reason: str = ""


class ActionTaken(EventBase, frozen=True, kw_only=True):
    """A round begins: what will be asked is durable before it is sent."""

    ask: Ask


class ActionSkipped(EventBase, frozen=True, kw_only=True):
    """A person skipped the round before anything was sent."""


class ReplyReceived(EventBase, frozen=True, kw_only=True):
    """The model's whole reply; it is never asked for again."""

    reply: Reply


class ReplyMissing(EventBase, frozen=True, kw_only=True):
    """There is no reply: a recording has none, or the server failed for good."""

    how: Literal["no-reply", "model-failed"]
    reason: str


class CandidateFound(EventBase, frozen=True, kw_only=True):
    """A program was extracted from the reply.

    Attributes:
        note: what a person should know of how it was found, such as that the reply was cut off.
    """

    candidate: str
    code: str
    note: str = ""


class CandidateMissing(EventBase, frozen=True, kw_only=True):
    """The reply holds no program."""

    reason: str


class CandidateJudged(EventBase, frozen=True, kw_only=True):
    """A verdict; `known` where the same program had been judged before."""

    candidate: str
    verdict: Verdict
    known: bool = False


class MeasureTaken(EventBase, frozen=True, kw_only=True):
    """A measurement is decided on."""

    measure: Measure


class CandidateMeasured(EventBase, frozen=True, kw_only=True):
    """A measurement; `known` where the same comparison had been made before."""

    candidate: str
    measurement: Measurement
    known: bool = False


class MeasuredAgain(EventBase, frozen=True, kw_only=True):
    """A person had a candidate timed once more; what was decided by the first measurement stays."""

    candidate: str
    measurement: Measurement


class CandidateProfiled(EventBase, frozen=True, kw_only=True):
    """A correct candidate was run under a line profiler, for the next prompt."""

    candidate: str
    fact: Profiled


class RoundEnded(EventBase, frozen=True, kw_only=True):
    """What came of a round, and why."""

    outcome: Outcome


class ChainEnded(EventBase, frozen=True, kw_only=True):
    """A chain has ended; `best` is the hash of its best correct program."""

    reason: str
    best: str | None = None
    how: Literal["finished", "cancelled", "infrastructure"] = "finished"


class SandboxLost(EventBase, frozen=True, kw_only=True):
    """A sandbox failed under a candidate; the work is tried again, within a bound."""

    reason: str
    retry: int


class StageChanged(EventBase, frozen=True, kw_only=True):
    """Ephemeral: what a chain does or waits for now."""

    stage: Stage
    detail: str = ""


class ActionHeld(EventBase, frozen=True, kw_only=True):
    """Ephemeral: in step mode, an action waits for a person; `round` is that which it is about."""

    action: Action


class ReplyText(EventBase, frozen=True, kw_only=True):
    """Ephemeral: a piece of a reply as it streams; `restart` throws away what came before."""

    text: str
    restart: bool = False


class MeasureProgress(EventBase, frozen=True, kw_only=True):
    """Ephemeral: how far a measurement has come."""

    done: int
    planned: int


class SteppingChanged(EventBase, frozen=True, kw_only=True):
    """Ephemeral: whose actions are held for a person from now on."""

    stepping: Stepping


class Notice(EventBase, frozen=True, kw_only=True):
    """Ephemeral: one printable line for whoever watches, such as an image being built."""

    text: str
    severity: Literal["information", "warning", "error"] = "information"


StoredEvent = (
    RunStarted
    | RunResumed
    | RunPaused
    | RunUnpaused
    | RunRetuned
    | RunEnded
    | ProblemStarted
    | ReferenceJudged
    | GeneratorWritten
    | ProblemPrepared
    | WinnerConfirmed
    | ProblemEnded
    | ActionTaken
    | ActionSkipped
    | ReplyReceived
    | ReplyMissing
    | CandidateFound
    | CandidateMissing
    | CandidateJudged
    | MeasureTaken
    | CandidateMeasured
    | MeasuredAgain
    | CandidateProfiled
    | RoundEnded
    | ChainEnded
    | SandboxLost
)
EphemeralEvent = StageChanged | ActionHeld | ReplyText | MeasureProgress | SteppingChanged | Notice
Event = StoredEvent | EphemeralEvent
