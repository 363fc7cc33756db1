"""Which run or sweep a person means by a few letters."""

from __future__ import annotations

from collections.abc import Sequence

from perftui.errors import BadInputError
from perftui.text import one_line

LAST = "last"
"""The name of the newest."""

_UNLIKE = str.maketrans({"o": "0", "i": "1", "l": "1"})
"""Letters that ids leave out, since they look like digits."""


def meant(text: str, known: Sequence[str], what: str) -> str:
    """The id that is meant: one of those known, the only one that begins so, or `last`.

    Args:
        text: as it was given.
        known: ids, newest first; at least one.
        what: they are of, such as `run`.

    Raises:
        BadInputError: there is none, or there are several.
    """
    if text == LAST:
        return known[0]
    wanted = text.lower().translate(_UNLIKE)
    matches = [id_ for id_ in known if id_.startswith(wanted)] if wanted else []
    if len(matches) == 1:
        return matches[0]
    if wanted in matches:
        return wanted
    said = one_line(text, 40)
    if matches:
        raise BadInputError(f"{said} may be any of the {what}s {_some(matches)}; give more of the id")
    raise BadInputError(f"there is no {what} {said}; the latest are {_some(known)} (`last` is the first)")


def _some(ids: Sequence[str]) -> str:
    return ", ".join(ids[:5]) + (" …" if len(ids) > 5 else "")
