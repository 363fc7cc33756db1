"""Problems of one's own from the command line: made, checked, run and measured."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import Here

SLOW = '''def count_pairs(numbers: list[int], total: int = 10) -> int:
    """Count the pairs of numbers with a sum."""
    return sum(a + b == total for i, a in enumerate(numbers) for b in numbers[:i])


def test_count_pairs():
    assert count_pairs([1, 9, 5, 5]) == 2
    assert count_pairs([], total=3) == 0


count_pairs(list(range(30)))
'''
FAST = """from collections import Counter

def count_pairs(numbers, total=10):
    seen, found = Counter(), 0
    for number in numbers:
        found += seen[total - number]
        seen[number] += 1
    return found
"""
PROCESS = ("--sandbox", "process")


@pytest.fixture
def slow(here: Here) -> str:
    here.write("fast.py", FAST)
    replies = [
        {"task_id": task, "chain": 0, "turn": turn, "reply": f"```python\n{FAST}```"}
        for task in ("slow", "count_pairs")
        for turn in range(3)
    ]
    here.write("mine.jsonl", "".join(f"{json.dumps(reply)}\n" for reply in replies))
    return here.write("slow.py", SLOW)


def test_a_plain_file_is_listed_shown_checked_and_run(here: Here, slow: str) -> None:
    listed = here.perftui("problems", "list", slow)
    assert listed.out.split()[:4] == ["slow", "count_pairs", "function", "3"]
    shown = here.perftui("problems", "show", slow).out
    assert "Make the function `count_pairs` faster." in shown
    assert "t1: ([1, 9, 5, 5],) -> 2 (equal)" in shown
    assert "-> as the reference gives (approximate)" in shown
    checked = here.perftui("problems", "check", slow, *PROCESS)
    assert (checked.status, checked.out) == (0, "1 of 1 references pass their tests\n")
    ran = here.perftui("run", slow, "--model", "recorded:mine.jsonl", *PROCESS, "--no-timing", "--headless")
    assert ran.status == 0, ran.err
    assert "correct         1 (100.0 %" in ran.out


def test_the_model_is_shown_the_function(here: Here, slow: str) -> None:
    ran = here.perftui("run", slow, "--model", "recorded:mine.jsonl", *PROCESS, "--no-timing", "--json")
    asked = next(event for event in map(json.loads, ran.out.splitlines()) if event["kind"] == "action-taken")
    (message,) = asked["ask"]["messages"]
    assert message["content"].count("return sum(a + b == total") == 1
    assert "assert count_pairs" not in message["content"]


def test_a_folder_is_made_checked_run_and_measured_on(here: Here, slow: str) -> None:
    made = here.perftui("problems", "new", slow)
    assert made.status == 0, made.err
    assert "perftui problems check count_pairs\n" in made.out
    assert "perftui run count_pairs --model PROVIDER/NAME\n" in made.out
    assert sorted(path.name for path in (here.folder / "count_pairs").iterdir()) == [
        "generator.py",
        "problem.toml",
        "slow.py",
        "test_slow.py",
    ]
    assert here.perftui("problems", "check", "count_pairs", *PROCESS).status == 0
    assert "a generator" in here.perftui("problems", "show", "count_pairs").out
    ran = here.perftui(
        "run", "count_pairs", "--model", "recorded:mine.jsonl", *PROCESS, "--no-timing", "--headless"
    )
    assert ran.status == 0, ran.err
    measured = here.perftui(
        "measure",
        "slow.py",
        "fast.py",
        "--problem",
        "count_pairs",
        *PROCESS,
        "--format",
        "json",
        "--seconds",
        "1",
    )
    assert measured.status == 0, measured.err
    result = json.loads(measured.out)
    assert "correct" in json.dumps(result)


def test_nothing_is_written_over(here: Here, slow: str) -> None:
    (here.folder / "count_pairs").mkdir()
    here.write("count_pairs/notes.txt", "mine")
    assert (
        here.refused("problems", "new", slow)
        == "count_pairs: is there already; name another folder with --out"
    )
    assert here.perftui("problems", "new", slow, "--out", "deep/er").status == 0
    assert here.refused("problems", "new", slow, "--out", "deep/er").startswith("deep/er: is there already")
    assert here.refused("problems", "new", slow, "--out", "slow.py", status=3).startswith(
        "slow.py: cannot be made"
    )


def test_a_function_is_named_in_either_way(here: Here) -> None:
    here.write("two.py", "def f(x):\n    return x\n\ndef g(x):\n    return x\n")
    assert "say which with two.py::g; f, g" in here.refused("problems", "new", "two.py")
    assert "two.py: defines no function `h`" in here.refused("problems", "new", "two.py", "--function", "h")
    assert here.perftui("problems", "new", "two.py", "--function", "f").status == 0
    made = here.perftui("problems", "new", "two.py::g")
    assert made.status == 0
    assert "First mend this: g/test_slow.py, line 1: no tests of `g`: add a line such as" in made.out
    assert here.refused("problems", "check", "g").startswith("g/test_slow.py, line 1: no tests of `g`")


def test_a_wrong_reference_is_told_with_its_test(here: Here) -> None:
    here.write("wrong.py", "def f(x):\n    return x\n\ndef test_f():\n    assert len(f([1])) == 2\n")
    checked = here.perftui("problems", "check", "wrong.py", *PROCESS)
    assert checked.status == 2
    assert "wrong.py, line 5: assert len(f([1])) == 2" in checked.out


def test_an_input_of_a_program_that_prints_is_shown_as_it_is(here: Here) -> None:
    (here.folder / "p" / "tests").mkdir(parents=True)
    here.write("p/double.py", "print(int(input()) * 2)\n")
    here.write("p/tests/1.in", "12\n")
    shown = here.perftui("problems", "show", "p").out
    assert "t1: 12 -> as the reference gives (text)" in shown
    assert here.perftui("problems", "check", "p", *PROCESS).status == 0
