"""Generators of timing inputs that the run's model writes: asked for once, and kept between runs."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import msgspec

from perftui.engine.byhand import edited
from perftui.engine.chains import Tools
from perftui.events.commands import Again, GoOn, Send
from perftui.events.model import ActionHeld, GeneratorWritten, StageChanged
from perftui.events.state import ProblemState
from perftui.llm.model import ChatRequest, ModelFailedError, ModelRefusedError, NoReplyError, Reply
from perftui.preparing.prepare import MODEL
from perftui.problems.model import Problem, TimingData
from perftui.refine.actions import Ask
from perftui.refine.generator import generator_in, generator_messages

NO_CHAIN = -1
"""The chain of a call that belongs to the whole problem: a recording names it so."""

_SHOWN_AT = 0
_DETAIL = "a generator of timing inputs"


@dataclass(frozen=True, kw_only=True)
class Generators:
    """Has a generator written for a problem.

    Attributes:
        tools: with the model, the hub and the cache.
        problem: answered.
    """

    tools: Tools
    problem: Problem

    async def with_generator(self) -> Problem:
        """The problem with a generator of the model's; the same where there is none to be had."""
        if self._state().generator is None:
            await self._write()
        code = self._state().generator
        if not code:
            return self.problem
        data = msgspec.structs.replace(self.problem.timing, generator=code, source=MODEL)
        return msgspec.structs.replace(self.problem, timing=data)

    async def _write(self) -> None:
        cache = self.tools.preparers.cache
        known = None if cache is None else await cache.get(self._key())
        if known is not None:
            await self._record(GeneratorWritten(code=known.decode(), known=True))
            return
        reply = await self._ask()
        if isinstance(reply, str):
            await self._record(GeneratorWritten(code="", reason=reply))
            return
        code = generator_in(reply.text, self.problem, reply.finish)
        if code is None:
            await self._record(GeneratorWritten(code="", reply=reply, reason="the reply holds no generator"))
            return
        await self._record(GeneratorWritten(code=code, reply=reply))

    async def keep(self) -> None:
        """Keep the generator for later runs: it was seen to give inputs."""
        cache, code = self.tools.preparers.cache, self._state().generator
        if cache is not None and code:
            await cache.put(self._key(), code.encode("utf-8", "replace"))

    async def _ask(self) -> Reply | str:
        """The model's reply, or why there is none.

        Raises:
            ModelRefusedError: no call of the model can succeed.
        """
        await self.tools.steering.until_unpaused()
        ask = await self._let_through(_ask_of(self.problem))
        if ask is None:
            return "left out by hand"
        self._tell(StageChanged(stage="model", detail=_DETAIL))
        try:
            return await self.tools.model.reply(
                ChatRequest(
                    problem=self.problem.id,
                    chain=NO_CHAIN,
                    turn=0,
                    messages=ask.messages,
                    temperature=ask.temperature,
                    max_tokens=self.tools.plan.max_tokens,
                ),
                on_text=lambda _text: None,
                on_backoff=lambda backoff: self._tell(StageChanged(stage="back-off", detail=backoff.reason)),
            )
        except ModelRefusedError:
            # The run ends, and asks once more when it is resumed.
            raise
        except (NoReplyError, ModelFailedError) as error:
            return str(error)
        finally:
            self._tell(StageChanged(stage="sandbox", detail="timing inputs are made"))

    async def _let_through(self, ask: Ask) -> Ask | None:
        """The call as it is to be made, None where a person leaves it out; it waits in step mode."""
        steering = self.tools.steering
        if not steering.steps(self.problem.id):
            return ask
        self._tell(StageChanged(stage="held"))
        self._tell(ActionHeld(action=ask))
        decision = await steering.decision(self.problem.id, _SHOWN_AT, about=(self._state().attempt, 0))
        match decision:
            case Send():
                return edited(ask, decision)
            case Again() | GoOn():
                return ask
        return None

    def _tell(self, event: StageChanged | ActionHeld) -> None:
        """It is shown at the first chain, which has not begun."""
        attempt = self._state().attempt
        placed = msgspec.structs.replace(
            event, problem=self.problem.id, attempt=attempt, chain=_SHOWN_AT, round=0
        )
        self.tools.hub.tell(placed)

    async def _record(self, event: GeneratorWritten) -> None:
        state = self._state()
        await self.tools.hub.record(
            msgspec.structs.replace(event, problem=self.problem.id, attempt=state.attempt)
        )

    def _state(self) -> ProblemState:
        return self.tools.hub.state.problems[self.problem.id]

    def _key(self) -> str:
        """Of the model and of the problem as a model sees it, whatever else is there to time it on."""
        seen = msgspec.structs.replace(self.problem, timing=TimingData(), timed=())
        parts = ("generator", self.tools.plan.model, seen.digest)
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _ask_of(problem: Problem) -> Ask:
    messages = generator_messages(problem)
    return Ask(phase="base", label="generator", conversation="generator", expects="source", messages=messages)
