"""Prompt templates: whole, sandboxed, and known by a hash."""

from __future__ import annotations

from importlib import resources

import pytest
from jinja2.sandbox import SandboxedEnvironment

from perftui.refine.faults import StrategyFaultError
from perftui.refine.templates import Source, Templates, built_in, fenced, render, render_text, using

FACTS = {"statement": "Say {{ 7 * 7 }} & <b>", "stub": "", "entry_point": "f", "stdin": False}


def test_a_prompt_has_its_template_and_hash() -> None:
    prompt = render("base_function", **FACTS)
    name, _, digest = prompt.template.partition("@")
    assert name == "base_function"
    assert len(digest) == 8
    assert int(digest, 16) >= 0
    assert prompt == render("base_function", **FACTS)


def test_facts_are_text_and_never_templates_or_markup() -> None:
    assert "Say {{ 7 * 7 }} & <b>" in render("base_function", **FACTS).text


def test_a_missing_fact_or_template_is_an_error_that_names_its_place() -> None:
    with pytest.raises(
        StrategyFaultError, match=r"prompts/base_function.j2:\d+: UndefinedError: 'entry_point'"
    ):
        render("base_function", statement="s", stub="", stdin=False)
    with pytest.raises(StrategyFaultError, match=r"no prompt template nothing\.j2"):
        render("nothing")
    with pytest.raises(StrategyFaultError, match="the prompt 'mine': UndefinedError: 'more' is undefined"):
        render_text("{{ more }}", {}, "mine")


def test_a_text_is_a_template_too() -> None:
    prompt = render_text('{{ entry_point }}!\n{% include "_contract.j2" %}', FACTS, "mine")
    assert prompt.text.startswith("f!\n- `f` keeps its name")
    assert prompt.template.startswith("mine@")
    assert render_text("{{ 1 }}", {}, "mine").template != render_text("{{ 2 }}", {}, "mine").template


def test_templates_are_sandboxed() -> None:
    assert isinstance(built_in().environment, SandboxedEnvironment)
    with pytest.raises(StrategyFaultError, match="SecurityError"):
        render_text("{{ f.__globals__ }}", {"f": render}, "mine")


def changed(name: str, text: str) -> Templates:
    return Templates({**built_in().sources, name: Source(text, f"/home/{name}")})


def test_the_hash_covers_what_is_included() -> None:
    other = changed("_failure.j2", built_in().sources["_failure.j2"].text + "More.\n")
    assert other.hash("fix") != built_in().hash("fix")
    assert other.hash("base_function") == built_in().hash("base_function")


def test_which_templates_are_used_is_set_around_what_uses_them() -> None:
    before = render("base_function", **FACTS)
    with using(changed("base_function.j2", "Mine for {{ entry_point }}.")):
        mine = render("base_function", **FACTS)
    assert mine.text == "Mine for f.\n"
    assert mine.template != before.template
    assert render("base_function", **FACTS) == before


def test_an_error_in_a_users_template_names_the_users_file() -> None:
    mine = changed("_contract.j2", "Line one.\n{{ entry_point.nothing.more }}\n")
    with (
        using(mine),
        pytest.raises(StrategyFaultError, match=r"^/home/_contract\.j2:2: UndefinedError: .* 'nothing'"),
    ):
        render("base_function", **FACTS)


def test_each_template_is_a_file_that_can_be_read() -> None:
    names = {file.name for file in (resources.files("perftui.refine") / "prompts").iterdir()}
    assert names == set(built_in().sources)
    assert {"base_function.j2", "base_stdin.j2", "reflect.j2", "fix.j2", "optimise.j2"} <= names
    assert all(len(built_in().hash(name)) == 8 for name in names)


def test_the_stub_is_shown_once() -> None:
    stub = "def f(x):\n"
    facts = {**FACTS, "stub": stub}
    assert render("base_function", **{**facts, "statement": stub}).text.count("def f(x):") == 1
    assert render("base_function", **{**facts, "statement": f"Do it:\n{stub}"}).text.count("def f(x):") == 1
    assert "begins from this code" in render("base_function", **{**facts, "statement": "Do it."}).text


def test_fences_are_longer_than_any_in_the_text() -> None:
    assert fenced("x", "python") == "```python\nx\n```"
    assert fenced("a\n````\nb\n") == "`````\na\n````\nb\n`````"
