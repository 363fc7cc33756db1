"""What each test gave: input, what was expected, what came."""

from __future__ import annotations

from collections.abc import Iterable

from textual.content import Content

from perftui import figures
from perftui.judging.model import TestResult, Verdict
from perftui.judging.show import show_value
from perftui.judging.wording import how_compared
from perftui.problems.model import PRINTED, Comparison, TestCase
from perftui.text import one_line, shorten
from perftui.tui import styles
from perftui.tui.glyphs import OUTCOMES, STATUSES, Glyphs
from perftui.tui.panes.round_view import RoundView
from perftui.tui.text import Line, lines

VALUE_LIMIT = 1_200
_IN_FULL = 40
"""How many passing tests are shown with their values; the others have a line each."""


def result_lines(view: RoundView) -> list[Line]:
    """All tests; those that fail come first, in full."""
    round_ = view.round
    verdict = round_.verdict if round_ is not None else None
    known = {result.name: result for result in verdict.results} if verdict is not None else {}
    cases = {case.name: case for case in view.source.tests} if view.source is not None else {}
    names = list(cases)
    names += [name for name in known if name not in cases]
    if not names:
        return [
            Line(
                Content.styled(
                    "No test is known: the benchmark is not at hand, nothing was judged.", styles.DIM
                )
            )
        ]
    shown = _head(verdict)
    names.sort(key=lambda name: name not in known or known[name].passed)
    for at, name in enumerate(names):
        result = known.get(name)
        in_full = at < _IN_FULL or (result is not None and not result.passed)
        shown += _one(name, cases.get(name) if in_full else None, result, view.picture.glyphs)
    return shown


def _head(verdict: Verdict | None) -> list[Line]:
    if verdict is None:
        return [Line(Content.styled("not judged yet", styles.DIM)), Line(Content(""))]
    style = styles.GOOD if verdict.correct else styles.BAD
    told = Content.assemble(
        (verdict.kind.replace("-", " "), f"bold {style}"),
        f"  {verdict.tests_passed}/{verdict.tests_total} tests passed  ",
        (one_line(verdict.reason, 400), styles.DIM),
    )
    return [Line(told, hang=2), Line(Content(""))]


def _one(name: str, case: TestCase | None, result: TestResult | None, glyphs: Glyphs) -> Iterable[Line]:
    if result is None:
        yield Line(
            Content.assemble(
                glyphs.part(STATUSES["waiting"]), f" {one_line(name, 80)}  ", ("not run", styles.DIM)
            )
        )
        return
    mark = STATUSES["solved"] if result.passed else OUTCOMES["wrong"]
    took = f"  {figures.nanoseconds(result.cpu_ns)}" if result.cpu_ns else ""
    yield Line(
        Content.assemble(
            glyphs.part(mark),
            (f" {one_line(name, 80)}  ", styles.HEAD),
            (result.verdict.replace("-", " "), mark.style),
            (took, styles.DIM),
        )
    )
    if not result.passed and result.reason:
        yield Line(Content.styled(f"    {one_line(result.reason, 600)}", styles.BAD), hang=4)
    if case is not None:
        is_call = case.comparison.kind not in PRINTED
        yield from _field("input", show_value(case.input, VALUE_LIMIT) if is_call else case.input)
        yield from _field("expected", _expected(case.expected, case.comparison))
    if result.got or not result.passed:
        yield from _field("got", result.got or "nothing", "" if result.passed else styles.BAD)


def _expected(expected: str, comparison: Comparison) -> str:
    how = how_compared(comparison)
    if comparison.kind in {"true", "false"}:
        return how
    shown = expected if comparison.kind in PRINTED else show_value(expected, VALUE_LIMIT)
    return f"{shown}   ({how})" if how else shown


def _field(name: str, text: str, style: str = "") -> Iterable[Line]:
    rows = lines(shorten(text, VALUE_LIMIT), style)
    yield Line(Content.assemble((f"    {name:<9}", styles.DIM), rows[0]), hang=13)
    for row in rows[1:]:
        yield Line(Content.assemble(" " * 13, row), hang=13)
