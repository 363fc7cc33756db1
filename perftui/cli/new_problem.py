"""`perftui problems new`: a problem of one's own, made from a function in a file."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from perftui.errors import BadInputError, EnvironmentLacksError, ExitStatus
from perftui.problems.own.draft import GENERATOR, HEAD, PROGRAM, TESTS, Draft, draft_problem
from perftui.problems.own.load import load_own, split_function
from perftui.problems.own.python_file import tests_beside
from perftui.problems.own.texts import read_own
from perftui.problems.source import shown
from perftui.text import one_line


@click.command("new")
@click.argument("file", metavar="FILE.py")
@click.option("--function", metavar="NAME", help="Which function; or FILE.py::NAME.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="The folder to make.  [default: the function's name]",
)
def new(file: str, function: str | None, out: Path | None) -> int:
    """Make a problem's folder from a function in FILE.py, its documentation and its tests.

    Nothing of the file is run, and nothing that exists is written over.
    """
    name, named = split_function(file)
    text = read_own(Path(name))
    draft = draft_problem(text, function or named, [read_own(path) for path in tests_beside(text.path)])
    folder = Path(draft.entry_point) if out is None else out
    _write(folder, draft)
    for line in _told(folder, draft):
        click.echo(line)
    return ExitStatus.DONE


def _write(folder: Path, draft: Draft) -> None:
    try:
        if folder.exists() and any(folder.iterdir()):
            raise BadInputError(f"{shown(folder)}: is there already; name another folder with --out")
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in draft.files.items():
            with (folder / name).open("x", encoding="utf-8") as file:
                file.write(text)
    except OSError as error:
        reason = one_line(error.strerror or str(error))
        raise EnvironmentLacksError(f"{shown(folder)}: cannot be made: {reason}") from error


def _told(folder: Path, draft: Draft) -> list[str]:
    """What there is, what is to be done, and the commands that come next."""
    path = shlex.quote(shown(folder))
    generator = (
        "a draft: see that its inputs are valid" if draft.generated else "a template to fill in, or to leave"
    )
    tests = "from what is there" if draft.tests else "none yet: add some"
    lines = [
        f"{path}/{PROGRAM:<14} {draft.entry_point}, with what it needs",
        f"{path}/{TESTS:<14} its tests, {tests}",
        f"{path}/{GENERATOR:<14} larger inputs to time on, {generator}",
        f"{path}/{HEAD:<14} what a model is told of it",
    ]
    try:
        load_own(folder)
    except BadInputError as error:
        lines += ["", f"First mend this: {error}"]
    return [
        *lines,
        "",
        f"perftui problems check {path}",
        f"perftui run {path} --model PROVIDER/NAME",
    ]
