"""Analyse and refine: have the model work out the time complexity, then lower it."""

from __future__ import annotations

from collections.abc import Mapping

from perftui.refine.chain import Chain, Round
from perftui.refine.conversation import said
from perftui.refine.part import Part
from perftui.refine.parts.turns import Turn, follow


def _whether_analysed(chain: Chain, _best: Round) -> Mapping[str, object]:
    return {"analysed": bool(said(chain, "analyse"))}


ANALYSE_AND_REFINE = Part(
    "analyse-and-refine",
    "performance",
    2,
    "Have the time complexity analysed, then a program of a lower one written.",
    follow(
        [
            Turn("analyse", "analyse", expects="text"),
            Turn("lower", "lower", facts=_whether_analysed),
        ]
    ),
)
