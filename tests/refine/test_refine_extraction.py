"""Programs are found in replies however they are wrapped."""

from __future__ import annotations

import pytest

from perftui.problems.model import Problem
from perftui.refine.extraction import Extracted, NoProgram, extract
from perftui.refine.extraction.source import parse

STUB = 'from typing import List\nimport math\n\n\ndef area(sides: List[int]) -> int:\n    """Multiply."""\n'
PLAIN = "def area(sides):\n    return math.prod(sides)\n"
F = "`" * 3


def function_problem(stub: str = STUB, entry_point: str = "area") -> Problem:
    return Problem(
        id="Own/1",
        title="area",
        kind="function",
        statement=stub,
        stub=stub,
        entry_point=entry_point,
        benchmark="own",
    )


STDIN = Problem(id="Own/2", title="square", kind="stdin", statement="Square n.", benchmark="own")


def code_of(reply: str, problem: Problem | None = None, finish: str = "stop") -> str:
    found = extract(reply, problem or function_problem(), finish)
    assert isinstance(found, Extracted), found
    return found.code


def result_of(reply: str, problem: Problem | None = None, argument: object = (2, 3, 4)) -> object:
    """Run the program that was found: the replies here are our own."""
    problem = problem or function_problem()
    namespace: dict[str, object] = {"__name__": "candidate"}
    exec(compile(code_of(reply, problem), "candidate", "exec"), namespace)
    function = namespace[problem.entry_point or ""]
    assert callable(function)
    return function(argument)


WRAPPED = {
    "bare": PLAIN,
    "fenced": f"{F}python\n{PLAIN}{F}",
    "no language": f"{F}\n{PLAIN}{F}",
    "capital language": f"{F}Python\n{PLAIN}{F}",
    "tildes": f"~~~python\n{PLAIN}~~~",
    "long fence": f"{F}{F}python\n{PLAIN}{F}{F}",
    "unclosed fence": f"Here it is:\n\n{F}python\n{PLAIN}",
    "fence closed on the last line of code": f"{F}python\n{PLAIN.rstrip()}{F}",
    "begins with a fence": f"{F}python\n{PLAIN}{F}\nThat is all.",
    "ends a fence that the prompt began": f"{PLAIN}{F}\n\nThis multiplies the sides.",
    "code on the line of the fence": f"{F}python def area(sides):\n    return math.prod(sides)\n{F}",
    "prose around": f"Sure! Here is the function:\n\n{F}python\n{PLAIN}{F}\n\nIt uses `math.prod`.",
    "prose without fences": f"Sure, this does it:\n\n{PLAIN}\nIt multiplies all sides.\nDone",
    "prose that looks like code": f"For three sides:\nimport only math.\n\n{PLAIN}\nif you like, ask again",
    "windows line ends": f"{F}python\n{PLAIN}{F}".replace("\n", "\r\n"),
    "byte order mark": f"\ufeff{PLAIN}",
    "in a list": f"1. So:\n\n   {F}py\n   def area(sides):\n       return math.prod(sides)\n   {F}\n2. Ok",
    "list item is the fence": f"- {F}python\n  def area(sides):\n      return math.prod(sides)\n  {F}",
    "indented fence, code at the margin": f"  {F}python\n{PLAIN}  {F}",
    "indented code in a fence": f"{F}python\n    def area(sides):\n        return math.prod(sides)\n{F}",
    "markdown's indented code": "It is:\n\n    def area(sides):\n        return math.prod(sides)\n\nDone.",
    "chat header": f"<|start_header_id|>assistant<|end_header_id|>\n\n{PLAIN}<|eot_id|>",
    "other chat header": f"<|im_start|>assistant\n{F}python\n{PLAIN}{F}<|im_end|>",
    "runs on into another turn": f"{F}python\n{PLAIN}{F}<|im_end|>\n<|im_start|>user\ndef area(s): return 0",
    "thinking": f"<think>\n{F}python\ndef area(sides): return 0\n{F}\n</think>\n{F}python\n{PLAIN}{F}",
    "thinking that only ends": f"maybe def area(sides): return 0\n</think>\n\n{PLAIN}",
    "doctest prompts": f"{F}\n>>> def area(sides):\n...     return math.prod(sides)\n>>> area([2])\n2\n{F}",
    "body": "    return math.prod(sides)\n",
    "body in a fence": f"{F}python\n    return math.prod(sides)\n{F}",
    "body at the margin": "result = 1\nfor side in sides:\n    result *= side\nreturn result\n",
    "body with its first line stripped": "result = math.prod(sides)\n    return result",
    "body, then another function": "    return math.prod(sides)\n\n\ndef other():\n    pass\n",
    "body, then prose": f"    return math.prod(sides)\n{F}\nThis multiplies the sides.",
    "body after a chat header": "<|im_start|>assistant\n\n    return math.prod(sides)",
    "usage follows": f"{F}python\n{PLAIN}{F}\nUse it:\n{F}python\nprint(area([1, 2]))\n{F}",
    "usage that imports it": f"{F}python\n{PLAIN}{F}\n{F}python\nfrom shapes import area\narea([1])\n{F}",
    "shell first": f"{F}bash\npip install numpy\n{F}\n{F}python\n{PLAIN}{F}",
    "later wins": f"{F}python\ndef area(sides): return 0\n{F}\nBetter:\n{F}python\n{PLAIN}{F}",
    "later is a placeholder": f"{F}python\n{PLAIN}{F}\nShape:\n{F}python\ndef area(sides):\n    pass\n{F}",
    "later is broken": f"{F}python\n{PLAIN}{F}\n{F}python\ndef area(sides)\n    return 0\n{F}",
    "first block never closed": f"{F}python\nimport math\n{F}python\n{PLAIN}{F}",
    "method": f"{F}python\nclass Solution:\n    def area(self, sides):\n        return math.prod(sides)\n{F}",
    "method among prose": "So:\n\nclass Shape:\n    def area(self, sides):\n        return math.prod(sides)",
    "lambda": f"{F}python\narea = lambda sides: math.prod(sides)\n{F}",
    "prose inside the fence": f"{F}python\n{PLAIN}\nThis multiplies all of the sides.\n{F}",
    "nested fence in a docstring": (
        f'{F}python\ndef area(sides):\n    """Try:\n\n    {F}\n    area([1])\n    {F}\n    """\n'
        f"    return math.prod(sides)\n{F}"
    ),
}


@pytest.mark.parametrize("reply", WRAPPED.values(), ids=WRAPPED.keys())
def test_the_program_is_found(reply: str) -> None:
    assert result_of(reply) == 24


RUNS_AT_IMPORT = {
    "asserts": "assert area([1]) == 99",
    "prints": "print(area([1]))",
    "bare call": "area([1])",
    "main guard": "if __name__ == '__main__':\n    raise SystemExit(area([1]))",
    "guarded the other way": "if '__main__' == __name__:\n    raise SystemExit",
    "loop of examples": "for sides in ([1], [2]):\n    assert area(sides) == 99",
    "assigned example": "result = area([1])\nprint(result)",
    "reads input": "n = int(input('sides? '))\nprint(area([n]))",
    "doctest": "import doctest\ndoctest.testmod()",
    "unittest": "import unittest\nunittest.main()",
    "test function": "def test_area():\n    assert area([1]) == 99\n\ntest_area()",
    "main": "def main():\n    print(area([1]) / 0)\n\nmain()",
    "stray word": "Explanation",
    "stray annotation": "Note: this",
    "comparison": "area([1]) == 99",
    "try": "try:\n    print(area([1]))\nexcept ValueError:\n    print('no')",
}


@pytest.mark.parametrize("extra", RUNS_AT_IMPORT.values(), ids=RUNS_AT_IMPORT.keys())
def test_what_would_run_when_it_is_loaded_is_left_out(extra: str, capsys: pytest.CaptureFixture[str]) -> None:
    reply = f"{F}python\n{PLAIN}\n\n# Example:\n{extra}\n{F}"
    assert result_of(reply) == 24
    assert capsys.readouterr().out == ""
    assert "unittest" not in code_of(reply)
    assert "doctest" not in code_of(reply)


KEPT = {
    "constant": ("FACTOR = 2\n\ndef area(sides):\n    return FACTOR\n", 2),
    "table filled by a call": (
        "TABLE = []\n\ndef _fill():\n    TABLE.append(7)\n\n_fill()\ndef area(sides):\n    return TABLE[0]\n",
        7,
    ),
    "decorator": (
        "from functools import lru_cache\n\n@lru_cache(maxsize=None)\ndef area(sides):\n    return 5\n",
        5,
    ),
    "decorated by assignment": (
        "from functools import lru_cache\n\ndef area(sides):\n    return 6\n\narea = lru_cache(None)(area)\n",
        6,
    ),
    "helper and class": (
        "class Box:\n    side = 3\ndef aid():\n    return Box.side\ndef area(sides):\n    return aid()\n",
        3,
    ),
    "helper after": ("def area(sides):\n    return later()\n\ndef later():\n    return 8\n", 8),
    "future": ("from __future__ import annotations\n\ndef area(sides: Unknown) -> int:\n    return 1\n", 1),
    "optional import": (
        "try:\n    import unheard_of\nexcept ImportError:\n    pass\ndef area(sides):\n    return 9\n",
        9,
    ),
    "recursion limit": ("import sys\nsys.setrecursionlimit(5000)\n\ndef area(sides):\n    return 4\n", 4),
    "what a kept function reads": (
        "def area(sides):\n    return 2\n\nSEEN = area([])\n\ndef g():\n    return SEEN\n",
        2,
    ),
    "two statements on a line": ("A = 1; B = 2\n\ndef area(sides):\n    return A + B\n", 3),
}


@pytest.mark.parametrize(("source", "value"), KEPT.values(), ids=KEPT.keys())
def test_what_the_program_needs_is_kept(source: str, value: object) -> None:
    assert result_of(f"Here:\n{F}python\n{source}{F}") == value
    kept = code_of(f"{F}python\n{source}{F}")
    assert all(line in kept for line in source.splitlines() if line.strip())


def test_blocks_are_joined_where_the_program_needs_them() -> None:
    reply = (
        f"First:\n{F}\nimport operator\nUNIT = 1\n\ndef mul(a, b):\n    return operator.mul(a, b)\n{F}\n"
        f"An old version:\n{F}python\ndef area(sides):\n    return 0\n{F}\n"
        f"{F}\nfrom functools import reduce\n\ndef area(sides):\n    return reduce(mul, sides, UNIT)\n{F}\n"
        f"Unused:\n{F}python\ndef unused():\n    return 1\n{F}"
    )
    assert result_of(reply) == 24
    assert "unused" not in code_of(reply)
    assert "return 0" not in code_of(reply)


def test_joined_blocks_keep_their_order_and_the_last_definition_is_heard() -> None:
    reply = (
        f"{F}\nclass A:\n    unit = 0\n{F}\nBetter:\n{F}\nclass A:\n    unit = 3\n{F}\n"
        f"{F}\nclass B(A):\n    pass\n{F}\n{F}\ndef area(sides):\n    return B.unit\n{F}"
    )
    assert result_of(reply) == 3


def test_what_the_stub_defines_and_the_reply_lacks_is_put_in_front() -> None:
    stub = (
        "from __future__ import annotations\nfrom typing import List\nimport math\n\nSCALE = 10\n\n\n"
        "def helper(x: int) -> int:\n    return x * SCALE\n\n\ndef area(sides: List[int]) -> int:\n"
        '    """Scaled."""\n'
    )
    problem = function_problem(stub)
    assert result_of("def area(sides: List[int]):\n    return helper(math.prod(sides))\n", problem) == 240
    own = code_of("def helper(x):\n    return x\n\ndef area(sides):\n    return helper(1)\n", problem)
    assert own.count("def helper") == 1
    assert own.count("def area") == 1
    assert own.startswith("from __future__ import annotations\n")
    whole = code_of(stub + "    return helper(1)\n", problem)
    assert whole.count("import math") == 1
    assert whole.count("__future__") == 1


def test_a_future_import_of_the_reply_stays_first() -> None:
    code = code_of('"""About."""\nfrom __future__ import annotations\n\ndef area(sides):\n    return 1\n')
    head = code.splitlines()
    assert "import math" in head
    assert head.index("from __future__ import annotations") < head.index("import math")
    assert parse(code) is not None
    compile(code, "candidate", "exec")


def test_a_signature_that_is_no_program_is_a_stub_too() -> None:
    problem = function_problem("import math\ndef area(sides):")
    assert result_of("    return math.prod(sides)", problem) == 24
    assert result_of("def area(sides):\n    return math.prod(sides)", problem) == 24


def test_a_problem_without_stub() -> None:
    assert result_of(f"{F}python\nimport math\n{PLAIN}{F}", function_problem("")) == 24


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ("", "empty"),
        (" \n\t\n", "empty"),
        ("I am sorry, I cannot help with that.", "no code"),
        ("Sorry", "no code"),
        ("The area is the product of all sides. For example, 2 and 3 give 6.", "no code"),
        ("<think>def area(sides): return 1</think>", "only thinking"),
        ("<think>\ndef area(sides):\n    return 1\n", "only thinking"),
        (f"{F}java\nclass Area {{ }}\n{F}", "only java"),
        (f"Output:\n{F}\n[1, 2, 3]\n{F}", "no code"),
        (f"{F}python\n{F}", "no code"),
    ],
)
def test_no_program(reply: str, reason: str) -> None:
    found = extract(reply, function_problem())
    assert isinstance(found, NoProgram)
    assert reason in found.reason


@pytest.mark.parametrize(
    "reply",
    [
        f"{F}python\ndef area(sides)\n    return 1\n{F}",
        "def area(sides):\nreturn 1\n",
        "    return (math.prod(sides)\n",
        f"{F}python\ndef other(sides):\n    return 1\n{F}",
        "def other(sides):\n    return 1\n",
    ],
    ids=["fenced", "bare", "body", "other name", "other name bare"],
)
def test_code_that_cannot_work_is_a_program_all_the_same(reply: str) -> None:
    code = code_of(reply)
    tree = parse(code)
    assert "return" in code
    assert tree is None or "def area" not in code


def test_a_reply_that_was_cut_off() -> None:
    cut = extract(f"{F}python\ndef area(sides):\n    return math.prod([", function_problem(), "length")
    assert isinstance(cut, NoProgram)
    assert "cut off" in cut.reason
    before = extract("Let me think about this", function_problem(), "length")
    assert isinstance(before, NoProgram)
    assert "cut off" in before.reason
    after = extract(
        f"{F}python\n{PLAIN}\n\ndef test_area():\n    assert area([1", function_problem(), "length"
    )
    assert isinstance(after, Extracted)
    assert "cut off" in after.note
    assert "test_area" not in after.code
    assert result_of(f"{F}python\n{PLAIN}\n\nassert area([1") == 24
    complete = extract(PLAIN, function_problem())
    assert isinstance(complete, Extracted)
    assert complete.note == ""
