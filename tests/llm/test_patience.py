"""Waiting before another attempt."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perftui.llm.patience import Patience, read_retry_after

NOW = datetime(2025, 1, 1, 12, 0, 0, tzinfo=UTC)


@given(st.integers(1, 10_000))
def test_waits_grow_up_to_the_longest(attempt: int) -> None:
    patience = Patience(first_wait=0.5, longest_wait=60.0)
    step = min(60.0, 0.5 * 2.0 ** min(attempt - 1, 50))
    assert step / 2 <= patience.wait(attempt, None) <= step


def test_waits_are_not_all_alike() -> None:
    assert len({Patience().wait(3, None) for _ in range(20)}) > 1


@given(st.integers(1, 50), st.floats(0, 1e9))
def test_a_servers_wish_is_honoured_up_to_the_longest(attempt: int, asked: float) -> None:
    patience = Patience(longest_wait=60.0)
    wait = patience.wait(attempt, asked)
    assert min(asked, 60.0) <= wait <= 66.0


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("3", 3.0),
        (" 0.25 ", 0.25),
        ("Wed, 01 Jan 2025 12:00:30 GMT", 30.0),
        ("Wed, 01 Jan 2025 11:00:00 GMT", 0.0),
        ("Wed, 01 Jan 2025 12:00:30", 30.0),
        ("soon", None),
        ("", None),
        ("-5", None),
        ("٣", None),
        (".", None),
        pytest.param("1" * 400, math.inf, id="endless"),
    ],
)
def test_retry_after_is_read_in_both_forms(header: str | None, seconds: float | None) -> None:
    assert read_retry_after(header, NOW) == seconds


@given(st.text(max_size=40))
def test_no_header_breaks_it(header: str | None) -> None:
    seconds = read_retry_after(header, NOW)
    assert seconds is None or seconds >= 0
