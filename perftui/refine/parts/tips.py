"""Pre-defined strategies: ask once for a faster program, with a list of what makes Python fast."""

from __future__ import annotations

from perftui.refine.part import Part
from perftui.refine.parts.turns import Turn, follow

TIPS = Part(
    "tips",
    "performance",
    1,
    "Ask for a faster program, with a list of what makes Python programs fast.",
    follow([Turn("optimise", "tips")]),
)
