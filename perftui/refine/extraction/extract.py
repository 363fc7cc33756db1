"""From a model's reply to a program."""

from __future__ import annotations

from dataclasses import dataclass

from perftui.problems.completing import completed
from perftui.problems.model import Problem
from perftui.refine.extraction.choice import choose_function
from perftui.refine.extraction.choice_stdin import choose_stdin
from perftui.refine.extraction.cut import ends_in_code
from perftui.refine.extraction.reply import cleaned
from perftui.refine.extraction.sections import Section, sections
from perftui.refine.extraction.source import bound, parse
from perftui.refine.extraction.wrappers import unwrapped

CUT_OFF = "length"
"""Why a reply ended that reached the bound on its tokens."""
LONGEST_REPLY = 2_000_000
"""Characters of a reply that is looked at: some think for long."""
LONGEST = 60_000
"""Characters that are read for a program: none worth judging is longer, and reading takes time."""


@dataclass(frozen=True)
class Extracted:
    """A program that was found in a reply.

    Attributes:
        code: whole, as it will be judged. It may have a syntax error: text that is clearly meant
            as code is a program, and its verdict says what is wrong with it.
        note: what a person should know of it, such as that the reply was cut off; most often empty.
    """

    code: str
    note: str = ""


@dataclass(frozen=True)
class NoProgram:
    """There is no program in a reply.

    Attributes:
        reason: one line.
    """

    reason: str


def extract(reply: str, problem: Problem, finish: str = "stop") -> Extracted | NoProgram:
    """Find the program in a reply, however it is wrapped. It never raises; the reply may be hostile.

    What is left of a reply that was cut off is a program only where it can be parsed, and where it
    defines what is asked for. A reply is cut off where the server says so, or ends in the middle of its code.

    Args:
        reply: what the model wrote.
        problem: what it was asked to solve.
        finish: why the reply ended, as the server says.
    """
    text = cleaned(reply) if len(reply) <= LONGEST_REPLY else reply
    if len(text) > LONGEST:
        return NoProgram(f"the reply is too long to read ({len(text):,} characters)")
    text = unwrapped(text)
    found = [Section(text)] if parse(text) is not None else sections(text)
    told = finish == CUT_OFF
    open_ended = ends_in_code(found, told=told)
    how = "the reply was cut off at its length limit" if told else "the reply ends in the middle of its code"
    incomplete = NoProgram(f"{how} before the program was complete" if told else how)
    if problem.kind == "stdin":
        code = choose_stdin(found[:-1] if open_ended else found)
    else:
        code = choose_function(found, problem)
    if code is None:
        if open_ended:
            return incomplete
        return NoProgram(_why_none(reply, text, found, cut=told))
    code = completed(code, problem)
    if not told and not open_ended:
        return Extracted(_ended(code), how if _lacks_its_last_fence(found) else "")
    if not _is_there(code, problem):
        return incomplete
    return Extracted(_ended(code), how)


def _lacks_its_last_fence(found: list[Section]) -> bool:
    """Whether the last block is not closed though another is, so that no stop sequence took its fence."""
    return not found[-1].closed and any(section.fenced and section.closed for section in found[:-1])


def _is_there(code: str, problem: Problem) -> bool:
    """Whether a text is a program that defines what is asked for."""
    tree = parse(code)
    return tree is not None and (problem.kind == "stdin" or (problem.entry_point or "") in bound(tree.body))


def _why_none(reply: str, text: str, found: list[Section], *, cut: bool) -> str:
    if cut:
        return "the reply was cut off at its length limit before any code"
    if not reply.strip():
        return "the reply is empty"
    if not text.strip():
        return "the reply has no code, only thinking"
    other = next((section.language for section in found if section.fenced and not section.python), None)
    if other is not None:
        return f"the reply has no Python code, only {other[:20]}"
    return "the reply has no code"


def _ended(code: str) -> str:
    """A program without blank lines around it, with one line feed at its end."""
    return code.strip("\n").rstrip() + "\n"
