"""What a strategy may want next."""

from __future__ import annotations

from typing import Literal

import msgspec

from perftui.llm.model import Message

Phase = Literal["base", "correctness", "performance", "given"]
"""`given` is a program that was handed in and not asked for, as `evaluate` does."""

Hand = Literal["prompt", "temperature", "again", "program", "choice"]
"""What a person did to a round: edited its prompt or its temperature, asked an earlier question again,
wrote its program, or chose a program to go on from."""

Expects = Literal["program", "text", "source"]
"""`program`: code is extracted from the reply. `text`: it is prose for the next prompt.
`source`: the reply is a program as it stands."""


class Ask(msgspec.Struct, frozen=True, kw_only=True, tag_field="action", tag="ask"):
    """Ask the model.

    Attributes:
        phase: where in the method this belongs.
        label: what is asked, in a word or two: `base`, `reflect`, `fix`, `optimise`, `slowest t5`,
            `repair`.
        conversation: whose conversation it is, `coder` or another role of the strategy.
        expects: what the reply is taken for.
        messages: the whole conversation as it will be sent.
        temperature: sampling temperature.
        template: the prompt template's name and the hash of its text, `name@hash`.
        parent: hash of the candidate that the reply is meant to better or repair.
        rival: hash of another chain's program that it shows, None where it shows none.
        hand: what a person did to it; empty where it is as the strategy wanted it.
    """

    phase: Phase
    label: str
    conversation: str = "coder"
    expects: Expects = "program"
    messages: tuple[Message, ...] = ()
    temperature: float = 0.0
    template: str = ""
    parent: str | None = None
    rival: str | None = None
    hand: tuple[Hand, ...] = ()


class Measure(msgspec.Struct, frozen=True, kw_only=True, tag_field="action", tag="measure"):
    """Time a correct candidate, paired with the chain's best so far, its seed and the reference.

    Attributes:
        candidate: hash of the program to time.
        best: hash of the chain's best so far, None where the candidate is the seed.
        seed: hash of the chain's first correct program.
    """

    candidate: str
    best: str | None
    seed: str


class Profile(msgspec.Struct, frozen=True, kw_only=True, tag_field="action", tag="profile"):
    """Have a program of the chain profiled line by line, to show the model where its time goes.

    Attributes:
        candidate: hash of the program.
        input: name of the input that it is run on.
    """

    candidate: str
    input: str


class Finish(msgspec.Struct, frozen=True, kw_only=True, tag_field="action", tag="finish"):
    """End the chain.

    Attributes:
        reason: one line.
    """

    reason: str


Step = Ask | Profile
"""What a part of a strategy may want."""

Action = Ask | Measure | Profile | Finish
