"""A problem that is a plain Python file: the slow function, and tests in it or in a file beside it."""

from __future__ import annotations

import re
from pathlib import Path

from perftui.problems.own.assemble import Material
from perftui.problems.own.fields import WrongError
from perftui.problems.own.heads import located, read_head
from perftui.problems.own.texts import Text, read_own

_HEAD = re.compile(r"#\s*perftui:(?P<toml>.*)")
_ALLOWED = frozenset({"id", "title", "statement", "entry_point", "tolerance", "relative"})


def python_material(text: Text) -> Material:
    """What a Python file says of a problem.

    Raises:
        BadInputError: what is wrong, in one line with the file and the line.
    """
    head_text = _head_of(text)
    head = read_head(head_text)
    for key in head.__struct_fields__:
        if key not in _ALLOWED and getattr(head, key) not in (None, "", ()):
            raise located(head_text, WrongError("not in a Python file: make a folder or a page", key))
    return Material(
        name=fit_id(text.path.stem),
        head=head,
        head_text=head_text,
        program=text,
        modules=tuple(map(read_own, tests_beside(text.path))),
        lenient=True,
    )


def tests_beside(path: Path) -> list[Path]:
    """The files of tests of a Python file: beside it, or in the folder `tests` beside it."""
    names = (f"test_{path.stem}.py", f"{path.stem}_test.py")
    places = [place / name for place in (path.parent, path.parent / "tests") for name in names]
    return [place for place in places if place.is_file()]


def fit_id(name: str) -> str:
    """A name as an id: what may not be in one becomes a hyphen."""
    return re.sub(r"[^A-Za-z0-9._+-]+", "-", name).strip("-._+")[:100] or "problem"


def _head_of(text: Text) -> Text:
    """The TOML of the lines `# perftui: …`, each on its own line of the file."""
    lines = (_HEAD.fullmatch(line.strip()) for line in text.text.split("\n"))
    return Text(text.path, "\n".join(line["toml"].strip() if line else "" for line in lines), text.first)
