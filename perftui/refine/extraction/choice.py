"""Which piece of a reply is the program."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from perftui.problems.model import Problem
from perftui.refine.extraction.completion import broken_completion, completed
from perftui.refine.extraction.pieces import Piece, piece_of, readable_part
from perftui.refine.extraction.regions import looks_like_code, regions, undented
from perftui.refine.extraction.sections import Section
from perftui.refine.extraction.source import parse
from perftui.refine.extraction.tidy import tidied
from perftui.refine.extraction.whole import with_helpers, with_stub


def choose_function(found: Sequence[Section], problem: Problem) -> str | None:
    """The program of a function problem: whole, and without what would run when it is loaded.

    In this order: a fenced block that defines the function (the last, where several do), code
    among prose that does, a body that continues the stub, a block that tries to define it and
    cannot be parsed, and any other code, which will be judged as the program that it is.
    """
    name = problem.entry_point or ""
    fenced = [piece_of(section) for section in found if section.fenced and section.python]
    prose = _among_prose(found)
    every = [*(readable_part(piece) for piece in fenced), *prose]
    code = _defining(every[: len(fenced)], name) or _defining(prose, name)
    code = code or _defining(_among_prose(found, name), name)
    if code is None:
        body = _completion(found, problem, completed)
        code = body or _last(every, lambda piece: piece.binds(name))
        code = code or _last([*_unreadable(found), *fenced], lambda piece: piece.mentions_definition(name))
        code = code or _completion(found, problem, broken_completion)
        code = code or _last([*fenced, *prose], lambda piece: piece.meant_as_code)
    if code is None:
        return None
    whole = with_helpers(code, [piece.text for piece in every if piece.text != code])
    return with_stub(_tidied_if_it_stays(whole, name), problem.stub, name)


def choose_stdin(found: Sequence[Section]) -> str | None:
    """The program of a stdin problem, kept as it is written.

    In this order: the last fenced block that reads standard input, the longest code among prose
    that does, a block that tries to and cannot be parsed, and any other code.
    """
    fenced = [piece_of(section) for section in found if section.fenced and section.python]
    code_blocks = [piece for piece in fenced if piece.meant_as_code]
    whole = [piece for piece in code_blocks if piece.tree is not None]
    code = _last(whole, _reads_stdin)
    code = code or max((p.text for p in _among_prose(found) if p.reads_stdin), key=len, default=None)
    code = code or _last(code_blocks, _reads_stdin) or _last(whole, _any) or _last(code_blocks, _any)
    if code is None:
        return _last([piece for piece in _unreadable(found) if piece.mostly_code], _reads_stdin)
    return with_helpers(code, [piece.text for piece in whole if piece.text != code])


def _reads_stdin(piece: Piece) -> bool:
    return piece.reads_stdin


def _any(_: Piece) -> bool:
    return True


def _defining(pieces: Sequence[Piece], name: str) -> str | None:
    """The last piece that defines a name; else the last with a class that has it as a method."""
    code = _last(pieces, lambda piece: piece.defines(name))
    if code is not None:
        return code
    for piece in reversed(pieces):
        owner = piece.class_with(name)
        if owner is not None:
            return f"{piece.text.rstrip()}\n\n\n{name} = {owner}().{name}\n"
    return None


def _completion(
    found: Sequence[Section], problem: Problem, complete: Callable[[str, str, str], str | None]
) -> str | None:
    texts = [section.text for section in reversed(found) if section.fenced and section.python]
    texts += [section.text for section in found if not section.fenced][:1]
    programs = (complete(text, problem.stub, problem.entry_point or "") for text in texts)
    return next((program for program in programs if program is not None), None)


def _among_prose(found: Sequence[Section], indented: str | None = None) -> list[Piece]:
    """What can be parsed outside fences; with a name, after the block that defines it is dedented."""
    texts = [section.text for section in found if not section.fenced]
    if indented is not None:
        texts = [undented(text, indented) for text in texts]
    return [Piece(region, parse(region)) for text in texts for region in regions(text)]


def _unreadable(found: Sequence[Section]) -> list[Piece]:
    """Text without fences from its first line that looks like code, whether it can be parsed or not."""
    pieces: list[Piece] = []
    for section in found:
        lines = section.text.split("\n")
        start = next((i for i, line in enumerate(lines) if looks_like_code(line)), len(lines))
        if not section.fenced:
            pieces.append(Piece("\n".join(lines[start:]), None))
    return pieces


def _last(pieces: Sequence[Piece], wanted: Callable[[Piece], bool]) -> str | None:
    return next((piece.text for piece in reversed(pieces) if piece.text.strip() and wanted(piece)), None)


def _tidied_if_it_stays(code: str, name: str) -> str:
    """Leave out what only tries the function, unless that would leave no program."""
    neat = tidied(code, name)
    tree = parse(neat)
    return neat if tree is not None and Piece(neat, tree).binds(name) else code
