"""What decides between two readings of a reply, one difference at a time."""

from __future__ import annotations

import json

import pytest

from perftui.problems.model import Problem, TestCase
from perftui.refine.extraction import Extracted, NoProgram, extract
from perftui.values import encode

F = "`" * 3
STUB = "import math\n\n\ndef area(sides):\n"
GOOD = "def area(sides):\n    return 24\n"
BAD = "def area(sides):\n    return 0\n"
STDIN = Problem(id="Own/2", title="square", kind="stdin", statement="Square n.", benchmark="own")
READS = "n = int(input())\nprint(n * n)\n"


def function_problem(stub: str = "", entry_point: str = "area") -> Problem:
    test = TestCase(name="t1", input=encode(([2, 3],)), expected="6")
    return Problem(
        id="Own/1",
        title="area",
        kind="function",
        statement=stub,
        stub=stub,
        entry_point=entry_point,
        tests=(test,),
        benchmark="own",
    )


def code_of(reply: str, problem: Problem | None = None) -> str:
    found = extract(reply, problem or function_problem())
    assert isinstance(found, Extracted), found
    return found.code


def fenced(*blocks: str, between: str = "\nThen:\n") -> str:
    return between.join(f"{F}python\n{block}{F}" for block in blocks)


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ("", "the reply is empty"),
        ("<think>def area(sides): return 1</think>", "the reply has no code, only thinking"),
        ("Sorry, no.", "the reply has no code"),
        (f"{F}java\nclass A {{ }}\n{F}", "the reply has no Python code, only java"),
        (f"{F}{'j' * 30}\nclass A {{ }}\n{F}", f"the reply has no Python code, only {'j' * 20}"),
    ],
)
def test_the_reason_says_what_the_reply_has(reply: str, reason: str) -> None:
    assert extract(reply, function_problem()) == NoProgram(reason)


def test_a_fence_with_a_language_inside_a_string_opens_nothing() -> None:
    code = f'def area(sides):\n    """Try:\n\n    {F}python\n    area([1])\n    {F}\n    """\n    return 24\n'
    assert code_of(f"Here:\n{F}python\n{code}{F}\nDone.") == code


@pytest.mark.parametrize("depth", [0, 3, 6, 7])
@pytest.mark.parametrize("shape", ["object", "list"])
def test_code_is_looked_for_in_json_to_a_depth(shape: str, depth: int) -> None:
    value: object = GOOD
    for _ in range(depth):
        value = {"x": value} if shape == "object" else [value]
    found = extract(json.dumps(value if depth else GOOD), function_problem())
    assert isinstance(found, Extracted) is (depth <= 6)


def test_a_list_in_json_stands_under_its_key() -> None:
    assert code_of(json.dumps({"notes": [f"{BAD}# the old one\n"], "code": [GOOD]})) == GOOD


@pytest.mark.parametrize(
    ("opening", "closing"),
    [("[PYTHON]", "[/PYTHON]"), ("<code>", "</code>"), ("\\begin{lstlisting}", "\\end{lstlisting}")],
)
def test_a_mark_that_ends_code_begins_none(opening: str, closing: str) -> None:
    assert code_of(f"{opening}\n{GOOD}{closing}\nNot so:\n{BAD}") == GOOD


def test_of_broken_blocks_the_one_that_tries_to_define_is_chosen() -> None:
    broken = "import math\ndef area(sides)\n    return 1\n"
    assert code_of(fenced(broken, "x = (\n")) == broken


def test_a_broken_body_is_put_after_the_stub_as_it_is() -> None:
    problem = function_problem(f"\n{STUB}")
    for body in ("    return (math.prod(sides)\n", "\treturn (1\n", "\n    # all\n    return (1\n"):
        assert code_of(body, problem) == f"{STUB}{body.strip(chr(10))}\n"
    assert not isinstance(extract("    so it is (I think", problem), Extracted)


@pytest.mark.parametrize("guard", ["__name__ == '__main__'", "'__main__' == __name__"])
def test_what_only_the_command_runs_is_left_out(guard: str) -> None:
    assert code_of(f"{GOOD}\nif {guard}:\n    pass\n") == GOOD


def test_another_condition_is_kept() -> None:
    for condition in ("1 < 2", "__debug__"):
        code = f"{GOOD}\nif {condition}:\n    SIDES = 1\n"
        assert code_of(code) == code


def test_a_decorated_method_takes_itself() -> None:
    method = (
        "import functools\nclass Shape:\n    @functools.cache\n    @staticmethod\n"
        "    def area(sides):\n        return 24\n"
    )
    assert "24" in code_of(fenced("class Shape:\n    def area(self):\n        return 0\n", method))
    assert "24" in code_of(
        fenced(method, "class Shape:\n    @property\n    def area(self):\n        return 0\n")
    )


def test_prose_beside_a_stdin_program_is_no_program() -> None:
    assert code_of(f"{F}python\n{READS}{F}\nprint(input())", STDIN) == READS


def test_a_program_that_reads_nothing_is_one_all_the_same() -> None:
    assert code_of(fenced("print('Hello')\n"), STDIN) == "print('Hello')\n"


def test_what_a_star_import_may_bring_is_there() -> None:
    starred = "from math import *\nprint(floor(float(input())))\n"
    assert code_of(fenced(READS, starred), STDIN) == starred
    assert code_of(fenced(READS, starred.replace("*", "ceil")), STDIN) == READS


def test_what_another_block_defines_is_there() -> None:
    helper = "def square(n):\n    return n * n\n"
    call = "print(square(int(input())))\n"
    assert code_of(fenced("print(int(input()) ** 2)\n", helper, call), STDIN) == f"{helper}\n{call}"


def test_of_programs_among_prose_the_longest_is_chosen() -> None:
    assert code_of(f"Either:\n\n{READS}\n\nor so:\n\nprint(input())\n", STDIN) == READS


def test_prose_after_a_program_with_odd_spaces_is_left_out() -> None:
    odd = READS.replace(" ", "\u00a0")
    assert code_of(f"{F}python\n{odd}\nThis prints the square.\n{F}", STDIN) == READS


def test_only_a_call_of_what_is_defined_is_put_after_it() -> None:
    main = "def main():\n    n = int(input())\n    print(n * n)\n"
    assert code_of(fenced(main, "main()\n", "print('done')\n"), STDIN) == f"{main}\nmain()\n"


def test_a_call_from_elsewhere_is_kept_where_it_tries_nothing() -> None:
    for line in ("[].append(1)", "(lambda: 1)()", "set_up()()"):
        code = f"def set_up():\n    return dict\n\n\n{line}\n\n\n{GOOD}"
        assert code_of(code) == code


def test_a_call_that_is_given_the_function_is_left_out() -> None:
    assert (
        code_of(f"{GOOD}\n\ndef run(f):\n    f(1)\n\n\nrun(area)\n") == f"{GOOD}\n\ndef run(f):\n    f(1)\n"
    )


def test_a_lone_sign_at_the_margin_ends_the_program() -> None:
    assert code_of(f"{GOOD})\n") == GOOD


def test_broken_code_among_prose_is_taken_from_its_first_line_on() -> None:
    assert code_of("So it is.\ndef area(sides)\n    return 1\n") == "def area(sides)\n    return 1\n"
    assert code_of("So it is.\nfor i in range(int(input()))\n    print(i)\n", STDIN).startswith("for i in")


def test_a_function_of_nearly_the_name_is_given_the_name() -> None:
    code = "def area_optimized(sides):\n    return 24\n"
    assert code_of(f"\n{code}") == f"{code}\n\narea = area_optimized\n"
    assert code_of(code.replace("area", "sum"), function_problem(entry_point="sum")).count("=") == 0


def test_a_body_without_a_stub_is_no_reason_to_fail() -> None:
    assert isinstance(extract("    return 24\n", function_problem()), Extracted | NoProgram)
    assert isinstance(extract("    return 24\n", function_problem("x = 1\n")), Extracted | NoProgram)
    assert isinstance(extract("    return 24\n", function_problem("x = (")), Extracted | NoProgram)


def test_a_body_whose_first_line_lost_its_indentation() -> None:
    body = "total = 20\n    total += 4\n    return total\n"
    assert code_of(body, function_problem(STUB)) == f"{STUB}    {body}"


@pytest.mark.parametrize("stub", ['def area(sides):\n\t"""All."""\n', 'def area(sides):\n  """All."""\n'])
def test_a_body_is_indented_as_the_stub_is(stub: str) -> None:
    indent = stub.split("\n")[1][: -len('"""All."""')]
    assert code_of("total = 24\nreturn total\n", function_problem(stub)) == (
        f"{stub}{indent}total = 24\n{indent}return total\n"
    )


def test_escapes_in_one_line_are_undone() -> None:
    reply = '"def area(sides):\\n\\t\\"\\"\\"All.\\"\\"\\"\\n\\treturn 24\\n'
    assert code_of(reply) == 'def area(sides):\n\t"""All."""\n\treturn 24\n'
    assert code_of("def area(sides):\\n    return 24\\n") == GOOD
    several = "Here:\ndef area(sides):\n    return 'a\\nb\\nc'\n"
    assert code_of(several) == several.removeprefix("Here:\n")


def test_quotation_marks_as_a_fence() -> None:
    inner = "def area(sides):\n    text = '''\na\n'''\n    return 24\n"
    assert code_of(f"'''python\n{inner}'''\nIt works.") == inner
    assert code_of(f"'''python\n{GOOD}") == GOOD
    apart = "'''py\ndef area(sides):\n    return unit()\n'''\ndef unit():\n    return 24\n"
    assert code_of(apart) == "def unit():\n    return 24\n\ndef area(sides):\n    return unit()\n"


def test_entities_of_a_page_are_characters() -> None:
    page = "<code>def area(sides):\n    return 25 &amp; 24\n</code>"
    assert code_of(page) == "def area(sides):\n    return 25 & 24\n"


def test_numbered_lines_among_prose_are_a_stdin_program() -> None:
    assert code_of("Code:\n\n1: n = int(input())\n2: print(n * n)\n", STDIN) == READS


def test_of_broken_stdin_programs_one_that_reads_is_chosen() -> None:
    assert code_of(fenced("n = int(input()\n", "print('x')\n"), STDIN) == "n = int(input()\n"
    assert code_of(fenced("x = (\n", "print('x')\n", "y = (\n"), STDIN) == "print('x')\n"
    assert code_of(fenced("x = (\n"), STDIN) == "x = (\n"


@pytest.mark.parametrize(
    "body",
    [
        "pass",
        "...",
        '"""All."""',
        "total: int",
        "raise NotImplementedError",
        "raise NotImplementedError('later')",
    ],
)
def test_a_placeholder_is_no_answer(body: str) -> None:
    assert code_of(fenced(GOOD, f"def area(sides):\n    {body}\n")) == GOOD


def test_a_function_that_only_calls_another_is_an_answer() -> None:
    code = "def area(sides):\n    print(sides)\n"
    assert code_of(fenced(GOOD, code)) == code


def test_a_patch_may_show_its_context_without_a_sign() -> None:
    assert code_of(f"{F}diff\ndef area(sides):\n-    return 0\n+    return 24\n{F}") == GOOD
    assert code_of(f"{F}diff\n def area(sides):\n-    return 0\n+    return 24\n{F}") == GOOD
