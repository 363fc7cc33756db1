"""From a model's reply to a program."""

from __future__ import annotations

from dataclasses import dataclass

from perftui.problems.completing import completed
from perftui.problems.model import Problem
from perftui.refine.extraction.choice import choose_function, choose_stdin
from perftui.refine.extraction.reply import cleaned
from perftui.refine.extraction.sections import Section, sections
from perftui.refine.extraction.source import parse

CUT_OFF = "length"
"""Why a reply ended that reached the bound on its tokens."""
LONGEST = 200_000
"""Characters of a reply that is read at all: no program worth judging is longer, and reading takes time."""


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

    What is left of a reply that was cut off is a program only where it can be parsed.

    Args:
        reply: what the model wrote.
        problem: what it was asked to solve.
        finish: why the reply ended, as the server says.
    """
    if len(reply) > LONGEST:
        return NoProgram(f"the reply is too long to read ({len(reply):,} characters)")
    text = cleaned(reply)
    found = sections(text)
    cut = finish == CUT_OFF
    code = choose_stdin(found) if problem.kind == "stdin" else choose_function(found, problem)
    if code is None:
        return NoProgram(_why_none(reply, text, found, cut=cut))
    code = completed(code, problem)
    if not cut:
        return Extracted(_ended(code))
    if parse(code) is None:
        return NoProgram("the reply was cut off at its length limit before the program was complete")
    return Extracted(_ended(code), "the reply was cut off at its length limit")


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
