"""Which piece of a reply is the program of a function problem."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from perftui.problems.model import Problem
from perftui.refine.extraction.completion import broken_completion, completed
from perftui.refine.extraction.mending import unescaped, unmarked
from perftui.refine.extraction.pieces import Piece, piece_of, readable_part
from perftui.refine.extraction.rating import Rating
from perftui.refine.extraction.regions import looks_like_code, regions, undented
from perftui.refine.extraction.sections import Section
from perftui.refine.extraction.source import parse
from perftui.refine.extraction.tidy import tidied
from perftui.refine.extraction.whole import with_helpers, with_stub, with_typing

_SHORTEST = 4
"""Characters of a name that is looked for in others: a shorter one is in many by chance."""


def choose_function(found: Sequence[Section], problem: Problem) -> str | None:
    """The program of a function problem: whole, and without what would run when it is loaded.

    In this order: a body that begins the reply and continues the stub, a fenced block that defines
    the function (of several the one for which most speaks, else the last), code among prose that
    does, such a block in another language's fence, a body anywhere, a block that tries to define it
    and cannot be parsed, and any other code, which will be judged as the program that it is.
    """
    name = problem.entry_point or ""
    fenced = [piece_of(section) for section in found if section.fenced and section.python]
    prose = among_prose(found)
    every = [*(readable_part(piece) for piece in fenced), *prose]
    rating = Rating(problem, every)
    code = _body_first(found, problem)
    code = code or _defining(every[: len(fenced)], name, rating) or _defining(prose, name, rating)
    code = code or _defining(among_prose(found, lambda text: undented(text, name)), name, rating)
    code = code or _defining(in_other_fences(found), name, rating)
    for mend in (unmarked, unescaped):
        code = code or _defining(among_prose(found, mend), name, rating)
    if code is None:
        body = _completion(found, problem, completed)
        code = body or _renamed(every, name) or last_of(every, lambda piece: piece.binds(name))
        code = code or last_of([*unreadable(found), *fenced], lambda piece: piece.mentions_definition(name))
        code = code or _completion(found, problem, broken_completion)
        code = code or last_of([*fenced, *prose], lambda piece: bool(piece.functions))
        code = code or last_of([*fenced, *prose], lambda piece: piece.meant_as_code)
    if code is None:
        return None
    whole = with_helpers(code, [piece.text for piece in every if piece.text != code])
    return with_typing(with_stub(_tidied_if_it_stays(whole, name), problem.stub, name))


def among_prose(found: Sequence[Section], mend: Callable[[str], str] | None = None) -> list[Piece]:
    """What can be parsed outside fences, in texts as they stand or after a change."""
    texts = [section.text for section in found if not section.fenced]
    if mend is not None:
        texts = [changed for text in texts if (changed := mend(text)) != text]
    return [Piece(region, parse(region)) for text in texts for region in regions(text)]


def in_other_fences(found: Sequence[Section]) -> list[Piece]:
    """What is Python in fences that name something else."""
    pieces = [piece_of(section) for section in found if section.fenced and not section.python]
    return [piece for piece in pieces if piece.tree is not None]


def unreadable(found: Sequence[Section]) -> list[Piece]:
    """Text without fences from its first line that looks like code, whether it can be parsed or not."""
    pieces: list[Piece] = []
    for section in found:
        lines = section.text.split("\n")
        start = next((i for i, line in enumerate(lines) if looks_like_code(line)), len(lines))
        if not section.fenced:
            pieces.append(Piece("\n".join(lines[start:]), None))
    return pieces


def last_of(pieces: Sequence[Piece], wanted: Callable[[Piece], bool]) -> str | None:
    """The text of the last piece that is wanted."""
    return next((piece.text for piece in reversed(pieces) if piece.text.strip() and wanted(piece)), None)


def _defining(pieces: Sequence[Piece], name: str, rating: Rating) -> str | None:
    """The best piece that defines a name; else the best with a class that has it as a method."""
    best = _best([piece for piece in pieces if piece.defines(name)], rating)
    if best is not None:
        return best.text
    best = _best([piece for piece in pieces if piece.class_with(name)], rating)
    return None if best is None else f"{best.text.rstrip()}\n\n\n{name} = {best.class_with(name)}().{name}\n"


def _renamed(pieces: Sequence[Piece], name: str) -> str | None:
    """The last piece with a function whose name holds the wanted one, such as `area_optimized`."""
    if len(name) < _SHORTEST:
        return None
    for piece in reversed(pieces):
        names = [node.name for node in piece.functions if name.lower() in node.name.lower()]
        if names:
            return f"{piece.text.rstrip()}\n\n\n{name} = {names[-1]}\n"
    return None


def _best(pieces: Sequence[Piece], rating: Rating) -> Piece | None:
    """The piece for which most speaks, the last of equals."""
    return max(reversed(pieces), key=rating.of) if len(pieces) > 1 else next(iter(pieces), None)


def _body_first(found: Sequence[Section], problem: Problem) -> str | None:
    """The stub with the body that a reply begins with: a model that continues a text may go on to others."""
    if not found or found[0].fenced or not found[0].text.lstrip("\n").startswith((" ", "\t")):
        return None
    return completed(found[0].text, problem.stub, problem.entry_point or "")


def _completion(
    found: Sequence[Section], problem: Problem, complete: Callable[[str, str, str], str | None]
) -> str | None:
    texts = [section.text for section in reversed(found) if section.fenced and section.python]
    texts += [section.text for section in found if not section.fenced][:1]
    programs = (complete(text, problem.stub, problem.entry_point or "") for text in texts)
    return next((program for program in programs if program is not None), None)


def _tidied_if_it_stays(code: str, name: str) -> str:
    """Leave out what only tries the function, unless that would leave no program."""
    neat = tidied(code, name)
    tree = parse(neat)
    return neat if tree is not None and Piece(neat, tree).binds(name) else code
