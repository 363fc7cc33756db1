"""Forgetting a run for good."""

from __future__ import annotations

from perftui.errors import BadInputError
from perftui.store.writer import Store

_STEPS = (
    "DELETE FROM trial WHERE seq IN (SELECT seq FROM event WHERE run = ?)",
    "DELETE FROM event WHERE run = ?",
    "DELETE FROM problem_result WHERE run = ?",
    "DELETE FROM outline WHERE run = ?",
    "DELETE FROM command WHERE run = ?",
    "DELETE FROM pulse WHERE run = ?",
    "DELETE FROM viewer WHERE run = ?",
    "UPDATE sweep_cell SET run = NULL WHERE run = ?",
    "DELETE FROM run WHERE id = ?",
)
_ORPHANS = """
DELETE FROM candidate WHERE hash NOT IN (
    SELECT json_extract(body, '$.candidate') FROM event WHERE kind = 'candidate-found'
)
"""


async def delete_run(store: Store, run: str) -> None:
    """Delete a run, and the programs that no other run has; a sweep has its place free again.

    Args:
        store: of the run.
        run: its id.

    Raises:
        BadInputError: there is no such run, or a process is at work on it.
    """
    found = next((one for one in await store.runs() if one.run == run), None)
    if found is None:
        raise BadInputError(f"there is no run {run}")
    if found.live:
        raise BadInputError(f"run {run} is at work: stop it before it is deleted")
    await store.write([*((step, (run,)) for step in _STEPS), (_ORPHANS, ())])
