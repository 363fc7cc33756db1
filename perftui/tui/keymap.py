"""Keys that a person may put in the place of ours: every binding by its id."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from textual.binding import Binding
from textual.dom import DOMNode
from textual.keys import Keys

from perftui.errors import BadInputError
from perftui.text import one_line


class Bound(NamedTuple):
    """A binding as it is by default.

    Attributes:
        id: by which it is named.
        keys: with commas between them.
        words: what it does.
    """

    id: str
    keys: str
    words: str


def bindings() -> list[Bound]:
    """Every binding that can be given other keys, by its id."""
    # Imported here: a screen asks for this module while it is being loaded.
    from perftui.tui import app  # noqa: PLC0415
    from perftui.tui.screens import asking, commanding, comparison, editing, new_run, problem  # noqa: PLC0415
    from perftui.tui.widgets import line_list, line_view  # noqa: PLC0415

    modules = (app, asking, commanding, comparison, editing, new_run, problem, line_list, line_view)
    found: dict[str, Bound] = {}
    for module in modules:
        for value in vars(module).values():
            if isinstance(value, type) and issubclass(value, DOMNode):
                found.update({bound.id: bound for bound in _of_class(value)})
    return sorted(found.values())


def check_keymap(keymap: Mapping[str, str], source: str) -> None:
    """See that every name is that of a binding, and every key is one.

    Args:
        keymap: keys by id.
        source: where it stands, for the error.

    Raises:
        BadInputError: one is not.
    """
    known = {bound.id for bound in bindings()}
    for name, keys in keymap.items():
        if name not in known:
            raise BadInputError(f"{source}: {one_line(name, 60)}: there is no such key; see perftui keys")
        for key in keys.split(","):
            if not _is_key(key.strip()):
                raise BadInputError(
                    f"{source}: {name}: {one_line(key, 40)!r} is no key, such as ctrl+r or f5"
                )


def _is_key(key: str) -> bool:
    bare = key.rsplit("+", 1)[-1]
    named = bare in {one.value for one in Keys} or bare.replace("_", "").isalnum()
    return bool(key) and key.isprintable() and " " not in key and (len(bare) == 1 or named)


def _of_class(kind: type[DOMNode]) -> Iterator[Bound]:
    for binding in getattr(kind, "BINDINGS", ()):
        if isinstance(binding, Binding) and binding.id is not None and "." in binding.id:
            yield Bound(binding.id, binding.key, binding.tooltip or binding.description)
