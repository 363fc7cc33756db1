"""A run as JSON lines: every event, whole, with the raw trials of its measurements."""

from __future__ import annotations

from collections.abc import AsyncIterator

import msgspec

from perftui.events.model import StoredEvent
from perftui.events.trials import Measured
from perftui.judging.results import as_plain
from perftui.store.readers import Reader

_PAGE = 500


async def export_lines(reader: Reader, run: str) -> AsyncIterator[str]:
    """The events of a run in their order, one JSON object each, without line ends.

    Args:
        reader: of the database.
        run: the run's id, as `Reader.find_run` gives it.

    Raises:
        PerftuiError: the database cannot be read.
    """
    after = 0
    while page := await reader.events(run, after=after, limit=_PAGE):
        for event in page:
            yield msgspec.json.encode(await _whole(reader, event), enc_hook=as_plain).decode()
        after = page[-1].seq


async def _whole(reader: Reader, event: StoredEvent) -> StoredEvent:
    if not isinstance(event, Measured):
        return event
    trials = await reader.trials_of(event.seq)
    return msgspec.structs.replace(
        event, measurement=msgspec.structs.replace(event.measurement, trials=trials)
    )
