"""Team: a leader plans, a coder codes, a reviewer reviews, the leader plans anew, the coder codes."""

from __future__ import annotations

from collections.abc import Mapping

from perftui.refine.chain import Chain, Round
from perftui.refine.conversation import said
from perftui.refine.part import Part
from perftui.refine.parts.reviewing import REVIEW, both_programs, comments
from perftui.refine.parts.turns import LEADER, Turn, follow


def _best_program(_chain: Chain, best: Round) -> Mapping[str, object]:
    return {"program": best.code}


def _first_plan(chain: Chain, _best: Round) -> Mapping[str, object]:
    return {"plan": said(chain, "lead"), "anew": False}


def _news(chain: Chain, best: Round) -> Mapping[str, object]:
    led = bool(said(chain, "lead"))
    return {**both_programs(chain, best), **comments(chain, best), "program": best.code, "led": led}


def _last_plan(chain: Chain, _best: Round) -> Mapping[str, object]:
    """The new plan; where there is none, the reviewer's word goes to the coder itself."""
    plan = said(chain, "replan")
    return {"plan": plan, "anew": True, "review": "" if plan else said(chain, "review")}


TEAM = Part(
    "team",
    "performance",
    5,
    "A leader plans, a coder codes, a reviewer reviews, the leader plans anew, the coder codes.",
    follow(
        [
            Turn("lead", "lead", expects="text", conversation=LEADER, facts=_best_program),
            Turn("code", "code_plan", facts=_first_plan),
            REVIEW,
            Turn("replan", "lead_anew", expects="text", conversation=LEADER, facts=_news),
            Turn("recode", "code_plan", facts=_last_plan),
        ]
    ),
)
