"""What a problem does at this moment, and the news of the run: the panes under the list."""

from __future__ import annotations

from typing import assert_never

from textual.content import Content

from perftui import figures
from perftui.events.state import Activity, ChainState, ProblemState
from perftui.events.summary import problem_best, problem_stage
from perftui.refine.actions import Action, Ask, Finish, Measure, Profile
from perftui.text import one_line
from perftui.tui import glyphs, ratios, styles
from perftui.tui.chains import name_of
from perftui.tui.feed import Picture
from perftui.tui.rows import stage_words
from perftui.tui.text import Line, plain_lines, tail_lines

TAIL_LINES = 40


def live_title(picture: Picture, problem: ProblemState | None) -> Content:
    """What a problem does now and for how long, or how it ended, in one line."""
    if problem is None:
        return Content("")
    doing = problem_stage(problem)
    head = [(name_of(problem), styles.TITLE), ("  ", "")]
    if doing is None:
        return Content.assemble(*head, (_status(problem), styles.DIM))
    label = f" · {one_line(doing.label, 60)}" if doing.label else ""
    head += [(f"chain {doing.chain + 1}{label} · ", styles.DIM)]
    head += [(stage_words(problem, doing, picture.now), glyphs.STAGES[doing.stage].style)]
    return Content.assemble(*head)


def live_lines(picture: Picture, problem: ProblemState | None) -> list[Line]:
    """What comes in for a problem, or what came of it."""
    if problem is None:
        return []
    doing = problem_stage(problem)
    if doing is None:
        return _ended(problem)
    detail = [Line(Content.styled(one_line(doing.detail), styles.DIM))] if doing.detail else []
    return detail + _body(problem.chains[doing.chain], picture)


def action_words(action: Action) -> str:
    """An action in a few words."""
    match action:
        case Ask():
            return f"ask: {one_line(action.label, 60)} ({action.phase})"
        case Measure():
            return "time the candidate"
        case Profile():
            return f"profile the candidate on {one_line(action.input, 40)}"
        case Finish():
            return f"end the chain: {one_line(action.reason, 80)}"
    assert_never(action)


def activity_lines(picture: Picture) -> list[Line]:
    """The last things worth seeing, oldest first."""
    return [Line(_activity(item), hang=11) for item in picture.state.activity]


def _body(chain: ChainState, picture: Picture) -> list[Line]:
    if chain.held is not None:
        words = f"about to {action_words(chain.held)}; press s to see it and answer"
        return [Line(Content.styled(words, styles.WARN))]
    if chain.streaming:
        tail = tail_lines(chain.streaming, TAIL_LINES)
        shown = [Line(Content(line)) for line in tail[:-1]]
        return [*shown, Line(Content.assemble(tail[-1], (picture.glyphs.line("caret"), styles.LIVE)))]
    if chain.progress is not None:
        done, planned = chain.progress
        share = done / planned if planned else 0.0
        bar = picture.glyphs.bar(share, 30)
        return [Line(Content.assemble((bar, styles.LIVE), (f" {done}/{planned} trials", styles.DIM)))]
    code = chain.rounds[-1].code if chain.rounds else None
    if code is None:
        return []
    return [Line(Content.styled(line, styles.DIM)) for line in plain_lines(code)[:TAIL_LINES]]


def _ended(problem: ProblemState) -> list[Line]:
    best = problem_best(problem)
    lines: list[Line] = []
    if best is not None:
        round_ = problem.chains[best.chain].rounds[best.round]
        reason = round_.outcome.reason if round_.outcome is not None else ""
        figure = ratios.ratio(best.vs_reference)
        words = f"best: chain {best.chain + 1} round {best.round + 1}, {figure} against the reference"
        lines += [Line(Content(words)), Line(Content.styled(one_line(reason, 400), styles.DIM))]
    for chain in problem.chains:
        if chain.ended is not None:
            lines.append(
                Line(Content.styled(f"chain {chain.index + 1}: {one_line(chain.ended)}", styles.DIM))
            )
    return lines


def _status(problem: ProblemState) -> str:
    glyph = glyphs.STATUSES[problem.status]
    reason = f": {one_line(problem.reason)}" if problem.reason else ""
    attempt = f" · attempt {problem.attempt}" if problem.attempt > 1 else ""
    return f"{glyph.word}{reason}{attempt}"


def _activity(item: Activity) -> Content:
    return Content.assemble(
        (f"{figures.time_of_day(item.at)} ", styles.DIM),
        (f"{item.glyph} ", glyphs.style_of(item.glyph)),
        (f"{one_line(item.problem, 60)} " if item.problem else "", styles.HEAD),
        one_line(item.text, 300),
    )
