"""Which piece of a reply is the program of a problem that reads standard input."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

from perftui.refine.extraction.choice import among_prose, in_other_fences, last_of, unreadable
from perftui.refine.extraction.mending import unmarked
from perftui.refine.extraction.pieces import Piece, piece_of, read_from, readable_part
from perftui.refine.extraction.sections import Section
from perftui.refine.extraction.source import bound, immediate, is_star_import, needed, parse
from perftui.refine.extraction.whole import with_helpers, with_typing

_FEEDS_ITSELF = re.compile(
    r"\bsys\.stdin\s*=\s*(?:io\.)?StringIO|\bpatch\s*\(\s*['\"](?:builtins\.input|sys\.stdin)"
)
_PRINTS = re.compile(r"\bprint\b|\bstdout\b|\bos\.write\b|\.write\s*\(")
_DEFINES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)


def choose_stdin(found: Sequence[Section]) -> str | None:
    """The program of a stdin problem, kept as it is written.

    In this order: a fenced block that reads standard input (of several the one for which most
    speaks, else the last), the longest code among prose that does, a block in another language's
    fence that does, a block that tries to and cannot be parsed, and any other code.
    """
    fenced = [piece_of(section) for section in found if section.fenced and section.python]
    code_blocks = [piece for piece in map(_without_prose_after, fenced) if piece.meant_as_code]
    whole = [piece for piece in code_blocks if piece.tree is not None]
    code = _best(whole, whole)
    code = code or _longest(among_prose(found)) or _longest(among_prose(found, unmarked))
    code = code or _best(in_other_fences(found), whole)
    code = code or last_of(code_blocks, _reads) or last_of(whole, _any) or last_of(code_blocks, _any)
    if code is None:
        return last_of([piece for piece in unreadable(found) if piece.mostly_code], _reads)
    others = [piece.text for piece in whole if piece.text != code]
    return with_typing(with_helpers(_with_its_call(code, whole), others))


def _reads(piece: Piece) -> bool:
    return piece.reads_stdin


def _any(_: Piece) -> bool:
    return True


def _best(pieces: Sequence[Piece], every: Sequence[Piece]) -> str | None:
    """The program for which most speaks of those that read standard input, the last of equals."""
    readers = [piece for piece in reversed(pieces) if piece.reads_stdin]
    there = bound(node for piece in every if piece.tree is not None for node in piece.tree.body)
    best = max(readers, key=lambda piece: _rating(piece, there), default=None)
    return None if best is None else best.text


def _rating(piece: Piece, there: set[str]) -> tuple[bool, ...]:
    """Whether it reads what it is given, prints, is complete, ends, and is no mere offer."""
    tree = piece.tree
    starred = tree is not None and any(map(is_star_import, tree.body))
    complete = tree is not None and (starred or needed(tree) <= there)
    prints = _PRINTS.search(piece.text) is not None
    fed = _FEEDS_ITSELF.search(piece.text) is None
    return fed, prints, complete, piece.ended, not piece.offered


def _longest(pieces: Sequence[Piece]) -> str | None:
    return max((piece.text for piece in pieces if piece.reads_stdin), key=len, default=None)


def _without_prose_after(piece: Piece) -> Piece:
    """A block without the words that end it, where nothing else keeps it from being a program."""
    part = readable_part(piece)
    if part is piece:
        return piece
    whole = next((text for text in read_from(piece) if text.startswith(part.text)), part.text)
    rest = whole.removeprefix(part.text)
    return piece if not rest.strip() or Piece(rest, None).mostly_code else part


def _with_its_call(code: str, pieces: Sequence[Piece]) -> str:
    """A program that only defines, with the last block of the reply that only calls what it defines."""
    tree = parse(code)
    if tree is None or any(_acts(node) for node in tree.body):
        return code
    there = bound(tree.body)
    for piece in reversed(pieces):
        if piece.tree is not None and needed(piece.tree) & there and all(map(_is_call, piece.tree.body)):
            return f"{code.rstrip()}\n\n{piece.text}" if needed(piece.tree) <= there else code
    return code


def _acts(node: ast.stmt) -> bool:
    """Whether a statement does more than define when the program is loaded."""
    if isinstance(node, _DEFINES):
        return False
    return isinstance(node, ast.If) or any(isinstance(below, ast.Call) for below in immediate(node))


def _is_call(node: ast.stmt) -> bool:
    match node:
        case ast.Expr(value=ast.Call()):
            return True
        case ast.If(test=ast.Compare(left=ast.Name(id="__name__"))):
            return True
        case _:
            return False
