"""A problem in one TOML file, which says all of it."""

from __future__ import annotations

from perftui.problems.own.assemble import Material
from perftui.problems.own.fields import WrongError
from perftui.problems.own.heads import located, read_head
from perftui.problems.own.texts import Text

WANTED = ("id", "title", "kind", "statement")
"""What such a file must say."""


def toml_material(text: Text) -> Material:
    """What a TOML file says of a problem.

    Raises:
        BadInputError: what is wrong, in one line with the file and the line.
    """
    head = read_head(text)
    for key in WANTED:
        if getattr(head, key) is None:
            raise located(text, WrongError(f"lacks the field `{key}`"))
    if head.program is not None:
        raise located(text, WrongError("only in the folder of a problem", "program"))
    return Material(name=text.path.stem, head=head, head_text=text)
