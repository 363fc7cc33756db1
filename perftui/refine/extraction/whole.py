"""A program made whole: names that it needs and lacks, taken from elsewhere."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence

from perftui.refine.extraction.source import (
    Unit,
    bound,
    is_future,
    is_star_import,
    needed,
    parse,
    text_of,
    units,
)

_TYPING = frozenset(
    {
        *("Any", "Callable", "DefaultDict", "Deque", "Dict", "FrozenSet", "Generator", "Generic", "Iterable"),
        *(
            "Iterator",
            "List",
            "Literal",
            "Mapping",
            "MutableMapping",
            "NamedTuple",
            "Optional",
            "Sequence",
            "Set",
        ),
        *("Tuple", "Type", "TypeVar", "Union"),
    }
)


def with_helpers(code: str, others: Sequence[str]) -> str:
    """Put in front what other blocks of the reply define and this program needs, and no more.

    Args:
        code: a program; one that cannot be parsed is given back unchanged.
        others: other blocks in their order; where several define a name, the last is heard.
    """
    tree = parse(code)
    if tree is None:
        return code
    sources = [(text.split("\n"), units(other)) for text in others if (other := parse(text)) is not None]
    binders = _binders([found for _, found in sources])
    there = bound(tree.body)
    waiting = list(needed(tree))
    taken: set[tuple[int, Unit]] = set()
    while waiting:
        name = waiting.pop()
        chosen = [] if name in there else binders.pop(name, [])
        taken.update(chosen)
        waiting += [more for _, unit in chosen for more in needed(unit.module)]
    ordered = sorted(taken, key=lambda place: (place[0], place[1].start))
    return in_front(code, [text_of(sources[index][0], unit) for index, unit in ordered])


def with_stub(code: str, stub: str, entry_point: str) -> str:
    """Put in front all that the stub defines and the program lacks, the entry point left out."""
    tree = parse(code)
    stub_tree = parse_stub(stub)
    if tree is None or stub_tree is None:
        return code
    there = bound(tree.body) | {entry_point}
    stars = {ast.dump(node) for node in tree.body if is_star_import(node)}
    futures = {name for node in tree.body if is_future(node) for name in bound([node])}
    parts: list[str] = []
    lines = stub.split("\n")
    for unit in units(stub_tree):
        names = bound(unit.nodes)
        if any(is_future(node) for node in unit.nodes):
            lacks = not names <= futures
        else:
            lacks = bool(names - there) and entry_point not in names
        if lacks or any(is_star_import(n) and ast.dump(n) not in stars for n in unit.nodes):
            parts.append(text_of(lines, unit))
    return in_front(code, parts)


def with_typing(code: str) -> str:
    """A program with an import of the names for types that it uses and that are nowhere: models forget it."""
    tree = parse(code)
    if tree is None or any(is_star_import(node) for node in tree.body):
        return code
    missing = sorted(needed(tree) & _TYPING)
    return in_front(code, [f"from typing import {', '.join(missing)}"]) if missing else code


def parse_stub(stub: str) -> ast.Module | None:
    """The tree of a stub, which may end with a bare signature."""
    return parse(stub) or parse(stub.rstrip() + "\n    pass\n")


def in_front(code: str, parts: Iterable[str]) -> str:
    """A program with statements put before its own; `from __future__` stays first."""
    parts = list(parts)
    if not parts:
        return code
    tree = parse(code)
    futures = [unit for unit in units(tree) if any(map(is_future, unit.nodes))] if tree is not None else []
    lines = code.split("\n")
    head = futures[-1].end if futures else 0
    first = [part for part in parts if part.startswith("from __future__")]
    rest = [part for part in parts if part not in first]
    own_head = lines[:head]
    return "\n".join([*first, *own_head, *rest, "", *lines[head:]]).lstrip("\n")


def _binders(sources: Sequence[list[Unit]]) -> dict[str, list[tuple[int, Unit]]]:
    """For each name the statements that bind it, in the last source that does."""
    found: dict[str, list[tuple[int, Unit]]] = {}
    for index, source in enumerate(sources):
        for unit in source:
            for name in bound(unit.nodes):
                places = found.get(name)
                if places is None or places[0][0] != index:
                    found[name] = [(index, unit)]
                else:
                    places.append((index, unit))
    return found
