"""Base: ask once for a program that solves the task."""

from __future__ import annotations

from perftui.refine.actions import Ask
from perftui.refine.chain import Chain
from perftui.refine.conversation import base_template, next_turn
from perftui.refine.part import Part

PAPERS = "paper_base"
"""The template of a chain that is run as published."""


def next_step(chain: Chain) -> Ask | None:
    """The first ask of a chain."""
    if chain.rounds:
        return None
    return next_turn(
        chain,
        phase="base",
        label="base",
        template=PAPERS if chain.settings.choice == "last" else base_template(chain),
        temperature=chain.settings.base_temperature,
    )


BASE = Part("base", "base", 1, "Ask for a program that solves the task.", next_step)
