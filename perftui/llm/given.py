"""Programs that were handed in, behind the protocol of a model: what `evaluate` refines is nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import anyio.lowlevel

from perftui.llm.model import Backoff, ChatRequest, NoReplyError, Reply
from perftui.text import one_line


class GivenPrograms:
    """A ChatModel whose first and only reply in a chain is the program that was given for it."""

    def __init__(self, programs: Mapping[tuple[str, int], str], *, name: str) -> None:
        """Hold programs.

        Args:
            programs: whole programs by problem and chain.
            name: as shown and stored, such as `samples:file.jsonl`.
        """
        self._programs = programs
        self._name = name

    @property
    def name(self) -> str:
        """As given."""
        return self._name

    @property
    def recorded(self) -> bool:
        """No live model is asked."""
        return True

    async def reply(
        self,
        request: ChatRequest,
        *,
        on_text: Callable[[str], None],
        on_backoff: Callable[[Backoff], None],  # noqa: ARG002  # nothing waits
    ) -> Reply:
        """The program that was given for this chain.

        Raises:
            NoReplyError: none was, or the chain wants another.
        """
        await anyio.lowlevel.checkpoint()
        program = self._programs.get((request.problem, request.chain))
        if program is None or request.turn > 0:
            raise NoReplyError(
                f"{self._name} has no program for {one_line(request.problem)}, "
                f"chain {request.chain}, turn {request.turn}"
            )
        on_text(program)
        return Reply(text=program, model=self._name, recorded=True)

    def allow(self, calls: int) -> None:
        """It has no bound of its own: whoever wraps it keeps one."""

    async def aclose(self) -> None:
        """Nothing to give back."""
