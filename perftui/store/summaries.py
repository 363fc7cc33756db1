"""A run as a list shows it, from its row and the results of its problems."""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec

from perftui.events.plan import RunPurpose
from perftui.events.state import RunStatus
from perftui.store.holder import COLUMNS, HolderRow, holder_of
from perftui.store.lease import is_live

RUNS = f"""
SELECT id, purpose, benchmark, model, strategy, chains, problems, started_at, ended_at, status,
    calls, prompt_tokens, completion_tokens,
    {", ".join(COLUMNS)}, heartbeat_at,
    (SELECT count(*) FROM problem_result WHERE run = run.id),
    (SELECT count(candidate) FROM problem_result WHERE run = run.id),
    (SELECT total(optimised) FROM problem_result WHERE run = run.id),
    (SELECT avg(log_speedup) FROM problem_result WHERE run = run.id)
FROM run ORDER BY started_at DESC, rowid DESC
"""  # noqa: S608 - the columns are ours
"""The rows of all runs, newest first."""


class RunSummary(msgspec.Struct, frozen=True, kw_only=True):
    """A run as a list shows it.

    Attributes:
        run: its id.
        purpose: what made it.
        benchmark: name or path.
        model: as the plan names it.
        strategy: preset name.
        chains: per problem (K).
        problems: how many.
        started_at: seconds since the epoch.
        ended_at: likewise, None where it never came to an end.
        status: where it stands; a run whose process died is `interrupted`.
        live: whether a process is at work on it.
        ended: problems that ended.
        solved: ended with a correct program.
        optimised: ended with a program that is over 10 % faster than the reference; None where
            nothing was measured.
        speedup: geometric mean against the reference; None where nothing was measured.
        calls: replies received.
        tokens: of all replies and their prompts.
    """

    run: str
    purpose: RunPurpose
    benchmark: str
    model: str
    strategy: str
    chains: int
    problems: int
    started_at: float
    ended_at: float | None
    status: RunStatus
    live: bool
    ended: int
    solved: int
    optimised: int | None
    speedup: float | None
    calls: int
    tokens: int


class _RunRow(msgspec.Struct, frozen=True, array_like=True):
    run: str
    purpose: RunPurpose
    benchmark: str
    model: str
    strategy: str
    chains: int
    problems: int
    started_at: float
    ended_at: float | None
    status: RunStatus
    calls: int
    prompt_tokens: int
    completion_tokens: int
    holder: HolderRow
    heartbeat_at: float | None
    ended: int
    solved: int
    optimised: float
    mean_log: float | None


def summaries(rows: Sequence[tuple[object, ...]], now: float) -> list[RunSummary]:
    """The summaries of rows of `RUNS`; in a thread, since the owners of runs are looked at."""
    return [_summary(_run_row(row), now) for row in rows]


def _run_row(row: tuple[object, ...]) -> _RunRow:
    end = 13 + len(COLUMNS)
    return msgspec.convert((*row[:13], row[13:end], *row[end:]), _RunRow)


def _summary(row: _RunRow, now: float) -> RunSummary:
    live = is_live(holder_of(row.holder), row.heartbeat_at, now)
    measured = row.mean_log is not None
    return RunSummary(
        run=row.run,
        purpose=row.purpose,
        benchmark=row.benchmark,
        model=row.model,
        strategy=row.strategy,
        chains=row.chains,
        problems=row.problems,
        started_at=row.started_at,
        ended_at=row.ended_at,
        status="interrupted" if row.status in {"running", "paused"} and not live else row.status,
        live=live,
        ended=row.ended,
        solved=row.solved,
        optimised=int(row.optimised) if measured else None,
        speedup=math.exp(row.mean_log) if row.mean_log is not None else None,
        calls=row.calls,
        tokens=row.prompt_tokens + row.completion_tokens,
    )
