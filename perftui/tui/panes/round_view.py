"""One round in its context: what the panes of the problem screen are made from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from perftui.events.state import ChainState, Confirmation, ProblemState
from perftui.problems.model import Problem
from perftui.refine.chain import Round
from perftui.timing.model import Trial
from perftui.tui.feed import Picture


@dataclass(frozen=True)
class RoundView:
    """A round, with all that may be asked about it.

    Attributes:
        picture: of the run.
        problem: the attempt that the round belongs to.
        chain: likewise.
        round: the round; None where the chain has none yet.
        source: the problem with its tests, None where its benchmark is not at hand.
        trials: raw samples of the round's measurement, empty where they are not known.
    """

    picture: Picture
    problem: ProblemState
    chain: ChainState
    round: Round | None
    source: Problem | None = None
    trials: Sequence[Trial] = ()

    @property
    def streaming(self) -> str:
        """The reply as it comes in, where it is this round's."""
        last = self.chain.rounds[-1] if self.chain.rounds else None
        return self.chain.streaming if self.round is not None and self.round is last else ""

    @property
    def confirmed(self) -> Confirmation | None:
        """The measurement apart from the search, where this round's program is the problem's winner."""
        found = self.problem.confirmed
        mine = self.round is not None and found is not None and self.round.candidate == found.candidate
        return found if mine else None

    @property
    def is_held(self) -> bool:
        """Whether this round's action waits for a person."""
        return self.chain.held is not None and self.round is not None and self.round is self.chain.rounds[-1]

    @property
    def parent_code(self) -> str | None:
        """The program that this round's was to better or repair."""
        wanted = self.round.ask.parent if self.round is not None else None
        if wanted is None:
            return None
        return next((r.code for r in self._all_rounds() if r.candidate == wanted), None)

    @property
    def seed_code(self) -> str | None:
        """The chain's first correct program."""
        correct = (r for r in self.chain.rounds if r.verdict is not None and r.verdict.correct)
        return next((r.code for r in correct), None)

    @property
    def reference_code(self) -> str | None:
        """The ground truth."""
        return self.source.references[0] if self.source is not None and self.source.references else None

    def _all_rounds(self) -> Iterator[Round]:
        for attempt in (self.problem, *self.problem.earlier):
            for chain in attempt.chains:
                yield from chain.rounds
