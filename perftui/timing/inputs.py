"""Which inputs programs are timed on: big ones first, a ladder down to small ones, part of them held out.

A pass over the inputs should take the reference long enough to stand out from the noise, and short enough
for many passes to fit into a budget. So the largest inputs that fit are taken, then more of them until
the pass is filled. Below them stand a few smaller ones: a program far slower than the reference is timed on
as many of the inputs, from the smallest on, as it can do in time (`levels`).

What is held out is never in any feedback and never seen while a search goes on; the tests are no part of
it, since feedback shows them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

from perftui.problems.model import TestCase
from perftui.sandbox.protocol import Limits

PASS_NS = 4_000_000
"""What one pass over the chosen inputs should cost the reference: longer ones tell no more of a machine whose
noise is a share of the time, and leave room for fewer trials."""

PASS_BYTES = 160_000
"""How much coded text a pass should have, outputs included: some 30 ns a byte, paid in every trial."""

LONG_NS = 1_000_000
"""A pass of this length is measured without repeats."""

MAX_INPUTS = 48
"""How many inputs one pass has at the most; where there are tests only, all of them up to `MAX_TESTS`."""

MAX_TESTS = 64

_PASS_ROOM = 1.5
_STEP = 8
_RUNG = 4
_RUNGS = 6

Origin = Literal["test", "benchmark", "generator", "model"]
"""Whose an input is: a test's, the benchmark's timing data, its generator's, one that a model wrote."""


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """An input whose expected output and cost are known, since the reference was run on it.

    Attributes:
        test: the input with the reference's output.
        origin: whose it is.
        work_ns: CPU time of the reference's call.
    """

    test: TestCase
    origin: Origin
    work_ns: int


class Chosen(msgspec.Struct, frozen=True, kw_only=True):
    """The inputs of a problem that programs are timed on; each from the cheapest to the dearest.

    Attributes:
        shown: feedback may show them.
        held_out: it may not; empty where there are none to spare.
    """

    shown: tuple[Known, ...]
    held_out: tuple[Known, ...] = ()


class TimingInputs(msgspec.Struct, frozen=True, kw_only=True):
    """What is told of a choice: names and figures, without the inputs themselves.

    Attributes:
        shown: names of the inputs that feedback may show.
        held_out: names of those that it may not.
        origins: how many inputs of each origin were chosen.
        shown_ns: what a pass over the shown ones costs the reference.
        held_out_ns: the same of the held-out ones.
        left_out: inputs that cannot be used: they cannot be made, the reference fails on them, or gives
            another output in another process.
        note: one line on what is not as wished, or empty.
    """

    shown: tuple[str, ...] = ()
    held_out: tuple[str, ...] = ()
    origins: dict[Origin, int] = {}
    shown_ns: int = 0
    held_out_ns: int = 0
    left_out: int = 0
    note: str = ""

    @property
    def is_long(self) -> bool:
        """Whether a pass needs no repeats."""
        return self.shown_ns >= LONG_NS


def choose(pool: Sequence[Known], *, hold_out: bool) -> Chosen:
    """Choose from all inputs that are known.

    Args:
        pool: tests and others, in any order.
        hold_out: keep part of the inputs that are no tests out of what is shown.
    """
    tests = [known for known in pool if known.origin == "test"]
    others = sorted((known for known in pool if known.origin != "test"), key=_by_work, reverse=True)
    if not others and len(tests) <= MAX_TESTS:
        return Chosen(shown=tuple(sorted(tests, key=_by_work)))
    if not hold_out or len(others) < 2:
        return Chosen(shown=_fill([*others, *tests]))
    # Dealt like cards between two captains (A B B A), so that both parts are alike.
    shown = _fill([*(known for place, known in enumerate(others) if place % 4 in (0, 3)), *tests])
    held_out = _fill([known for place, known in enumerate(others) if place % 4 in (1, 2)])
    whole = _fill([*others, *tests])
    if total_ns(whole) >= LONG_NS and min(total_ns(shown), total_ns(held_out)) < LONG_NS:
        # Too little to be divided: a part that cannot be measured would tell nothing.
        return Chosen(shown=whole)
    return Chosen(shown=shown, held_out=held_out)


def told(chosen: Chosen, *, left_out: int, note: str = "") -> TimingInputs:
    """What is told of a choice."""
    origins: dict[Origin, int] = {}
    for known in (*chosen.shown, *chosen.held_out):
        origins[known.origin] = origins.get(known.origin, 0) + 1
    return TimingInputs(
        shown=tuple(known.test.name for known in chosen.shown),
        held_out=tuple(known.test.name for known in chosen.held_out),
        origins=origins,
        shown_ns=total_ns(chosen.shown),
        held_out_ns=total_ns(chosen.held_out),
        left_out=left_out,
        note=note,
    )


def total_ns(inputs: Iterable[Known]) -> int:
    """What a pass over inputs costs the reference."""
    return sum(known.work_ns for known in inputs)


def with_room(limits: Limits, inputs: Iterable[Known]) -> Limits:
    """Limits under which outputs may be a few times as long as the reference's on these inputs."""
    largest = max((len(known.test.expected) for known in inputs), default=0)
    return msgspec.structs.replace(limits, output_bytes=max(limits.output_bytes, 4 * largest))


def levels(work_ns: Sequence[int]) -> tuple[int, ...]:
    """How many inputs, from the cheapest on, a pass may have: each step is some eight times the work.

    Args:
        work_ns: what each input costs the reference, ascending.

    Returns:
        Ascending counts; the last is all of them.
    """
    found: list[int] = []
    reached, total = 0, 0
    for count, cost in enumerate(work_ns, start=1):
        total += cost
        if total > 0 and total >= _STEP * reached:
            found.append(count)
            reached = total
    if found and total < _STEP / 2 * reached:
        found.pop()
    if work_ns and (not found or found[-1] != len(work_ns)):
        found.append(len(work_ns))
    return tuple(found)


def _by_work(known: Known) -> tuple[int, str]:
    return known.work_ns, known.test.name


def _fill(pool: Sequence[Known]) -> tuple[Known, ...]:
    """The largest inputs that fill a pass, and a ladder of smaller ones; ascending."""
    if not pool:
        return ()
    falling = sorted(pool, key=_by_work, reverse=True)
    taken = _take(falling, (), PASS_NS, PASS_BYTES)
    if total_ns(taken) < LONG_NS:
        # What it takes to be measured at all, wherever it costs least to code.
        rest = sorted((known for known in falling if known not in taken), key=_worth, reverse=True)
        taken = _take(rest, taken, LONG_NS, None)
    taken = sorted(taken, key=_by_work, reverse=True)
    if not taken:
        return (falling[-1],)
    ladder = _ladder([known for known in falling if _by_work(known) < _by_work(taken[-1])], taken[-1].work_ns)
    return tuple(sorted((*taken, *ladder), key=_by_work))


def _take(
    pool: Iterable[Known], before: Sequence[Known], enough_ns: int, most_bytes: int | None
) -> list[Known]:
    """Inputs in their order, as long as they fit, until there is work enough."""
    taken = list(before)
    total, coded = total_ns(taken), sum(map(_size, taken))
    for known in pool:
        if total >= enough_ns or len(taken) == MAX_INPUTS:
            break
        fits = most_bytes is None or coded + _size(known) <= most_bytes
        if fits and total + known.work_ns <= PASS_NS * _PASS_ROOM:
            taken.append(known)
            total += known.work_ns
            coded += _size(known)
    return taken


def _size(known: Known) -> int:
    return len(known.test.input) + len(known.test.expected)


def _worth(known: Known) -> float:
    return known.work_ns / max(1, _size(known))


def _ladder(falling: Sequence[Known], below_ns: int) -> list[Known]:
    """A few inputs, each at most a quarter of the one before."""
    rungs: list[Known] = []
    for known in falling:
        if known.work_ns * _RUNG <= below_ns and known.work_ns > 0 and len(rungs) < _RUNGS:
            rungs.append(known)
            below_ns = known.work_ns
    return rungs
