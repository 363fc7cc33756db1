"""`perftui fork`: go on from a round of a run in another way, as a run of its own."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Literal, TypedDict, Unpack

import anyio
import click

from perftui.cli.again import launch_fork
from perftui.cli.again import with_sandbox as in_sandbox
from perftui.cli.database import chosen_database
from perftui.cli.launch import Launch, start
from perftui.cli.models import check_model, settled
from perftui.cli.options import with_db, with_output, with_sandbox
from perftui.cli.views import choose_view, watcher
from perftui.errors import BadInputError
from perftui.events.plan import Fork, Origin
from perftui.events.reduce import replay
from perftui.llm.model import Message
from perftui.refine.catalogue import find_strategy
from perftui.store.readers import Reader
from perftui.store.writer import open_store
from perftui.text import one_line
from perftui.tui.conversation import NOTE as CONVERSATION
from perftui.tui.conversation import read as read_conversation


class ForkFlags(TypedDict):
    """The flags of `fork`."""

    run: str
    problem: str
    round_: str
    attempt: int | None
    model: str | None
    base_url: str | None
    strategy: str | None
    temperature: float | None
    prompt: Path | None
    program: Path | None
    chains: int
    sandbox: Literal["docker", "process"] | None
    headless: bool
    as_json: bool
    db: Path | None


_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("run")
@click.argument("problem")
@click.argument("round_", metavar="ROUND")
@click.option("--attempt", type=click.IntRange(min=1), help="Of the problem.  [default: the latest]")
@click.option("--model", metavar="MODEL", help="Ask another model.  [default: that of RUN]")
@click.option("--base-url", metavar="URL", help="Of an OpenAI-compatible server.")
@click.option("--strategy", metavar="NAME", help="Go on in another way.  [default: that of RUN]")
@click.option("--temperature", type=click.FloatRange(0, 2), help="Of all calls from here on.")
@click.option(
    "--prompt",
    type=_FILE,
    help="What the next call says last; a file that begins with === is the whole conversation.",
)
@click.option("--program", type=_FILE, help="A program of yours, judged and timed as the next round.")
@click.option("--chains", type=click.IntRange(1, 1000), default=1, show_default=True)
@with_sandbox
@with_output
@with_db
def fork(**flags: Unpack[ForkFlags]) -> int:
    """Go on from ROUND of PROBLEM in RUN, as a run of its own beside it.

    ROUND is CHAIN.ROUND as the screen numbers them, such as 2.3; a number alone is a round of chain 1. What
    was received, judged and timed up to it is taken over, and not paid for again.
    """
    db = chosen_database(flags["db"])
    view = choose_view(headless=flags["headless"], as_json=flags["as_json"])
    launch = in_sandbox(anyio.run(_launch, flags, db, view == "screen"), flags["sandbox"])
    anyio.run(check_model, launch.plan)
    return start(launch)


def round_of(text: str) -> tuple[int, int]:
    """The 0-based chain and round that `CHAIN.ROUND` or `ROUND` names.

    Raises:
        BadInputError: it names none.
    """
    chain, _, round_ = text.rpartition(".")
    if not (round_.isdecimal() and (chain or "1").isdecimal() and int(round_) and int(chain or "1")):
        raise BadInputError(f"{one_line(text, 40)!r} is no round: write CHAIN.ROUND, such as 2.3")
    return int(chain or "1") - 1, int(round_) - 1


def fork_command(fork: Fork) -> str:
    """The command line that does the same as a fork; FILE stands for one with a text that was written."""
    origin = fork.origin
    words = ["perftui", "fork", origin.run, origin.problem, f"{origin.chain + 1}.{origin.round + 1}"]
    options = {
        "--attempt": origin.attempt if origin.attempt > 1 else None,
        "--model": fork.model,
        "--base-url": fork.base_url,
        "--strategy": fork.strategy,
        "--temperature": fork.temperature,
        "--chains": fork.chains if fork.chains > 1 else None,
    }
    words += [word for name, value in options.items() if value is not None for word in (name, f"{value}")]
    files = {"--prompt FILE": fork.messages, "--program FILE": fork.code}
    return " ".join([shlex.join(words), *(words for words, text in files.items() if text is not None)])


async def _launch(flags: ForkFlags, db: Path, linger: bool) -> Launch:  # noqa: FBT001 - anyio.run's way
    async with open_store(db, create=False) as store:
        wanted = await _fork(flags, store, db)
        view = choose_view(headless=flags["headless"], as_json=flags["as_json"])
        return await launch_fork(store, wanted, db=db, watch=watcher(view), linger=linger)


async def _fork(flags: ForkFlags, reader: Reader, db: Path) -> Fork:
    run = await reader.find_run(flags["run"])
    state = replay(await reader.events(run))
    problem = state.problems.get(flags["problem"])
    if problem is None:
        named = one_line(flags["problem"], 60)
        raise BadInputError(f"run {run} has no problem {named}: see perftui report {run}")
    chain, round_ = round_of(flags["round_"])
    if flags["strategy"] is not None:
        find_strategy(flags["strategy"])
    model = flags["model"]
    prompt = flags["prompt"]
    attempt = flags["attempt"] or problem.attempt
    return Fork(
        origin=Origin(run=run, problem=flags["problem"], attempt=attempt, chain=chain, round=round_),
        model=None if model is None else await anyio.to_thread.run_sync(settled, model, db),
        base_url=flags["base_url"],
        strategy=flags["strategy"],
        temperature=flags["temperature"],
        messages=None if prompt is None else _conversation(prompt),
        code=None if flags["program"] is None else _text(flags["program"]),
        chains=flags["chains"],
    )


def _conversation(path: Path) -> tuple[Message, ...]:
    """One message of the user's, or a conversation as the screen hands it to an editor."""
    text = _text(path)
    if not text.startswith(("=== ", CONVERSATION)):
        return (Message(role="user", content=text),)
    try:
        return read_conversation(text)
    except BadInputError as error:
        raise BadInputError(f"{path}: {error}") from error


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInputError(f"{path} cannot be read: {error}") from error
