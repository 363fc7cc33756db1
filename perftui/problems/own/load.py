"""Problems of one's own by their path: a file of any form, the folder of one, or a folder of them."""

from __future__ import annotations

from pathlib import Path

from perftui.errors import BadInputError
from perftui.problems.model import Benchmark, Problem
from perftui.problems.own.assemble import Material, assemble
from perftui.problems.own.folder import HEADS, folder_material, is_page, is_problem
from perftui.problems.own.markdown import markdown_material
from perftui.problems.own.python_file import python_material
from perftui.problems.own.texts import Text, read_own
from perftui.problems.own.toml_file import toml_material
from perftui.problems.own.toml_lines import line_of
from perftui.problems.source import bad_line, shown
from perftui.text import one_line

ENDINGS = (".toml", ".md", ".py")
"""How the names of problem files end."""

_NAMED = "::"


def split_function(path: str) -> tuple[str, str | None]:
    """A path, and the function that follows it as in `slow.py::solve`."""
    head, mark, name = path.rpartition(_NAMED)
    return (head, name) if mark and head.endswith(".py") else (path, None)


def load_own(path: Path, function: str | None = None) -> Benchmark:
    """Read a problem, or a folder of them.

    Args:
        path: of a file, of a problem's folder, or of a folder of problems.
        function: which function of a Python file is meant; None to find it.

    Raises:
        BadInputError: what is wrong, in one line with the file and the line.
    """
    if path.is_dir() and not is_problem(path):
        return _several(path)
    name = path.resolve().name if path.is_dir() or path.name in HEADS else path.resolve().stem
    name = path.resolve().parent.name if path.name in HEADS else name
    problem, notes = _one(path, name, function)
    return Benchmark(name=name, problems=(problem,), notes=tuple(notes))


def load_problem(path: Path, benchmark: str) -> Problem:
    """Read one problem.

    Raises:
        BadInputError: what is wrong, in one line with the file and the line.
    """
    return _one(path, benchmark, None)[0]


def _one(path: Path, benchmark: str, function: str | None) -> tuple[Problem, list[str]]:
    if function is not None and not function.isidentifier():
        raise BadInputError(f"{shown(path)}::{one_line(function, 60)}: the name of a function is wanted")
    try:
        return assemble(_material(path), benchmark, function)
    except RecursionError as error:
        raise BadInputError(f"{shown(path)}: code that is nested too deeply") from error


def _material(path: Path) -> Material:
    if path.is_dir():
        return folder_material(path)
    if path.name in HEADS and is_problem(path.parent):
        return folder_material(path.parent)
    ending = path.suffix
    if ending not in ENDINGS:
        read_own(path)
        raise BadInputError(f"{shown(path)}: a problem is a file named .toml, .md or .py, or a folder")
    text = read_own(path)
    readers = {".toml": toml_material, ".md": markdown_material, ".py": python_material}
    return readers[ending](text)


def _several(folder: Path) -> Benchmark:
    name = folder.resolve().name
    paths = [path for path in sorted(folder.iterdir()) if _is_one(path)]
    if not paths:
        raise BadInputError(
            f"{shown(folder)}: holds no problem files: one is named .toml, .md or .py, or is a folder"
        )
    problems: list[Problem] = []
    notes: list[str] = []
    seen: dict[str, Path] = {}
    for path in paths:
        problem, more = _one(path, name, None)
        if problem.id in seen:
            raise _twice(path, problem.id, seen[problem.id])
        seen[problem.id] = path
        problems.append(problem)
        notes += more
    return Benchmark(name=name, problems=tuple(problems), notes=tuple(notes))


def _is_one(path: Path) -> bool:
    """Whether what is in a folder of problems is one of them."""
    if path.name.startswith((".", "_")):
        return False
    if path.is_dir():
        return is_problem(path)
    if path.suffix == ".py":
        return (
            not path.name.startswith("test_")
            and not path.stem.endswith("_test")
            and path.name != "conftest.py"
        )
    return path.suffix == ".toml" or (path.suffix == ".md" and is_page(path))


def _twice(path: Path, name: str, other: Path) -> BadInputError:
    what = f"id: {name} is already in {shown(other)}"
    if path.suffix != ".toml":
        return BadInputError(f"{shown(path)}: {what}")
    text: Text = read_own(path)
    return bad_line(path, line_of(text.text, None, "id"), what)
