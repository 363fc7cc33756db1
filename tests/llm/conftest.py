"""A model server, a model that asks it, and what a call gave away on its way."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Protocol

import pytest

from perftui.llm.model import Backoff, ChatModel, ChatRequest, Message, Reply
from perftui.llm.openai_compatible import OpenAICompatible
from perftui.llm.patience import Patience
from perftui.llm.providers import Provider
from perftui.llm.secret import Secret
from tests.support.model_server import FakeServer, Script

KEY = "sk-test-0123456789abcdef"
HASTY = Patience(connect=2.0, stall=0.3, total=20.0, attempts=4, first_wait=0.01, longest_wait=0.05)


Serve = Callable[[Script], FakeServer]


class Connect(Protocol):
    """Opens a model at a server or an address."""

    def __call__(
        self, server: FakeServer | str, patience: Patience = HASTY, key: str = KEY
    ) -> OpenAICompatible: ...


def asking(
    problem: str = "HumanEval/0", chain: int = 0, turn: int = 0, max_tokens: int | None = None
) -> ChatRequest:
    return ChatRequest(
        problem=problem,
        chain=chain,
        turn=turn,
        messages=(
            Message(role="system", content="You write Python."),
            Message(role="user", content="Add."),
        ),
        temperature=0.5,
        max_tokens=max_tokens,
    )


@dataclass
class Call:
    """One call of a model and all that it told."""

    request: ChatRequest = field(default_factory=asking)
    texts: list[str] = field(default_factory=list)
    backoffs: list[Backoff] = field(default_factory=list)

    async def of(self, model: ChatModel) -> Reply:
        return await model.reply(self.request, on_text=self.texts.append, on_backoff=self.backoffs.append)

    @property
    def shown(self) -> str:
        """What a screen shows: an empty piece throws away what came before."""
        text = ""
        for piece in self.texts:
            text = text + piece if piece else ""
        return text


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts servers that end with the test."""
    with ExitStack() as stack:
        yield lambda script: stack.enter_context(FakeServer(script))


@pytest.fixture
async def connect() -> AsyncIterator[Connect]:
    """Opens models that are closed with the test."""
    opened: list[OpenAICompatible] = []

    def open_(server: FakeServer | str, patience: Patience = HASTY, key: str = KEY) -> OpenAICompatible:
        url = server if isinstance(server, str) else server.url
        provider = Provider(name="test", base_url=url)
        opened.append(OpenAICompatible(provider=provider, model="small", key=Secret(key), patience=patience))
        return opened[-1]

    yield open_
    for model in opened:
        await model.aclose()
