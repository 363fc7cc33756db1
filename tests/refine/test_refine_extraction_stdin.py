"""Programs that read standard input are found, and kept as they are."""

from __future__ import annotations

import pytest

from perftui.problems.model import Problem
from perftui.refine.extraction import Extracted, NoProgram, extract

STDIN = Problem(id="Own/2", title="square", kind="stdin", statement="Square n.", benchmark="own")
F = "`" * 3


def code_of(reply: str) -> str:
    found = extract(reply, STDIN)
    assert isinstance(found, Extracted), found
    return found.code


READS = "import sys\nn = int(sys.stdin.readline())\nprint(n * n)\n\nif __name__ == '__main__':\n    pass\n"


@pytest.mark.parametrize(
    "reply",
    [
        f"{F}python\n{READS}{F}",
        f"Here:\n{F}\n{READS}{F}\nInput:\n{F}\n5\n{F}\nOutput:\n{F}text\n25\n{F}",
        f"Usage:\n{F}python\n{READS}{F}\nThe idea:\n{F}python\nprint('n squared')\n{F}",
        READS,
        f"This reads n and prints its square.\n\n{READS}",
        f"{READS.rstrip()}\n{F}\nThis reads n with input(),\nfor n is on the first line.",
        f"{F}text\n{READS}{F}\n{F}python\n{READS}{F}",
    ],
    ids=[
        "fenced",
        "samples",
        "sketch follows",
        "bare",
        "after prose",
        "fence of the prompt",
        "other language",
    ],
)
def test_a_stdin_program_is_kept_as_it_is(reply: str) -> None:
    assert code_of(reply) == READS


def test_a_stdin_program_gets_its_helpers() -> None:
    reply = f"{F}\ndef square(n):\n    return n * n\n{F}\nThen:\n{F}\nprint(square(int(input())))\n{F}"
    assert code_of(reply) == "def square(n):\n    return n * n\n\nprint(square(int(input())))\n"


def test_a_broken_stdin_program_is_a_program() -> None:
    assert "input()" in code_of(f"{F}python\nn = int(input()\nprint(n)\n{F}")
    assert "raw_input" in code_of("n = int(raw_input())\nprint n * n\n")


def test_prose_is_no_stdin_program() -> None:
    assert isinstance(extract("Read n with input() and print its square.", STDIN), NoProgram)
    assert isinstance(extract(f"{F}\n5\n{F}", STDIN), NoProgram)
