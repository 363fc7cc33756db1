"""A fork beside its origin: what each came to on the problem, and how the two relate. Pure."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from rich.cells import cell_len

from perftui.events.state import ProblemState
from perftui.events.summary import Best, problem_best, tests_passed
from perftui.figures import times_within
from perftui.refine.chain import Round, is_by_hand
from perftui.report.pairs import ratio_between
from perftui.text import one_line, printable
from perftui.tui import ratios
from perftui.tui.library import model_label

_NAMES = (
    "", "run", "model", "strategy", "how", "best", "vs reference", "vs seed", "tests", "rounds", "calls",
    "tokens",
)  # fmt: skip


@dataclass(frozen=True)
class Side:
    """One of the two.

    Attributes:
        run: its id.
        model: as its plan names it.
        strategy: by name.
        problem: with all its texts.
    """

    run: str
    model: str
    strategy: str
    problem: ProblemState


def beside_text(origin: Side, fork: Side) -> str:
    """Both in a table, as Markdown, with their ratio and the difference of their best programs."""
    columns = [_NAMES, _told("origin", origin), _told("fork", fork)]
    widths = [max(map(cell_len, column)) for column in columns]
    rows = list(zip(*columns, strict=True))
    rule = tuple("-" * width for width in widths)
    table = "\n".join(_row(row, widths) for row in (rows[0], rule, *rows[1:]))
    name = one_line(origin.problem.head.id, 60)
    title = f"# {name}: {one_line(fork.run, 12)} beside {one_line(origin.run, 12)}"
    return f"{title}\n\n{table}\n\n{_relation(origin, fork)}\n"


def _told(name: str, side: Side) -> tuple[str, ...]:
    problem, best, spent = side.problem, problem_best(side.problem), side.problem.spent
    passed = tests_passed(problem)
    tokens = spent.prompt_tokens + spent.completion_tokens
    reused = f" and {spent.reused} taken over" if spent.reused else ""
    return (
        name,
        one_line(side.run, 12),
        model_label(side.model),
        one_line(side.strategy, 40),
        problem.status,
        _place(problem, best),
        ratios.ratio(best.vs_reference) if best is not None else "–",
        ratios.ratio(best.vs_seed) if best is not None else "–",
        "–" if passed is None else "{}/{}".format(*passed),
        str(sum(len(chain.rounds) for chain in problem.chains)),
        f"{spent.calls}{reused}",
        f"{tokens:,}",
    )


def _row(cells: tuple[str, ...], widths: list[int]) -> str:
    padded = (cell + " " * (width - cell_len(cell)) for cell, width in zip(cells, widths, strict=True))
    return f"| {' | '.join(padded)} |"


def _place(problem: ProblemState, best: Best | None) -> str:
    round_ = _round(problem, best)
    if best is None or round_ is None:
        return "no correct program"
    hand = " (by hand)" if is_by_hand(round_) else ""
    return f"chain {best.chain + 1} round {best.round + 1}: {one_line(round_.ask.label, 30)}{hand}"


def _round(problem: ProblemState, best: Best | None) -> Round | None:
    if best is None:
        return None
    chain = next(chain for chain in problem.chains if chain.index == best.chain)
    return next((round_ for round_ in chain.rounds if round_.index == best.round), None)


def _relation(origin: Side, fork: Side) -> str:
    ours, theirs = problem_best(fork.problem), problem_best(origin.problem)
    one, other = _round(fork.problem, ours), _round(origin.problem, theirs)
    if ours is None or theirs is None or one is None or other is None:
        return "Only what has a correct program on both sides can be related."
    if ours.candidate == theirs.candidate:
        return "Both come to the same program."
    first, second = ours.vs_reference, theirs.vs_reference
    said = "How the two relate in speed is not known: they were not both measured against the reference."
    if first is not None and second is not None:
        ratio = times_within(*ratio_between(first, second), "–")
        said = f"The fork's best is {ratio} as fast as the origin's, by two ratios to the reference."
    lines = difflib.unified_diff(
        printable(other.code or "").splitlines(),
        printable(one.code or "").splitlines(),
        f"origin {one_line(origin.run, 12)}",
        f"fork {one_line(fork.run, 12)}",
        lineterm="",
    )
    return "\n".join([said, "", "```diff", *lines, "```"])
