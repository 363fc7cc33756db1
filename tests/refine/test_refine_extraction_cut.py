"""A reply that was cut off is seen as such, whether the server says so or not."""

from __future__ import annotations

import pytest

from perftui.problems.model import Problem
from perftui.refine.extraction import Extracted, NoProgram, extract

F = "`" * 3
STUB = "def area(sides):\n"
GOOD = "def area(sides):\n    return sum(sides)\n"
FUNCTION = Problem(
    id="Own/1",
    title="area",
    kind="function",
    statement=STUB,
    stub=STUB,
    entry_point="area",
    benchmark="own",
)
STDIN = Problem(id="Own/2", title="square", kind="stdin", statement="Square n.", benchmark="own")
READS = "n = int(input())\nprint(n * n)\n"

OPEN = {
    "bracket": "def area(sides):\n    return sum([",
    "operator": "def area(sides):\n    return 1 +",
    "string": 'def area(sides):\n    """Add all',
    "header": "def area(sides):\n    for side in sides:",
    "call": "def area(sides):\n    total = 0\n    for side in sides:\n        total = max(total, side",
    "helper first": "import math\n\ndef aid(x):\n    return x\n\ndef area(sides):\n    return aid(",
}


@pytest.mark.parametrize("code", OPEN.values(), ids=OPEN.keys())
def test_a_function_that_has_no_end_is_no_program(code: str) -> None:
    for reply in (f"Here:\n{F}python\n{code}", code):
        assert extract(reply, FUNCTION) == NoProgram("the reply ends in the middle of its code")
        told = extract(reply, FUNCTION, "length")
        assert told == NoProgram("the reply was cut off at its length limit before the program was complete")


@pytest.mark.parametrize(
    "code",
    [
        "n = int(input())\nfor i in range(n):\n    print(i,",
        "n = int(input())\nprint(n * (",
        "def main():\n    n = int(",
    ],
)
def test_a_stdin_program_that_has_no_end_is_no_program(code: str) -> None:
    assert isinstance(extract(f"{F}python\n{code}", STDIN), NoProgram)
    assert isinstance(extract(code, STDIN, "length"), NoProgram)


TAILS = {
    "cut where it can be read": f"{F}python\n{GOOD}{F}\nOr:\n{F}python\ndef area(sides):\n    return su",
    "second block": f"{F}python\n{GOOD}{F}\nFaster:\n{F}python\ndef area(sides):\n    return fast(",
    "tests in the block": f"{F}python\n{GOOD}\n\ndef test_area():\n    assert area([1",
    "another language": f"{F}python\n{GOOD}{F}\n{F}bash\nfor x in (",
    "goes on without fence": f"{GOOD}\n\ndef test_area():\n    assert area([1",
}


@pytest.mark.parametrize("reply", TAILS.values(), ids=TAILS.keys())
def test_a_program_before_the_cut_is_a_program_with_a_note(reply: str) -> None:
    assert extract(reply, FUNCTION) == Extracted(GOOD, "the reply ends in the middle of its code")
    assert extract(reply, FUNCTION, "length") == Extracted(GOOD, "the reply was cut off at its length limit")


def test_a_stdin_program_before_the_cut_is_a_program_with_a_note() -> None:
    reply = f"{F}python\n{READS}{F}\nFaster:\n{F}python\nn = int(input())\nprint(pow(n,"
    assert extract(reply, STDIN) == Extracted(READS, "the reply ends in the middle of its code")
    prose = f"{READS}\n\nThis reads n and pri"
    assert extract(prose, STDIN, "length") == Extracted(READS, "the reply was cut off at its length limit")


WHOLE = {
    "closed": f"{F}python\n{GOOD}{F}",
    "prose cut": f"{F}python\n{GOOD}{F}\nThis adds all of the",
    "fence not closed": f"{F}python\n{GOOD}",
    "prose in a fence that is not closed": f"{F}python\n{GOOD}\nIt adds all of the sides.",
    "prose that looks like code": f"{GOOD}\n\nif you like, ask again",
    "prose with a bracket": f"{GOOD}\n\nFor example (see above",
    "bare": GOOD,
}


@pytest.mark.parametrize("reply", WHOLE.values(), ids=WHOLE.keys())
def test_a_reply_that_is_whole_has_no_note(reply: str) -> None:
    assert extract(reply, FUNCTION) == Extracted(GOOD)


def test_a_block_without_end_has_a_note_where_another_has_one() -> None:
    reply = f"Sides:\n{F}\n[1, 2]\n{F}\n{F}python\n{GOOD}"
    assert extract(reply, FUNCTION) == Extracted(GOOD, "the reply ends in the middle of its code")
    assert extract(f"Input:\n{F}\n5\n{F}\n{F}python\n{READS}", STDIN) == Extracted(
        READS, "the reply ends in the middle of its code"
    )


def test_an_error_that_is_not_at_the_end_is_no_cut() -> None:
    for code in ("def area(sides)\n    return 1\n", "def area(sides):\n    return 1 1\n    x = 2\n"):
        found = extract(f"{F}python\n{code}", FUNCTION)
        assert found == Extracted(code)


def test_what_is_left_without_the_function_is_no_program() -> None:
    reply = f"{F}python\ndef aid(x):\n    return x\n{F}\nThen we"
    assert isinstance(extract(reply, FUNCTION, "length"), NoProgram)
    assert isinstance(extract(reply, FUNCTION), Extracted)


def test_cut_off_before_any_code() -> None:
    assert extract("First, we", STDIN, "length") == NoProgram(
        "the reply was cut off at its length limit before any code"
    )


def test_the_end_that_is_open_is_found_behind_other_lines() -> None:
    for before in ("So:\n", "if you like, ask again\n\n", "A\n\nB\n", "import math\nSIDE = 1\n\n"):
        reply = f"{before}def area(sides):\n    return sum([\n"
        assert extract(reply, FUNCTION) == NoProgram("the reply ends in the middle of its code")


def test_what_the_server_says_is_believed_of_a_last_line() -> None:
    code = "n = int(input())\nx = 1 +"
    assert isinstance(extract(code, STDIN, "length"), NoProgram)
    assert extract(code, STDIN) == Extracted("n = int(input())\n")


def test_a_last_line_with_a_tab_is_open_too() -> None:
    assert isinstance(extract("def area(sides):\n\treturn 1 +", FUNCTION), NoProgram)
