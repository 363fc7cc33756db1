"""The lines over a problem: which round is in view, how the problem stands, and why the round came out so."""

from __future__ import annotations

from textual.content import Content

from perftui.events.summary import problem_best, tests_passed
from perftui.text import one_line
from perftui.tui import ratios, styles
from perftui.tui.chains import name_of
from perftui.tui.glyphs import STATUSES
from perftui.tui.panes.round_view import RoundView
from perftui.tui.panes.why import why_line
from perftui.tui.text import spread, wrapped

WIDE = 100
"""Cells from which on there is room for the ratio."""


def head_lines(view: RoundView, width: int, *, with_why: bool) -> list[Content]:
    """The first line, and the reason under it where no pane has it."""
    problem = view.problem
    title = Content.assemble(
        (f" {name_of(problem)}", styles.TITLE),
        f"  {one_line(problem.head.title, 60)}",
        (f"   {_place(view)}", styles.DIM),
    )
    lines = [spread(title, _standing(view, width), width)]
    if with_why:
        why = wrapped(Content.assemble(" ", why_line(view)), width, 3)
        room = 2 if width < WIDE - 1 else 1
        if len(why) > room:
            why[room - 1] = Content.assemble(why[room - 1].truncate(width - 2), " …")
        lines += why[:room]
    return lines


def _place(view: RoundView) -> str:
    problem = view.problem
    attempt = f" · attempt {problem.attempt}" if problem.attempt > 1 or problem.earlier else ""
    round_ = view.chain.rounds.index(view.round) + 1 if view.round in view.chain.rounds else 0
    chain = f"chain {view.chain.index + 1}/{len(problem.chains)}"
    return f"{chain} · round {round_}/{len(view.chain.rounds)}{attempt}"


def _standing(view: RoundView, width: int) -> Content:
    problem, best, passed = view.problem, problem_best(view.problem), tests_passed(view.problem)
    glyph = STATUSES[problem.status]
    mark, style = view.picture.glyphs.part(glyph)
    parts = [(f"{mark} {glyph.word}", style)]
    if passed is not None:
        parts.append((" {}/{}".format(*passed), ""))
    if best is not None and best.measurement is not None and width >= WIDE - 1:
        parts.append((f" · {ratios.ratio(best.measurement.vs_reference)} vs reference", styles.HEAD))
    return Content.assemble(*parts)
