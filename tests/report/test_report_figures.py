from __future__ import annotations

import pytest

from perftui.report.figures import MISSING, chance, dollars, factor, interval, percent, share_within, within


def test_what_is_missing_is_told_as_such() -> None:
    assert {percent(None), factor(None), interval(None, 1, 2), dollars(None), share_within(None, (0, 1))} == {
        MISSING
    }
    assert (interval(2.0, None, 3.0), within(2.0, None), share_within(0.5, None)) == (
        "2.00x",
        "2.00x",
        "50.0 %",
    )


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (chance(0.0004), "< 0.001"),
        (chance(0.0416), "0.042"),
        (dollars(0.00421), "$0.00421"),
        (dollars(1234.5), "$1,234.50"),
        (within(1.5, (1.25, 2.0)), "1.50x [1.25, 2.00]"),
        (share_within(0.333, (0.1, 0.6)), "33.3 % [10.0, 60.0]"),
    ],
)
def test_figures_read_well(said: str, expected: str) -> None:
    assert said == expected
