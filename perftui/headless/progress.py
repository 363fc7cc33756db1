"""One line that says where a run stands. Pure."""

from __future__ import annotations

from perftui.events.eta import Eta, share_done
from perftui.events.state import RunState
from perftui.events.summary import Totals, totals
from perftui.figures import clock, count, span

_GAP = "  "


def progress_line(state: RunState, *, elapsed: float, eta: Eta | None, width: int, unicode: bool) -> str:
    """The live line of a terminal: a bar, then as many figures as fit, the most telling first."""
    roomy = width >= 110
    bar = _bar(share_done(state), 20 if roomy else 10, unicode=unicode)
    line = bar
    for part in _parts(state, elapsed, eta):
        if len(line) + len(_GAP) + len(part) < width:
            line += _GAP + part
    return line[: max(0, width - 1)]


def progress_report(state: RunState, *, elapsed: float, eta: Eta | None) -> str:
    """The same figures, all of them and without a bar, for a log."""
    return _GAP.join((f"{100 * share_done(state):.0f}%", *_parts(state, elapsed, eta)))


def _bar(share: float, cells: int, *, unicode: bool) -> str:
    full = min(cells, int(share * cells))
    done, rest = ("█", "░") if unicode else ("#", ".")
    return f"[{done * full}{rest * (cells - full)}]"


def _parts(state: RunState, elapsed: float, eta: Eta | None) -> list[str]:
    figures = totals(state)
    parts = [f"{figures.ended}/{figures.problems}", clock(elapsed)]
    if state.status == "paused":
        parts.append("PAUSED")
    elif figures.ended < figures.problems:
        parts.append(f"ETA {span(eta.low, eta.high)}" if eta is not None else "ETA ?")
    parts.append(f"correct {_of_ended(figures.solved, figures.correct_share)}")
    parts.append(f"optimised {_of_ended(figures.optimised, figures.optimised_share)}")
    parts.extend(_activity(figures))
    parts.append(f"tokens {count(figures.tokens)}")
    if figures.left_out:
        parts.append(f"left out {figures.left_out}")
    if figures.infrastructure:
        parts.append(f"infrastructure {figures.infrastructure}")
    return parts


def _of_ended(number: int, share: float | None) -> str:
    return str(number) if share is None else f"{number} ({100 * share:.0f}%)"


def _activity(figures: Totals) -> list[str]:
    """What is going on now: calls in flight, judging, the timing lane."""
    parts = [f"calls {figures.in_model}" + _aside(figures.backing_off, "backing off")]
    if figures.judging or figures.waiting_sandbox:
        parts.append(f"judging {figures.judging}" + _aside(figures.waiting_sandbox, "waiting"))
    if figures.timing or figures.waiting_lane:
        parts.append(f"timing {figures.timing}" + _aside(figures.waiting_lane, "waiting"))
    if figures.held:
        parts.append(f"held {figures.held}")
    return parts


def _aside(number: int, what: str) -> str:
    return f" (+{number} {what})" if number else ""
