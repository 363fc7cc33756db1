"""What goes on now in a run, as it crosses to watchers in other processes; and back into events.

Facts cross through the log. Stages, streams and held actions are in no log: the owner writes a pulse
of them a few times a second, while somebody watches. A pulse is small, whatever the run is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from perftui.events.model import (
    ActionHeld,
    EphemeralEvent,
    EventBase,
    MeasureProgress,
    Notice,
    ReplyText,
    Stage,
    StageChanged,
    Stepping,
    SteppingChanged,
)
from perftui.events.state import ChainState, ProblemState, RunState
from perftui.refine.actions import Action

STREAMING_SENT = 4_000
"""Characters of one reply under way that a pulse has at most."""

STREAMING_SENT_IN_ALL = 64_000
"""Characters of all replies under way that a pulse has at most."""

HELD_SENT = 32
"""Held actions that a pulse has whole at most; each may have a prompt of many kB."""

NOTICES_SENT = 20
"""The last notices that a pulse has."""

_DETAIL_SENT = 200

ChainKey = tuple[str, int, int]
"""A chain in an attempt: problem, attempt, chain."""


class ChainPulse(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one chain does now; the names are those of `ChainState`."""

    problem: str
    attempt: int
    chain: int
    round: int | None = None
    stage: Stage
    detail: str = ""
    since: float = 0.0
    progress: tuple[int, int] | None = None
    held: Action | None = None
    streaming: str = ""

    @property
    def key(self) -> ChainKey:
        """Which chain it is."""
        return self.problem, self.attempt, self.chain


class NumberedNotice(msgspec.Struct, frozen=True, kw_only=True):
    """A notice with its number, from 1, so that a watcher shows each once."""

    number: int
    notice: Notice


class Pulse(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What goes on now in a run.

    Attributes:
        seq: the last fact that the owner's picture held; a watcher takes the pulse after that one.
        chains: those that do something.
        stepping: whose actions are held for a person.
        notices: the last ones, oldest first.
    """

    seq: int = 0
    chains: tuple[ChainPulse, ...] = ()
    stepping: Stepping = Stepping()
    notices: tuple[NumberedNotice, ...] = ()


def pulse_of(state: RunState, notices: Sequence[NumberedNotice] = ()) -> Pulse:
    """The pulse of a run, from its picture."""
    busy = [
        (problem, chain)
        for problem in state.problems.values()
        if problem.status == "running"
        for chain in problem.chains
        if chain.stage is not None
    ]
    streams = sum(bool(chain.streaming) for _, chain in busy)
    tail = min(STREAMING_SENT, STREAMING_SENT_IN_ALL // max(1, streams))
    holding = 0
    chains: list[ChainPulse] = []
    for problem, chain in busy:
        holding += chain.held is not None
        chains.append(_chain_pulse(problem, chain, tail, whole=holding <= HELD_SENT))
    return Pulse(
        seq=state.seq,
        chains=tuple(chains),
        stepping=state.stepping,
        notices=tuple(notices[-NOTICES_SENT:]),
    )


def _chain_pulse(problem: ProblemState, chain: ChainState, tail: int, *, whole: bool) -> ChainPulse:
    assert chain.stage is not None  # noqa: S101 - only such chains are asked for
    last = chain.rounds[-1].index if chain.rounds else None
    return ChainPulse(
        problem=problem.head.id,
        attempt=problem.attempt,
        chain=chain.index,
        round=last if chain.held is None else chain.held_round,
        stage=chain.stage,
        detail=chain.stage_detail[:_DETAIL_SENT],
        since=chain.stage_since,
        progress=chain.progress,
        held=chain.held if whole else None,
        streaming=chain.streaming[-tail:],
    )


class Listener:
    """Turns pulses into the events that a watcher of the same process would have had.

    Only what differs is told. A fact about a chain may have moved it in the watcher's picture, so that
    what was told of it before counts no more.

    Args:
        run: the run's id.
    """

    def __init__(self, run: str) -> None:
        self._run = run
        self._told: dict[ChainKey, ChainPulse] = {}
        self._notices = 0
        self._stepping: Stepping | None = None

    def on_fact(self, event: EventBase) -> None:
        """Take note of a fact that the watcher is given."""
        if event.problem is None:
            self._told.clear()
        elif event.chain is not None:
            self._told.pop((event.problem, event.attempt, event.chain), None)
        else:
            self._told = {key: one for key, one in self._told.items() if key[0] != event.problem}

    def on_pulse(self, pulse: Pulse, at: float) -> list[EphemeralEvent]:
        """The events that a pulse amounts to.

        Args:
            pulse: what goes on; the watcher has all facts up to its `seq`, and none after.
            at: now, seconds since the epoch.
        """
        events: list[EphemeralEvent] = []
        if pulse.stepping != self._stepping:
            self._stepping = pulse.stepping
            events.append(SteppingChanged(run=self._run, at=at, stepping=pulse.stepping))
        for chain in pulse.chains:
            events.extend(self._placed(event, chain, at) for event in _news(self._told.get(chain.key), chain))
        self._told = {chain.key: chain for chain in pulse.chains}
        fresh = [one for one in pulse.notices if one.number > self._notices]
        if fresh:
            self._notices = fresh[-1].number
        events.extend(msgspec.structs.replace(one.notice, run=self._run, seq=0) for one in fresh)
        return events

    def forget_notices(self) -> None:
        """Begin to count anew: another process owns the run now."""
        self._notices = 0

    def _placed(self, event: EphemeralEvent, chain: ChainPulse, at: float) -> EphemeralEvent:
        when = event.at or at
        return msgspec.structs.replace(
            event,
            run=self._run,
            at=when,
            problem=chain.problem,
            attempt=chain.attempt,
            chain=chain.chain,
            round=chain.round,
        )


def _news(old: ChainPulse | None, new: ChainPulse) -> Iterable[EphemeralEvent]:
    staged = (new.stage, new.detail, new.since, new.round)
    if new.held is not None:
        if old is None or (old.held, old.round, old.since) != (new.held, new.round, new.since):
            yield ActionHeld(action=new.held, at=new.since)
    elif old is None or old.held is not None or (old.stage, old.detail, old.since, old.round) != staged:
        yield StageChanged(stage=new.stage, detail=new.detail, at=new.since)
    if new.progress is not None and (old is None or old.progress != new.progress):
        yield MeasureProgress(done=new.progress[0], planned=new.progress[1])
    before = old.streaming if old is not None else ""
    if new.streaming != before:
        grown = bool(before) and new.streaming.startswith(before)
        yield ReplyText(text=new.streaming[len(before) :] if grown else new.streaming, restart=not grown)
