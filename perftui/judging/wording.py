"""How a comparison is told, in a few words beside what is expected."""

from __future__ import annotations

from perftui.problems.model import Comparison, ComparisonKind

_WORDS: dict[ComparisonKind, str] = {
    "equal": "",
    "identical": "itself",
    "close": "",
    "approximate": "",
    "floats": "",
    "true": "a value that counts as true",
    "false": "a value that counts as false",
    "not-none": "whether it is not None",
    "equal-as-tuple": "equal as a tuple",
    "equal-as-set": "equal as a set",
    "unordered": "in any order",
    "text": "",
    "json": "a tuple counting as a list",
    "apps": "as the checker of APPS takes it",
    "apps-text": "as the checker of APPS takes it",
}


def how_compared(comparison: Comparison) -> str:
    """The comparison in words, empty where it is plain equality."""
    parts = [_WORDS[comparison.kind], tolerance_text(comparison)]
    if comparison.others:
        count = len(comparison.others)
        parts.append("or another output" if count == 1 else f"or one of {count:,} other outputs")
    return ", ".join(part for part in parts if part)


def tolerance_text(comparison: Comparison) -> str:
    """What numbers may be off by, empty where they may not."""
    bounds = [f"{comparison.tolerance:g}"] if comparison.tolerance else []
    bounds += [f"{comparison.relative:g} of the value"] if comparison.relative else []
    return f"within {' and '.join(bounds)}" if bounds else ""
