"""What the author of a strategy needs: all of it can be imported from here, and stays.

A strategy is a file that defines `PART` (or `PARTS`, or a whole `STRATEGY`); docs/strategies.md shows how.
"""

from __future__ import annotations

from perftui.refine.actions import Ask, Profile
from perftui.refine.attempts import asked, attempts, attempts_of, has_stopped_gaining, performance_rounds
from perftui.refine.chain import Chain, Outcome, Profiled, Round, StrategySettings
from perftui.refine.conversation import (
    CODER,
    last_attempt,
    next_turn,
    said,
    untold_code,
)
from perftui.refine.costs import hot_lines, profile_due, slowest_of, speed_of
from perftui.refine.feedback import failure_of, shown_test
from perftui.refine.part import Part
from perftui.refine.parts.base import BASE
from perftui.refine.parts.reflection import REFLECTION
from perftui.refine.parts.repairing import repair
from perftui.refine.parts.testcase_feedback import TESTCASE_FEEDBACK, broken_program
from perftui.refine.parts.turns import LEADER, REVIEWER, Turn, follow
from perftui.refine.strategy import Strategy

__all__ = [
    "BASE",
    "CODER",
    "LEADER",
    "REFLECTION",
    "REVIEWER",
    "TESTCASE_FEEDBACK",
    "Ask",
    "Chain",
    "Outcome",
    "Part",
    "Profile",
    "Profiled",
    "Round",
    "Strategy",
    "StrategySettings",
    "Turn",
    "asked",
    "attempts",
    "attempts_of",
    "broken_program",
    "failure_of",
    "follow",
    "has_stopped_gaining",
    "hot_lines",
    "last_attempt",
    "next_turn",
    "performance_rounds",
    "profile_due",
    "repair",
    "said",
    "shown_test",
    "slowest_of",
    "speed_of",
    "untold_code",
]
