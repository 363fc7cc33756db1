"""What a person may ask of a live run: plain data, so that it can be sent from another process.

A command is a wish. What comes of it is told by events; a wish that no longer fits does nothing.
"""

from __future__ import annotations

import msgspec

from perftui.llm.model import Message


def _kebab(name: str) -> str:
    return "".join(f"-{c.lower()}" if c.isupper() else c for c in name).lstrip("-")


class _Base(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag=_kebab):
    """What all have in common: a tag by which they are told apart."""


class Send(_Base, frozen=True, kw_only=True):
    """Do what is held.

    Attributes:
        messages: the conversation to send in place of the strategy's, None for that one.
        temperature: likewise.
    """

    messages: tuple[Message, ...] | None = None
    temperature: float | None = None


class Skip(_Base, frozen=True, kw_only=True):
    """Leave out what is held: the round, the measurement or the profile."""


class End(_Base, frozen=True, kw_only=True):
    """End the chain here."""


class GoOn(_Base, frozen=True, kw_only=True):
    """Do what is held, and hold no more of this problem."""


class Again(_Base, frozen=True, kw_only=True):
    """Ask an earlier round's question once more, in place of what is held.

    Attributes:
        round: 0-based.
        temperature: to ask at.
    """

    round: int
    temperature: float


class Write(_Base, frozen=True, kw_only=True):
    """Have a person's program judged and timed, as a round of its own, before what is held.

    Attributes:
        code: the whole program.
        parent: hash of the candidate that it was made from, None for none.
    """

    code: str
    parent: str | None = None


class Choose(_Base, frozen=True, kw_only=True):
    """Let the chain go on from another of its correct candidates, as a round of its own.

    Attributes:
        candidate: its hash.
    """

    candidate: str


Decision = Send | Skip | End | GoOn | Again | Write | Choose
"""What a person does with a held action."""


class Pause(_Base, frozen=True, kw_only=True):
    """Begin nothing new."""


class Unpause(_Base, frozen=True, kw_only=True):
    """Go on."""


class Step(_Base, frozen=True, kw_only=True):
    """Hold each action for a person, or let go.

    Attributes:
        problem: whose actions, None for those of all.
        on: whether to hold them.
    """

    problem: str | None = None
    on: bool


class Decide(_Base, frozen=True, kw_only=True):
    """Answer a held action; nothing happens where another one is held by now.

    Attributes:
        problem: the problem's id.
        attempt: 1-based.
        chain: 0-based.
        round: 0-based: of the round that the action belongs to or would begin.
        decision: the answer.
    """

    problem: str
    attempt: int
    chain: int
    round: int
    decision: Decision


class Cancel(_Base, frozen=True, kw_only=True):
    """End a problem's chains now; what is known of it stays."""

    problem: str


class Rerun(_Base, frozen=True, kw_only=True):
    """Solve an ended problem anew, as another attempt beside the old one."""

    problem: str


class Requeue(_Base, frozen=True, kw_only=True):
    """Solve anew all problems that infrastructure failed."""


class MeasureAgain(_Base, frozen=True, kw_only=True):
    """Time a candidate once more; the new measurement stands beside the one that was decided by.

    Attributes:
        problem: the problem's id.
        attempt: 1-based.
        chain: 0-based.
        round: 0-based.
    """

    problem: str
    attempt: int
    chain: int
    round: int


class Retune(_Base, frozen=True, kw_only=True):
    """Change a run's bounds while it runs; None leaves one as it is.

    Attributes:
        open_problems: worked on at once.
        model_calls: in flight at once.
        timing_seconds: wall seconds of all measurements; 0 is no bound.
        dollars: that the model may cost; 0 is no bound.
    """

    open_problems: int | None = None
    model_calls: int | None = None
    timing_seconds: float | None = None
    dollars: float | None = None


class Stop(_Base, frozen=True, kw_only=True):
    """Interrupt the run; it can be resumed."""


Command = Pause | Unpause | Step | Decide | Cancel | Rerun | Requeue | MeasureAgain | Retune | Stop
