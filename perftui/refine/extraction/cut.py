"""Whether a reply ends in the middle of its code, whatever the server says of its end."""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence

from perftui.refine.extraction.regions import longest_prefix, looks_like_code
from perftui.refine.extraction.sections import Section

_BLOCK = re.compile(r"(?:async\s+def|def|class)\s+\w+\s*[(:]|@\w|(?:for|while|if|with|try)\b[^\n]*:\s*\n")
_ALLOW_INCOMPLETE = 0x4000
"""`codeop.PyCF_ALLOW_INCOMPLETE_INPUT`: the message then says whether the end is what is wrong."""
_MOST_PARSES = 60
_PER_STRETCH = 20


def ends_in_code(found: Sequence[Section], *, told: bool) -> bool:
    """Whether the last section ends with code that has no end.

    Args:
        found: the sections of a reply.
        told: the server says that the reply was cut off; else its words alone must prove it.
    """
    if not found or (found[-1].fenced and (found[-1].closed or not found[-1].python)):
        return False
    rest = _open_end(found[-1].text.rstrip().split("\n"), told=told)
    return rest is not None and (told or found[-1].fenced or _BLOCK.match(rest) is not None)


def _open_end(lines: list[str], *, told: bool) -> str | None:
    """The lines from the first on that lack an end, None where there are none."""
    at, budget = 0, _MOST_PARSES
    while at < len(lines) and budget > 0:
        if looks_like_code(lines[at]):
            end, left = longest_prefix(lines, at, budget=_PER_STRETCH)
            budget -= _PER_STRETCH - left + 1
            if end == at and _stops_short("\n".join(lines[at:]), told=told):
                return "\n".join(lines[at:])
            at = max(end, at + 1)
        else:
            at += 1
    return None


def _stops_short(text: str, *, told: bool) -> bool:
    """Whether what makes a text no program is that it ends."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(text, "reply", "exec", _ALLOW_INCOMPLETE, dont_inherit=True)
    except SyntaxError as error:
        if "incomplete input" in (error.msg or ""):
            return True
        last = text.rsplit("\n", 1)[-1]
        return (error.lineno or 0) > text.count("\n") and (told or last[:1] in {" ", "\t"})
    except (ValueError, RecursionError, MemoryError):
        return False
    return False
