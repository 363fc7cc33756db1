"""Replies that the runs of a sweep share: what was asked and answered in one need not be asked in another."""

from __future__ import annotations

import msgspec

from perftui.events.model import ActionTaken, ReplyReceived
from perftui.events.plan import RunPlan
from perftui.llm.model import ChatRequest, Reply
from perftui.store.readers import Reader
from perftui.store.siblings import siblings
from perftui.store.sweeps import Sweep, SweepCell

_ANSWERED = """
SELECT asked.body, reply.body FROM event AS asked
JOIN event AS reply ON reply.run = asked.run AND reply.problem = asked.problem
    AND reply.attempt = asked.attempt AND reply.chain = asked.chain AND reply.round = asked.round
    AND reply.kind = 'reply-received'
WHERE asked.run = ? AND asked.problem = ? AND asked.chain = ? AND asked.round = ?
    AND asked.kind = 'action-taken'
ORDER BY asked.seq
"""
_OWN = """
SELECT 1 FROM sweep_cell JOIN event ON event.run = sweep_cell.run
WHERE sweep_cell.sweep = ? AND sweep_cell.cell = ? AND event.problem = ? AND event.chain = ?
    AND event.round = ? AND event.kind = 'reply-received'
"""


class SharedReplies:
    """The replies of the other runs of a sweep, asked of the same model with the same bound.

    It is a `perftui.llm.reuse.Recall`. What the run itself had answered already is never given again:
    whoever solves a problem anew wants other replies.

    Args:
        reader: of the database.
        plan: of a run that is part of a sweep.
    """

    def __init__(self, reader: Reader, plan: RunPlan) -> None:
        if plan.cell is None:
            raise ValueError("the run is part of no sweep")
        self._reader = reader
        self._plan = plan
        self._cell = plan.cell
        self._runs: tuple[str, ...] | None = None

    async def __call__(self, request: ChatRequest) -> Reply | None:
        """The reply to the very same request, None where no other run has one.

        Raises:
            PerftuiError: the database cannot be read.
        """
        if self._runs is None:
            # They never become more while this one runs.
            self._runs = await siblings(self._reader, self._cell, self._shares)
        place = (request.problem, request.chain, request.turn)
        if not self._runs or await self._reader.rows(_OWN, self._cell.sweep, self._cell.index, *place):
            return None
        for run in self._runs:
            for asked, answered in await self._reader.rows(_ANSWERED, run, *place):
                reply = _reply(request, self._reader.event(asked), self._reader.event(answered))
                if reply is not None:
                    return reply
        return None

    def _shares(self, sweep: Sweep, cell: SweepCell) -> bool:
        return not sweep.fresh and _asker(cell.plan) == _asker(self._plan)


def _reply(request: ChatRequest, asked: object, answered: object) -> Reply | None:
    """The reply of a round, where it was asked just so."""
    if not isinstance(asked, ActionTaken) or not isinstance(answered, ReplyReceived):
        return None
    same = (asked.ask.messages, asked.ask.temperature) == (request.messages, request.temperature)
    return msgspec.structs.replace(answered.reply, reused=True) if same else None


def _asker(plan: RunPlan) -> tuple[str, str | None, int | None]:
    """Who is asked, and how long a reply may be."""
    return (plan.model, plan.base_url, plan.max_tokens)
