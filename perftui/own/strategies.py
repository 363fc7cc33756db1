"""Strategies that a user wrote: files in a folder, and entry points of installed packages.

Only the folder that was named is looked into; nothing is loaded from where perftui happens to be started.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType

import msgspec

from perftui.errors import BadInputError
from perftui.own.guard import guarded, spoken_aside
from perftui.own.templates import read_templates
from perftui.refine.catalogue import ALL, BUILT_IN, Catalogue
from perftui.refine.chain import StrategySettings
from perftui.refine.faults import fault_line
from perftui.refine.part import Part
from perftui.refine.strategy import Strategy
from perftui.refine.templates import Source, built_in
from perftui.text import one_line

GROUP = "perftui.strategies"
"""The entry point group of packages that bring strategies."""

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_WANTED = "PART, PARTS or STRATEGY"


@dataclass(frozen=True)
class Found:
    """What was loaded so far.

    Attributes:
        catalogue: the package's strategies and the user's.
        templates: the user's prompt templates, by the name of their file.
        notes: a line for each entry point that could not be used.
    """

    catalogue: Catalogue = BUILT_IN
    templates: Mapping[str, Source] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def with_folder(found: Found, folder: Path) -> Found:
    """With the strategies of a folder's Python files, and with the templates beside them.

    Files whose name begins with an underscore are passed over.

    Raises:
        BadInputError: a file cannot be used; the message is one line that says which, where and why.
    """
    try:
        files = sorted(path for path in folder.iterdir() if path.suffix == ".py")
    except OSError as error:
        raise BadInputError(f"{folder}: no folder of strategies: {error.strerror}") from error
    found = _with_templates(found, folder)
    for path in files:
        if not path.name.startswith("_"):
            found = _with_all(found, _defined(_executed(path), str(path)), str(path))
    return found


def with_entry_points(found: Found) -> Found:
    """With what installed packages bring; one that cannot be used is told, and the rest holds."""
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        try:
            found = _with_entry_point(found, point)
        except BadInputError as error:
            found = replace(found, notes=(*found.notes, str(error)))
    return found


def _with_entry_point(found: Found, point: EntryPoint) -> Found:
    source = f"entry point {one_line(point.name, 60)} ({one_line(point.value, 80)})"
    try:
        with spoken_aside():
            loaded = point.load()
    except (Exception, SystemExit) as error:  # whatever a package raises
        raise BadInputError(one_line(f"{source}: {type(error).__name__}: {error}", 400)) from error
    file = getattr(sys.modules.get(point.module), "__file__", None)
    if file:
        found = _with_templates(found, Path(file).parent)
    if isinstance(loaded, ModuleType):
        return _with_all(found, _defined(vars(loaded), source), source, file)
    return _with_all(found, _listed(loaded, source), source, file)


def _executed(path: Path) -> Mapping[str, object]:
    """The names that a file defines."""
    module = ModuleType(f"perftui_own_{path.stem}")
    module.__file__ = str(path)
    try:
        # What looks up its own module by name, as dataclasses do, finds it.
        sys.modules[module.__name__] = module
        code = compile(path.read_text(encoding="utf-8"), str(path), "exec", dont_inherit=True)
        with spoken_aside():
            exec(code, module.__dict__)  # noqa: S102 - the user's own file, from a folder that the user named
    except (Exception, SystemExit) as error:  # whatever it raises
        raise BadInputError(fault_line(error, [str(path)], str(path))) from error
    return vars(module)


def _defined(names: Mapping[str, object], source: str) -> list[object]:
    values = [names[name] for name in ("PART", "STRATEGY") if name in names]
    if "PARTS" in names:
        values += _listed(names["PARTS"], source)
    if not values:
        raise BadInputError(f"{source}: defines no {_WANTED}")
    return values


def _listed(value: object, source: str) -> list[object]:
    if isinstance(value, Part | Strategy):
        return [value]
    if not isinstance(value, Iterable) or isinstance(value, str):
        raise BadInputError(f"{source}: a Part, several, or a Strategy is wanted, not {type(value).__name__}")
    return list(value)


def _with_all(found: Found, values: list[object], source: str, file: str | None = None) -> Found:
    """With parts and strategies that one source defines.

    Args:
        found: so far.
        values: what should be parts and strategies.
        source: as it is listed.
        file: whose lines are told where a part raises; None where the source is a file itself.
    """
    for value in values:
        found = _with_one(found, value, source, file or source)
    return found


def _with_one(found: Found, value: object, source: str, file: str) -> Found:
    catalogue = found.catalogue
    trouble = next(_troubles(value, catalogue), "")
    if trouble:
        raise BadInputError(one_line(f"{source}: {trouble}", 400))
    if isinstance(value, Part):
        sources = {**catalogue.sources, value.name: source}
        parts = (*catalogue.parts, guarded(value, file))
        return replace(found, catalogue=replace(catalogue, parts=parts, sources=sources))
    assert isinstance(value, Strategy)  # noqa: S101 - or it would have been a trouble
    known = {id(part) for strategy in BUILT_IN.presets for part in strategy.parts}
    known |= {id(part) for part in BUILT_IN.parts}
    watched = tuple(part if id(part) in known else guarded(part, file) for part in value.parts)
    presets = (*catalogue.presets, replace(value, parts=watched))
    sources = {**catalogue.sources, value.name: source}
    return replace(found, catalogue=replace(catalogue, presets=presets, sources=sources))


def _troubles(value: object, catalogue: Catalogue) -> Iterator[str]:
    """What is wrong with what should be a part or a strategy, the first thing first."""
    if not isinstance(value, Part | Strategy):
        yield f"a Part or a Strategy is wanted, not {type(value).__name__}"
        return
    given = vars(value)  # a dataclass holds whatever it was given
    name, description = given["name"], given["description"]
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        yield f"the name {name!r} must be of lower-case letters, digits and hyphens"
    if name in catalogue.names or name == ALL:
        taken = catalogue.sources.get(name, "perftui itself")
        yield f"the name {name} is taken by {taken}"
    if not isinstance(description, str) or not description.strip():
        yield f"{name} has no description"
    yield from _of_part(value) if isinstance(value, Part) else _of_strategy(value)


def _of_part(part: Part) -> Iterator[str]:
    if part.phase not in {"correctness", "performance"}:
        yield f"{part.name} is of the phase {part.phase!r}: one of correctness and performance is wanted"
    yield from _of_any_part(part)


def _of_strategy(strategy: Strategy) -> Iterator[str]:
    parts, settings = vars(strategy)["parts"], vars(strategy)["settings"]
    if not isinstance(parts, tuple) or not all(isinstance(part, Part) for part in parts):
        yield f"{strategy.name}: its parts must be a tuple of Part"
    elif not parts or parts[0].phase != "base":
        yield f"{strategy.name} must begin with a part of the base phase, such as BASE"
    else:
        for part in parts:
            yield from _of_any_part(part)
    if not isinstance(settings, StrategySettings):
        yield f"{strategy.name}: its settings must be StrategySettings"
    else:
        yield from _of_settings(strategy.name, settings)


def _of_settings(name: str, settings: StrategySettings) -> Iterator[str]:
    try:
        # What a run stores of them is read again.
        msgspec.json.decode(msgspec.json.encode(settings), type=StrategySettings)
    except (msgspec.MsgspecError, TypeError) as error:
        yield f"{name}: its settings cannot be stored: {error}"
        return
    counts = ("correctness_rounds", "repair_rounds", "feedback_rounds", "plateau")
    if any(getattr(settings, count) < 0 for count in counts):
        yield f"{name}: {', '.join(counts)} are counts, from 0"
    if settings.calls is not None and settings.calls < 1:
        yield f"{name}: calls is a number of model calls, at least 1, or None"


def _of_any_part(part: Part) -> Iterator[str]:
    calls, next_step = vars(part)["calls"], vars(part)["next_step"]
    if not isinstance(calls, int) or calls < 0:
        yield f"{part.name}: calls must be a number of model calls, not {calls!r}"
    if not callable(next_step):
        yield f"{part.name}: next_step must be a function"


def _with_templates(found: Found, folder: Path) -> Found:
    """With the templates of a folder; none may take the place of another here."""
    templates = read_templates(folder)
    for name, source in templates.items():
        known = found.templates.get(name)
        if name in built_in().sources:
            raise BadInputError(
                f"{source.path}: perftui has a template of this name: give yours another, "
                "or put it into the folder of --prompts to take its place"
            )
        if known is not None and known.path != source.path:
            raise BadInputError(f"{source.path}: the name of this template is taken by {known.path}")
    return replace(found, templates={**found.templates, **templates})
