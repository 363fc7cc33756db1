"""What the screen does with stored runs: compare two, write one to a file."""

from __future__ import annotations

import os
from itertools import count
from pathlib import Path
from tempfile import NamedTemporaryFile

from anyio import to_thread

from perftui.cli.compare import refuse_incomparable
from perftui.errors import BadInputError
from perftui.events.reduce import replay
from perftui.store.export import export_lines
from perftui.store.readers import Reader
from perftui.text import one_line
from perftui.tui.library import ExportForm


async def compared(reader: Reader, base: str, other: str) -> str:
    """Two runs beside each other, as `perftui compare` prints them in Markdown.

    Raises:
        PerftuiError: one cannot be read, or they are not comparable.
    """
    from perftui.report.compare import compare_all  # noqa: PLC0415 - loads statistics
    from perftui.report.compare_text import render_comparisons  # noqa: PLC0415

    if base == other:
        raise BadInputError("a run cannot be compared with itself")
    states = [replay(await reader.events(run)) for run in (base, other)]

    def work() -> str:
        both = compare_all(states)
        refuse_incomparable(both, anyway=False)
        return render_comparisons(both, "md")

    return await to_thread.run_sync(work)


async def exported(reader: Reader, run: str, form: ExportForm, folder: Path) -> Path:
    """Write a run to a new file of a folder, whole or not at all; the file.

    Raises:
        PerftuiError: the run cannot be read, or the file cannot be written.
    """
    if form == "jsonl":
        text = "".join([f"{line}\n" async for line in export_lines(reader, run)])
    else:
        from perftui.report.render import render_reports  # noqa: PLC0415 - loads statistics
        from perftui.report.report import build_report  # noqa: PLC0415

        state = replay(await reader.events(run))
        text = await to_thread.run_sync(lambda: render_reports([build_report(state)], form))
    try:
        return await to_thread.run_sync(_write_new, folder, f"perftui-{run}", form, text)
    except OSError as error:
        where = one_line(str(folder), 200)
        raise BadInputError(f"cannot write to {where}: {error.strerror or 'it failed'}") from error


def _write_new(folder: Path, stem: str, suffix: str, text: str) -> Path:
    with NamedTemporaryFile("w", encoding="utf-8", dir=folder, prefix=".perftui-") as draft:
        draft.write(text)
        draft.flush()
        for number in count(1):
            file = folder / (f"{stem}.{suffix}" if number == 1 else f"{stem}-{number}.{suffix}")
            try:
                # A link is refused where the name is taken, and shows the file whole or not at all.
                os.link(draft.name, file)
            except FileExistsError:
                continue
            return file
    raise AssertionError("there is always another number")
