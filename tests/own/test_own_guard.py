"""A user's part that goes wrong while a chain runs: one line with its file, and no other harm."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from perftui.llm.model import Message
from perftui.own.guard import guarded
from perftui.own.kit import load_kit, using
from perftui.problems.model import Problem
from perftui.refine.actions import Ask, Profile
from perftui.refine.chain import Chain
from perftui.refine.faults import StrategyFaultError
from perftui.refine.part import Part

PROBLEM = Problem(id="A/1", title="a", kind="function", statement="Do it.", entry_point="f", benchmark="own")
CHAIN = Chain(problem=PROBLEM, index=0)


def step(next_step: Callable[[Chain], object]) -> object:
    part = Part("mine", "performance", 1, "Mine.", next_step)  # type: ignore[arg-type]
    return guarded(part, __file__).next_step(CHAIN)


ASK = Ask(phase="performance", label="go", messages=(Message(role="user", content="Go."),))


def ask(**changes: object) -> Ask:
    return msgspec.structs.replace(ASK, **changes)


def test_what_is_right_goes_through() -> None:
    assert step(lambda _: None) is None
    assert step(lambda _: ask()) == ask()


@pytest.mark.parametrize(
    ("gives", "line"),
    [
        (3, "must give an Ask, a Profile or None, and gave int"),
        (ask(phase="base"), "is of the performance phase, and asks in the base phase"),
        (ask(label=" "), "asks without a label"),
        (ask(messages=()), "asks nothing: the prompt of 'go' is empty"),
        (ask(messages=(Message(role="user", content=" \n"),)), "asks nothing: the prompt of 'go' is empty"),
        (ask(messages=("Go.",)), "gave an Ask that cannot be stored: Expected `object`, got `str`"),
        (ask(label="\ud800"), "gave an Ask that cannot be stored"),
        (ask(expects="poem"), "gave an Ask that cannot be stored: Invalid enum value 'poem'"),
        (
            Profile(candidate="0" * 64, input=3),
            "gave a Profile that cannot be stored: Expected `str`, got `int`",
        ),  # type: ignore[arg-type]
        (Profile(candidate="0" * 64, input="t1"), "wants a profile of a program that is no correct one"),
    ],
)
def test_what_is_wrong_is_told(gives: object, line: str) -> None:
    with pytest.raises(StrategyFaultError) as caught:
        step(lambda _: gives)
    assert str(caught.value).startswith(f"{__file__}: mine ")
    assert line in str(caught.value)


def test_what_is_raised_is_told_with_the_line_of_the_file() -> None:
    def fails(_chain: Chain) -> None:
        raise KeyError("slowest\x1b[31m")

    with pytest.raises(StrategyFaultError) as caught:
        step(fails)
    line = fails.__code__.co_firstlineno + 1
    assert str(caught.value) == rf"{__file__}:{line}: KeyError: 'slowest\x1b[31m'"


def test_a_part_that_wants_to_end_the_command_ends_its_chain() -> None:
    with pytest.raises(StrategyFaultError, match=r"SystemExit: 3$"):
        step(lambda _: sys.exit(3))


def test_what_a_part_prints_is_kept_from_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    step(lambda _: print("here"))
    assert tuple(capsys.readouterr()) == ("", "here\n")


def test_a_fault_in_a_template_names_both_files(tmp_path: Path) -> None:
    (tmp_path / "mine.j2").write_text("One\n{{ missing }}\n")
    (tmp_path / "mine.py").write_text(
        "from perftui.refine.plugin import Part, next_turn\n"
        "def go(chain):\n"
        "    return next_turn(chain, phase='performance', label='go', template='mine.j2')\n"
        "PART = Part('mine', 'performance', 1, 'Mine.', go)\n"
    )
    with using(load_kit(tmp_path, None)) as kit, pytest.raises(StrategyFaultError) as caught:
        kit.catalogue.find("mine").parts[-1].next_step(CHAIN)
    assert str(caught.value) == (
        f"{tmp_path / 'mine.py'}:3: {tmp_path / 'mine.j2'}:2: UndefinedError: 'missing' is undefined"
    )
