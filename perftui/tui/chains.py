"""Questions about a problem's chains that several screens ask. Pure; from facts only."""

from __future__ import annotations

from perftui.events.state import ChainState, ProblemState
from perftui.events.summary import is_flagged
from perftui.refine.chain import Round
from perftui.text import one_line
from perftui.timing.model import Measurement, Ratio
from perftui.tui.feed import HeldKey
from perftui.tui.glyphs import OPTIMISED, OUTCOMES, RUNNING, STOPPED, Glyph, Glyphs


def round_glyph(round_: Round) -> Glyph:
    """The mark of a round; one that is still running may show its verdict already."""
    if round_.outcome is not None:
        return OUTCOMES[round_.outcome.kind]
    if is_flagged(round_):
        return OUTCOMES["flagged"]
    if round_.verdict is None:
        return RUNNING
    if not round_.verdict.correct:
        return OUTCOMES["wrong"]
    return OPTIMISED if round_.ask.phase == "performance" else OUTCOMES["seed"]


def chain_glyphs(problem: ProblemState, chain: ChainState) -> list[Glyph]:
    """The marks of a chain's rounds; a round that was cut short says so."""
    stopped = chain.ended is not None or problem.status != "running"
    marks = [round_glyph(round_) for round_ in chain.rounds]
    return [STOPPED if stopped and mark is RUNNING else mark for mark in marks]


def chain_marks(problem: ProblemState, chain: ChainState, glyphs: Glyphs) -> list[tuple[str, str]]:
    """The marks of a chain's rounds, as styled text; a chain at work ends with the mark for it."""
    marks = [glyphs.part(glyph) for glyph in chain_glyphs(problem, chain)]
    waits = chain.ended is None and chain.stage is not None
    open_round = bool(chain.rounds) and chain.rounds[-1].outcome is None
    return [*marks, glyphs.part(RUNNING)] if waits and not open_round else marks


def headline(measurement: Measurement | None) -> Ratio | None:
    """The ratio that a person wants to see first: against the reference, else against the seed."""
    if measurement is None:
        return None
    return measurement.vs_reference if measurement.vs_reference is not None else measurement.vs_seed


def held_chain(problem: ProblemState) -> ChainState | None:
    """The first chain whose action waits for a person."""
    return next((chain for chain in problem.chains if chain.held is not None), None)


def held_key(problem: ProblemState, chain: ChainState) -> HeldKey:
    """What tells one held action from all others."""
    return problem.head.id, problem.attempt, chain.index, chain.held_round or 0


def name_of(problem: ProblemState) -> str:
    """A problem's id, fit to be shown: it comes from a file."""
    return one_line(problem.head.id, 60)


def any_flagged(problem: ProblemState) -> bool:
    """Whether any of its programs is suspected of cheating."""
    return any(is_flagged(round_) for chain in problem.chains for round_ in chain.rounds)
