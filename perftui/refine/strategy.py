"""A strategy: a pure function from the facts of a chain to the next thing to do."""

from __future__ import annotations

from dataclasses import dataclass

from perftui.figures import times_within
from perftui.refine.actions import Action, Ask, Finish, Measure, Step
from perftui.refine.attempts import without_gain
from perftui.refine.chain import Chain, Rival, Round, StrategySettings
from perftui.refine.objective import surely_faster
from perftui.refine.outcome import is_finished, same_program, settled
from perftui.refine.part import Part
from perftui.text import one_line

DEFAULTS = StrategySettings()

PAPER = StrategySettings(feedback_rounds=1, repair_rounds=0, plateau=0, choice="last", profile=False)
"""What the paper's own runs did: one refinement, no repair, and the last program is the result."""

MOST_CALLS = 50
"""Model calls of a chain, whatever its strategy and settings ask for: every chain comes to its end."""


@dataclass(frozen=True)
class Strategy:
    """A way to refine a chain, made of one part a phase.

    Attributes:
        name: how it is chosen.
        description: one line.
        parts: in order; the first that wants something is heard.
        settings: how it is meant to be run, where a user turns nothing.
    """

    name: str
    description: str
    parts: tuple[Part, ...]
    settings: StrategySettings = DEFAULTS

    @property
    def phase(self) -> str:
        """Its phases, such as `base + correctness + performance`."""
        return " + ".join(part.phase for part in self.parts)

    @property
    def calls(self) -> int:
        """Model calls of a chain that needs each part once, repairs left out."""
        return sum(part.calls for part in self.parts)

    def next_action(self, chain: Chain) -> Action:
        """What to do next; the same chain always gives the same action.

        Args:
            chain: its last round is finished (replied, its program extracted and judged), or has
                no reply. A finished round may lack its outcome; it is then worked out here.

        Raises:
            ValueError: the last round is still running.
        """
        if chain.rounds and not is_finished(chain.rounds[-1]):
            raise ValueError(f"round {chain.rounds[-1].index} is still running")
        due = _must_end(chain) or _measure_due(chain) or _endless(chain)
        if due is not None:
            return due
        facts = settled(chain)
        steps = (part.next_step(facts) for part in self.parts)
        step = next((step for step in steps if step is not None), None)
        if step is None:
            return Finish(reason=_closing(facts))
        stop = _stopped_early(facts, step)
        return step if stop is None else Finish(reason=stop)


def _must_end(chain: Chain) -> Finish | None:
    if not chain.rounds:
        return None
    last = chain.rounds[-1]
    if last.end == "no-reply":
        return Finish(reason=f"the recording has no reply for turn {last.index}")
    if last.end == "model-failed":
        return Finish(reason=f"the model failed: {one_line(last.trouble)}")
    if last.verdict is not None and last.verdict.kind == "infrastructure":
        return Finish(reason=f"infrastructure failed: {one_line(last.verdict.reason)}")
    return None


def _measure_due(chain: Chain) -> Measure | None:
    if not chain.rounds or not chain.settings.timing:
        return None
    last, seed, best = chain.rounds[-1], chain.seed, chain.best
    if not _awaits_measurement(last) or last.candidate is None or seed is None or seed.candidate is None:
        return None
    if best is None or last.index == seed.index:
        return Measure(candidate=last.candidate, best=None, seed=seed.candidate)
    if "choice" in last.ask.hand or same_program(chain, last.code or "") is not None:
        return None
    return Measure(candidate=last.candidate, best=best.candidate, seed=seed.candidate)


def _endless(chain: Chain) -> Finish | None:
    if len(chain.rounds) < MOST_CALLS:
        return None
    return Finish(reason=f"{MOST_CALLS} model calls, the most that a chain may make")


def _stopped_early(chain: Chain, step: Step) -> str | None:
    """Why the chain goes no further, where its budget or another chain ends it before its strategy does."""
    if not isinstance(step, Ask):
        return None
    budget = chain.settings.calls
    if budget is not None:
        left = budget - calls_made(chain)
        # Words are of use only to the call after them.
        if left < (2 if step.expects == "text" else 1):
            return f"its budget of {budget} calls is spent: {_closing(chain)}"
    if chain.settings.stop_hopeless and chain.rival is not None and _is_hopeless(chain, chain.rival):
        return f"it cannot win against chain {chain.rival.chain + 1}: {_closing(chain)}"
    return None


def calls_made(chain: Chain) -> int:
    """How often the model was asked in a chain; what a person skipped was not."""
    return sum(r.ask.phase != "given" and r.end != "skipped" for r in chain.rounds)


def _is_hopeless(chain: Chain, rival: Rival) -> bool:
    """Its last attempt gained nothing, and another chain's program is faster beyond doubt."""
    best = chain.best
    return best is not None and without_gain(chain) > 0 and surely_faster(rival, best)


def _awaits_measurement(round_: Round) -> bool:
    """Correct, not measured, and not yet settled without a measurement."""
    judged_correct = round_.verdict is not None and round_.verdict.correct
    return judged_correct and round_.measurement is None and round_.outcome is None


def _closing(chain: Chain) -> str:
    """Why the chain ends, where it came to its end by itself."""
    seed, best = chain.seed, chain.best
    if seed is None or best is None:
        return _without_seed(chain)
    tried = sum(r.ask.phase == "performance" and r.end == "replied" for r in chain.rounds)
    if best.index != seed.index:
        measurement = best.measurement
        ratio = measurement.vs_seed if measurement is not None else None
        gain = "" if ratio is None else f", {times_within(ratio.estimate, ratio.low, ratio.high)} vs the seed"
        return f"the best is round {best.index + 1} ({best.ask.label}){gain}"
    return f"no faster program in {tried} attempts" if tried else "correct"


def _without_seed(chain: Chain) -> str:
    last = next((r for r in reversed(chain.rounds) if r.ask.expects != "text" and r.outcome), None)
    if last is None or last.outcome is None:
        return "no program"
    return f"no correct program: {last.ask.label}: {last.outcome.reason}"
