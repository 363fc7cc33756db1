"""From a session to a picture: events are drained and folded; a screen gets one frozen picture at a time."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from perftui.engine.control import Player, RunControl, RunSession
from perftui.events.commands import Command, Decide, Decision, Step
from perftui.events.eta import Mark, marked, rounds_ended
from perftui.events.model import Event, Notice
from perftui.events.outline import advance, outlined
from perftui.events.reduce import with_problem
from perftui.events.state import ProblemState, RunState
from perftui.events.summary import Totals, totals
from perftui.text import one_line
from perftui.tui.glyphs import Glyphs
from perftui.tui.pacing import NOTHING, Now, Pace

FOLD_SECONDS = 0.03
"""How long one poll may fold events before it gives the loop back."""

_CHUNK = 64

HeldKey = tuple[str, int, int, int]
"""A held action: its problem, attempt, chain and round."""


@dataclass(frozen=True)
class Picture:
    """All that a screen is handed.

    Attributes:
        state: of the run.
        now: seconds since the epoch.
        glyphs: as the terminal can show them.
        commandable: whether there is a control and the run goes on.
        notice: the latest line for whoever watches.
        loading: True while the past is still being read.
        mark: from where the run's pace is measured.
        figures: of the run so far.
        pace: where its time goes now.
    """

    state: RunState
    now: float
    glyphs: Glyphs
    commandable: bool = False
    notice: str = ""
    loading: bool = False
    mark: Mark | None = None
    figures: Totals | None = None
    pace: Now = NOTHING


class Feed:
    """Follows one session."""

    def __init__(
        self, session: RunSession, *, glyphs: Glyphs, clock: Callable[[], float] = time.time
    ) -> None:
        self.session = session
        self.glyphs = glyphs
        self._start = self.state = session.start
        self._sought = False
        self._whole: set[str] = set()
        self._details: dict[str, ProblemState] = {}
        self._clock = clock
        self._pending: deque[Event] = deque()
        self._notice = ""
        self._mark: Mark | None = None
        self._fresh_notices: list[Notice] = []
        self._pace = Pace()
        self._answered: set[HeldKey] = set()
        self._begin()

    @property
    def control(self) -> RunControl | None:
        """Commands, while there is a run to command."""
        return self.session.control if self.going else None

    @property
    def player(self) -> Player | None:
        """Where the run is played again."""
        return self.session.player

    @property
    def going(self) -> bool:
        """Whether the run is not over yet."""
        return self.state.status in {"empty", "running", "paused"}

    @property
    def loading(self) -> bool:
        """Whether events wait to be folded, or to be read."""
        return bool(self._pending) or self.session.is_reading

    def poll(self) -> bool:
        """Take in what is new, for a bounded time.

        Returns:
            Whether the picture has changed.
        """
        fresh = self.session.drain()
        if self.session.start is not self._start:
            # The player sought, or more of the past is known: what is folded here is out of date.
            self._start = self.state = self.session.start
            self._pending.clear()
            self._sought = True
            self._begin()
        self._pending.extend(fresh)
        changed = bool(self._pending) or self._sought
        self._sought = False
        deadline = time.perf_counter() + FOLD_SECONDS
        while self._pending and time.perf_counter() < deadline:
            for _ in range(min(_CHUNK, len(self._pending))):
                self._fold(self._pending.popleft())
        return changed

    def picture(self) -> Picture:
        """The picture now."""
        now = self.session.clock() if self.player is not None else self._clock()
        figures = totals(self.state)
        self._pace.note(now, self.state, figures)
        return Picture(
            state=self.state,
            now=now,
            figures=figures,
            pace=self._pace.now(),
            glyphs=self.glyphs,
            commandable=self.control is not None,
            notice=self._notice,
            loading=self.loading,
            mark=self._mark,
        )

    def hold_whole(self, problem: str, *, on: bool) -> None:
        """Keep a problem's texts, or let them go once it has ended: a long run is not held whole."""
        if on:
            self._whole.add(problem)
        else:
            self._whole.discard(problem)
            self._details.pop(problem, None)
            self.state = outlined(self.state, problem)

    def fill(self, detail: ProblemState) -> None:
        """Put a problem with its texts in the place of its outline, where that is still the same.

        It is kept for as long as the problem is held: a session may begin anew from outlines.
        """
        if detail.head.id in self._whole:
            self._details[detail.head.id] = detail
        now = self.state.problems.get(detail.head.id)
        if now is not None and now.outline is not None and now.seq == detail.seq:
            self.state = with_problem(self.state, detail)

    def take_notices(self) -> list[Notice]:
        """Notices since the last call."""
        taken, self._fresh_notices = self._fresh_notices, []
        return taken

    def step(self, problem: str | None, *, on: bool) -> None:
        """Ask a problem (all, where None) to hold its actions, or let go."""
        self.send(Step(problem=problem, on=on))

    def decide(self, held: HeldKey, decision: Decision) -> None:
        """Answer a held action."""
        self.look_away(held)
        if self.control is None:
            return
        problem, attempt, chain, round_ = held
        self.control.send(
            Decide(problem=problem, attempt=attempt, chain=chain, round=round_, decision=decision)
        )

    def send(self, command: Command) -> None:
        """Ask the run for something, where it can be asked."""
        if self.control is not None:
            self.control.send(command)

    def look_away(self, held: HeldKey) -> None:
        """Do not show a held action again unasked."""
        self._answered.add(held)

    def is_news(self, held: HeldKey) -> bool:
        """Whether a held action was neither answered nor looked away from."""
        return held not in self._answered

    def _fold(self, event: Event) -> None:
        self.state = advance(self.state, event, self._whole)
        self._mark = marked(self._mark, event, self.state)
        if isinstance(event, Notice):
            self._notice = one_line(event.text)
            self._fresh_notices.append(event)

    def _begin(self) -> None:
        """Go on from a picture: how fast the run is, is measured from here."""
        for detail in list(self._details.values()):
            self.fill(detail)
        if self.state.status == "running":
            self._mark = Mark(at=self.session.clock(), rounds=rounds_ended(self.state))
