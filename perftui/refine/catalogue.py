"""Strategies by name: presets, and what can be put together from parts.

A name is that of a preset, `CORRECTNESS+PERFORMANCE` such as `reflection+plan-and-refine`, or that of
one part. A user's own parts and presets stand beside those of the package; which there are is set once,
before a run begins (`using`).
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from perftui.errors import BadInputError
from perftui.refine.part import Part
from perftui.refine.parts.analyse_and_refine import ANALYSE_AND_REFINE
from perftui.refine.parts.base import BASE
from perftui.refine.parts.direct_feedback import DIRECT_FEEDBACK
from perftui.refine.parts.execution_feedback import EXECUTION_FEEDBACK
from perftui.refine.parts.given import GIVEN
from perftui.refine.parts.in_context import IN_CONTEXT
from perftui.refine.parts.perf_prompt import PERF_PROMPT
from perftui.refine.parts.plan_and_refine import PLAN_AND_REFINE
from perftui.refine.parts.published import PUBLISHED
from perftui.refine.parts.reflection import REFLECTION
from perftui.refine.parts.reviewer import REVIEWER_PART
from perftui.refine.parts.team import TEAM
from perftui.refine.parts.testcase_feedback import TESTCASE_FEEDBACK
from perftui.refine.parts.tips import TIPS
from perftui.refine.strategy import DEFAULTS, PAPER, Strategy
from perftui.text import one_line

DEFAULT_STRATEGY = "perfcodegen"
ALL = "all"
"""In place of a performance part: every one of them, the paper's as published apart."""

_CORRECTNESS = (REFLECTION, TESTCASE_FEEDBACK)
_PERFORMANCE = (
    PERF_PROMPT,
    IN_CONTEXT,
    TIPS,
    PLAN_AND_REFINE,
    ANALYSE_AND_REFINE,
    REVIEWER_PART,
    TEAM,
    DIRECT_FEEDBACK,
    EXECUTION_FEEDBACK,
)
_PRESETS = (
    Strategy(
        DEFAULT_STRATEGY,
        "Repair with reflection, then optimise and refine with the slowest test; the best is kept.",
        (BASE, REFLECTION, EXECUTION_FEEDBACK),
    ),
    Strategy(
        "perfcodegen-paper",
        "The paper's method exactly as published: no repairs, no figures, the last program is the result.",
        (BASE, REFLECTION, PUBLISHED),
        PAPER,
    ),
    Strategy("base-only", "One program a chain, judged and timed, nothing refined.", (BASE,)),
    Strategy("given", "Programs that were handed in, judged and timed: no model is asked.", (GIVEN,)),
)


@dataclass(frozen=True)
class Catalogue:
    """All that has a name.

    Attributes:
        presets: whole strategies, the default first.
        parts: of the correctness and of the performance phase.
        sources: where a user's own are from, by name: a file, or an entry point.
    """

    presets: tuple[Strategy, ...] = _PRESETS
    parts: tuple[Part, ...] = (*_CORRECTNESS, *_PERFORMANCE, PUBLISHED)
    sources: dict[str, str] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """Of presets and parts."""
        return (*(preset.name for preset in self.presets), *(part.name for part in self.parts))

    def find(self, name: str) -> Strategy:
        """The strategy of a name.

        Raises:
            BadInputError: there is none; the message says what is near.
        """
        preset = next((preset for preset in self.presets if preset.name == name), None)
        if preset is not None:
            return preset
        first, plus, second = name.partition("+")
        if plus:
            correctness = self._part(first.strip(), "correctness")
            return _composed(correctness, self._part(second.strip(), "performance"))
        part = next((part for part in self.parts if part.name == name), None)
        if part is None:
            raise BadInputError(f"unknown strategy {self._near(name, self.names)}")
        if part.phase == "correctness":
            return _composed(part, None)
        return _composed(REFLECTION, part)

    def named(
        self, texts: Sequence[str], correctness: Sequence[str] = (), performance: Sequence[str] = ()
    ) -> list[Strategy]:
        """The strategies that flags ask for, each once, in order.

        Args:
            texts: names of strategies; none is the default.
            correctness: parts that take the place of theirs, each in turn.
            performance: likewise; `all` is every one, the paper's as published apart.

        Raises:
            BadInputError: a name is unknown, or a strategy has no parts that could be replaced.
        """
        others = [self._part(name, "correctness") for name in correctness]
        faster = [part for name in performance for part in self._performance(name)]
        found: dict[str, Strategy] = {}
        for text in texts or (DEFAULT_STRATEGY,):
            for strategy in _replaced(self.find(text), others, faster):
                found.setdefault(strategy.name, strategy)
        return list(found.values())

    def _performance(self, name: str) -> list[Part]:
        if name != ALL:
            return [self._part(name, "performance")]
        return [part for part in self.parts if part.phase == "performance" and part is not PUBLISHED]

    def _part(self, name: str, phase: str) -> Part:
        known = {part.name: part for part in self.parts if part.phase == phase}
        if name not in known:
            raise BadInputError(f"unknown {phase} part {self._near(name, tuple(known))}")
        return known[name]

    @staticmethod
    def _near(name: str, known: Sequence[str]) -> str:
        near = difflib.get_close_matches(name[:100], known, n=3, cutoff=0.5)
        hint = f"near it are {', '.join(near)}" if near else f"choose one of {', '.join(known)}"
        return f"{one_line(name, 60)!r}: {hint} (see perftui strategies)"


BUILT_IN = Catalogue()
_IN_USE: ContextVar[Catalogue] = ContextVar("strategies in use", default=BUILT_IN)


def in_use() -> Catalogue:
    """What names stand for now."""
    return _IN_USE.get()


@contextmanager
def using(catalogue: Catalogue) -> Iterator[None]:
    """Let names stand for what is in a catalogue, in this context and those that are begun within it."""
    token = _IN_USE.set(catalogue)
    try:
        yield
    finally:
        _IN_USE.reset(token)


def find_strategy(name: str) -> Strategy:
    """The strategy of a name, as `Catalogue.find` has it."""
    return in_use().find(name)


def strategies_named(
    texts: str | Sequence[str] | None = None,
    correctness: str | Sequence[str] | None = None,
    performance: str | Sequence[str] | None = None,
) -> list[Strategy]:
    """The strategies that `--strategy`, `--correctness` and `--performance` ask for, as `Catalogue.named`.

    Args:
        texts: names, each text with one or with several between commas.
        correctness: likewise.
        performance: likewise.

    Raises:
        BadInputError: a name is unknown, or a strategy has no parts that could be replaced.
    """
    return in_use().named(_words(texts), _words(correctness), _words(performance))


def _words(texts: str | Sequence[str] | None) -> list[str]:
    given = [texts] if isinstance(texts, str) else list(texts or ())
    return [word for text in given for word in map(str.strip, text.split(",")) if word]


def _composed(correctness: Part | None, performance: Part | None, like: Strategy | None = None) -> Strategy:
    parts = [part for part in (correctness, performance) if part is not None]
    return Strategy(
        "+".join(part.name for part in parts),
        " ".join(part.description for part in parts),
        (BASE, *parts),
        DEFAULTS if like is None else like.settings,
    )


def _replaced(strategy: Strategy, others: list[Part], faster: list[Part]) -> list[Strategy]:
    """A strategy with these parts in the place of its own; itself where there is nothing to replace."""
    if not others and not faster:
        return [strategy]
    if any(part.phase not in {"base", "correctness", "performance"} for part in strategy.parts):
        raise BadInputError(f"strategy {strategy.name!r} has no parts that others could take the place of")
    own = {part.phase: part for part in strategy.parts}
    firsts: list[Part] = others or [own.get("correctness", REFLECTION)]
    seconds: list[Part | None] = [*faster] or [own.get("performance")]
    return [_composed(first, second, strategy) for first in firsts for second in seconds]
