"""Prompt templates: whole, sandboxed, and known by a hash."""

from __future__ import annotations

from importlib import resources

import pytest
from jinja2 import TemplateNotFound, UndefinedError
from jinja2.exceptions import SecurityError
from jinja2.sandbox import SandboxedEnvironment

from perftui.refine import templates
from perftui.refine.templates import fenced, render, template_hash

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


def test_a_missing_fact_or_template_is_an_error() -> None:
    with pytest.raises(UndefinedError, match="entry_point"):
        render("base_function", statement="s", stub="", stdin=False)
    with pytest.raises(TemplateNotFound):
        render("nothing")


def test_templates_are_sandboxed() -> None:
    environment = templates._environment()
    assert isinstance(environment, SandboxedEnvironment)
    with pytest.raises(SecurityError):
        environment.from_string("{{ f.__globals__ }}").render(f=render)


def test_the_hash_covers_what_is_included(monkeypatch: pytest.MonkeyPatch) -> None:
    before = template_hash("fix"), template_hash("base_function")
    sources = dict(templates._sources())
    sources["_failure.j2"] += "More.\n"
    monkeypatch.setattr(templates, "_sources", lambda: sources)
    assert template_hash.__wrapped__("fix") != before[0]
    assert template_hash.__wrapped__("base_function") == before[1]


def test_each_template_is_a_file_that_can_be_read() -> None:
    names = {file.name for file in (resources.files("perftui.refine") / "prompts").iterdir()}
    assert names == set(templates._sources())
    assert {"base_function.j2", "base_stdin.j2", "reflect.j2", "fix.j2", "optimise.j2"} <= names
    assert all(len(template_hash(name.removesuffix(".j2"))) == 8 for name in names)


def test_the_stub_is_shown_once() -> None:
    stub = "def f(x):\n"
    facts = {**FACTS, "stub": stub}
    assert render("base_function", **{**facts, "statement": stub}).text.count("def f(x):") == 1
    assert render("base_function", **{**facts, "statement": f"Do it:\n{stub}"}).text.count("def f(x):") == 1
    assert "begins from this code" in render("base_function", **{**facts, "statement": "Do it."}).text


def test_fences_are_longer_than_any_in_the_text() -> None:
    assert fenced("x", "python") == "```python\nx\n```"
    assert fenced("a\n````\nb\n") == "`````\na\n````\nb\n`````"
