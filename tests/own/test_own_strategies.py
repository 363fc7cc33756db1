"""Strategies that a user wrote: what a file may define, and the one line that an error in it is worth."""

from __future__ import annotations

import sys
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path

import pytest

from perftui.errors import BadInputError
from perftui.own import strategies as loading
from perftui.own.strategies import GROUP, Found, with_entry_points, with_folder
from perftui.refine.catalogue import BUILT_IN

PART = """
from perftui.refine.plugin import Part, next_turn


def next_step(chain):
    return None


PART = Part("mine", "performance", 1, "Does nothing.", next_step)
"""


def whole(settings: str) -> str:
    return (
        "from perftui.refine.plugin import BASE, Strategy, StrategySettings\n"
        f"STRATEGY = Strategy('w', 'W.', (BASE,), StrategySettings({settings}))\n"
    )


def write(folder: Path, name: str = "mine.py", text: str = PART) -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def refused(folder: Path) -> str:
    with pytest.raises(BadInputError) as caught:
        with_folder(Found(), folder)
    line = str(caught.value)
    assert line.isprintable()
    return line


def test_a_file_with_a_part_stands_beside_the_packages_own(tmp_path: Path) -> None:
    path = write(tmp_path)
    catalogue = with_folder(Found(), tmp_path).catalogue
    found = catalogue.find("testcase-feedback+mine")
    assert [part.name for part in found.parts] == ["base", "testcase-feedback", "mine"]
    assert catalogue.sources == {"mine": str(path)}
    assert catalogue.names[: len(BUILT_IN.presets)] == tuple(preset.name for preset in BUILT_IN.presets)
    assert "mine" in [s.parts[-1].name for s in catalogue.named([], [], ["all"])]


def test_a_file_may_define_several_parts_and_a_whole_strategy(tmp_path: Path) -> None:
    more = """
PARTS = [PART, Part("other", "correctness", 2, "Does nothing.", next_step)]
del PART
from perftui.refine.plugin import BASE, Strategy, StrategySettings
STRATEGY = Strategy("whole", "All mine.", (BASE, PARTS[1], PARTS[0]), StrategySettings(feedback_rounds=4))
"""
    write(tmp_path, text=PART + more)
    catalogue = with_folder(Found(), tmp_path).catalogue
    assert catalogue.find("other+mine").calls == 4
    whole = catalogue.find("whole")
    assert (whole.calls, whole.settings.feedback_rounds) == (4, 4)
    assert whole.parts[0] is BUILT_IN.presets[0].parts[0]


def test_what_is_no_strategy_is_passed_over(tmp_path: Path) -> None:
    write(tmp_path)
    write(tmp_path, "_helper.py", "raise RuntimeError('not to be loaded')")
    write(tmp_path, "notes.txt", "(")
    (tmp_path / "__pycache__").mkdir()
    assert with_folder(Found(), tmp_path).catalogue.find("mine")


def test_loading_leaves_nothing_behind(tmp_path: Path) -> None:
    write(tmp_path)
    with_folder(Found(), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.py"]


def test_what_a_file_prints_is_kept_from_stdout(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, text="print('loaded')\n" + PART)
    with_folder(Found(), tmp_path)
    assert tuple(capsys.readouterr()) == ("", "loaded\n")


def test_a_file_is_not_read_with_our_future(tmp_path: Path) -> None:
    text = "from dataclasses import dataclass\n@dataclass\nclass A:\n    x: int = 1\n"
    write(tmp_path, text=text + "assert A.__annotations__['x'] is int\n" + PART)
    assert with_folder(Found(), tmp_path).catalogue.find("mine")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("def f(:\n", "mine.py:1: SyntaxError: invalid syntax"),
        ("x = 1\n\nraise ValueError('no\\nway')\n", "mine.py:3: ValueError: no way"),
        ("def f():\n    return 1 / 0\n\nf()\n", "mine.py:2: ZeroDivisionError: division by zero"),
        ("import nothing_of_that_name\n", "mine.py:1: ModuleNotFoundError: No module named 'nothing_of"),
        ("import sys\nsys.exit(3)\n", "mine.py:2: SystemExit: 3"),
        ("x = 1\n", "mine.py: defines no PART, PARTS or STRATEGY"),
        ("PART = 3\n", "mine.py: a Part or a Strategy is wanted, not int"),
        ("PARTS = 3\n", "mine.py: a Part, several, or a Strategy is wanted, not int"),
        ("x = '\ud800'\n", "mine.py: UnicodeDecodeError"),
        (PART.replace('"mine"', '"tips"'), "mine.py: the name tips is taken by perftui itself"),
        (PART.replace('"mine"', '"all"'), "mine.py: the name all is taken by perftui itself"),
        (PART.replace('"mine"', '"a+b"'), "mine.py: the name 'a+b' must be of lower-case letters, digits"),
        (PART.replace('"mine"', "3"), "mine.py: the name 3 must be of lower-case letters, digits"),
        (PART.replace('"performance"', '"base"'), "mine.py: mine is of the phase 'base': one of correctness"),
        (PART.replace(", 1,", ", None,"), "mine.py: mine: calls must be a number of model calls, not None"),
        (PART.replace('"Does nothing."', '" "'), "mine.py: mine has no description"),
        (PART.replace(" next_step)", " None)"), "mine.py: mine: next_step must be a function"),
        (
            PART + "from perftui.refine.plugin import Strategy\nSTRATEGY = Strategy('w', 'W.', (PART,))\n",
            "mine.py: w must begin with a part of the base phase, such as BASE",
        ),
        (
            whole("feedback_rounds='q'"),
            "mine.py: w: its settings cannot be stored: Expected `int`, got `str`",
        ),
        (
            whole("repair_rounds=-1"),
            "mine.py: w: correctness_rounds, repair_rounds, feedback_rounds, plateau are",
        ),
        (whole("calls=0"), "mine.py: w: calls is a number of model calls, at least 1, or None"),
    ],
)
def test_an_error_in_a_file_is_one_line_with_its_place(tmp_path: Path, text: str, line: str) -> None:
    (tmp_path / "mine.py").write_text(text, encoding="utf-8", errors="surrogatepass")
    said = refused(tmp_path)
    assert said.startswith(str(tmp_path))
    assert line in said


def test_a_name_is_taken_by_the_file_that_was_first(tmp_path: Path) -> None:
    first = write(tmp_path, "a.py")
    write(tmp_path, "b.py")
    assert refused(tmp_path) == f"{tmp_path / 'b.py'}: the name mine is taken by {first}"


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    assert refused(tmp_path / "no").endswith("no folder of strategies: No such file or directory")


def test_templates_stand_beside_the_file(tmp_path: Path) -> None:
    write(tmp_path)
    write(tmp_path, "mine.j2", "Faster!")
    assert with_folder(Found(), tmp_path).templates["mine.j2"].text == "Faster!"
    write(tmp_path, "tips.j2", "Mine.")
    assert "tips.j2: perftui has a template of this name" in refused(tmp_path)


def test_a_template_beside_it_that_is_none_is_told_with_its_line(tmp_path: Path) -> None:
    write(tmp_path)
    write(tmp_path, "mine.j2", "One\n{% if x %}\n")
    assert f"{tmp_path / 'mine.j2'}:2: " in refused(tmp_path)


@pytest.fixture
def points(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[EntryPoint]:
    """The entry points that are installed; `mine_package` can be imported."""
    found: list[EntryPoint] = []
    monkeypatch.setattr(loading, "entry_points", lambda group: EntryPoints(found).select(group=group))
    folder = tmp_path / "mine_package"
    folder.mkdir()
    write(folder, "__init__.py", PART)
    write(folder, "packaged.j2", "Faster!")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "mine_package", raising=False)
    return found


@pytest.mark.parametrize("value", ["mine_package", "mine_package:PART"])
def test_an_entry_point_brings_strategies_and_templates(points: list[EntryPoint], value: str) -> None:
    points.append(EntryPoint("mine", value, GROUP))
    found = with_entry_points(Found())
    assert found.catalogue.find("mine")
    assert found.catalogue.sources == {"mine": f"entry point mine ({value})"}
    assert found.templates["packaged.j2"].text == "Faster!"
    assert not found.notes


def test_an_entry_point_that_cannot_be_used_is_told_and_the_rest_holds(points: list[EntryPoint]) -> None:
    points += [EntryPoint("bad", "no_such_package", GROUP), EntryPoint("mine", "mine_package", GROUP)]
    found = with_entry_points(Found())
    assert found.catalogue.find("mine")
    assert found.notes == (
        "entry point bad (no_such_package): ModuleNotFoundError: No module named 'no_such_package'",
    )
