"""Prompt templates that a user wrote, checked as far as that can be done before they are used."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from pathlib import Path

from jinja2 import TemplateSyntaxError, nodes

from perftui.errors import BadInputError
from perftui.refine.templates import SUFFIX, Source, Templates, built_in
from perftui.text import one_line

TASK_FACTS = frozenset({"statement", "stub", "entry_point", "stdin", "objective"})
"""What every prompt of a chain is told."""


def read_templates(folder: Path) -> dict[str, Source]:
    """The templates of a folder, by the names of their files.

    Raises:
        BadInputError: one cannot be read, or is no template; the message names its file and line.
    """
    try:
        paths = sorted(path for path in folder.iterdir() if path.name.endswith(SUFFIX))
    except OSError as error:
        raise BadInputError(f"{folder}: no folder of prompt templates: {error.strerror}") from error
    return {path.name: _read(path) for path in paths}


def with_overrides(templates: Templates, overrides: Mapping[str, Source]) -> Templates:
    """With a user's templates in the place of those of the same name.

    Raises:
        BadInputError: one takes no template's place and is included by none, or it looks at what it is
            not told; the message names its file and, where that is known, its line.
    """
    merged = Templates({**templates.sources, **overrides})
    included = {inner for file in overrides for inner in merged.with_included(file) if inner != file}
    for name, source in overrides.items():
        _check_includes(merged, name)
        if name in templates.sources:
            _check_facts(merged, templates, name)
        elif name not in included:
            near = difflib.get_close_matches(name, list(templates.sources), n=3, cutoff=0.6)
            hint = f"near it are {', '.join(near)}" if near else "see perftui prompts list"
            raise BadInputError(f"{source.path}: there is no template of this name: {hint}")
    return merged


def _read(path: Path) -> Source:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        what = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise BadInputError(f"{path}: cannot be read: {what}") from error
    try:
        # Compiled, not only parsed: so a filter that there is none of is seen, too.
        built_in().environment.compile(text)
    except TemplateSyntaxError as error:
        raise BadInputError(one_line(f"{path}:{error.lineno}: {error.message}", 400)) from error
    return Source(text, str(path))


def _check_includes(merged: Templates, name: str) -> None:
    """See that what a template includes is there, and does not include it in turn."""
    place = merged.place(name)
    for inner in sorted(merged.included(name)):
        if inner not in merged.sources:
            raise BadInputError(f"{place}: includes {one_line(inner, 60)!r}, and there is no such template")
        if name in merged.with_included(inner):
            raise BadInputError(f"{place}: includes itself, by {one_line(inner, 60)!r}")


def _check_facts(merged: Templates, templates: Templates, name: str) -> None:
    """See that an override looks at nothing but what the template in whose place it stands is told.

    A part that others include is told what they are told.
    """
    told = set(TASK_FACTS)
    for other in templates.sources:
        if name in templates.with_included(other):
            told |= templates.wanted(other)
    for fact in sorted(merged.wanted(name) - told):
        file, line = _whereabouts(merged, name, fact)
        known = ", ".join(sorted(told))
        place = f"{merged.place(file)}:{line}" if line else merged.place(file)
        raise BadInputError(f"{place}: {one_line(fact, 60)!r} is not told to {name}: it is told {known}")


def _whereabouts(merged: Templates, name: str, fact: str) -> tuple[str, int]:
    """The file and line where a template, or what it includes, looks at a fact."""
    for file in sorted(merged.with_included(name), key=lambda file: file != name):
        tree = merged.environment.parse(merged.sources[file].text)
        lines = [node.lineno for node in tree.find_all(nodes.Name) if node.name == fact]
        if lines:
            return file, min(lines)
    return name, 0
