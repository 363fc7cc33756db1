"""Turns: most ways of optimising are a list of prompts, each asked once, in order."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from perftui.refine.actions import Ask, Expects
from perftui.refine.attempts import asked
from perftui.refine.chain import Chain, Round
from perftui.refine.conversation import CODER, next_turn, untold_code
from perftui.refine.parts.repairing import repair

REVIEWER = "reviewer"
LEADER = "leader"

Facts = Callable[[Chain, Round], Mapping[str, object]]
"""From a chain and its best round to what a template is told."""


def _nothing_more(_chain: Chain, _best: Round) -> Mapping[str, object]:
    return {}


@dataclass(frozen=True)
class Turn:
    """One prompt of the performance phase.

    Attributes:
        label: one word, by which it is known that the turn is over.
        template: of the prompt; it is told `current`, the best program where the conversation does not
            end with it, and what `facts` gives.
        expects: what the reply is taken for.
        conversation: whose it is.
        facts: what else the template needs.
    """

    label: str
    template: str
    expects: Expects = "program"
    conversation: str = CODER
    facts: Facts = _nothing_more

    def ask(self, chain: Chain, best: Round) -> Ask:
        """The ask, for the best program of a chain."""
        current = untold_code(chain, best, self.conversation)
        return next_turn(
            chain,
            phase="performance",
            label=self.label,
            template=self.template,
            facts={"current": current, **self.facts(chain, best)},
            parent=best,
            expects=self.expects,
            conversation=self.conversation,
        )


def follow(turns: Sequence[Turn]) -> Callable[[Chain], Ask | None]:
    """The part of a strategy that takes these turns on a chain that has a correct program.

    A turn that was skipped, or came to nothing, is over like any other: the next one works from the
    chain's best program. A wrong program is repaired before the next turn, as the settings allow.
    """

    def next_step(chain: Chain) -> Ask | None:
        best = chain.best
        if best is None:
            return None
        due = repair(chain)
        if due is not None:
            return due
        over = {asked(round_) for round_ in chain.rounds if round_.ask.phase == "performance"}
        turn = next((turn for turn in turns if turn.label not in over), None)
        return None if turn is None else turn.ask(chain, best)

    return next_step
