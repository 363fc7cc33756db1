"""What a run's replies cost, by the prices of its plan. Pure."""

from __future__ import annotations

from perftui.events.plan import Prices
from perftui.events.state import RunState


def dollars(prices: Prices, prompt_tokens: int, completion_tokens: int) -> float:
    """The price of so many tokens."""
    return (prices.prompt * prompt_tokens + prices.completion * completion_tokens) / 1e6


def dollars_spent(state: RunState) -> float | None:
    """What the run's replies cost so far, None where prices are not known."""
    if state.plan is None or state.plan.prices is None:
        return None
    return dollars(state.plan.prices, state.spent.prompt_tokens, state.spent.completion_tokens)


def share_of_dollars(state: RunState) -> float | None:
    """How much of its bound in dollars a run has spent, None where it has no bound."""
    spent = dollars_spent(state)
    if spent is None or state.plan is None or not state.plan.dollars:
        return None
    return spent / state.plan.dollars
