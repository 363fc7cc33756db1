"""Prompt templates: package files, rendered in Jinja2's sandbox."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from importlib import resources
from typing import NamedTuple

from jinja2 import DictLoader, StrictUndefined, meta
from jinja2.sandbox import SandboxedEnvironment

_SUFFIX = ".j2"


class Rendered(NamedTuple):
    """A prompt and what it was made from.

    Attributes:
        text: the prompt.
        template: `name@hash`, the hash being of the template and of all that it includes.
    """

    text: str
    template: str


def render(name: str, **facts: object) -> Rendered:
    """Fill in a prompt template.

    Args:
        name: the file's name in `prompts/` without its ending.
        facts: what the template may use; a fact that it wants and does not get is an error.

    Raises:
        jinja2.TemplateError: there is no such template, or it lacks a fact.
    """
    text = _environment().get_template(name + _SUFFIX).render(facts)
    return Rendered(text.strip() + "\n", f"{name}@{template_hash(name)}")


@cache
def template_hash(name: str) -> str:
    """Eight hexadecimal digits that change with the text of a template or of what it includes."""
    texts = (_sources()[file] for file in sorted(_with_included(name + _SUFFIX)))
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:8]


def fenced(code: str, language: str = "") -> str:
    """Text between Markdown fences that are longer than any run of back-ticks in it."""
    longest = max((len(run) for run in re.findall(r"`+", code)), default=0)
    fence = "`" * max(3, longest + 1)
    body = code.strip("\n")
    return f"{fence}{language}\n{body}\n{fence}"


@cache
def _sources() -> dict[str, str]:
    folder = resources.files("perftui.refine") / "prompts"
    return {
        file.name: file.read_text(encoding="utf-8")
        for file in folder.iterdir()
        if file.name.endswith(_SUFFIX)
    }


@cache
def _environment() -> SandboxedEnvironment:
    environment = SandboxedEnvironment(
        loader=DictLoader(_sources()),
        undefined=StrictUndefined,
        autoescape=False,  # prompts are plain text
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["fenced"] = fenced
    return environment


def _with_included(file: str) -> set[str]:
    tree = _environment().parse(_sources()[file])
    included = {name for name in meta.find_referenced_templates(tree) if name is not None}
    return {file}.union(*(_with_included(name) for name in included))
