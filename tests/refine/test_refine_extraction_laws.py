"""Whatever a reply holds, reading it ends, soon, and says something."""

from __future__ import annotations

import html
import json
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perftui.problems.model import Problem
from perftui.refine.extraction import Extracted, NoProgram, extract

STDIN = Problem(id="Own/2", title="square", kind="stdin", statement="Square n.", benchmark="own")
F = "`" * 3
STUB = "import math\n\n\ndef area(sides):\n"


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


def program_of(names: list[str]) -> str:
    """A program of imports, helpers that call each other, and the function."""
    helpers = [f"def {name}(x):\n    return {other}(x) + 1\n" for name, other in pairwise(names)]
    last = f"def {names[-1]}(x):\n    return x\n"
    return "\n\n".join([*helpers, last, f"def area(s):\n    return {names[0]}(s)\n"])


programs = st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=6, unique=True).map(program_of)


def numbered(program: str) -> str:
    return "".join(f"{number:3} | {line}\n" for number, line in enumerate(program.split("\n"), 7))


WRAPPERS: list[Callable[[str], str]] = [
    lambda program: json.dumps({"thoughts": "a\nclass of its own", "code": program}),
    lambda program: f"{F}json\n{json.dumps([{'answer': program}])}\n{F}",
    json.dumps,
    lambda program: f"[PYTHON]\n{program}[/PYTHON]\n[TESTS]\nassert area(1) == 2\n[/TESTS]",
    lambda program: f"<pre><code>{html.escape(program)}</code></pre>",
    lambda program: f"Here:\n{F}\n{numbered(program)}{F}",
    lambda program: f"{F}diff\n-old\n" + "".join(f"+{line}\n" for line in program.split("\n")) + F,
    lambda program: "> " + f"{F}py\n{program}{F}".replace("\n", "\n> "),
    lambda program: f"{F}python\n{program.replace(' ', chr(0xA0))}\n{F}",
    lambda program: f"python\n{program}",
    lambda program: f"{F}python\n{program}{F}\nAlternatively:\n{F}python\ndef area(s):\n    return 0\n{F}",
    lambda program: f"{F}python\n{program}{F}\nFaster:\n{F}python\ndef area(s):\n    return fa",
    lambda program: f"{F}python\ndef area(s):\n    return 0\n{F}\nFaster:\n{F}python\n{program}{F}",
]
wrappings = st.sampled_from(
    [
        "{}",
        f"{F}python\n{{}}\n{F}",
        f"Here it is:\n{F}\n{{}}{F}\nThat is all.",
        "~~~py\n{}~~~",
        f"<think>no</think>\n\n{F}python\n{{}}",
        "Sure.\n\n{}\n\nThat was it, I hope.",
        "<|im_start|>assistant\n{}<|im_end|>",
    ]
)


@given(program=programs, wrapping=wrappings)
@settings(max_examples=150, deadline=None)
def test_a_wrapped_program_is_the_program(program: str, wrapping: str) -> None:
    found = extract(wrapping.format(program), function_problem(""))
    assert isinstance(found, Extracted)
    assert found.code == program


@given(program=programs, wrapper=st.sampled_from(WRAPPERS))
@settings(max_examples=150, deadline=None)
def test_a_program_in_a_stranger_shape_is_the_program(program: str, wrapper: Callable[[str], str]) -> None:
    found = extract(wrapper(program), function_problem(""))
    assert isinstance(found, Extracted)
    assert found.code == program


@given(program=programs, data=st.data())
@settings(max_examples=100, deadline=None)
def test_a_reply_that_is_cut_anywhere_is_never_taken_for_whole(program: str, data: st.DataObject) -> None:
    reply = f"Here:\n{F}python\n{program}"
    cut = reply[: data.draw(st.integers(0, len(reply) - 1))]
    found = extract(cut, function_problem(""), "length")
    if isinstance(found, Extracted):
        assert "cut off" in found.note
        assert "def area" in found.code
        assert program.startswith(found.code.rstrip())
    else:
        assert "cut off" in found.reason


@given(program=programs)
@settings(max_examples=50, deadline=None)
def test_what_was_found_is_found_again_unchanged(program: str) -> None:
    once = extract(f"{F}\n{program}\nprint(area(1))\n{F}", function_problem())
    assert isinstance(once, Extracted)
    again = extract(once.code, function_problem())
    assert again == once


fragments = st.lists(
    st.sampled_from(
        [
            F,
            f"{F}python",
            "~~~",
            "- " + F,
            "def area(sides):",
            "    return 1",
            "\treturn 2",
            "class Solution:",
            "    def area(self, sides):",
            "        return 3",
            "import math",
            "from __future__ import annotations",
            "from os import *",
            "Here is the code:",
            "print(area([1]))",
            ">>> area([1])",
            "<think>",
            "</think>",
            '"""',
            "x = (",
            ")",
            "@cache",
            "match x:",
            "    case [*rest]: pass",
            "lambda: (yield)",
            "\x00",
            "\\",
            "",
            '{"code": "def area(sides):\\n    return 1"}',
            "[PYTHON]",
            "[/PYTHON]",
            "<code>",
            "</code>",
            "'''python",
            "'''",
            "1: x = 1",
            "2: y = 2",
            "> def area(sides): pass",
            "+    return 1",
            "-    return 2",
            "In [1]: x",
            "Alternatively, you can use:",
            f"{F}diff",
            "    ...",
            "sys.stdin = io.StringIO()",
            "main()",
            "<|channel|>final<|message|>",
            "[DONE]",
            "\u00a0x",
        ]
    )
    | st.text(max_size=20),
    max_size=14,
).map("\n".join)
problems = st.sampled_from(
    [
        STDIN,
        function_problem(),
        function_problem(""),
        function_problem("def area("),
        function_problem(STUB, "len"),
    ]
)


@given(reply=fragments, problem=problems, finish=st.sampled_from(["stop", "length", ""]))
@settings(max_examples=200, deadline=None)
def test_it_never_raises_and_always_says(reply: str, problem: Problem, finish: str) -> None:
    found = extract(reply, problem, finish)
    assert found == extract(reply, problem, finish)
    if isinstance(found, NoProgram):
        assert found.reason
    else:
        assert found.code.strip()
        assert found.code.endswith("\n")


@given(reply=st.text(max_size=300), problem=problems)
@settings(max_examples=200, deadline=None)
def test_arbitrary_text_never_raises(reply: str, problem: Problem) -> None:
    assert isinstance(extract(reply, problem), Extracted | NoProgram)


@pytest.mark.parametrize(
    "reply",
    [
        "(" * 50_000,
        "def area(sides):\n    return " + "-" * 50_000 + "1",
        "def area(sides):\n    return " + "+".join(["1"] * 9_000),
        "if x\n" * 5_000,
        "def area(sides):\n" * 5_000,
        f"{F}python\n" * 5_000,
        "<think>" * 19_000,
        "<think>a</thought>" * 5_000,
        "x" * 1_000_000,
        "def area(sides):\n    return " + "9" * 100_000,
        " " * 190_000,
        "<|start_header_id|>" * 10_000,
        "\n" * 190_000,
        "\n \n\t" * 45_000,
        "</s>" * 40_000,
        "</think>" * 20_000,
        "def area" * 20_000,
        "\n".join(f"if {i}" for i in range(5_000)),
        "    x\n" * 1_000,
        ">>> x\n" * 1_000,
        "x = 1\n" * 1_000,
        F + "\n" + "x = f(x)\n" * 1_000 + F,
        "def area(sides):\n    return 1\n" * 1_500,
        "python" + " " * 55_000,
        f"{F}\npython" + " " * 55_000 + f"\n{F}",
        '{"a":' * 11_000,
        '"' + "\\" * 55_000,
        "[PYTHON]" * 7_000,
        "'''python\n" * 5_000,
        "> def a\n" * 6_000,
        "\n".join(f"{number} def" for number in range(6_000)),
        "@a\n" * 18_000,
        "f(x)\n" * 10_000,
        "x = 1\n" * 9_000 + "y = (",
        "+x\n-y\n" * 9_000,
        "In [1]: x\n" * 5_000,
        "&lt;" * 14_000,
        "<|channel|>final" * 3_000,
        "if : " * 11_000,
    ],
    ids=lambda reply: reply[:24],
)
def test_hostile_replies_are_read_in_bounded_time(reply: str) -> None:
    assert isinstance(extract(reply, function_problem()), Extracted | NoProgram)
    assert isinstance(extract(reply, STDIN), Extracted | NoProgram)


def test_a_reply_without_end_is_not_read() -> None:
    found = extract("x = 1\n" * 100_000, STDIN)
    assert found == NoProgram("the reply is too long to read (600,000 characters)")
    assert extract("</think>" * 300_000, STDIN) == NoProgram(
        "the reply is too long to read (2,400,000 characters)"
    )


def test_thinking_may_be_long() -> None:
    thought = "n = int(input())\n" * 10_000
    found = extract(f"<think>{thought}</think>print(input())\n", STDIN)
    assert found == Extracted("print(input())\n")
