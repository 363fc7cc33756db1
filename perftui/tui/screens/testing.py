"""A screen with the tests of a round in view: which of them are shown, in which order, which one in full."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from textual.binding import Binding, BindingType

from perftui.tui.panes.results import results_and_place
from perftui.tui.panes.round_view import RoundView
from perftui.tui.panes.tested import STATES, Choice, chosen, judged_tests, selected_of
from perftui.tui.screens.asking import AskScreen
from perftui.tui.screens.round_actions import RoundScreen
from perftui.tui.text import Line
from perftui.tui.widgets.form import Field
from perftui.tui.widgets.line_view import LineView


class TestingScreen(RoundScreen):
    """Filters and orders tests, and walks through them."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "tests_filter", "filter", key_display="/", id="problem.tests-filter",
                tooltip="Show only tests that failed, are slow, or hold a text"),
        Binding("o", "tests_order", "order", id="problem.tests-order",
                tooltip="Failed tests first, as they are, or the slowest first"),
        Binding("J", "tests_move(1)", "next test", id="problem.tests-next",
                tooltip="Show the next test in full"),
        Binding("K", "tests_move(-1)", "test before", show=False, id="problem.tests-before",
                tooltip="Show the test before in full"),
    ]  # fmt: skip

    choice = Choice()

    def action_tests_filter(self) -> None:
        """Ask for the words of a filter."""
        detail = f"Words that all must fit: {', '.join(STATES)}, or a text of its name or values."
        field = Field("words", "tests", self.choice.words, "all tests")

        def typed(values: dict[str, str] | None) -> None:
            if values is not None:
                self._choose(replace(self.choice, words=values["words"].strip()))

        self.app.push_screen(AskScreen("show tests", detail, [field], lambda _: {}), typed)

    def action_tests_order(self) -> None:
        """Put them in another order."""
        self._choose(replace(self.choice, order=self.choice.next_order))

    def action_tests_move(self, step: int) -> None:
        """Show another test in full."""
        view = self.view_now()
        tests = chosen(judged_tests(view), self.choice) if view is not None else []
        if tests:
            at = min(max(selected_of(tests, self.choice) + step, 0), len(tests) - 1)
            self.select_test(tests[at].place)

    def select_test(self, place: int) -> None:
        """Show a test in full, and bring it into view."""
        self._choose(replace(self.choice, selected=place))
        view = self.view_now()
        if view is not None:
            _, line = results_and_place(view, self.choice)
            self.query_one("#text", LineView).scroll_to_line(line)

    def test_lines(self, view: RoundView) -> list[Line]:
        """The tests as they are chosen."""
        return results_and_place(view, self.choice)[0]

    def _choose(self, choice: Choice) -> None:
        self.choice = choice
        self.redraw()
