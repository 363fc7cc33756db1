"""Reviewer: a coder optimises, a reviewer agrees or disagrees and says why, the coder refines."""

from __future__ import annotations

from perftui.refine.part import Part
from perftui.refine.parts.perf_prompt import OPTIMISE
from perftui.refine.parts.reviewing import REVIEW, comments
from perftui.refine.parts.turns import Turn, follow

REVIEWER_PART = Part(
    "reviewer",
    "performance",
    3,
    "A coder optimises, a reviewer comments on both programs, the coder refines.",
    follow([OPTIMISE, REVIEW, Turn("refine", "after_review", facts=comments)]),
)
