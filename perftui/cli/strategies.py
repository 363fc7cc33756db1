"""`perftui strategies`: the ways of refining."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

import click
import msgspec

from perftui.cli.options import with_format, with_idle_db
from perftui.cli.own import folders, own_in_use, with_own
from perftui.refine.catalogue import Catalogue, in_use
from perftui.text import one_line

WIDTH = 80

_HEADS = {
    "preset": "Presets (--strategy NAME)",
    "correctness": "Parts that repair a wrong program (--correctness NAME)",
    "performance": "Parts that make a correct program faster (--performance NAME)",
}


class Row(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is told of a preset or part.

    Attributes:
        name: how it is chosen.
        phase: `preset`, `correctness` or `performance`.
        calls: model calls of a chain that needs each once, repairs left out.
        description: one line.
        source: the file or entry point that it is from, where it is a user's own.
    """

    name: str
    phase: str
    calls: int
    description: str
    source: str = ""


@click.command()
@with_own
@with_format
@with_idle_db
def strategies(format_: Literal["md", "json", "csv"], strategies: Path | None, prompts: Path | None) -> None:
    """List the ways of refining, with their cost in model calls.

    A strategy is a preset, a part by its name, or CORRECTNESS+PERFORMANCE, such as
    reflection+plan-and-refine.
    """
    with own_in_use(*folders(strategies, prompts), tell=True):
        rows = list(_rows(in_use()))
    if format_ == "json":
        click.echo(msgspec.json.format(msgspec.json.encode(rows), indent=2))
    elif format_ == "csv":
        from perftui.report.render import csv_text  # noqa: PLC0415 - only this format needs it

        click.echo(csv_text([msgspec.structs.asdict(row) for row in rows]), nl=False)
    else:
        click.echo("\n".join(_table(rows)))


def _rows(catalogue: Catalogue) -> Iterator[Row]:
    for preset in catalogue.presets:
        source = one_line(catalogue.sources.get(preset.name, ""), 300)
        yield Row(preset.name, "preset", preset.calls, one_line(preset.description), source)
    for part in catalogue.parts:
        source = one_line(catalogue.sources.get(part.name, ""), 300)
        yield Row(part.name, part.phase, part.calls, one_line(part.description), source)


def _table(rows: Sequence[Row]) -> Iterator[str]:
    """A paragraph a phase, its lines no wider than a narrow terminal."""
    wide = min(max(len(row.name) for row in rows), WIDTH - 12)
    for phase, head in _HEADS.items():
        yield head
        for row in rows:
            if row.phase == phase:
                yield f"  {row.name:<{wide}}  {row.calls} {'call' if row.calls == 1 else 'calls'}"
                yield from _wrapped(row.description)
                if row.source:
                    yield from _wrapped(f"yours: {row.source}")
        yield ""
    yield "Parts combine: --strategy reflection+plan-and-refine. Calls are those of a chain"
    yield "that needs each part once; repairs come on top."


def _wrapped(text: str) -> list[str]:
    """Indented lines; a path stays whole, to be copied."""
    indent = " " * 6
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent,
        break_on_hyphens=False,
        break_long_words=False,
    )
