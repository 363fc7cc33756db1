"""What calls of the model bought: how much faster programs are for a call, for a dollar."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import msgspec

from perftui.events.plan import Prices
from perftui.events.state import ProblemState
from perftui.events.summary import best_of
from perftui.report.facts import has_passing_reference
from perftui.report.statistics import geometric_means

_TOKENS_PER_PRICE = 1_000_000


class GainPoint(msgspec.Struct, frozen=True, kw_only=True):
    """Where a run stood when each of its chains had made so many calls.

    Attributes:
        calls: of each chain, at most.
        spent: calls by then, over all chains and problems.
        gain: geometric mean over problems of how many times faster than the reference the best program by
            then is; 1 for a problem without a program that is measured and faster.
        low: lower end of its 95 % bootstrap interval over problems; None for a single problem.
        high: upper end.
    """

    calls: int
    spent: int
    gain: float
    low: float | None
    high: float | None


class Gain(msgspec.Struct, frozen=True, kw_only=True):
    """What the calls of a run bought, by the measurements of its search.

    Attributes:
        problems: with a reference that passes its tests here.
        calls: replies to their chains, in the latest attempt of each.
        prompt_tokens: of those.
        completion_tokens: likewise.
        dollars: what those cost; None where no price is known.
        per_call: the factor by which a call made programs faster: with as many calls as a problem had,
            its power is the last gain of the curve. None without calls.
        doublings_per_call: its logarithm to base 2.
        doublings_per_dollar: how often a dollar doubled the speed of a program: the logarithms to base 2 of
            the gains of all problems over their cost. None where there is no price.
        curve: from no call to the last.
    """

    problems: int
    calls: int
    prompt_tokens: int
    completion_tokens: int
    dollars: float | None
    per_call: float | None
    doublings_per_call: float | None
    doublings_per_dollar: float | None
    curve: tuple[GainPoint, ...]


def gain(problems: Iterable[ProblemState], prices: Prices | None) -> Gain | None:
    """What the calls of a run bought; None where it made none, or no program was measured."""
    counted = [problem for problem in problems if has_passing_reference(problem)]
    replies = [
        round_.reply
        for problem in counted
        for chain in problem.chains
        for round_ in chain.rounds
        if round_.reply is not None and round_.ask.phase != "given"
    ]
    bests = [best for problem in counted if (best := best_of(problem.chains, problem.objective)) is not None]
    if not replies or all(best.vs_reference is None for best in bests):
        return None
    prompt = sum(reply.usage.prompt_tokens for reply in replies)
    completion = sum(reply.usage.completion_tokens for reply in replies)
    paid = cost(prompt, completion, prices)
    paths = [gains_by_calls(problem) for problem in counted]
    doublings = math.fsum(math.log2(path[-1]) for path in paths)
    return Gain(
        problems=len(counted),
        calls=len(replies),
        prompt_tokens=prompt,
        completion_tokens=completion,
        dollars=paid,
        per_call=2 ** (doublings / len(replies)),
        doublings_per_call=doublings / len(replies),
        doublings_per_dollar=doublings / paid if paid else None,
        curve=_curve(paths, counted),
    )


def cost(prompt_tokens: int, completion_tokens: int, prices: Prices | None) -> float | None:
    """What tokens cost, in dollars; None where the prices are not known."""
    if prices is None:
        return None
    return (prompt_tokens * prices.prompt + completion_tokens * prices.completion) / _TOKENS_PER_PRICE


def gains_by_calls(problem: ProblemState) -> list[float]:
    """How many times faster than the reference a problem's best program is after 0, 1, 2 … calls a chain.

    At least 1: whoever has the reference need not take a slower program.
    """
    longest = max((len(chain.rounds) for chain in problem.chains), default=0)
    return [_gain_after(problem, calls) for calls in range(longest + 1)]


def _gain_after(problem: ProblemState, calls: int) -> float:
    by_then = (msgspec.structs.replace(chain, rounds=chain.rounds[:calls]) for chain in problem.chains)
    best = best_of(by_then, problem.objective)
    ratio = best.vs_reference if best is not None else None
    return max(1.0, ratio.estimate) if ratio is not None else 1.0


def _curve(paths: Sequence[Sequence[float]], problems: Sequence[ProblemState]) -> tuple[GainPoint, ...]:
    longest = max(len(path) for path in paths)
    columns = [[path[min(calls, len(path) - 1)] for path in paths] for calls in range(longest)]
    points = []
    for calls, mean in enumerate(geometric_means(columns)):
        if mean is not None:
            spent = _spent(problems, calls)
            points.append(
                GainPoint(calls=calls, spent=spent, gain=mean.estimate, low=mean.low, high=mean.high)
            )
    return tuple(points)


def _spent(problems: Sequence[ProblemState], calls: int) -> int:
    rounds = (round_ for problem in problems for chain in problem.chains for round_ in chain.rounds[:calls])
    return sum(round_.reply is not None for round_ in rounds)
