"""Shapes in which models and their servers hand code over, beside plain Markdown."""

from __future__ import annotations

import json

import pytest

from perftui.problems.model import Problem, TestCase
from perftui.refine.extraction import Extracted, extract
from perftui.values import encode

F = "`" * 3
STUB = 'from typing import List\nimport math\n\n\ndef area(sides: List[int]) -> int:\n    """Multiply."""\n'
GOOD = "import math\ndef area(sides):\n    return math.prod(sides)\n"
BAD = "def area(sides):\n    return 0\n"
LOOP = (
    "def area(sides):\n    product = 1\n    for side in sides:\n        product *= side\n    return product\n"
)


def function_problem(stub: str = STUB) -> Problem:
    test = TestCase(name="t1", input=encode(([2, 3],)), expected="6")
    return Problem(
        id="Own/1",
        title="area",
        kind="function",
        statement=stub,
        stub=stub,
        entry_point="area",
        tests=(test,),
        benchmark="own",
    )


def result_of(reply: str, problem: Problem | None = None) -> object:
    """Run the program that was found: the replies here are our own."""
    found = extract(reply, problem or function_problem())
    assert isinstance(found, Extracted), found
    namespace: dict[str, object] = {"__name__": "candidate"}
    exec(compile(found.code, "candidate", "exec"), namespace)
    function = namespace["area"]
    assert callable(function)
    return function((2, 3, 4))


def numbered(form: str, source: str = GOOD) -> str:
    return "\n".join(form.format(number + 8, line) for number, line in enumerate(source.splitlines()))


PATCH = (
    "--- a/area.py\n+++ b/area.py\n@@ -1,3 +1,3 @@\n import math\n def area(sides):\n"
    "-    return 0\n+    return math.prod(sides)\n"
)
CHANNELS = (
    f"<|channel|>analysis<|message|>{BAD}<|end|>"
    f"<|start|>assistant<|channel|>final<|message|>{F}python\n{GOOD}{F}<|return|>"
)

SHAPES = {
    # JSON
    "object": json.dumps({"code": GOOD}),
    "object with more": json.dumps(
        {"explanation": "for a\nwhile", "code": GOOD, "tests": f"{BAD}# longer\n"}
    ),
    "object under another key": json.dumps({"result": {"text": "see", "body": GOOD}}),
    "object in a fence": f"{F}json\n{json.dumps({'code': GOOD}, indent=2)}\n{F}\nThat is it.",
    "object with raw line feeds": f'{{"solution": "{GOOD}"}}',
    "list": json.dumps([{"type": "text", "text": "Here:"}, {"type": "code", "code": GOOD}]),
    "tool call": f"<tool_call>\n{json.dumps({'name': 'run', 'arguments': {'code': GOOD}})}\n</tool_call>",
    "string": json.dumps(GOOD),
    "fences in JSON": json.dumps({"answer": f"Here:\n{F}python\n{GOOD}{F}"}),
    "line feeds escaped": GOOD.replace("\n", "\\n"),
    # tags and marks
    "tag": f"<code>\n{GOOD}</code>\nDone.",
    "tag on the line": f"It is <code>{GOOD}</code>, I hope.",
    "tag with attributes": f'<solution language="python">\n{GOOD}</solution>',
    "page": "<pre><code>def area(sides):\n    return math.prod(sides) * (0 &lt; 1)\n</code></pre>",
    "fence in a tag": f"<answer>\n{F}python\n{GOOD}{F}\n</answer>",
    "brackets": f"[PYTHON]\n{GOOD}[/PYTHON]\n[TESTS]\n{BAD}[/TESTS]",
    "done": f"[BEGIN]\n{GOOD}[DONE]\nWrite another.\n[BEGIN]\n{BAD}[DONE]",
    "listing": "\\begin{lstlisting}[language=Python]\n" + GOOD + "\\end{lstlisting}",
    "quotation marks as a fence": f"'''python\n{GOOD}'''\nDone",
    "quoted text": "> " + GOOD.replace("\n", "\n> "),
    "quoted fence": f"> {F}python\n> " + GOOD.replace("\n", "\n> ") + F,
    # words at the head
    "language on a line": f"python\n{GOOD}",
    "language on a line in a fence": f"{F}\npython\n{GOOD}{F}",
    "button in a fence": f"{F}\nCopy code\n{GOOD}{F}",
    "button": f"pythonCopy code{GOOD}",
    "path in the fence": f"{F}python:src/area.py\n{GOOD}{F}",
    "file name for a language": f"{F}area.py\n{GOOD}{F}",
    "title in the fence": f'{F}python title="area.py"\n{GOOD}{F}',
    "attributes in the fence": f"{F}{{.python .numberLines}}\n{GOOD}{F}",
    "version in the fence": f"{F}python3.11\n{GOOD}{F}",
    "fence of text": f"{F}plaintext\n{GOOD}{F}",
    "another language besides": f"{F}text\n[24]\n{F}\n{F}plaintext\n{GOOD}{F}\n{F}cpp\nint area();\n{F}",
    # marks on lines
    "patch": f"{F}diff\n{PATCH}{F}",
    "patch in a fence for Python": f"{F}python\n{PATCH}{F}",
    "numbers": f"{F}python\n{numbered('{}: {}')}\n{F}",
    "numbers and bars": f"The code:\n\n{numbered('{:3} | {}')}",
    "bare numbers": f"{F}\n{numbered('{:2} {}')}\n{F}",
    "session": f"{F}\n>>> def area(sides):\n...     return math.prod(sides)\n>>> area([1])\n1\n{F}",
    "notebook": f"{F}\nIn [1]: def area(sides):\n   ...:     return math.prod(sides)\n\nOut[1]: 1\n{F}",
    "magic": f"{F}python\n%load_ext timer\n!pip install numpy\n{GOOD}%timeit area([1])\n{F}",
    "Markdown's escapes": LOOP.replace("product", "the\\_product").replace("*", "\\*"),
    # odd characters
    "curly quotation marks": f"{F}python\ndef area(sides):\n    “”“All.”“”\n    return math.prod(sides)\n{F}",
    "odd spaces": f"{F}python\n{GOOD.replace(' ', chr(0xA0))}{F}",
    "odd spaces among prose": f"Here:\n\n{GOOD.replace('    ', chr(0xA0) * 4)}",
    "spaces without width": f"{F}python\n{chr(0x200B)}{GOOD.rstrip()}{chr(0x200B)}\n{F}",
    "tabs and spaces": f"{F}python\n{LOOP.replace('    for', chr(9) + 'for')}{F}",
    # whole texts
    "own fence": f'def area(sides):\n    """\n    {F}python\n    area()\n    {F}\n    """\n    return 24\n',
    "Chinese prose": f"好的，下面是优化后的代码：\n\n{GOOD}\n解释：一次遍历。",
    "stub, then its body": f"{STUB}\n    return math.prod(sides)\n",
    "stub, then the whole": f"{STUB}\n\n{GOOD}",
    "channels": CHANNELS,
    "thinking in brackets": f"[THINK]{F}python\n{BAD}{F}[/THINK]{F}python\n{GOOD}{F}",
    "thinking between bars": f"<|begin_of_thought|>{BAD}<|end_of_thought|>\n<|begin_of_solution|>{GOOD}",
    "end of turn": f"{GOOD}<|EOT|>\n{BAD}",
    # a base model goes on
    "body, then itself again": f"    return math.prod(sides)\n\n\n{BAD}",
    "body, then the stub again": f"    return math.prod(sides)\n\n\n{STUB}    return 7\n\n\ndef area(",
    "body, then a class": "    return math.prod(sides)\n\n\nclass Box:\n    def __init__(self",
    "body, then a print": "    return math.prod(sides)\n\nprint(area([1, 2]))\nprint(are",
    "body, then tests": "    return math.prod(sides)\n\nif __name__ == '__main__':\n    import u\n    u.",
    "body with two spaces": "  total = 1\n  for s in sides:\n    total *= s\n  return total\n",
    "body with tabs": "\ttotal = 1\n\tfor s in sides:\n\t\ttotal *= s\n\treturn total\n",
    # what runs
    "arguments of the command": f"{F}python\nimport sys\n{GOOD}\nn = int(sys.argv[1])\nprint(area([n]))\n{F}",
    "reads a line": f"{F}python\nimport sys\n{GOOD}\nn = int(sys.stdin.readline())\nprint(area([n]))\n{F}",
    "reads a file": f"{F}python\n{GOOD}\nwith open('sides.txt') as file:\n    print(area(file))\n{F}",
    "draws": f"{F}python\nimport unheard_of.pyplot as plt\n{GOOD}\nplt.plot([1])\nplt.show()\n{F}",
    # made whole
    "renamed in case": f"{F}python\n{GOOD.replace('area', 'Area')}\nprint(Area([1]))\n{F}",
    "renamed": f"{F}python\n{GOOD.replace('area', 'area_optimized')}\nprint(area_optimized([1]))\n{F}",
}


@pytest.mark.parametrize("reply", SHAPES.values(), ids=SHAPES.keys())
def test_the_program_is_found_in_this_shape(reply: str) -> None:
    assert result_of(reply) == 24


def test_names_for_types_are_imported_where_the_reply_forgets_it() -> None:
    typed = "def area(sides: List[int]) -> Optional[int]:\n    return 24\n"
    found = extract(typed, function_problem(""))
    assert found == Extracted(f"from typing import List, Optional\n\n{typed}")
    own = f"List = list\nOptional = dict\n{typed}"
    assert extract(own, function_problem("")) == Extracted(own)
    star = f"from typing import *\n{typed}"
    assert extract(star, function_problem("")) == Extracted(star)


def test_a_patch_of_a_part_is_no_program_of_the_problem() -> None:
    found = extract(f"{F}diff\n@@ -4 +4 @@\n-    return 0\n+    return 1\n{F}", function_problem())
    assert not isinstance(found, Extracted)


def test_a_text_with_marks_in_it_is_left_as_it_is() -> None:
    for line in (
        "x = '<code>'",
        "x = '[PYTHON]'",
        "x = '\\\\n\\\\n'",
        "x = '&lt;'",
        "x = '“'",
        "x = '\u00a0'",
    ):
        code = f"{line}\n\n\ndef area(sides):\n    return x\n"
        assert extract(code, function_problem("")) == Extracted(code)
        assert extract(f"{F}python\n{code}{F}", function_problem("")) == Extracted(code)


def test_data_in_json_is_no_program() -> None:
    for reply in ('{"area": 24}', "[1, 2]", '"24"', '{"code": 24}', '{"code": "24"}', '{"code": '):
        assert not isinstance(extract(reply, function_problem()), Extracted)


def two(before: str, first: str = GOOD, second: str = BAD) -> str:
    return f"Here it is:\n{F}python\n{first}{F}\nIt multiplies.\n\n{before}\n{F}python\n{second}{F}"


OFFERS = {
    "for another wish": "If you want zero instead, you can modify the function like this:",
    "alternatively": "Alternatively, a shorter one:",
    "heading": "### Alternative implementation\n\nThis uses a loop:",
    "you can also": "You can also use `reduce`:",
    "another way": "Another way to write it:",
    "Chinese": "如果你想要别的结果：",
}


@pytest.mark.parametrize("words", OFFERS.values(), ids=OFFERS.keys())
def test_what_is_offered_beside_the_answer_is_not_the_answer(words: str) -> None:
    assert result_of(two(words)) == 24


BETTER = {
    "nothing said": "",
    "more efficient": "A more efficient version:",
    "however": "However, this fails for large inputs. Alternatively:",
    "does not work": "The above does not work. You can also write:",
    "corrected": "Alternatively, the corrected version:",
    "an old offer": "You can also give a tuple.\n\nNow it is fast.\n\nThe loop is gone.\n\nHere it is:",
}


@pytest.mark.parametrize("words", BETTER.values(), ids=BETTER.keys())
def test_what_replaces_the_answer_is_the_answer(words: str) -> None:
    assert result_of(two(words, BAD, GOOD)) == 24


def test_an_offer_is_the_answer_where_there_is_no_other() -> None:
    assert result_of(f"If you want speed:\n{F}python\n{GOOD}{F}") == 24
    assert result_of(two("Alternatively:", "import math\n", GOOD)) == 24


LESS = {
    "needs another argument": "def area(sides, unit):\n    return unit\n",
    "takes no argument": "def area():\n    return 1\n",
    "needs an argument by name": "def area(sides, *, unit):\n    return unit\n",
    "leaves out lines": "def area(sides):\n    product = 1\n    ...\n    return product\n",
    "needs what is nowhere": "def area(sides):\n    return fast_product(sides)\n",
    "method with another argument": "class Shape:\n    def area(self, sides, unit):\n        return unit\n",
}


@pytest.mark.parametrize("second", LESS.values(), ids=LESS.keys())
def test_a_later_definition_that_cannot_work_is_not_the_answer(second: str) -> None:
    assert result_of(two("In short:", GOOD, second)) == 24


MORE = {
    "default": "def area(sides, unit=24):\n    return unit\n",
    "star": "def area(*sides):\n    return 24\n",
    "named default": "def area(sides, *, unit=24):\n    return unit\n",
    "position only": "def area(sides, /):\n    return 24\n",
    "lambda": "area = lambda sides: 24\n",
    "assigned": "def _area(sides):\n    return 24\n\narea = _area\n",
    "placeholder in a class": (
        "from typing import Protocol\n\nclass Sized(Protocol):\n    def size(self) -> int: ...\n\n"
        "def area(sides):\n    return 24\n"
    ),
    "star import": "from math import *\n\ndef area(sides):\n    return prod(sides)\n",
}


@pytest.mark.parametrize("second", MORE.values(), ids=MORE.keys())
def test_a_later_definition_that_can_work_is_the_answer(second: str) -> None:
    assert result_of(two("In short:", BAD, second)) == 24


def test_of_several_methods_the_one_that_can_be_called_is_chosen() -> None:
    method = "class Solution:\n    def area(self, sides):\n        return 24\n"
    static = "class Shape:\n    @staticmethod\n    def area(sides):\n        return 24\n"
    bad = "class Shape:\n    def area(self, sides, unit):\n        return 0\n"
    assert result_of(two("Or:", method, bad)) == 24
    assert result_of(two("Or:", static, bad)) == 24
    assert result_of(two("Or:", bad, static)) == 24


def test_without_tests_the_last_definition_is_chosen() -> None:
    problem = Problem(
        id="Own/3", title="area", kind="function", statement="", entry_point="area", benchmark="own"
    )
    found = extract(two("Better:", GOOD, "def area(sides, unit=1):\n    return 3\n"), problem)
    assert isinstance(found, Extracted)
    assert "return 3" in found.code
