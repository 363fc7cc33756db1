"""What a server's JSON is taken for."""

from __future__ import annotations

import pytest

from perftui.llm.model import Usage
from perftui.llm.wire import MOST_TOKENS, WireUsage


@pytest.mark.parametrize("count", [None, -1, MOST_TOKENS + 1, (1 << 63) - 1, 1 << 70])
def test_a_count_of_tokens_that_makes_no_sense_is_none(count: int | None) -> None:
    assert WireUsage(prompt_tokens=count, completion_tokens=7).known() == Usage(completion_tokens=7)
    assert WireUsage(prompt_tokens=7, completion_tokens=count).known() == Usage(prompt_tokens=7)
