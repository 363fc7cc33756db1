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


FEEDS = "import io\nsys.stdin = io.StringIO('5')\nprint(int(input()))\n"
SHAPES = {
    "language on a line in a fence": f"{F}\npython\n{READS}{F}",
    "button": f"{F}\nCopy code\n{READS}{F}",
    "object": '{"code": "' + READS.replace("\n", "\\n") + '"}',
    "brackets": f"[PYTHON]\n{READS}[/PYTHON]",
    "page": f"<pre><code>{READS}</code></pre>",
    "numbers": f"{F}python\n" + "".join(f"{n}: {x}\n" for n, x in enumerate(READS.splitlines(), 1)) + F,
    "odd spaces": f"{F}python\n{READS.replace(' ', chr(0xA0))}{F}",
    "fence of text": f"Input:\n{F}\n5\n{F}\n{F}text\n{READS}{F}",
    "prose in the fence": f"{F}python\n{READS}\nThis prints the square of n.\n{F}",
    "feeds itself after": f"{F}python\n{READS}{F}\n{F}python\n{FEEDS}{F}",
    "explained after": f"{F}python\n{READS}{F}\n{F}\nn = int(input())\n{F}\n{F}\nprint(n * n)\n{F}",
    "built up before": f"First:\n{F}python\nn = int(input())\n{F}\nAll:\n{F}python\n{READS}{F}",
    "offered after": f"{F}python\n{READS}{F}\nIf you want cubes:\n{F}python\nprint(int(input()) ** 3)\n{F}",
    "what is nowhere after": f"{F}python\n{READS}{F}\nIn short:\n{F}python\nprint(square(int(input())))\n{F}",
}


@pytest.mark.parametrize("reply", SHAPES.values(), ids=SHAPES.keys())
def test_a_stdin_program_is_found_in_this_shape(reply: str) -> None:
    assert code_of(reply).strip() == READS.strip()


def test_of_equal_programs_the_last_is_chosen() -> None:
    assert code_of(f"{F}python\n{READS}{F}\nFaster:\n{F}python\nprint(int(input()) ** 2)\n{F}").startswith(
        "print"
    )


MAIN = "def main():\n    n = int(input())\n    print(n * n)\n"


@pytest.mark.parametrize("call", ["main()\n", "if __name__ == '__main__':\n    main()\n"])
def test_a_program_that_only_defines_gets_its_call_from_another_block(call: str) -> None:
    assert code_of(f"{F}python\n{MAIN}{F}\nRun it:\n{F}python\n{call}{F}") == f"{MAIN}\n{call}"
    assert code_of(f"{F}python\n{MAIN}\n{call}{F}\nRun it:\n{F}python\n{call}{F}") == f"{MAIN}\n{call}"


def test_a_call_of_something_else_is_left_out() -> None:
    for other in ("test(main)\n", "other()\n", "main()\nx = 1\n"):
        assert code_of(f"{F}python\n{MAIN}{F}\nSo:\n{F}python\n{other}{F}") == MAIN


def test_a_broken_program_is_not_cut_down_to_what_can_be_parsed() -> None:
    code = "n = int(input())\nprint n\nfor i in range(n):\n    print(i)\n"
    assert code_of(f"{F}python\n{code}{F}") == code
