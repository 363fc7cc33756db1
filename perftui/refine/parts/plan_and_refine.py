"""Plan and refine: have the model say how it would make the program faster, then have it do so."""

from __future__ import annotations

from collections.abc import Mapping

from perftui.refine.chain import Chain, Round
from perftui.refine.conversation import said
from perftui.refine.part import Part
from perftui.refine.parts.turns import Turn, follow


def _whether_planned(chain: Chain, _best: Round) -> Mapping[str, object]:
    return {"planned": bool(said(chain, "plan"))}


PLAN_AND_REFINE = Part(
    "plan-and-refine",
    "performance",
    2,
    "Have an optimisation strategy proposed in words, then implemented.",
    follow(
        [
            Turn("plan", "plan", expects="text"),
            Turn("implement", "implement", facts=_whether_planned),
        ]
    ),
)
