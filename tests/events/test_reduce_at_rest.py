"""What a chain does just now is no fact, and is gone when it rests."""

from __future__ import annotations

import msgspec
import pytest

from perftui.events.reduce_chain import at_rest
from perftui.events.state import ChainState
from tests.support.story import ask

RESTING = ChainState(index=3, losses=1, best="x")


@pytest.mark.parametrize(
    "doing",
    [{"stage": "judging"}, {"held": ask()}, {"streaming": "def"}, {"progress": (1, 9)}],
    ids=["stage", "held", "streaming", "progress"],
)
def test_each_thing_that_it_does_ends(doing: dict[str, object]) -> None:
    assert at_rest(msgspec.structs.replace(RESTING, **doing)) == RESTING
    busy = msgspec.structs.replace(RESTING, stage="judging", stage_detail="t1", held=ask(), progress=(1, 2))
    assert at_rest(msgspec.structs.replace(busy, **doing)) == RESTING


def test_a_chain_that_rests_is_left_as_it_is() -> None:
    assert at_rest(RESTING) is RESTING
