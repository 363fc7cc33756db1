"""What another run of a sweep found of a problem before its chains began."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import msgspec

from perftui.events.model import GeneratorWritten, ProblemPrepared, ReferenceJudged


class Precedent(msgspec.Struct, frozen=True, kw_only=True):
    """Facts of a problem that are the same for every run on the same machine.

    Attributes:
        reference: its verdict, and the limits that follow from it.
        prepared: what is timed; None where that is not known.
        generator: of timing inputs, where a model wrote one; None otherwise.
    """

    reference: ReferenceJudged
    prepared: ProblemPrepared | None = None
    generator: GeneratorWritten | None = None


Precedents = Callable[[str], Awaitable[Precedent | None]]
"""The precedent of a problem, by its id; None where there is none."""
