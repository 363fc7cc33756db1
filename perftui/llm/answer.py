"""Reading a reply off the wire: streamed or whole, bounded, and told when it was broken off."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from typing import cast

import anyio
import httpx
import msgspec
from httpx_sse import EventSource

from perftui.llm.faults import BrokenCallError, Server, stream_fault
from perftui.llm.model import ModelFailedError, Usage
from perftui.llm.wire import Chunk

MAX_TEXT = 4 << 20
"""The longest reply that is read, in characters."""

MAX_BODY = 64 << 20
"""The most bytes that are read of one answer: a streamed token takes some 250 bytes."""

_DRAIN_SECONDS = 1.0


class Answer:
    """What has come of a reply so far.

    Attributes:
        text: the reply.
        model: the name that the server gave itself, empty where it gave none.
        usage: tokens, as far as they were told.
        finish: why it ended, None while it did not.
    """

    def __init__(self, server: Server, on_text: Callable[[str], None]) -> None:
        self._server = server
        self._on_text = on_text
        self._pieces: list[str] = []
        self._length = 0
        self.model = ""
        self.usage = Usage()
        self.finish: str | None = None

    @property
    def text(self) -> str:
        """All text so far."""
        return "".join(self._pieces)

    def take(self, data: bytes) -> None:
        """Read one chunk, or a whole reply.

        Raises:
            BrokenCallError: it is no chunk, or an error that may pass.
            ModelFailedError: an error that stays, or a reply without bound.
        """
        try:
            chunk = msgspec.json.decode(data, type=Chunk)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise BrokenCallError("the server sent something that is no chat completion") from error
        if chunk.error is not None:
            raise stream_fault(data, self._server)
        self.model = chunk.model or self.model
        if chunk.usage is not None:
            self.usage = chunk.usage.known()
        choice = chunk.choice
        if choice is None:
            return
        part = choice.delta or choice.message
        self._add(part.text if part is not None else "")
        self.finish = choice.finish_reason or self.finish
        if self.finish == "error":
            raise BrokenCallError("the server broke the reply off with an error")

    def _add(self, text: str) -> None:
        if not text:
            return
        self._length += len(text)
        if self._length > MAX_TEXT:
            raise ModelFailedError(f"the reply is longer than {MAX_TEXT >> 20} million characters")
        self._pieces.append(text)
        self._on_text(text)


class BoundedStream(httpx.AsyncByteStream):
    """A response's body that ends in an error where it grows without bound."""

    def __init__(self, stream: httpx.AsyncByteStream, limit: int) -> None:
        self._stream = stream
        self._left = limit

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for data in self._stream:
            self._left -= len(data)
            if self._left < 0:
                raise ModelFailedError("the server's answer has no end")
            yield data

    async def aclose(self) -> None:
        """Close the connection's stream."""
        await self._stream.aclose()


def bound(response: httpx.Response, limit: int) -> None:
    """Let no more than so many bytes be read of a response."""
    response.stream = BoundedStream(cast("httpx.AsyncByteStream", response.stream), limit)


async def read_answer(response: httpx.Response, answer: Answer) -> None:
    """Read a response of status 200 to its end.

    Raises:
        BrokenCallError: it broke off, or is no chat completion.
        ModelFailedError: an error that stays.
        httpx.HTTPError: the connection failed before the reply was whole.
    """
    bound(response, MAX_BODY)
    kind = response.headers.get("content-type", "").lower()
    if "html" in kind:
        raise ModelFailedError("the server answered with a web page; check the base URL")
    if "json" in kind:
        answer.take(await response.aread())
        answer.finish = answer.finish or "stop"
        return
    response.headers["content-type"] = "text/event-stream"
    try:
        done = await _read_events(response, answer)
    except httpx.HTTPError:
        if answer.finish is None:
            raise
        return
    if answer.finish is None:
        if not done:
            raise BrokenCallError("the server ended the stream half-way")
        answer.finish = "stop"


async def _read_events(response: httpx.Response, answer: Answer) -> bool:
    """Read chunks; True where the stream said that it was done."""
    async with aclosing(EventSource(response).aiter_sse()) as events:
        async for event in events:
            data = event.data.strip()
            if data == "[DONE]":
                # A body that is read to its end leaves a connection that can be used again.
                with anyio.move_on_after(_DRAIN_SECONDS):
                    async for _ in events:
                        pass
                return True
            if data:
                answer.take(data.encode())
    return False
