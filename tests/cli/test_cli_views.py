"""The screen is shown where one can be drawn, and lines elsewhere."""

from __future__ import annotations

import io
import sys

import pytest

from perftui.cli.views import choose_view


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("term", "piped", "headless", "as_json", "view"),
    [
        ("xterm-256color", "", False, False, "screen"),
        ("", "", False, False, "screen"),
        ("dumb", "", False, False, "plain"),
        ("unknown", "", False, False, "plain"),
        ("xterm", "stdin", False, False, "plain"),
        ("xterm", "stdout", False, False, "plain"),
        ("xterm", "stderr", False, False, "plain"),
        ("xterm", "", True, False, "plain"),
        ("xterm", "", False, True, "json"),
    ],
)
def test_where_a_screen_can_be_drawn(
    monkeypatch: pytest.MonkeyPatch, term: str, piped: str, headless: bool, as_json: bool, view: str
) -> None:
    monkeypatch.setenv("TERM", term)
    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(sys, name, io.StringIO() if name == piped else Terminal())
    assert choose_view(headless=headless, as_json=as_json) == view
