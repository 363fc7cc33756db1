"""The short summary at the end of a run. Pure."""

from __future__ import annotations

from perftui.events.state import RunState
from perftui.events.summary import Totals, resumable, totals
from perftui.figures import duration, percent, times
from perftui.text import one_line


def ending(state: RunState, elapsed: float) -> str:
    """The summary, a figure a line, ended by a line feed; empty where no run began."""
    if state.plan is None:
        return ""
    rows = [("run", _standing(state)), *_figures(state, totals(state)), ("elapsed", duration(elapsed))]
    rows.append(("look at it", f"perftui report {state.run}   perftui watch {state.run}"))
    if state.status not in {"done", "empty"}:
        rows.append(("go on", f"perftui resume {resumable(state)}"))
    width = max(len(name) for name, _ in rows)
    return "".join(f"{name:<{width}}  {value}\n" for name, value in rows)


def _standing(state: RunState) -> str:
    reason = f": {one_line(state.reason)}" if state.reason else ""
    return f"{state.run}  {state.status}{reason}"


def _figures(state: RunState, figures: Totals) -> list[tuple[str, str]]:
    of_all = "" if figures.ended == figures.problems else f" of {figures.problems}"
    rows = [
        ("problems", f"{figures.ended}{of_all} ended"),
        ("correct", _share(figures.solved, figures.correct_share)),
        ("optimised", _share(figures.optimised, figures.optimised_share) + ", over 10 % less time"),
        ("speedup", _speedup(figures)),
        ("unmeasured", f"{figures.unmeasured} correct"),
        ("infrastructure", f"{figures.infrastructure} failed{_lost(state.spent.losses)}"),
    ]
    if state.plan is not None and state.plan.settings.timing:
        bound = state.plan.budget.run_seconds
        of_bound = "" if bound is None else f" of {bound:g} s"
        rows.append(
            ("timing", f"{state.spent.timing_seconds:.0f} s{of_bound}, {state.spent.measured} measurements")
        )
    if figures.flagged:
        rows.append(("suspected", f"{figures.flagged} with a program that cheats"))
    if figures.left_out:
        rows.append(
            ("left out", f"{figures.left_out} whose reference fails (solved, too, with --keep-broken)")
        )
    if figures.cancelled:
        rows.append(("cancelled", str(figures.cancelled)))
    reused = f", and {state.spent.reused:,} replies of other runs used again" if state.spent.reused else ""
    rows.append(("model calls", f"{figures.calls:,}{reused}"))
    tokens = f"{state.spent.prompt_tokens:,} in prompts, {state.spent.completion_tokens:,} in replies"
    rows.append(("tokens", tokens if figures.tokens else "none counted"))
    return rows


def _lost(sandboxes: int) -> str:
    return f" (sandboxes lost on the way: {sandboxes})" if sandboxes else ""


def _share(number: int, share: float | None) -> str:
    return str(number) if share is None else f"{number} ({percent(share, 1)} of the ended)"


def _speedup(figures: Totals) -> str:
    if figures.speedup is None:
        return "none measured"
    return f"{times(figures.speedup)} the reference, geometric mean of {figures.measured} measured"
