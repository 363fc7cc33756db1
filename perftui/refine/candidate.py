"""A candidate is a program, known by the hash of its text."""

from __future__ import annotations

import ast
import hashlib
from functools import lru_cache

from perftui.refine.extraction.source import parse

_MAY_HOLD_WHITE_SPACE = ('"""', "'''", "\\")
"""Where one of these stands in a program, white space at the end of a line may mean something."""

_BLANK = " \t\f"
"""What Python takes for white space; other spaces, such as a no-break space, are errors in a program."""


def candidate_hash(code: str) -> str:
    """The SHA-256 of a program's normalised text, 64 hexadecimal digits.

    Line ends and trailing white space make no difference, as long as they cannot make one to the
    program: inside a string over several lines they could.
    """
    return hashlib.sha256(normalised(code).encode("utf-8", "surrogatepass")).hexdigest()


@lru_cache(maxsize=4096)
def program_key(code: str) -> str:
    """What two programs share that differ in comments and layout only: such a program is run once.

    It is the SHA-256 of the syntax tree, or of the text where that has none.
    """
    tree = parse(code)
    try:
        text = normalised(code) if tree is None else ast.dump(tree)
    except RecursionError:
        text = normalised(code)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def normalised(code: str) -> str:
    """The text that is hashed: line feeds only, no trailing white space that means nothing."""
    text = code.replace("\r\n", "\n").replace("\r", "\n").rstrip(_BLANK + "\n") + "\n"
    if any(mark in text for mark in _MAY_HOLD_WHITE_SPACE):
        return text
    return "\n".join(line.rstrip(_BLANK) for line in text.split("\n"))
