"""Where a run's time goes now: what its chains did over the last minute, and how fast it gets on. Pure."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

import msgspec

from perftui.events.state import RunState
from perftui.events.summary import Totals

WINDOW_SECONDS = 60.0

_GROUPS = ("model", "back-off", "sandbox", "judging", "lane", "timing")


class Now(msgspec.Struct, frozen=True, kw_only=True):
    """Over the window.

    Attributes:
        shares: of the chains' time, by what they did or waited for; empty before anything was seen.
        lane: share of the time in which the timing lane was busy.
        calls_a_minute: replies received.
        problems_a_minute: problems that ended.
        tokens_a_second: of replies and their prompts.
    """

    shares: tuple[tuple[str, float], ...] = ()
    lane: float = 0.0
    calls_a_minute: float = 0.0
    problems_a_minute: float = 0.0
    tokens_a_second: float = 0.0

    @property
    def bottleneck(self) -> tuple[str, float] | None:
        """What most of the time goes to, where anything goes on."""
        return max(self.shares, key=lambda share: share[1], default=None)


NOTHING = Now()
"""Before anything was seen."""


@dataclass(frozen=True)
class _Sample:
    at: float
    counts: tuple[int, ...]
    calls: int
    ended: int
    tokens: int


@dataclass
class Pace:
    """Takes a sample a second, and keeps those of the window."""

    _samples: deque[_Sample] = field(default_factory=deque)

    def note(self, now: float, state: RunState, figures: Totals) -> None:
        """Take a sample, unless there is one of this second."""
        if self._samples and 0 <= now - self._samples[-1].at < 1.0:
            return
        if self._samples and now < self._samples[-1].at:
            self._samples.clear()
        counts: tuple[int, ...] = (
            figures.in_model, figures.backing_off, figures.waiting_sandbox, figures.judging,
            figures.waiting_lane, figures.timing,
        )  # fmt: skip
        if state.status != "running":
            counts = (0,) * len(_GROUPS)
        self._samples.append(_Sample(now, counts, figures.calls, figures.ended, figures.tokens))
        while now - self._samples[0].at > WINDOW_SECONDS:
            self._samples.popleft()

    def now(self) -> Now:
        """What the window shows."""
        sums = [sum(column) for column in zip(*(s.counts for s in self._samples), strict=True)]
        total = sum(sums)
        if not self._samples or not total:
            return NOTHING
        first, last = self._samples[0], self._samples[-1]
        seconds = last.at - first.at
        rate = 60 / seconds if seconds > 0 else 0.0
        busy = sum(sample.counts[-1] > 0 for sample in self._samples)
        return Now(
            shares=tuple((name, count / total) for name, count in zip(_GROUPS, sums, strict=True)),
            lane=busy / len(self._samples),
            calls_a_minute=(last.calls - first.calls) * rate,
            problems_a_minute=(last.ended - first.ended) * rate,
            tokens_a_second=(last.tokens - first.tokens) * rate / 60,
        )
