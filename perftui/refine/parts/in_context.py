"""In-context learning: ask once for a faster program, with pairs of slow and fast programs as examples."""

from __future__ import annotations

from perftui.refine.part import Part
from perftui.refine.parts.turns import Turn, follow

IN_CONTEXT = Part(
    "in-context",
    "performance",
    1,
    "Ask for a faster program, with pairs of slow and fast programs as examples.",
    follow([Turn("optimise", "in_context")]),
)
