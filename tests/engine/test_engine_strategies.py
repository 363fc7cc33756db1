"""Strategies with conversations of several roles: a resumed run asks each role for what is left, once."""

from __future__ import annotations

import pytest

from perftui.events.model import ReplyReceived
from tests.engine.harness import OTHER_RIGHT, RIGHT, WRONG, fenced, problem, rig

REPLIES = {
    "reflection+team": [
        *(fenced(WRONG), "It forgot to double.", fenced(RIGHT)),
        *("Double once.", fenced(WRONG), fenced(OTHER_RIGHT), "AGREE", "Add it to itself.", fenced(RIGHT)),
    ],
    "testcase-feedback+reviewer": [
        *(fenced(WRONG), fenced(RIGHT), fenced(OTHER_RIGHT), "DISAGREE", fenced(RIGHT)),
    ],
}
WHO = {
    "reflection+team": ["coder"] * 3 + ["leader", "coder", "coder", "reviewer", "leader", "coder"],
    "testcase-feedback+reviewer": ["coder"] * 3 + ["reviewer", "coder"],
}


@pytest.mark.parametrize("strategy", REPLIES)
async def test_resuming_at_any_point_leads_to_the_same_conversations(strategy: str) -> None:
    script = {("double", 0): REPLIES[strategy]}
    whole = rig([problem()], script, strategy=strategy)
    await whole.engine.run()
    (chain,) = whole.state.problems["double"].chains
    asks = [round_.ask for round_ in chain.rounds]
    assert [ask.conversation for ask in asks] == WHO[strategy]
    for length in range(1, len(whole.log.events)):
        past = whole.log.events[:length]
        resumed = rig([problem()], script, past=past, strategy=strategy)
        await resumed.engine.run()
        (again,) = resumed.state.problems["double"].chains
        assert [round_.ask for round_ in again.rounds] == asks, length
        received = {event.round for event in past if isinstance(event, ReplyReceived)}
        assert not received & {request.turn for request in resumed.model.asked}, length
