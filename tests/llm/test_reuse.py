"""Replies that are used again: given as they were, marked, and asked for only where there is none."""

from __future__ import annotations

import pytest

from perftui.llm.given import GivenPrograms
from perftui.llm.model import ChatRequest, NoReplyError, Reply, Usage
from perftui.llm.reuse import Recall, Reusing
from tests.llm.conftest import Call, asking

KNOWN = Reply(text="it was so", model="fake-1", usage=Usage(prompt_tokens=5, completion_tokens=2))


def recalling(replies: dict[tuple[str, int, int], Reply]) -> Recall:
    async def recall(request: ChatRequest) -> Reply | None:
        return replies.get((request.problem, request.chain, request.turn))

    return recall


def reusing(replies: dict[tuple[str, int, int], Reply]) -> Reusing:
    return Reusing(GivenPrograms({("P/2", 0): "new"}, name="inner"), recalling(replies))


async def test_a_known_reply_is_given_whole_and_marked() -> None:
    call = Call(asking("P/1"))
    reply = await call.of(reusing({("P/1", 0, 0): KNOWN}))
    assert (reply.text, reply.usage, reply.reused, reply.recorded) == (KNOWN.text, KNOWN.usage, True, False)
    assert call.texts == [KNOWN.text]


async def test_what_is_not_known_is_asked() -> None:
    model = reusing({("P/1", 0, 0): KNOWN})
    reply = await Call(asking("P/2")).of(model)
    assert (reply.text, reply.reused) == ("new", False)
    with pytest.raises(NoReplyError):
        await Call(asking("P/1", chain=1)).of(model)
    assert model.name == "inner"
