"""Pieces of a reply that may be the program, and what each of them defines."""

from __future__ import annotations

import ast
import re
import textwrap
from dataclasses import dataclass, replace

from perftui.refine.extraction.completion import does_something
from perftui.refine.extraction.mending import readings, unmarked
from perftui.refine.extraction.regions import longest_prefix, looks_like_code
from perftui.refine.extraction.sections import Section
from perftui.refine.extraction.source import bound, parse

_READS_STDIN = re.compile(
    r"\binput\s*\(|\bstdin\b|\bopen\s*\(\s*0\b|\bos\.read\s*\(\s*0\b|\bfileinput\b|\braw_input\b"
)


@dataclass(frozen=True)
class Piece:
    """A text that may be a program.

    Attributes:
        text: dedented and without the marks of a page where only that makes it a program.
        tree: None where it cannot be parsed.
        tagged: whether a fence said that it is Python.
        offered: whether the words before it offer it beside another one.
        ended: False where the reply ends before the fence that closes it.
    """

    text: str
    tree: ast.Module | None
    tagged: bool = False
    offered: bool = False
    ended: bool = True

    def defines(self, name: str) -> bool:
        """Whether it binds a name at the top, and not by a placeholder or an import."""
        return self.tree is not None and any(
            name in bound([node]) and does_something(node)
            for node in self.tree.body
            if not isinstance(node, ast.Import | ast.ImportFrom)
        )

    def binds(self, name: str) -> bool:
        """Whether it binds a name at the top in whatever way."""
        return self.tree is not None and name in bound(self.tree.body)

    @property
    def functions(self) -> list[ast.FunctionDef]:
        """The functions that are defined at the top and are no tests."""
        body = self.tree.body if self.tree is not None else []
        functions = [node for node in body if isinstance(node, ast.FunctionDef) and does_something(node)]
        return [node for node in functions if "test" not in node.name.lower()]

    def class_with(self, method: str) -> str | None:
        """The last class that has a method of this name."""
        classes = [node for node in (self.tree.body if self.tree else []) if isinstance(node, ast.ClassDef)]
        return next((node.name for node in reversed(classes) if method in bound(node.body)), None)

    def mentions_definition(self, name: str) -> bool:
        """Whether its text, which may not be parsable, seems to define a function."""
        return (
            re.search(rf"^[ \t]*(?:async[ ]+)?def[ ]+{re.escape(name)}\b", self.text, re.MULTILINE)
            is not None
        )

    @property
    def reads_stdin(self) -> bool:
        """Whether it seems to read standard input."""
        return _READS_STDIN.search(self.text) is not None

    @property
    def meant_as_code(self) -> bool:
        """Whether it is code and not, say, an example of output."""
        if self.tree is not None:
            statements = any(not isinstance(node, ast.Expr) for node in self.tree.body)
            return statements or self.reads_stdin or (self.tagged and bool(self.tree.body))
        return self.tagged or self.mostly_code

    @property
    def mostly_code(self) -> bool:
        """Whether more than half of its lines look like code, though it may not be parsable."""
        lines = [line for line in self.text.split("\n") if line.strip()]
        code = sum(looks_like_code(line) or line[0] in {" ", "\t"} for line in lines)
        return 2 * code > len(lines)


def piece_of(section: Section) -> Piece:
    """Read a fenced section in whichever way makes it a program."""
    tagged = section.language != ""
    for text in readings(section.text):
        tree = parse(text) if text.strip() else None
        if tree is not None:
            return Piece(text, tree, tagged, section.offered, section.closed)
    return Piece(section.text, None, tagged, section.offered, section.closed)


def readable_part(piece: Piece) -> Piece:
    """The longest beginning of a piece that can be parsed; the piece itself where there is none."""
    if piece.tree is not None:
        return piece
    for whole in read_from(piece):
        lines = whole.split("\n")
        start = next((i for i, line in enumerate(lines) if looks_like_code(line)), len(lines))
        end, _ = longest_prefix(lines, start, budget=50)
        text = "\n".join(lines[start:end])
        if end > start:
            return replace(piece, text=text, tree=parse(text))
    return piece


def read_from(piece: Piece) -> list[str]:
    """The texts whose beginning may be a piece's readable part."""
    return [textwrap.dedent(text) for text in (piece.text, unmarked(piece.text))]
