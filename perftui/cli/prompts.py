"""`perftui prompts list|show`: the templates, and what would be sent for a problem or was sent in a run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal, Unpack

import anyio
import click
import msgspec

from perftui.cli.database import chosen_database
from perftui.cli.options import with_db, with_format, with_idle_db, with_problems
from perftui.cli.own import folders, own_in_use, with_own
from perftui.cli.selection import ProblemFlags, some_of
from perftui.errors import BadInputError
from perftui.problems.benchmarks import load_benchmark, select
from perftui.problems.model import Problem
from perftui.refine.actions import Ask
from perftui.refine.catalogue import DEFAULT_STRATEGY, find_strategy
from perftui.refine.chain import StrategySettings
from perftui.refine.faults import StrategyFaultError
from perftui.refine.rehearsal import MARK, STUMBLING, USUAL, rehearse
from perftui.refine.strategy import PAPER, Strategy
from perftui.refine.templates import SUFFIX, Templates, built_in, file_of, in_use
from perftui.text import one_line, printable


@click.group()
def prompts() -> None:
    """List prompt templates, and show what is sent."""


@prompts.command("list")
@with_own
@with_format
@with_idle_db
def list_(format_: Literal["md", "json", "csv"], strategies: Path | None, prompts: Path | None) -> None:
    """List the prompt templates, what each is for, and whose it is."""
    with own_in_use(*folders(strategies, prompts), tell=True):
        rows = [_row(in_use(), name) for name in sorted(in_use().sources)]
    if format_ == "json":
        click.echo(msgspec.json.format(msgspec.json.encode(rows), indent=2))
    elif format_ == "csv":
        from perftui.report.render import csv_text  # noqa: PLC0415 - only this format needs it

        click.echo(csv_text(rows), nl=False)
    else:
        for row in rows:
            whose = {"overrides": f" [yours: {row['path']}]", "own": f" [yours: {row['path']}]"}
            click.echo(f"{row['name']:<18} {row['description']}{whose.get(row['whose'], '')}")


class ShowFlags(ProblemFlags):
    """The flags of `prompts show`."""

    benchmark: str | None
    strategy: str
    as_published: bool
    template: str | None
    run: str | None
    chain: int | None
    round_: int | None
    whole: bool
    strategies: Path | None
    prompts: Path | None
    db: Path | None


@prompts.command()
@click.argument("benchmark", required=False)
@with_problems
@click.option("--strategy", default=DEFAULT_STRATEGY, show_default=True, help="See `perftui strategies`.")
@click.option("--as-published", is_flag=True, help="With the settings of the paper's own runs.")
@click.option("--template", metavar="NAME", help="Print this template's text, to be copied and changed.")
@click.option("--run", metavar="RUN", help="Print what was sent in this stored run.")
@click.option("--chain", type=click.IntRange(min=1), help="Only this chain of the run, from 1.")
@click.option("--round", "round_", type=click.IntRange(min=1), help="Only this round of the chain, from 1.")
@click.option("--whole", is_flag=True, help="With all that was said before in the conversation.")
@with_own
@with_db
def show(**flags: Unpack[ShowFlags]) -> None:
    """Print what would be sent for BENCHMARK's problems (the first, if none are named), or was sent in a run.

    What is not known before a run is made up: it is marked EXAMPLE, and so are all figures.
    """
    wanted = [name for name in ("benchmark", "template", "run") if flags[name]]
    if len(wanted) != 1:
        raise BadInputError("one of BENCHMARK, --template NAME and --run RUN is wanted")
    if flags["run"] is not None:
        click.echo("\n".join(anyio.run(_sent, flags, flags["run"])))
        return
    with own_in_use(*folders(flags["strategies"], flags["prompts"]), tell=True):
        if flags["template"] is not None:
            click.echo(_source(in_use(), flags["template"]), nl=False)
        else:
            click.echo("\n".join(_rehearsed(flags)))


def _row(templates: Templates, name: str) -> dict[str, str]:
    path = templates.sources[name].path
    whose = "perftui" if not path else "overrides" if name in built_in().sources else "own"
    said = templates.describe(name)
    if whose == "overrides" and not said:
        said = built_in().describe(name)
    return {
        "name": one_line(name.removesuffix(SUFFIX), 60),
        "whose": whose,
        "path": one_line(path, 300),
        "description": one_line(said),
    }


def _source(templates: Templates, name: str) -> str:
    source = templates.sources.get(file_of(name))
    if source is None:
        raise BadInputError(f"there is no prompt template {one_line(name, 60)!r}: see perftui prompts list")
    return printable(source.text)


def _rehearsed(flags: ShowFlags) -> Iterator[str]:
    strategy = find_strategy(flags["strategy"])
    settings = PAPER if flags["as_published"] else strategy.settings
    loaded = load_benchmark(flags["benchmark"] or "", flags["data"], flags["timing_data"])
    chosen = some_of(loaded, flags)
    if flags["problem_ids"] is None and flags["limit"] is None:
        chosen = select(chosen, None, 1)
    if not chosen.problems:
        raise BadInputError(f"{loaded.name}: no problem is left of this selection")
    yield f"Nothing was sent. Made up are: what is marked {MARK}, every figure, and which test is slow."
    for problem in chosen.problems:
        try:
            yield from _of_problem(strategy, problem, settings, whole=flags["whole"])
        except StrategyFaultError as error:
            raise BadInputError(str(error)) from error


def _of_problem(
    strategy: Strategy, problem: Problem, settings: StrategySettings, *, whole: bool
) -> Iterator[str]:
    usual = rehearse(strategy, problem, settings, USUAL)
    known = {ask.template for ask in usual}
    stumbling = rehearse(strategy, problem, settings, STUMBLING)
    others = [ask for ask in stumbling if ask.template not in known]
    for place, ask in enumerate(usual, 1):
        yield from _told(ask, f"{problem.id} · ask {place} of {len(usual)}", whole=whole)
    for ask in others:
        yield from _told(ask, f"{problem.id} · where {STUMBLING.name}", whole=whole)


async def _sent(flags: ShowFlags, run: str) -> list[str]:
    from perftui.events.reduce import replay  # noqa: PLC0415 - only stored runs need the store
    from perftui.store.writer import open_store  # noqa: PLC0415

    async with open_store(chosen_database(flags["db"]), create=False) as store:
        state = replay(await store.events(await store.find_run(run)))
    ids = [word.strip() for word in (flags["problem_ids"] or "").split(",") if word.strip()]
    for id_ in ids:
        if id_ not in state.problems:
            raise BadInputError(f"run {state.run} has no problem {one_line(id_, 60)}")
    lines = [
        line
        for id_, problem in state.problems.items()
        for chain in problem.chains
        for round_ in chain.rounds
        if (not ids or id_ in ids)
        and flags["chain"] in {None, chain.index + 1}
        and flags["round_"] in {None, round_.index + 1}
        for line in _told(
            round_.ask,
            f"{id_} · chain {chain.index + 1} · round {round_.index + 1}",
            whole=flags["whole"],
        )
    ]
    if not lines:
        raise BadInputError(f"run {state.run} has sent nothing of that selection")
    return lines


def _told(ask: Ask, place: str, *, whole: bool) -> Iterator[str]:
    """An ask as it is printed: a head line, then its last message or all of them."""
    yield ""
    yield (
        f"# {one_line(place)} · {one_line(ask.label)} ({ask.phase}) to the {one_line(ask.conversation)}, "
        f"for {'a program' if ask.expects == 'program' else ask.expects}; temperature {ask.temperature:g}; "
        f"template {one_line(ask.template)}"
    )
    messages: Sequence[tuple[str, str]] = [(message.role, message.content) for message in ask.messages]
    if not whole and len(messages) > 1:
        yield f"(after {len(messages) - 1} earlier messages)"
    for role, content in messages if whole else messages[-1:]:
        if whole:
            yield f"## {role}"
        yield ""
        yield printable(content).rstrip("\n")
