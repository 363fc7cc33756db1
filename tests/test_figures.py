"""Figures as a person reads them."""

from __future__ import annotations

import time

import pytest

from perftui.figures import (
    age,
    clock,
    count,
    duration,
    interval,
    moment,
    nanoseconds,
    percent,
    size,
    span,
    time_of_day,
    times,
    times_within,
)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (times(0.004), "0.00x"),
        (times(0.871), "0.87x"),
        (times(1.428), "1.43x"),
        (times(13.24), "13.2x"),
        (times(980.4), "980x"),
        (times(1204.4), "1,204x"),
        (interval(9.96, 131), "[9.96, 131]"),
        (interval(1.08, 1.33, "–"), "[1.08–1.33]"),
        (times_within(12.4, 9.96, 131), "12.4x [9.96, 131]"),
        (percent(0.9376), "94 %"),
        (percent(0.9376, 1), "93.8 %"),
        (count(950), "950"),
        (count(9_500), "9,500"),
        (count(12_345), "12.3k"),
        (count(4_560_000), "4.56M"),
        (size(11 << 20), "11.0 MiB"),
        (duration(-1), "0 s"),
        (duration(8.4), "8 s"),
        (duration(59.6), "1 min 00 s"),
        (duration(725), "12 min 05 s"),
        (duration(12_000), "3 h 20 min"),
        (clock(-1), "0:00"),
        (clock(8.9), "0:08"),
        (clock(725), "12:05"),
        (clock(12_000), "3:20:00"),
        (age(-1), "0 s"),
        (age(99.9), "99 s"),
        (age(240), "4 min"),
        (age(9000), "2.5 h"),
        (span(20, 40), "20-40 s"),
        (span(8, 8.2), "8 s"),
        (span(60, 200), "1-3 min"),
        (span(5500, 8000), "1.5-2.2 h"),
        (span(60, 200, "–"), "1–3 min"),
        (nanoseconds(0), "0 ns"),
        (nanoseconds(499), "499 ns"),
        (nanoseconds(500), "0.5 us"),
        (nanoseconds(14_000), "14 us"),
        (nanoseconds(499_000), "499 us"),
        (nanoseconds(812_345), "0.812 ms"),
        (nanoseconds(1_500_000_000), "1.5 s"),
        (nanoseconds(7_200_000_000_000), "7,200 s"),
    ],
)
def test_figures_are_said_short(said: str, meant: str) -> None:
    assert said == meant


def test_moments_are_told_in_local_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Etc/GMT-2")
    time.tzset()
    try:
        assert time_of_day(1_700_000_000) == "00:13:20"
        assert moment(1_700_000_000) == "2023-11-15 00:13"
    finally:
        monkeypatch.undo()
        time.tzset()
