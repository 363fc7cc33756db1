"""A line profile from what a sandbox told, and how a person or a model sees it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perftui.sandbox.protocol import ProfileFact
from perftui.timing.profile import profile_from, show_profile, source_lines

NUMBERS = st.integers(0, (1 << 53) - 1)
TOLD = st.lists(st.tuples(st.integers(0, 12), NUMBERS, NUMBERS), max_size=12).map(tuple)
PROGRAM = "def f(n):\n\tx = 0  # \x1b[31m\n    return sum(range(n))\n"


@given(TOLD, st.text(max_size=60), st.booleans())
def test_shares_are_of_the_whole_and_rows_are_printable(
    told: tuple[tuple[int, int, int], ...], program: str, partial: bool
) -> None:
    profile = profile_from(ProfileFact(end="returned", lines=told, partial=partial), program)
    total = sum(line.share for line in profile.lines)
    assert total == pytest.approx(1.0) or all(line.ns == 0 for line in profile.lines)
    numbers = [line.number for line in profile.lines]
    assert numbers == sorted(set(numbers))
    assert all(1 <= number <= len(source_lines(program)) for number in numbers)
    shown = show_profile(profile, program)
    assert all(row.isprintable() and len(row) < 160 for row in shown)
    assert len(shown) >= 1 + len(source_lines(program))


@given(st.lists(st.sampled_from(["x = 1", "", "# y"]), max_size=6), st.sampled_from(["\n", "\r\n", "\r"]))
def test_lines_are_numbered_as_python_does(lines: list[str], end: str) -> None:
    program = "".join(line + end for line in [*lines, "last = 0"])
    assert source_lines(program) == [*lines, "last = 0"]
    compiled = compile(program, "p", "exec")
    assert max(line for *_, line in compiled.co_lines() if line is not None) == len(lines) + 1


def test_it_is_shown_beside_the_program() -> None:
    fact = ProfileFact(end="returned", lines=((1, 1, 500), (2, 1, 1_000), (3, 1_234, 998_500)))
    profile = profile_from(fact, PROGRAM)
    assert [line.number for line in profile.hottest(2)] == [3, 2]
    assert show_profile(profile, PROGRAM) == [
        " line      hits      time  share",
        "    1         1                   def f(n):",
        "    2         1                       x = 0  # \\x1b[31m",
        "    3     1,234  0.999 ms  100 %      return sum(range(n))",
    ]


def test_of_a_long_program_the_hottest_lines_are_shown() -> None:
    program = "".join(f"x = {n}\n" for n in range(1000))
    fact = ProfileFact(end="returned", lines=tuple((n, 1, n) for n in range(1, 1001)))
    rows = show_profile(profile_from(fact, program), program, most=3)[1:]
    assert [row.split()[0] for row in rows] == ["998", "999", "1000"]


def test_what_is_missing_is_said() -> None:
    fact = ProfileFact(end="raised", partial=True, detail="KeyError: \x1b]0;x", lines=())
    assert show_profile(profile_from(fact, "x"), "x")[:3] == [
        "Its time was up before its end: this is the first part of the run.",
        "The run ended with raised (KeyError: \\x1b]0;x).",
        "No line was seen to end.",
    ]
