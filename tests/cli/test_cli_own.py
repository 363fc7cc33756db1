"""A user's own strategies and prompts, from the command line: listed, shown, run, resumed, refused."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.cli.conftest import MODEL, QUICK, Here
from tests.cli.test_cli_resume import cut_back

DOCS = Path(__file__).parents[2] / "docs" / "strategies.md"

RAISES = """\
from perftui.refine.plugin import Part, next_turn


def go(chain):
    if chain.best is None:
        return None
    if len(chain.rounds) > 1:
        return chain.rounds[99]
    return next_turn(chain, phase="performance", label="go", prompt="Faster.")


PART = Part("mine", "performance", 1, "Mine.", go)
"""


def tutorial() -> list[str]:
    """The programs of the documentation."""
    return re.findall(r"^```python\n(.*?)^```", DOCS.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


@pytest.fixture
def mine(here: Here) -> Path:
    """The folder that the tutorial makes, with its strategies and the templates that it speaks of."""
    folder = here.folder / "my-strategies"
    folder.mkdir()
    first, second = tutorial()
    (folder / "smallest_change.py").write_text(first)
    (folder / "think_twice.py").write_text(second)
    (folder / "think.j2").write_text('{% include "_program.j2" %}\nThink.')
    (folder / "write.j2").write_text('{% include "_program.j2" %}\nWrite.\n\n{% include "_contract.j2" %}')
    return folder


def asks(here: Here) -> list[dict[str, str]]:
    events = map(json.loads, here.perftui("export", "last").out.splitlines())
    return [event["ask"] for event in events if event["kind"] == "action-taken"]


def ends(here: Here) -> list[str]:
    events = map(json.loads, here.perftui("export", "last").out.splitlines())
    return [event["reason"] for event in events if event["kind"] == "chain-ended"]


def test_the_tutorials_strategies_are_listed_with_their_files(here: Here, mine: Path) -> None:
    found = json.loads(here.perftui("strategies", "--strategies", mine, "--format", "json").out)
    own = {one["name"]: one for one in found if "source" in one}
    assert list(own) == ["smallest-change", "think-twice"]
    assert own["smallest-change"] == {
        "name": "smallest-change",
        "phase": "performance",
        "calls": 2,
        "description": "Ask for one change at a time.",
        "source": str(mine / "smallest_change.py"),
    }
    table = here.perftui("strategies", "--strategies", mine).out
    assert f"yours: {mine}" in table.replace("\n      ", " ")
    assert not any("source" in one for one in json.loads(here.perftui("strategies", "--format", "json").out))


def test_the_tutorials_strategies_run(here: Here, mine: Path) -> None:
    here.run("--strategies", mine, "--strategy", "smallest-change", "--limit", 1)
    assert [ask["label"].split()[0] for ask in asks(here)] == ["base", "smallest", "slowest"]
    here.run("--strategies", mine, "--strategy", "testcase-feedback+think-twice", "--limit", 1)
    assert [ask["label"] for ask in asks(here)] == ["base", "think", "write", "again"]
    assert asks(here)[1]["template"].startswith("think@")


def test_a_run_finds_its_strategy_again(here: Here, mine: Path) -> None:
    here.monkeypatch.setenv("PERFTUI_STRATEGIES", str(mine))
    run = here.run("--strategy", "smallest-change")
    here.monkeypatch.delenv("PERFTUI_STRATEGIES")
    cut_back(here, "reply-received")
    assert here.perftui("resume", run).status == 0
    assert here.perftui("rerun", run, "Add/0").status == 0
    mine.rename(here.folder / "elsewhere")
    assert here.refused("rerun", run, "Add/0").startswith(f"{mine}: no folder of strategies")


def test_the_settings_folder_is_looked_into_and_the_current_one_is_not(here: Here) -> None:
    text = RAISES.replace('"mine"', '"{}"')
    here.write("mine.py", text.format("from-here"))
    (here.folder / "strategies").mkdir()
    here.write("strategies/mine.py", text.format("from-here"))
    assert "from-here" not in here.perftui("strategies").out
    config = here.home / ".config" / "perftui" / "strategies"
    config.mkdir(parents=True)
    (config / "mine.py").write_text(text.format("from-home"))
    assert "from-home" in here.perftui("strategies").out


def test_a_strategy_that_raises_ends_its_chain_and_not_the_run(here: Here) -> None:
    here.write("mine.py", RAISES)
    ended = here.perftui("run", "problems", *MODEL, *QUICK, "--strategies", ".", "--strategy", "mine")
    assert ended.status == 1
    place = f"{here.folder / 'mine.py'}:8: IndexError: tuple index out of range"
    assert ends(here) == [f"the strategy failed: {place}"] * 3


def test_a_strategy_that_never_ends_is_ended(here: Here) -> None:
    lines = RAISES.replace("    if len(chain.rounds) > 1:\n        return chain.rounds[99]\n", "")
    here.write("mine.py", lines)
    replies = [
        {"task_id": "Add/0", "chain": 0, "turn": turn, "reply": "```python\ndef add_0(x):\n    return x\n```"}
        for turn in range(60)
    ]
    here.write("long.jsonl", "".join(json.dumps(reply) + "\n" for reply in replies))
    ended = here.perftui(
        "run", "problems", "--model", "recorded:long.jsonl", *QUICK, "--limit", 1,
        "--strategies", ".", "--strategy", "mine",
    )  # fmt: skip
    assert ended.status == 0, ended.err
    assert ends(here) == ["50 model calls, the most that a chain may make"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("def f(:\n", "mine.py:1: SyntaxError: invalid syntax"),
        ("1 / 0\n", "mine.py:1: ZeroDivisionError: division by zero"),
        ("x = 1\n", "mine.py: defines no PART, PARTS or STRATEGY"),
    ],
)
def test_a_file_that_cannot_be_loaded_stops_the_command(here: Here, text: str, line: str) -> None:
    here.write("mine.py", text)
    for command in (("strategies",), ("run", "problems", *MODEL), ("prompts", "list")):
        assert here.refused(*command, "--strategies", ".").endswith(line)


def test_prompts_of_ones_own_are_sent(here: Here) -> None:
    (here.folder / "my-prompts").mkdir()
    source = here.perftui("prompts", "show", "--template", "base_function").out
    here.write("my-prompts/base_function.j2", source.replace("You write Python", "MINE: you write Python"))
    here.run("--prompts", "my-prompts", "--limit", 1)
    assert asks(here)[0]["messages"][0]["content"].startswith("MINE: you write")
    assert "MINE" not in here.perftui("prompts", "show", "problems", "--problems", "0").out
    shown = here.perftui("prompts", "show", "problems", "--problems", "0", "--prompts", "my-prompts").out
    assert "MINE: you write" in shown
    assert "MINE: you write" in here.perftui("prompts", "show", "--run", "last").out
    listed = here.perftui("prompts", "list", "--prompts", "my-prompts").out
    assert f"[yours: {here.folder / 'my-prompts' / 'base_function.j2'}]" in listed
    here.write("my-prompts/base_function.j2", "{{ statment }}")
    assert "base_function.j2:1: 'statment' is not told" in here.refused(
        "prompts", "list", "--prompts", "my-prompts"
    )
    assert "base_function.j2:1: 'statment'" in here.refused(
        "run", "problems", *MODEL, "--prompts", "my-prompts"
    )


def test_prompts_show_each_ask_of_a_strategy(here: Here) -> None:
    shown = here.perftui("prompts", "show", "problems", "--problems", "Add/1", "--strategy", "team").out
    heads = re.findall(
        r"^# Add/1 · ask \d of 8 · (\S+) \(\S+\) to the (\w+), for (a program|text);", shown, re.MULTILINE
    )
    assert heads == [
        ("base", "coder", "a program"),
        ("reflect", "coder", "text"),
        ("fix", "coder", "a program"),
        ("lead", "leader", "text"),
        ("code", "coder", "a program"),
        ("review", "reviewer", "text"),
        ("replan", "leader", "text"),
        ("recode", "coder", "a program"),
    ]
    assert "where an optimisation is wrong · repair" in shown
    assert "Add 1 to a number." in shown
    assert "EXAMPLE: what the model says to ask 6 (review) stands here" in shown


def test_prompts_show_the_whole_conversation_and_the_papers_settings(here: Here) -> None:
    whole = here.perftui("prompts", "show", "problems", "--problems", "0", "--whole").out
    assert whole.count("## assistant") > 4
    published = here.perftui("prompts", "show", "problems", "--problems", "0", "--as-published").out
    assert "· repair (" not in published


def test_prompts_that_cannot_be_shown(here: Here) -> None:
    assert here.refused("prompts", "show").startswith("one of BENCHMARK, --template NAME and --run RUN")
    assert "there is no prompt template 'no'" in here.refused("prompts", "show", "--template", "no")
    assert "unknown strategy 'no'" in here.refused("prompts", "show", "problems", "--strategy", "no")
    here.run("--limit", 1)
    assert "has no problem Add/9" in here.refused("prompts", "show", "--run", "last", "--problems", "Add/9")
    assert "has sent nothing" in here.refused("prompts", "show", "--run", "last", "--chain", 7)


def test_what_was_sent_is_shown_by_chain_and_round(here: Here) -> None:
    here.run("--chains", 2)
    shown = here.perftui("prompts", "show", "--run", "last", "--problems", "Add/1", "--chain", 2).out
    assert re.findall(r"^# (.*?) · chain (\d) · round (\d)", shown, re.MULTILINE) == [
        ("Add/1", "2", str(round_)) for round_ in (1, 2, 3)
    ]
    assert "Add 1 to a number." in shown
    assert "EXAMPLE" not in shown


def test_prompts_are_listed_with_what_they_are_for(here: Here) -> None:
    rows = json.loads(here.perftui("prompts", "list", "--format", "json").out)
    assert {row["whose"] for row in rows} == {"perftui"}
    assert {"tips", "review", "_contract"} <= {row["name"] for row in rows}
    assert all(row["name"] in here.perftui("prompts", "list").out for row in rows)


def test_a_run_as_published(here: Here) -> None:
    here.run("--limit", 1, "--strategy", "tips", "--as-published")
    events = [json.loads(line) for line in here.perftui("export", "last").out.splitlines()]
    settings = events[0]["plan"]["settings"]
    assert (settings["choice"], settings["repair_rounds"], settings["plateau"]) == ("last", 0, 0)
    assert events[0]["plan"]["strategy"] == "reflection+tips"
