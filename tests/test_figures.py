"""Figures as a person reads them."""

from __future__ import annotations

import pytest

from perftui.figures import span


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (span(20, 40), "20-40 s"),
        (span(8, 8.2), "8 s"),
        (span(60, 200), "1-3 min"),
        (span(5500, 8000), "1.5-2.2 h"),
        (span(60, 200, "–"), "1–3 min"),
    ],
)
def test_figures_are_said_short(said: str, meant: str) -> None:
    assert said == meant
