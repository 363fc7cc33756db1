"""A problem that is a folder: a program, tests beside it, and what else there is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from perftui.errors import BadInputError
from perftui.problems.own.assemble import Material
from perftui.problems.own.fields import FileTable, WrongError
from perftui.problems.own.found import Found
from perftui.problems.own.heads import located, read_head
from perftui.problems.own.markdown import Page, has_head, read_page
from perftui.problems.own.pairs import read_lines, read_pairs
from perftui.problems.own.python_file import fit_id
from perftui.problems.own.texts import Text, read_own
from perftui.problems.source import shown
from perftui.text import one_line

HEADS = ("problem.toml", "problem.md")
LINES = "tests.jsonl"
TESTS = "tests"
_OTHERS = frozenset({"generator.py", "conftest.py", "setup.py", "__init__.py", "tests.py"})


def is_problem(folder: Path) -> bool:
    """Whether a folder is one problem, and not a folder of them."""
    others = [path for path in folder.glob("*.toml") if path.name not in {"problem.toml", "pyproject.toml"}]
    if any((folder / name).is_file() for name in HEADS):
        return not others
    if (
        others
        or _has_pages(folder)
        or any((sub / name).is_file() for sub in folder.iterdir() for name in HEADS)
    ):
        return False
    return len(list(_programs(folder))) == 1


def folder_material(folder: Path) -> Material:
    """What the files of a folder say of a problem.

    Raises:
        BadInputError: what is wrong, in one line with the file and, where there is one, the line.
    """
    head, head_text, page = _head(folder)
    program = _program(folder, head, head_text, page)
    references = tuple(read_own(path, folder) for path in _python(folder) if _is_reference(path))
    return Material(
        name=fit_id(folder.resolve().name),
        head=head,
        head_text=head_text,
        statement=page.task if page else "",
        program=program,
        references=(*(page.all("reference") if page else ()), *references),
        generator=_one(folder, page, "generator"),
        modules=(*(page.all("tests") if page else ()), *_modules(folder)),
        pairs=_pairs(folder),
    )


def _head(folder: Path) -> tuple[FileTable, Text, Page | None]:
    there = [folder / name for name in HEADS if (folder / name).exists()]
    if len(there) > 1:
        raise BadInputError(f"{shown(folder)}: has both {HEADS[0]} and {HEADS[1]}: keep one")
    if not there:
        # Named all the same: it is where what is lacking would be written.
        return FileTable(), Text(folder / HEADS[0], ""), None
    text = read_own(there[0], folder)
    if there[0].suffix == ".toml":
        return read_head(text), text, None
    page = read_page(text)
    return page.head, page.head_text, page


def _program(folder: Path, head: FileTable, head_text: Text, page: Page | None) -> Text | None:
    block = page.block("program") if page else None
    if head.program is not None:
        if block is not None:
            raise block.wrong(0, f"the program is {one_line(head.program, 60)} already")
        if Path(head.program).is_absolute() or ".." in Path(head.program).parts:
            raise located(head_text, WrongError("a file of this folder is wanted", "program"))
        try:
            return read_own(folder / head.program, folder)
        except BadInputError as error:
            raise located(head_text, WrongError(str(error), "program")) from error
    programs = list(_programs(folder))
    if block is not None:
        return block
    if len(programs) > 1:
        names = ", ".join(one_line(path.name, 40) for path in programs[:5])
        raise located(head_text, WrongError(f'several programs ({names}): say which with program = "…"'))
    return read_own(programs[0], folder) if programs else None


def _one(folder: Path, page: Page | None, role: str) -> Text | None:
    """The file `ROLE.py`, or the page's block of that word."""
    block = page.block(role) if page else None
    path = folder / f"{role}.py"
    if not path.exists() and not path.is_symlink():
        return block
    if block is not None:
        raise block.wrong(0, f"there is {role}.py already: keep one")
    return read_own(path, folder)


def _modules(folder: Path) -> Iterator[Text]:
    places = [folder, folder / TESTS] if (folder / TESTS).is_dir() else [folder]
    for place in places:
        for path in _python(place):
            if _is_tests(path):
                yield read_own(path, folder)


def _pairs(folder: Path) -> Found:
    found = Found()
    lines = folder / LINES
    if lines.exists() or lines.is_symlink():
        found.extend(read_lines(read_own(lines, folder)))
    if (folder / TESTS).is_dir():
        if not (folder / TESTS).resolve().is_relative_to(folder.resolve()):
            raise BadInputError(
                f"{shown(folder / TESTS)}: leads out of the problem's folder, so it is not read"
            )
        found.extend(read_pairs(folder / TESTS, folder))
    return found


def _programs(folder: Path) -> Iterator[Path]:
    for path in _python(folder):
        if path.name not in _OTHERS and not _is_tests(path) and not _is_reference(path):
            yield path


def _python(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.py") if not path.name.startswith("."))


def _is_tests(path: Path) -> bool:
    return path.name.startswith("test_") or path.stem.endswith("_test") or path.name == "tests.py"


def _is_reference(path: Path) -> bool:
    return path.stem == "reference" or path.stem.startswith("reference_")


def _has_pages(folder: Path) -> bool:
    return any(is_page(path) for path in folder.glob("*.md"))


def is_page(path: Path) -> bool:
    """Whether a Markdown file is a problem: others, such as a README, have no front matter."""
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return has_head(file.readline(100))
    except OSError:
        return False
