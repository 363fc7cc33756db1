"""What each test gave: input, what was expected, what came, and where the two first differ."""

from __future__ import annotations

from collections.abc import Iterator

from textual.content import Content
from textual.style import Style

from perftui import figures
from perftui.judging.model import Verdict
from perftui.judging.show import show_value
from perftui.judging.wording import how_compared
from perftui.problems.model import PRINTED, TestCase
from perftui.text import one_line, printable, shorten
from perftui.tui import styles
from perftui.tui.glyphs import OUTCOMES, STATUSES, Glyphs
from perftui.tui.panes.round_view import RoundView
from perftui.tui.panes.tested import Choice, JudgedTest, chosen, judged_tests, selected_of, told_choice
from perftui.tui.text import Line

TEST = "perftui_test"
"""Under which a line tells, to who clicks on it, the place of its test."""

VALUE_LIMIT = 600
FULL_LIMIT = 100_000
"""Characters of a value that are shown: of the test that is selected, and of any other."""

_IN_FULL = 40
"""How many passing tests are shown with their values; the others have a line each."""

_PIECE = 2_000
"""A line that is longer is laid out in pieces: to break one of megabytes takes seconds."""

_EXCERPT = 24
_COMPARED = ("equal", "text")
"""Comparisons that hold of the texts themselves: what differs there is what is wrong."""


def result_lines(view: RoundView, choice: Choice | None = None) -> list[Line]:
    """The tests that are chosen; the one that is selected in full."""
    lines, _ = results_and_place(view, choice or Choice())
    return lines


def results_and_place(view: RoundView, choice: Choice) -> tuple[list[Line], int]:
    """The same, and which line the selected test begins at."""
    tests = judged_tests(view)
    if not tests:
        return [_dim("No test is known: the benchmark is not at hand, nothing was judged.")], 0
    kept = chosen(tests, choice)
    shown = [_head(view.round.verdict if view.round is not None else None)]
    shown.append(_dim(told_choice(choice, len(kept), len(tests))))
    if not kept:
        return [*shown, _dim("No test fits the filter.")], 0
    selected, place = selected_of(kept, choice), 0
    for at, test in enumerate(kept):
        is_selected = at == selected
        if is_selected:
            place = len(shown)
        with_values = at < _IN_FULL or test.failed or is_selected
        shown += _one(test, view.picture.glyphs, is_selected=is_selected, with_values=with_values)
    return shown, place


def _head(verdict: Verdict | None) -> Line:
    if verdict is None:
        return _dim("not judged yet")
    style = styles.GOOD if verdict.correct else styles.BAD
    told = Content.assemble(
        (verdict.kind.replace("-", " "), f"bold {style}"),
        f"  {verdict.tests_passed}/{verdict.tests_total} tests passed  ",
        (one_line(verdict.reason, 400), styles.DIM),
    )
    return Line(told, hang=2)


def _one(test: JudgedTest, glyphs: Glyphs, *, is_selected: bool, with_values: bool) -> Iterator[Line]:
    yield _name_line(test, glyphs, is_selected=is_selected)
    result = test.result
    if result is None and not is_selected:
        return
    if result is not None and not result.passed and result.reason:
        yield Line(Content.styled(f"    {one_line(result.reason, 600)}", styles.BAD), hang=4)
    limit = FULL_LIMIT if is_selected else VALUE_LIMIT
    expected = _expected(test.case, limit) if test.case is not None else ""
    got = _plain(result.got or "nothing") if result is not None else ""
    apart = _first_difference(test, expected, got)
    if test.case is not None and with_values:
        yield from _field("input", _input(test.case, limit))
        how = how_compared(test.case.comparison)
        by_truth = test.case.comparison.kind in {"true", "false"}
        told = how if by_truth else f"{expected}   ({how})" if how else expected
        yield from _field("expected", shorten(told, limit), mark=apart)
    if result is not None and (result.got or not result.passed):
        yield from _field("got", shorten(got, limit), "" if result.passed else styles.BAD, mark=apart)
    if apart is not None:
        yield from _field("differs", _told_difference(expected, got, apart))


def _name_line(test: JudgedTest, glyphs: Glyphs, *, is_selected: bool) -> Line:
    result = test.result
    cursor = (glyphs.line("cursor") if is_selected else " ", styles.KEY)
    name = (f" {one_line(test.name, 80)}  ", styles.HEAD if result is not None else "")
    if result is None:
        parts = [cursor, glyphs.part(STATUSES["waiting"]), name, ("not run", styles.DIM)]
    else:
        mark = STATUSES["solved"] if result.passed else OUTCOMES["wrong"]
        slow = f", {figures.percent(test.share)} of the time" if test.slow and test.share else ""
        took = f"  {figures.nanoseconds(result.cpu_ns)}{slow}" if result.cpu_ns else ""
        verdict = (result.verdict.replace("-", " "), mark.style)
        parts = [cursor, glyphs.part(mark), name, verdict, (took, styles.WARN if slow else styles.DIM)]
    line = Content.assemble(*parts)
    return Line(line.stylize(Style.from_meta({TEST: test.place})))


def _input(case: TestCase, limit: int) -> str:
    if case.comparison.kind in PRINTED:
        return shorten(_plain(case.input), limit)
    return _plain(show_value(case.input, limit))


def _expected(case: TestCase, limit: int) -> str:
    return _plain(case.expected if case.comparison.kind in PRINTED else show_value(case.expected, limit))


def _plain(text: str) -> str:
    return printable(text[: 2 * FULL_LIMIT]).expandtabs(4)


def _first_difference(test: JudgedTest, expected: str, got: str) -> int | None:
    """At which character what came is not what was expected; None where that tells nothing."""
    result = test.result
    if result is None or result.verdict != "wrong-answer" or not result.got or test.case is None:
        return None
    if test.case.comparison.kind not in _COMPARED or expected == got:
        return None
    shortest = min(len(expected), len(got))
    return next((at for at in range(shortest) if expected[at] != got[at]), shortest)


def _told_difference(expected: str, got: str, at: int) -> str:
    """Where, and what stands there, in words: a mark in a line may be far away."""
    line = expected.count("\n", 0, at) + 1
    column = at - (expected.rfind("\n", 0, at) + 1) + 1
    where = f"line {line:,}, character {column:,}" if "\n" in expected else f"character {column:,}"
    wanted = one_line(expected[at : at + _EXCERPT], _EXCERPT) or "the end"
    came = one_line(got[at : at + _EXCERPT], _EXCERPT) or "the end"
    return f"first at {where}: expected {wanted}, got {came}"


def _field(name: str, text: str, style: str = "", *, mark: int | None = None) -> Iterator[Line]:
    """A value in lines; the character at `mark` stands out."""
    start = 0
    for row in text.split("\n"):
        for first in range(0, max(len(row), 1), _PIECE):
            piece = row[first : first + _PIECE]
            content = Content.styled(piece, style) if piece else Content("")
            at = mark - start - first if mark is not None else -1
            if 0 <= at < len(piece):
                content = content.stylize("reverse bold", at, at + 1)
            head = f"    {name:<9}" if start + first == 0 else " " * 13
            yield Line(Content.assemble((head, styles.DIM), content), hang=13)
        start += len(row) + 1


def _dim(text: str) -> Line:
    return Line(Content.styled(text, styles.DIM), hang=2)
