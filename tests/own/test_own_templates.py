"""Templates in the place of the package's: taken, or told with the line that is at fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from perftui.errors import BadInputError
from perftui.own.kit import load_kit, using
from perftui.problems.model import Problem
from perftui.refine.chain import Chain
from perftui.refine.faults import StrategyFaultError
from perftui.refine.parts.base import BASE
from perftui.refine.templates import built_in, render

FACTS = {"statement": "S", "stub": "", "entry_point": "f", "stdin": False}


def refused(folder: Path) -> str:
    with pytest.raises(BadInputError) as caught:
        load_kit(None, folder)
    return str(caught.value)


def test_a_template_takes_the_place_of_that_of_its_name(tmp_path: Path) -> None:
    (tmp_path / "base_function.j2").write_text("{# Mine. #}\nWrite `{{ entry_point }}`.\n")
    kit = load_kit(None, tmp_path)
    with using(kit):
        prompt = render("base_function", **FACTS)
    assert prompt.text == "Write `f`.\n"
    assert prompt.template != render("base_function", **FACTS).template
    assert kit.templates.describe("base_function") == "Mine."
    assert kit.templates.sources["tips.j2"] == built_in().sources["tips.j2"]


def test_a_part_of_templates_changes_all_that_include_it(tmp_path: Path) -> None:
    (tmp_path / "_contract.j2").write_text("- Be brief, {{ entry_point }}.\n")
    with using(load_kit(None, tmp_path)):
        assert render("base_function", **FACTS).text.endswith("- Be brief, f.\n")


def test_a_template_may_include_others_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "base_function.j2").write_text('{% include "_house.j2" %} {{ statement }}')
    (tmp_path / "_house.j2").write_text("House rules for {{ entry_point }}.")
    with using(load_kit(None, tmp_path)):
        assert render("base_function", **FACTS).text == "House rules for f. S\n"


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("tips.j2", "One.\n{% if %}\n", "tips.j2:2: Expected an expression"),
        (
            "tips.j2",
            "One.\nTwo {{ statment }}.\n",
            "tips.j2:2: 'statment' is not told to tips.j2: it is told",
        ),
        ("tips.j2", '\n\n{% include "_x.j2" %}', "_x.j2:1: 'nothing' is not told to tips.j2"),
        ("tips.j2", "One.\n{{ statement | loud }}\n", "tips.j2:2: No filter named 'loud'"),
        ("tips.j2", '{% include "no.j2" %}', "tips.j2: includes 'no.j2', and there is no such template"),
        ("tips.j2", '{% include "tips.j2" %}', "tips.j2: includes itself, by 'tips.j2'"),
        ("_tips.j2", '{% include "tips.j2" %}', "_tips.j2: includes itself, by 'tips.j2'"),
        ("optimize.j2", "Mine.", "optimize.j2: there is no template of this name: near it are optimise.j2"),
        ("zzzzz.j2", "Mine.", "zzzzz.j2: there is no template of this name: see perftui prompts list"),
    ],
)
def test_what_cannot_be_used_is_one_line(tmp_path: Path, name: str, text: str, line: str) -> None:
    (tmp_path / name).write_text(text)
    if "_x.j2" in text:
        (tmp_path / "_x.j2").write_text("{{ nothing }}")
    said = refused(tmp_path)
    assert said.startswith(str(tmp_path))
    assert line in said


def test_a_part_may_look_at_what_any_that_includes_it_is_told(tmp_path: Path) -> None:
    (tmp_path / "_program.j2").write_text("{% if current %}{{ current }}{% endif %}")
    load_kit(None, tmp_path)
    (tmp_path / "_program.j2").write_text("{{ rows }}")
    assert "_program.j2:1: 'rows' is not told to _program.j2" in refused(tmp_path)


def test_a_template_that_gives_nothing_is_not_sent(tmp_path: Path) -> None:
    (tmp_path / "base_function.j2").write_text("{# Nothing. #}\n")
    problem = Problem(
        id="A/1", title="a", kind="function", statement="Do it.", entry_point="f", benchmark="own"
    )
    with (
        using(load_kit(None, tmp_path)),
        pytest.raises(StrategyFaultError, match="the prompt of 'base' is empty"),
    ):
        BASE.next_step(Chain(problem=problem, index=0))


def test_a_file_that_is_not_text_and_a_folder_that_is_not_there(tmp_path: Path) -> None:
    assert refused(tmp_path / "no").endswith("no folder of prompt templates: No such file or directory")
    (tmp_path / "tips.j2").write_bytes(b"\xff")
    assert refused(tmp_path).endswith("tips.j2: cannot be read: it is not UTF-8")
