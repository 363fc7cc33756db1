"""Figures as a person reads them."""

from __future__ import annotations

import pytest

from perftui.headless.words import clock, count, duration, percent, times


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (duration(-1), "0 s"),
        (duration(8.4), "8 s"),
        (duration(59.6), "1 min 00 s"),
        (duration(725), "12 min 05 s"),
        (duration(12_000), "3 h 20 min"),
        (clock(8.9), "0:08"),
        (clock(725), "12:05"),
        (clock(12_000), "3:20:00"),
        (count(950), "950"),
        (count(12_345), "12.3k"),
        (count(4_560_000), "4.56M"),
        (percent(0.9376), "93.8%"),
        (times(0.871), "0.87x"),
        (times(1.428), "1.43x"),
        (times(13.24), "13.2x"),
        (times(980.4), "980x"),
    ],
)
def test_figures_are_said_short(said: str, meant: str) -> None:
    assert said == meant
