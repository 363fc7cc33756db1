"""What metrics need of a run, drawn from its picture: the latest attempt of each problem."""

from __future__ import annotations

import math

import msgspec

from perftui.events.state import ChainState, ProblemState, RunState
from perftui.events.summary import Best, chain_best, confirmed, problem_best, rank
from perftui.refine.chain import Round, unaided
from perftui.timing.model import SpeedVerdict


class ChainFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What metrics need of a chain.

    Attributes:
        tried: whether it has a reply that could be judged; where the model gave none, and where the
            chain has not ended or was cut short without a correct program, nothing is known of it.
        correct: whether it has a correct program.
        speedup: of its best program against the reference, as it was measured apart from the search
            where it won; None where that was not measured.
        sure: whether that program is faster than the reference by over 10 %, beyond doubt.
        order: what the search chooses among chains by, the higher the better; empty leaves it to
            `speedup`.
        raw: the ratio that the search saw, whatever could be said of it; None where there is none.
        refinements: measured refinements of its seed.
        slower: how many of those are slower than the seed.
        dependent: whether it was shown another chain's program.
    """

    tried: bool = True
    correct: bool = False
    speedup: float | None = None
    sure: bool = False
    order: tuple[float, ...] = ()
    raw: float | None = None
    refinements: int = 0
    slower: int = 0
    dependent: bool = False

    @property
    def rank(self) -> tuple[float, ...]:
        """Where it stands among chains; below all others where it has no correct program."""
        if not self.correct:
            return (-math.inf,)
        return self.order or (self.speedup or 0.0,)


class ProblemFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What metrics need of a problem.

    Attributes:
        has_reference: whether there is ground truth that passes its own tests here.
        chains: in order.
        final: what may be said of the speed of its final program against that of the seed of the
            same chain; None where there is none, and where it could not be measured.
    """

    has_reference: bool
    chains: tuple[ChainFacts, ...]
    final: SpeedVerdict | None = None


def facts(state: RunState) -> list[ProblemFacts]:
    """What metrics need, in the order of the run."""
    return [problem_facts(problem) for problem in state.problems.values()]


def problem_facts(problem: ProblemState) -> ProblemFacts:
    """What metrics need of one problem: what the model did by itself."""
    problem = unaided_problem(problem)
    return ProblemFacts(
        has_reference=has_passing_reference(problem),
        chains=tuple(_chain_facts(problem, chain) for chain in problem.chains),
        final=_final(problem),
    )


def unaided_problem(problem: ProblemState) -> ProblemState:
    """The problem without programs by hand and what came after them in their chains.

    Of a chain that is cut short so, no more is known than of one that was cancelled there.
    """
    if not helped(problem):
        return problem
    return msgspec.structs.replace(problem, chains=tuple(map(_unaided_chain, problem.chains)))


def helped(problem: ProblemState) -> bool:
    """Whether a person wrote a program for it."""
    return any(len(unaided(chain.rounds)) < len(chain.rounds) for chain in problem.chains)


def _unaided_chain(chain: ChainState) -> ChainState:
    rounds = tuple(unaided(chain.rounds))
    if len(rounds) == len(chain.rounds):
        return chain
    return msgspec.structs.replace(chain, rounds=rounds, how="cancelled", best=None)


def has_passing_reference(problem: ProblemState) -> bool:
    """Whether there is ground truth, and it was not seen to fail its own tests here."""
    broken = problem.reference is not None and not problem.reference.correct
    return problem.head.has_reference and not broken and problem.status != "left-out"


def _chain_facts(problem: ProblemState, chain: ChainState) -> ChainFacts:
    found = chain_best(chain)
    best = confirmed(problem, found)
    ratio = best.vs_reference if best is not None else None
    measured = _refinements(chain.rounds)
    return ChainFacts(
        tried=any(round_.reply is not None for round_ in chain.rounds)
        and (best is not None or _has_finished(problem, chain)),
        correct=best is not None,
        speedup=ratio.estimate if ratio is not None else None,
        sure=best is not None and best.optimised,
        order=rank(found, problem.objective) if found is not None else (),
        raw=_raw(found),
        refinements=len(measured),
        slower=measured.count("slower"),
        dependent=any(round_.ask.rival is not None for round_ in chain.rounds),
    )


def _has_finished(problem: ProblemState, chain: ChainState) -> bool:
    """Whether no more is to come of the chain, and nothing from outside cut it short."""
    return chain.how == "finished" and (chain.ended is not None or problem.status in {"solved", "unsolved"})


def _raw(best: Best | None) -> float | None:
    measurement = best.measurement if best is not None else None
    ratio = measurement.vs_reference if measurement is not None else None
    return ratio.estimate if ratio is not None and 0 < ratio.estimate < math.inf else None


def _refinements(rounds: tuple[Round, ...]) -> list[SpeedVerdict]:
    """What was said of each program that could be measured against its chain's seed."""
    ratios = (round_.measurement.vs_seed for round_ in rounds if round_.measurement is not None)
    return [ratio.verdict for ratio in ratios if ratio is not None and ratio.verdict != "unmeasured"]


def _final(problem: ProblemState) -> SpeedVerdict | None:
    best = problem_best(problem)
    if best is None:
        return None
    chain = next(chain for chain in problem.chains if chain.index == best.chain)
    seed = next((round_.candidate for round_ in chain.rounds if round_.correct), None)
    if seed == best.candidate:
        return "same"
    return best.vs_seed.verdict if best.vs_seed is not None else None
