"""A live model behind any server that speaks OpenAI's chat completions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from urllib.parse import quote

import anyio
import httpx
import msgspec
import stamina
import stamina.instrumentation

from perftui.errors import EnvironmentLacksError
from perftui.llm.answer import Answer, bound, read_answer
from perftui.llm.connection import open_client
from perftui.llm.faults import BrokenCallError, Server, key_advice, status_fault, transport_fault
from perftui.llm.model import Backoff, ChatRequest, ModelFailedError, Reply
from perftui.llm.patience import Patience
from perftui.llm.providers import Provider, key_variable
from perftui.llm.secret import Secret
from perftui.llm.tries import Tries
from perftui.llm.wire import ChatBody, StreamOptions
from perftui.text import one_line

_MAX_ERROR_BODY = 64 << 10
_PROBE_SECONDS = 15.0
_TEACHING = {400, 422}

# Waits are told through `on_backoff`; stamina's own log lines would tear the screen.
stamina.instrumentation.set_on_retry_hooks(())


@dataclass(frozen=True)
class _Dialect:
    """What a server turned out not to understand, so that it is asked without it."""

    stream_options: bool = True
    completion_tokens: bool = False

    def learn(self, complaint: bytes) -> _Dialect:
        """The dialect that avoids what a server complains of; the same where that is something else."""
        if self.stream_options and (b"stream_options" in complaint or b"include_usage" in complaint):
            return replace(self, stream_options=False)
        if not self.completion_tokens and b"max_completion_tokens" in complaint:
            return replace(self, completion_tokens=True)
        return self


class OpenAICompatible:
    """A ChatModel that POSTs to `{base_url}/chat/completions` and streams the reply.

    What may pass (connection errors, 408, 409, 425, 429, 5xx, a stream that stalls or breaks off) is
    tried again, as `Patience` has it.
    """

    def __init__(
        self,
        *,
        provider: Provider,
        model: str,
        key: Secret,
        patience: Patience | None = None,
    ) -> None:
        """Set up; nothing is sent.

        Args:
            provider: where the server is; its base URL holds no user and no query.
            model: the model's name at the server.
            key: sent as a bearer token; an empty one is not sent.
            patience: bounds; None for the usual ones.

        Raises:
            EnvironmentLacksError: the proxy settings of the environment cannot be used.
        """
        self._provider = provider
        self._server = Server(
            base_url=provider.base_url.rstrip("/"),
            model=model,
            key_variable=key_variable(provider.name),
            key=key,
        )
        self._patience = patience or Patience()
        self._dialect = _Dialect()
        self._client = open_client(self._server.base_url, key, self._patience)

    def __repr__(self) -> str:
        return f"OpenAICompatible({self.name!r}, {self._server.base_url!r})"

    @property
    def name(self) -> str:
        """As shown and stored, such as `openai/gpt-4o`."""
        return f"{self._provider.name}/{self._server.model}"

    @property
    def recorded(self) -> bool:
        """Replies are live."""
        return False

    async def reply(
        self,
        request: ChatRequest,
        *,
        on_text: Callable[[str], None],
        on_backoff: Callable[[Backoff], None],
    ) -> Reply:
        """Ask for one reply, streamed; `seconds` are those of the attempt that succeeded.

        Raises:
            ModelFailedError: after bounded retries, or where the server refuses this request.
            ModelRefusedError: where no request can succeed.
        """
        tries = Tries(self._patience, on_backoff)
        try:
            async for attempt in stamina.retry_context(on=tries.next_wait, attempts=None, timeout=None):
                with attempt, tries.within_total():
                    return await self._attempt(request, tries, on_text)
        except BrokenCallError as error:
            raise ModelFailedError(f"{error.reason} ({tries})") from error
        raise AssertionError("the loop ends by a return or an error")

    def allow(self, calls: int) -> None:
        """It has no bound of its own: whoever wraps it keeps one."""

    async def aclose(self) -> None:
        """Give back connections."""
        await self._client.aclose()

    async def probe(self) -> None:
        """See that the server can be reached and that it knows the key; any other answer will do.

        Raises:
            EnvironmentLacksError: with the cure.
        """
        url = self._server.base_url
        try:
            with anyio.fail_after(_PROBE_SECONDS):
                async with self._client.stream("GET", f"{url}/models") as response:
                    status = response.status_code
        except (httpx.HTTPError, TimeoutError) as error:
            detail = self._server.key.hide(str(error)) or type(error).__name__
            raise EnvironmentLacksError(
                f"no model server answers at {url} ({detail}): start it, or give another --base-url"
            ) from error
        if status in {401, 403} and self._provider.tells_key:
            raise EnvironmentLacksError(
                f"the model server at {url} refuses the key ({status}): {key_advice(self._server)}"
            )

    async def _attempt(self, request: ChatRequest, tries: Tries, on_text: Callable[[str], None]) -> Reply:
        """Send once; where text was shown and the reply broke off, say that it starts anew."""
        if tries.shown:
            on_text("")
        began = anyio.current_time()
        answer = Answer(self._server, on_text)
        try:
            await self._exchange(request, answer)
        except httpx.HTTPError as error:
            raise transport_fault(error, self._server, self._patience.stall) from error
        finally:
            tries.shown = bool(answer.text)
        key = self._server.key
        return Reply(
            text=key.cut(answer.text),
            model=one_line(key.cut(answer.model)) or self._server.model,
            usage=answer.usage,
            finish=one_line(key.cut(answer.finish) if answer.finish else "stop", 40),
            seconds=anyio.current_time() - began,
            attempts=tries.attempt,
        )

    async def _exchange(self, request: ChatRequest, answer: Answer) -> None:
        """One POST and its answer; sent at once again where the server teaches its dialect."""
        while True:
            spoken = self._dialect
            async with self._client.stream(
                "POST",
                f"{self._server.base_url}/chat/completions",
                content=msgspec.json.encode(self._body(request, spoken)),
                headers={"X-Perftui-Call": _call_label(request)},
            ) as response:
                if response.status_code == 200:
                    return await read_answer(response, answer)
                bound(response, _MAX_ERROR_BODY)
                complaint = await response.aread()
            learnt = spoken.learn(complaint) if response.status_code in _TEACHING else spoken
            if learnt == spoken:
                raise status_fault(response.status_code, response.headers, complaint, self._server)
            self._dialect = learnt

    def _body(self, request: ChatRequest, dialect: _Dialect) -> ChatBody:
        return ChatBody(
            model=self._server.model,
            messages=request.messages,
            temperature=request.temperature,
            stream=True,
            stream_options=StreamOptions() if dialect.stream_options else None,
            max_tokens=None if dialect.completion_tokens else request.max_tokens,
            max_completion_tokens=request.max_tokens if dialect.completion_tokens else None,
        )


def _call_label(request: ChatRequest) -> str:
    """Names a call in a server's or a proxy's log, in the characters that a header may have."""
    return f"{quote(request.problem)};chain={request.chain};turn={request.turn}"
