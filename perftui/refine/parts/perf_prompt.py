"""Perf prompt: ask once for a faster program, and show no data."""

from __future__ import annotations

from perftui.refine.part import Part
from perftui.refine.parts.turns import Turn, follow

OPTIMISE = Turn("optimise", "perf_prompt")
"""The plain wish for a faster program, with which other ways begin, too."""

PERF_PROMPT = Part("perf-prompt", "performance", 1, "Ask for a faster program; no data.", follow([OPTIMISE]))
