"""Pictures from the store: of a whole run by the outlines of its problems, and of one problem with all texts.

To fold a log of hundreds of thousands of events takes seconds. What has ended is stored as outlines beside
the log; only what goes on is folded.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Protocol

import anyio.to_thread
import msgspec

from perftui.events.activity import activity_of
from perftui.events.model import StoredEvent
from perftui.events.outline import outline
from perftui.events.plan import ProblemHead
from perftui.events.reduce import ACTIVITY_KEPT, problem_after, replay, with_problem
from perftui.events.state import Activity, ChainState, ProblemState, RunState, Spent
from perftui.store.codec import as_text

PAGE = 50
"""Outlines that are read at once: in some hundredths of a second."""

_RECENT = 500
"""The last events, among which the lines of activity are looked for."""

_ALL = 2**62

_log = logging.getLogger(__name__)
_decoder: msgspec.json.Decoder[ProblemState] = msgspec.json.Decoder(ProblemState)
_replace = msgspec.structs.replace

_LAST = "SELECT coalesce(max(seq), 0) FROM event WHERE run = ?"
_OF_RUN = "SELECT body FROM event WHERE run = ? AND problem IS NULL AND seq <= ? ORDER BY seq"
_OUTLINE = "SELECT problem, seq, body FROM outline WHERE run = ? AND problem = ?"
_OUTLINES = "SELECT problem, seq, body FROM outline WHERE run = ? AND problem > ? ORDER BY problem LIMIT ?"
_CURRENT = """
SELECT problem FROM problem_result WHERE run = ? INTERSECT SELECT problem FROM outline WHERE run = ?
"""
_BEGUN = "SELECT DISTINCT problem FROM event WHERE run = ? AND problem IS NOT NULL"
_OF_PROBLEM = """
SELECT event.body, candidate.code FROM event
LEFT JOIN candidate ON event.kind = 'candidate-found'
    AND candidate.hash = json_extract(event.body, '$.candidate')
WHERE event.run = ? AND (event.problem = ? OR event.problem IS NULL) AND event.kind <> 'run-started'
    AND event.seq > ? AND event.seq <= ?
ORDER BY event.seq
"""
_NEWEST = "SELECT body FROM event WHERE run = ? AND seq <= ? ORDER BY seq DESC LIMIT ?"
_STORE = "INSERT OR REPLACE INTO outline (run, problem, seq, body) VALUES (?, ?, ?, ?)"
_NO_HEAD = ProblemHead(id="", title="", kind="function", tests=0, has_reference=False, digest="")


class Source(Protocol):
    """What answers questions to the store."""

    async def rows(self, question: str, *values: object) -> Sequence[tuple[object, ...]]:
        """The answer to a question in SQL."""
        ...

    def event(self, body: object, code: object = None, seq: object = "") -> StoredEvent:
        """The event of a row."""
        ...


async def pictures(source: Source, run: str) -> AsyncIterator[RunState]:
    """The picture of a run, better each time; the last one is whole but for the texts of what has ended.

    Args:
        source: of its events.
        run: its id.

    Raises:
        PerftuiError: the database cannot be read, or is damaged.
    """
    ((last,),) = await source.rows(_LAST, run)
    state = replay([source.event(body) for (body,) in await source.rows(_OF_RUN, run, last)])
    blanks = state.problems
    current = {str(problem) for (problem,) in await source.rows(_CURRENT, run, run)}
    held: dict[str, ProblemState] = {}
    async for page in _pages(source, run):
        held.update({id_: _placed(one, blanks[id_]) for id_, one in page.items() if id_ in blanks})
        state = _replace(state, problems={**state.problems, **held})
        yield state
    begun = [str(problem) for (problem,) in await source.rows(_BEGUN, run)]
    for id_ in begun:
        if id_ in blanks and not (id_ in current and id_ in held):
            start = held.get(id_, blanks[id_])
            state = with_problem(state, await _folded(source, run, start, _number(last)))
            yield state
    yield _replace(
        state,
        seq=_number(last),
        spent=_sum(problem.spent for problem in state.problems.values()),
        activity=await _activity(source, state, _number(last)),
    )


async def whole_problem(source: Source, run: str, blank: ProblemState, upto: int | None) -> ProblemState:
    """A problem with all its texts and attempts.

    Args:
        source: of its events.
        run: its id.
        blank: the problem before anything happened.
        upto: the last event that is to be in the picture, None for all.

    Raises:
        PerftuiError: the database cannot be read, or is damaged.
    """
    return await _folded(source, run, blank, _ALL if upto is None else upto)


async def problem_now(source: Source, run: str, blank: ProblemState) -> ProblemState:
    """A problem as it stands now, from its stored outline on; earlier attempts may be outlines.

    Args:
        source: of its events.
        run: its id.
        blank: the problem before anything happened.
    """
    rows = await source.rows(_OUTLINE, run, blank.head.id)
    stored = _decoded(rows).get(blank.head.id)
    return await _folded(source, run, blank if stored is None else _placed(stored, blank), _ALL)


def outline_row(run: str, problem: ProblemState) -> tuple[str, tuple[object, ...]]:
    """The statement that stores a problem's outline, and its values."""
    bare = _replace(outline(problem), head=_NO_HEAD)
    return _STORE, (run, problem.head.id, problem.seq, as_text(bare))


async def _pages(source: Source, run: str) -> AsyncIterator[Mapping[str, ProblemState]]:
    after = ""
    while rows := await source.rows(_OUTLINES, run, after, PAGE):
        after = str(rows[-1][0])
        yield await anyio.to_thread.run_sync(_decoded, rows)


def _decoded(rows: Sequence[tuple[object, ...]]) -> dict[str, ProblemState]:
    """Outlines by problem. One that cannot be read is left out: the log has it all."""
    found: dict[str, ProblemState] = {}
    for problem, seq, body in rows:
        try:
            found[str(problem)] = _replace(_decoder.decode(str(body)), seq=_number(seq))
        except (msgspec.MsgspecError, RecursionError, UnicodeError) as error:
            _log.warning("an outline that cannot be read is made anew: %s", type(error).__name__)
    return found


def _placed(stored: ProblemState, blank: ProblemState) -> ProblemState:
    """An outline with its head, in all its attempts, and with chains that had not begun."""
    return _replace(
        stored,
        head=blank.head,
        chains=(*stored.chains, *blank.chains[len(stored.chains) :]),
        earlier=tuple(_replace(attempt, head=blank.head) for attempt in stored.earlier),
    )


async def _folded(source: Source, run: str, start: ProblemState, upto: int) -> ProblemState:
    rows = await source.rows(_OF_PROBLEM, run, start.head.id, start.seq, upto)
    return problem_after(start, (source.event(body, code) for body, code in rows))


async def _activity(source: Source, state: RunState, last: int) -> tuple[Activity, ...]:
    rows = await source.rows(_NEWEST, state.run, last, _RECENT)
    lines = [activity_of(source.event(body), state) for (body,) in reversed(rows)]
    return tuple(line for line in lines if line is not None)[-ACTIVITY_KEPT:]


def _sum(all_spent: Iterable[Spent]) -> Spent:
    total = Spent()
    for spent in all_spent:
        pairs = zip(msgspec.structs.astuple(total), msgspec.structs.astuple(spent), strict=True)
        total = Spent(**dict(zip(Spent.__struct_fields__, (a + b for a, b in pairs), strict=True)))
    return total


def _number(value: object) -> int:
    return msgspec.convert(value, int)


def blank_problem(id_: str, chains: int) -> ProblemState:
    """A problem of which nothing but its id is known."""
    head = _replace(_NO_HEAD, id=id_)
    return ProblemState(head=head, chains=tuple(ChainState(index=index) for index in range(chains)))
