"""Rows of the problem list: what each cell says, and how rows are sorted and filtered. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, get_args

from perftui import figures
from perftui.events.state import ProblemState, ProblemStatus
from perftui.events.summary import Doing, problem_best, problem_stage, tests_passed
from perftui.text import one_line
from perftui.timing.model import Ratio
from perftui.tui import chains, ratios, styles
from perftui.tui.feed import Picture
from perftui.tui.glyphs import FLAGGED, STAGES, STATUSES, Glyph, Glyphs

SortKey = Literal["order", "gain", "seed", "tests", "rounds", "slowest", "state", "longest", "flagged"]
SORTS: tuple[SortKey, ...] = get_args(SortKey)
SORT_WORDS: dict[SortKey, str] = {
    "order": "as in the benchmark",
    "gain": "by gain",
    "seed": "by gain over the seed",
    "tests": "fewest tests passed first",
    "rounds": "most rounds first",
    "slowest": "by the slowest test's share",
    "state": "at work first",
    "longest": "longest in its state",
    "flagged": "flagged and failed first",
}

_TROUBLE = {"infrastructure": 1, "unsolved": 2, "cancelled": 3}
_Part = tuple[str, str]


@dataclass(frozen=True)
class ProblemRow:
    """A problem as its row shows it; equal rows look equal.

    Attributes:
        key: the problem's id.
        name: the same, fit to be shown.
        title: its short name.
        glyph: how it stands.
        strips: a strip of marks a chain.
        strips_width: cells that they take, with a space between chains.
        tests: passed of all, of the best program, or of the last judged one.
        passed: whether all tests passed.
        vs_reference: figures, or what stands in their place.
        short: the same in a few cells.
        vs_seed: likewise, in a few cells.
        seed_wide: the same with its interval.
        faster: whether a gain is claimed.
        slowest: the slowest test and its share.
        state: what is going on, or how it ended.
        state_style: of that.
        gain: for sorting.
        since: when its state began, seconds since the epoch.
        working: whether a chain is at work.
        flagged: suspected of cheating.
        trouble: for sorting: flagged, then infrastructure, then unsolved.
        order: place in the benchmark.
        status: how it stands.
        seed_gain: how many times faster than its seed, 0 where that is not known.
        tests_passed: by the program that is told of, None before any verdict.
        rounds: over all chains.
        slowest_share: of the time of all tests.
        seconds: in its state.
        attempt: 1-based.
        held: an action of it waits for a person.
        flags: of its best measurement, in words.
    """

    key: str
    name: str
    title: str
    glyph: Glyph
    strips: tuple[tuple[_Part, ...], ...]
    strips_width: int
    tests: str
    passed: bool
    vs_reference: str
    short: str
    vs_seed: str
    seed_wide: str
    faster: bool
    slowest: str
    state: str
    state_style: str
    gain: float
    since: float
    working: bool
    flagged: bool
    trouble: int
    order: int
    status: ProblemStatus = "waiting"
    seed_gain: float = 0.0
    tests_passed: int | None = None
    rounds: int = 0
    slowest_share: float = 0.0
    seconds: float = 0.0
    attempt: int = 1
    held: bool = False
    flags: str = ""

    @cached_property
    def haystack(self) -> str:
        """All that a bare word of a filter is looked for in."""
        words = (
            self.name,
            self.title,
            self.state,
            self.glyph.word,
            self.vs_reference,
            self.slowest,
            self.flags,
        )
        return " ".join(words).casefold()


class RowMaker:
    """Makes rows of a picture; a problem that has not changed keeps its row, the very object."""

    def __init__(self) -> None:
        self._made: dict[str, tuple[ProblemState, int, ProblemRow]] = {}

    def rows(self, picture: Picture) -> list[ProblemRow]:
        """A row a problem, in the order of the benchmark."""
        return [
            self._row(problem, order, picture)
            for order, problem in enumerate(picture.state.problems.values())
        ]

    def _row(self, problem: ProblemState, order: int, picture: Picture) -> ProblemRow:
        doing = problem_stage(problem)
        tick = int(picture.now - doing.since) if doing is not None else 0
        made = self._made.get(problem.head.id)
        if made is not None and made[0] is problem and made[1] == tick:
            return made[2]
        row = problem_row(problem, order, picture.now, picture.glyphs)
        self._made[problem.head.id] = (problem, tick, row)
        return row


def problem_row(problem: ProblemState, order: int, now: float, glyphs: Glyphs) -> ProblemRow:
    """The row of one problem."""
    best, doing, passed = problem_best(problem), problem_stage(problem), tests_passed(problem)
    measurement = best.measurement if best is not None else None
    slowest = measurement.slowest if measurement is not None else None
    against = measurement.vs_reference if measurement is not None else None
    ratio = chains.headline(measurement)
    flagged = chains.any_flagged(problem)
    strips = _strips(problem, glyphs)
    accused = flagged and best is None
    state, style = _state(problem, doing, now)
    return ProblemRow(
        key=problem.head.id,
        name=chains.name_of(problem),
        title=one_line(problem.head.title, 60),
        glyph=_glyph(problem, doing, flagged=flagged),
        strips=strips,
        strips_width=sum(len(strip) for strip in strips) + max(0, len(strips) - 1),
        tests="{}/{}".format(*passed) if passed is not None else "–",
        passed=best is not None,
        vs_reference="suspected cheating" if accused else ratios.ratio(against),
        short="cheating?" if accused else ratios.short_ratio(ratio),
        vs_seed=ratios.short_ratio(measurement.vs_seed) if measurement is not None else "–",
        seed_wide=ratios.ratio(measurement.vs_seed) if measurement is not None else "–",
        faster=ratio is not None and ratio.verdict == "faster",
        slowest=f"{one_line(slowest.name, 40)} {figures.percent(slowest.share)}"
        if slowest is not None and slowest.share > 0
        else "–",
        state=state,
        state_style=style,
        gain=_gain(ratio),
        since=doing.since if doing is not None else problem.changed_at,
        working=doing is not None,
        flagged=flagged,
        trouble=0 if flagged else _TROUBLE.get(problem.status, 9),
        order=order,
        status=problem.status,
        seed_gain=_gain(measurement.vs_seed if measurement is not None else None),
        tests_passed=None if passed is None else passed[0],
        rounds=sum(len(chain.rounds) for chain in problem.chains),
        slowest_share=slowest.share if slowest is not None else 0.0,
        seconds=max(0.0, now - (doing.since if doing is not None else problem.changed_at)),
        attempt=problem.attempt,
        held=any(chain.held is not None for chain in problem.chains),
        flags=one_line(" ".join(measurement.flags), 60) if measurement is not None else "",
    )


def _gain(ratio: Ratio | None) -> float:
    return ratio.estimate if ratio is not None and ratio.verdict != "unmeasured" else 0.0


def sort_rows(rows: Iterable[ProblemRow], by: SortKey) -> list[ProblemRow]:
    """Rows in another order; equal ones stay as in the benchmark."""
    match by:
        case "gain":
            return sorted(rows, key=lambda row: (-row.gain, row.order))
        case "seed":
            return sorted(rows, key=lambda row: (-row.seed_gain, row.order))
        case "tests":
            return sorted(rows, key=lambda row: (_missing(row.tests_passed), row.order))
        case "rounds":
            return sorted(rows, key=lambda row: (-row.rounds, row.order))
        case "slowest":
            return sorted(rows, key=lambda row: (-row.slowest_share, row.order))
        case "state":
            return sorted(rows, key=lambda row: (not row.working, row.glyph.word == "waiting", row.order))
        case "longest":
            return sorted(rows, key=lambda row: (not row.working, row.since, row.order))
        case "flagged":
            return sorted(rows, key=lambda row: (row.trouble, row.order))
    return sorted(rows, key=lambda row: row.order)


def _missing(passed: int | None) -> float:
    return math.inf if passed is None else passed


def _strips(problem: ProblemState, glyphs: Glyphs) -> tuple[tuple[_Part, ...], ...]:
    begun = (chain for chain in problem.chains if chain.rounds)
    return tuple(tuple(chains.chain_marks(problem, chain, glyphs)) for chain in begun)


def _glyph(problem: ProblemState, doing: Doing | None, *, flagged: bool) -> Glyph:
    if doing is not None:
        return STAGES[doing.stage]
    if flagged and problem.status != "solved":
        return FLAGGED
    return STATUSES[problem.status]


def _state(problem: ProblemState, doing: Doing | None, now: float) -> _Part:
    if doing is not None:
        return stage_words(problem, doing, now), STAGES[doing.stage].style
    match problem.status:
        case "solved":
            return "done", styles.DIM
        case "running":
            return "running", styles.LIVE
        case "waiting":
            return "waiting", styles.DIM
        case "unsolved":
            return _failure(problem), styles.BAD
    reason = one_line(problem.reason, 80)
    words = f"{problem.status}: {reason}" if reason else problem.status
    return words, STATUSES[problem.status].style


def _failure(problem: ProblemState) -> str:
    verdicts = [r.verdict for chain in problem.chains for r in chain.rounds if r.verdict is not None]
    if not verdicts:
        return one_line(problem.reason, 80) or "unsolved"
    kind = verdicts[-1].kind.replace("-", " ")
    return one_line(f"{kind} {verdicts[-1].failed_test or ''}", 80)


def stage_words(problem: ProblemState, doing: Doing, now: float) -> str:
    """What a problem does now, and for how long."""
    words = "held for you" if doing.stage == "held" else str(doing.stage)
    if doing.stage == "timing" and doing.progress is not None:
        words = "timing {}/{}".format(*doing.progress)
    parts = [words, figures.age(now - doing.since)]
    losses = sum(chain.losses for chain in problem.chains)
    if losses:
        parts.append(f"· retry {losses}")
    return " ".join(parts)
