"""Asking a model for a generator of timing inputs: the prompt, and the program in the reply. Pure."""

from __future__ import annotations

import msgspec

from perftui.llm.model import Message
from perftui.problems.model import Problem
from perftui.refine.extraction import NoProgram, extract
from perftui.refine.feedback import shown_test
from perftui.refine.templates import render

ENTRY_POINT = "generate"

_TESTS_SHOWN = 4


def generator_messages(problem: Problem) -> tuple[Message, ...]:
    """What a model is asked for a generator of a problem's inputs."""
    tests = (shown_test(problem, test.name) for test in problem.tests[:_TESTS_SHOWN])
    prompt = render(
        "generator",
        stdin=problem.kind == "stdin",
        statement=problem.statement,
        entry_point=problem.entry_point,
        rows=[test.input for test in tests if test is not None],
    )
    return (Message(role="user", content=prompt.text),)


def generator_in(reply: str, problem: Problem, finish: str) -> str | None:
    """The generator that a reply holds, None where it holds none; the reply may be hostile."""
    wanted = msgspec.structs.replace(problem, kind="function", entry_point=ENTRY_POINT, stub="")
    found = extract(reply, wanted, finish)
    return None if isinstance(found, NoProgram) else found.code
