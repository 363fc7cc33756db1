"""Prompt templates, rendered in Jinja2's sandbox: the package's, and what a user puts in their place.

Which templates are in use is set once, before a run begins (`using`), and holds for all of it: so the
same chain gives the same ask. Each ask keeps the hash of the template that it was made from.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib import resources
from typing import NamedTuple

from jinja2 import FunctionLoader, StrictUndefined, Template, meta
from jinja2.sandbox import SandboxedEnvironment

from perftui.refine.faults import StrategyFaultError, fault_line
from perftui.text import one_line

SUFFIX = ".j2"
_PACKAGE = "perftui/refine/prompts"
_TELLING = re.compile(r"\A\s*\{#-?\s*(.*?)\s*-?#\}", re.DOTALL)


class Rendered(NamedTuple):
    """A prompt and what it was made from.

    Attributes:
        text: the prompt.
        template: `name@hash`, the hash being of the template and of all that it includes.
    """

    text: str
    template: str


@dataclass(frozen=True)
class Source:
    """The text of a template.

    Attributes:
        text: as it was written.
        path: the user's file that it is from; empty for one of the package's.
    """

    text: str
    path: str = ""


@dataclass(frozen=True)
class Templates:
    """Templates by the name of their file, such as `optimise.j2`."""

    sources: Mapping[str, Source]
    _texts: dict[str, Template] = field(default_factory=dict, compare=False, repr=False)
    _hashes: dict[str, str] = field(default_factory=dict, compare=False, repr=False)

    def render(self, name: str, facts: Mapping[str, object]) -> Rendered:
        """Fill in a template.

        Args:
            name: the file's name, with its ending or without.
            facts: what the template may use; a fact that it wants and does not get is an error.

        Raises:
            StrategyFaultError: there is no such template, or it lacks a fact.
        """
        file = file_of(name)
        if file not in self.sources:
            raise StrategyFaultError(f"there is no prompt template {one_line(file, 80)}")
        text = self._filled(lambda: self.environment.get_template(file), facts, file)
        return Rendered(text, f"{file.removesuffix(SUFFIX)}@{self.hash(name)}")

    def render_text(self, template: str, facts: Mapping[str, object], name: str) -> Rendered:
        """Fill in a template that is no file; it may include files.

        Args:
            template: its text.
            facts: what it may use.
            name: what it is called in `Rendered.template`.

        Raises:
            StrategyFaultError: it is none, or lacks a fact.
        """
        return Rendered(
            self._filled(lambda: self._of_text(template), facts, f"the prompt {name!r}"),
            f"{name}@{_digest([template])}",
        )

    def hash(self, name: str) -> str:
        """Eight hexadecimal digits that change with the text of a template or of what it includes."""
        file = file_of(name)
        if file not in self._hashes:
            files = sorted(self.with_included(file))
            self._hashes[file] = _digest([self.sources[included].text for included in files])
        return self._hashes[file]

    def describe(self, name: str) -> str:
        """What a template is for: the comment that it begins with, on one line; empty where it has none."""
        found = _TELLING.match(self.sources[file_of(name)].text)
        return " ".join(found[1].split()) if found else ""

    def with_included(self, file: str) -> set[str]:
        """A template's file and those that it includes, however deep."""
        found: set[str] = set()
        todo = [file]
        while todo:
            name = todo.pop()
            if name in found or name not in self.sources:
                continue
            found.add(name)
            todo += self.included(name)
        return found

    def included(self, file: str) -> set[str]:
        """The files that a template names, be they there or not."""
        tree = self.environment.parse(self.sources[file].text, file)
        return {inner for inner in meta.find_referenced_templates(tree) if inner is not None}

    def wanted(self, name: str) -> set[str]:
        """The facts that a template and what it includes may look at."""
        files = self.with_included(file_of(name))
        trees = (self.environment.parse(self.sources[file].text, file) for file in files)
        return {fact for tree in trees for fact in meta.find_undeclared_variables(tree)}

    @cached_property
    def environment(self) -> SandboxedEnvironment:
        """Jinja2's sandbox with these templates."""
        environment = SandboxedEnvironment(
            loader=FunctionLoader(self._load),
            undefined=StrictUndefined,
            autoescape=False,  # prompts are plain text
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.filters["fenced"] = fenced
        return environment

    def place(self, file: str) -> str:
        """How an error names a template: by its path, or by the name of the package's file."""
        return self.sources[file].path or f"{_PACKAGE}/{file}"

    def _load(self, file: str) -> tuple[str, str, None] | None:
        source = self.sources.get(file)
        return None if source is None else (source.text, self.place(file), None)

    def _of_text(self, template: str) -> Template:
        if template not in self._texts:
            self._texts[template] = self.environment.from_string(template)
        return self._texts[template]

    def _filled(self, template: Callable[[], Template], facts: Mapping[str, object], name: str) -> str:
        try:
            return template().render(facts).strip() + "\n"
        except Exception as error:  # a user's template may raise anything
            places = [self.place(file) for file in self.sources]
            raise StrategyFaultError(fault_line(error, places, name)) from error


@cache
def built_in() -> Templates:
    """The package's own templates."""
    folder = resources.files("perftui.refine") / "prompts"
    return Templates(
        {
            file.name: Source(file.read_text(encoding="utf-8"))
            for file in folder.iterdir()
            if file.name.endswith(SUFFIX)
        }
    )


_IN_USE: ContextVar[Templates | None] = ContextVar("templates in use", default=None)


def in_use() -> Templates:
    """The templates that asks are made from."""
    return _IN_USE.get() or built_in()


@contextmanager
def using(templates: Templates) -> Iterator[None]:
    """Make asks from these templates, in this context and those that are begun within it."""
    token = _IN_USE.set(templates)
    try:
        yield
    finally:
        _IN_USE.reset(token)


def render(name: str, **facts: object) -> Rendered:
    """Fill in a template in use, as `Templates.render` does."""
    return in_use().render(name, facts)


def render_text(template: str, facts: Mapping[str, object], name: str) -> Rendered:
    """Fill in a text with the templates in use, as `Templates.render_text` does."""
    return in_use().render_text(template, facts, name)


def file_of(name: str) -> str:
    """The name of a template's file."""
    return name if name.endswith(SUFFIX) else name + SUFFIX


def fenced(code: str, language: str = "") -> str:
    """Text between Markdown fences that are longer than any run of back-ticks in it."""
    longest = max((len(run) for run in re.findall(r"`+", code)), default=0)
    fence = "`" * max(3, longest + 1)
    body = code.strip("\n")
    return f"{fence}{language}\n{body}\n{fence}"


def _digest(texts: list[str]) -> str:
    return hashlib.sha256("\0".join(texts).encode("utf-8", "surrogatepass")).hexdigest()[:8]
