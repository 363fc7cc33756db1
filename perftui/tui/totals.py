"""The head of the run screen: what runs, where, how it is doing and what holds it up. Pure."""

from __future__ import annotations

from textual.content import Content

from perftui import figures
from perftui.events.costs import dollars_spent
from perftui.events.eta import estimate, share_done
from perftui.events.plan import Environment, RunPlan
from perftui.events.state import RunState, RunStatus
from perftui.events.summary import Totals, totals, wilson
from perftui.text import one_line
from perftui.tui import styles
from perftui.tui.feed import Picture
from perftui.tui.glyphs import Glyphs
from perftui.tui.library import is_recorded, model_label
from perftui.tui.text import join, spread

COMPACT_WIDTH = 100
ROOMY_WIDTH = 140
_GAP = "   "
_MOST_SHARES = 3
"""What takes less than the largest three is not what holds the run up."""

_STATUS: dict[RunStatus, tuple[str, str, str]] = {
    "empty": ("○", "starting", styles.DIM),
    "running": ("●", "running", styles.LIVE),
    "paused": ("‖", "paused", styles.WARN),
    "done": ("✔", "done", styles.GOOD),
    "interrupted": ("◼", "interrupted", styles.WARN),
    "failed": ("✗", "failed", styles.BAD),
}
_STATUS_PLAIN: dict[RunStatus, str] = {
    "empty": "o",
    "running": "*",
    "paused": "|",
    "done": "o",
    "interrupted": "#",
    "failed": "x",
}


def header(picture: Picture, width: int) -> list[Content]:
    """The lines over the list: two where it is narrow, else four."""
    state = picture.state
    if state.plan is None:
        line = Content.assemble((" perftui ", styles.TITLE), " ", (_waiting(picture), styles.DIM))
        return [line, *[Content("")] * (header_height(width) - 1)]
    figures_now = picture.figures or totals(state)
    if width < COMPACT_WIDTH:
        return [
            spread(_what(state.plan, compact=True), _status(picture, compact=True), width - 1),
            _where(picture, state.environment, width - 1, compact=True),
            join(_achieved(figures_now, compact=True), "  ", width - 1),
        ]
    return [
        spread(_what(state.plan, compact=False), _status(picture, compact=False), width - 1),
        _where(picture, state.environment, width - 1, compact=False),
        _achievements(figures_now, width - 1),
        spread(_spent(picture, figures_now), _goes(picture, figures_now, width), width - 1),
    ]


def header_height(width: int) -> int:
    """How many lines the header has at a width."""
    return 3 if width < COMPACT_WIDTH else 4


def _waiting(picture: Picture) -> str:
    return picture.notice or ("reading the run …" if picture.loading else "starting …")


def _what(plan: RunPlan, *, compact: bool) -> Content:
    """Benchmark, model, strategy, K; a recording is always called that."""
    model = model_label(plan.model)
    style = styles.WARN if is_recorded(plan.model) else ""
    parts: list[str | tuple[str, str]] = [" "]
    if not compact:
        parts += [("perftui", styles.TITLE), "  "]
    benchmark = one_line(plan.benchmark.rstrip("/").rsplit("/", 1)[-1], 40)
    parts += [(benchmark, styles.HEAD), (" · ", styles.DIM), (model, style)]
    if is_recorded(plan.model) and not compact:
        parts.append((" (no model is asked)", styles.DIM))
    if plan.origin is not None:
        came = f"{one_line(plan.origin.run, 12)} {plan.origin.chain + 1}.{plan.origin.round + 1}"
        parts.append((f" · fork of {came}", styles.WARN))
    strategy = f" · {one_line(plan.strategy, 40)} · K={plan.chains}" if not compact else f" · K={plan.chains}"
    parts.append((strategy, styles.DIM))
    return Content.assemble(*parts)


def _status(picture: Picture, *, compact: bool) -> Content:
    state = picture.state
    mark, word, style = _STATUS[state.status]
    if picture.glyphs.plain:
        mark = _STATUS_PLAIN[state.status]
    end = state.ended_at if state.ended_at is not None else picture.now
    parts: list[str | tuple[str, str]] = [(f"{mark} {word}", style)]
    if state.stepping.by_default:
        parts.insert(0, ("step mode  ", styles.WARN))
    if state.started_at > 0:
        parts.append((f" {figures.clock(end - state.started_at)}", styles.HEAD))
    eta = estimate(state, now=picture.now, mark=picture.mark)
    if eta is not None:
        left = figures.age(eta.likely) if compact else figures.span(eta.low, eta.high, "–")
        parts += [("  ETA ", styles.DIM), left]
    return Content.assemble(*parts)


def _where(picture: Picture, environment: Environment | None, width: int, *, compact: bool) -> Content:
    """The sandbox, plainly said where it does not confine; the latest notice at the right."""
    if environment is None:
        return Content("")
    sandbox = environment.sandbox
    if sandbox.kind == "process":
        text = " process sandbox: unconfined by a container"
        reason = f" ({one_line(environment.sandbox_reason)})" if environment.sandbox_reason else ""
        left = Content.assemble((text, styles.WARN), (reason, styles.DIM))
    else:
        detail = "" if compact else f": {one_line(sandbox.confinement, 60)}"
        left = Content.styled(f" docker sandbox{detail}", styles.DIM)
    about = _timing(picture.state, environment)
    ended = one_line(picture.state.reason) if picture.state.ended_at is not None else ""
    note = ended or (picture.notice if picture.state.status == "running" else "")
    if note:
        return spread(
            left, Content.styled(note, styles.WARN if ended else styles.DIM).truncate(width // 2), width
        )
    return (
        left
        if compact
        else spread(
            left, Content.styled(f"python {one_line(sandbox.python, 20)} · {about}", styles.DIM), width
        )
    )


def _timing(state: RunState, environment: Environment) -> str:
    """The timing core, and what is spent of the budget that the run keeps."""
    if environment.sandbox.clock == "none":
        return "speed is unmeasured: no clock"
    if state.plan is not None and not state.plan.settings.timing:
        return "no timing"
    where = "unpinned" if environment.timing_core is None else f"core {environment.timing_core}"
    bound = state.plan.budget.run_seconds if state.plan is not None else None
    spent = f"{state.spent.timing_seconds:.0f} s" + ("" if bound is None else f" of {bound:.0f} s")
    return f"timing on {where}: {spent}"


def _achieved(f: Totals, *, compact: bool) -> list[Content]:
    counted = f.ended - f.left_out
    shown = [
        _figure("" if compact else "problems", f"{f.ended}/{f.problems}", ""),
        _figure("correct", _share(f.correct_share, f.solved, counted, compact=compact), styles.GOOD),
        _figure(
            "opt" if compact else "optimised",
            _share(f.optimised_share, f.optimised, counted, compact=compact),
            "",
        ),
        _figure("speedup", _speedup(f, compact=compact), styles.GOOD if (f.speedup or 0) > 1 else ""),
    ]
    if f.held:
        shown.append(_figure("held for you" if not compact else "held", str(f.held), styles.WARN))
    if f.flagged:
        shown.append(_figure("flagged", str(f.flagged), styles.WARN))
    if f.infrastructure:
        shown.append(_figure("infrastructure", str(f.infrastructure), styles.WARN))
    if f.left_out and not compact:
        shown.append(_figure("left out", str(f.left_out), styles.DIM))
    if f.cancelled and not compact:
        shown.append(_figure("cancelled", str(f.cancelled), styles.DIM))
    first = Content.assemble(" ", shown[0])
    return [first, *shown[1:]]


def _achievements(f: Totals, width: int) -> Content:
    """What was achieved, with intervals where there is room for the most telling ones."""
    whole = _achieved(f, compact=False)
    needed = sum(part.cell_length for part in whole[:4]) + 3 * len(_GAP)
    return join(whole if needed <= width else _achieved(f, compact=True), _GAP, width)


def _figure(label: str, value: str, style: str) -> Content:
    if not label:
        return Content.styled(value, f"bold {style}".strip())
    return Content.assemble((f"{label} ", styles.DIM), (value, f"{styles.HEAD} {style}".strip()))


def _share(share: float | None, of: int, total: int, *, compact: bool) -> str:
    if share is None:
        return "–"
    if compact:
        return figures.percent(share)
    low, high = wilson(of, total)
    return f"{figures.percent(share, 1)} [{100 * low:.0f}–{100 * high:.0f}]"


def _speedup(f: Totals, *, compact: bool) -> str:
    if f.speedup is None:
        return "–"
    if compact or f.speedup_low is None or f.speedup_high is None or f.measured < 3:
        return figures.times(f.speedup)
    return f"{figures.times_within(f.speedup, f.speedup_low, f.speedup_high, '–')} of {f.measured}"


def _spent(picture: Picture, f: Totals) -> Content:
    """Calls, tokens and dollars: so far, and what they will have come to at the end."""
    parts: list[str | tuple[str, str]] = [
        (" calls ", styles.DIM), f"{f.calls:,}", ("  tokens ", styles.DIM), figures.count(f.tokens)
    ]  # fmt: skip
    share = share_done(picture.state)
    going = picture.state.ended_at is None and 0.02 < share < 1
    if going and f.tokens:
        parts.append((f" of ~{figures.count(round(f.tokens / share))}", styles.DIM))
    dollars = dollars_spent(picture.state)
    if dollars is not None:
        parts.append(f"  ${dollars:.2f}")
        if going and dollars:
            parts.append((f" of ~${dollars / share:.2f}", styles.DIM))
    if picture.pace.problems_a_minute:
        parts.append((f"  {picture.pace.problems_a_minute:.1f} problems/min", styles.DIM))
    return Content.assemble(*parts)


def _goes(picture: Picture, f: Totals, width: int) -> Content:
    """Where the time goes now, and what holds the run up; the counts where nothing was seen yet."""
    bottleneck = picture.pace.bottleneck
    roomy = width >= ROOMY_WIDTH
    if bottleneck is None or picture.state.ended_at is not None:
        return _lanes(f, picture.glyphs)
    parts: list[str | tuple[str, str]] = [("time:" if not roomy else "time goes to ", styles.DIM)]
    for name, share in sorted(picture.pace.shares, key=lambda one: -one[1])[: _MOST_SHARES if roomy else 2]:
        if share >= 0.005:
            style = styles.HEAD if name == bottleneck[0] else styles.DIM
            word = "timing queue" if name == "lane" else name
            parts.append(
                (f" {word} {picture.glyphs.bar(share, 6 if roomy else 4)} {figures.percent(share)} ", style)
            )
    lane = f" lane {figures.percent(picture.pace.lane)}" + (" busy" if roomy else "")
    parts.append((lane, styles.DIM))
    return Content.assemble(*parts)


def _lanes(f: Totals, glyphs: Glyphs) -> Content:
    """How many chains each lane has now: the fullest is what holds the run up."""
    lanes = (
        ("model", f.in_model),
        ("back-off", f.backing_off),
        ("sandbox queue", f.waiting_sandbox),
        ("judging", f.judging),
        ("lane queue", f.waiting_lane),
        ("timing", f.timing),
    )
    busiest = max(1, *(count for _, count in lanes))
    parts: list[str | tuple[str, str]] = []
    for name, count in lanes:
        style = styles.DIM if count == 0 else styles.LIVE if count == busiest else ""
        parts += [(f"   {name} ", styles.DIM), (str(count), style)]
        if count:
            parts.append((f" {glyphs.level(count / busiest)}".rstrip(), style))
    return Content.assemble(*parts)
