"""A line profile: which lines of a program take the time, for feedback and for the screen.

It is the word of the program's own process, under a meter that costs more than most lines: good for advice on
where to look, never for a claim on speed.
"""

from __future__ import annotations

import msgspec

from perftui.figures import nanoseconds, percent
from perftui.sandbox.protocol import CallEnd, ProfileFact
from perftui.text import one_line, printable

_MOST_SHOWN = 200
_TEXT_WIDTH = 100
_WORTH_A_FIGURE = 0.005


class LineCost(msgspec.Struct, frozen=True, kw_only=True):
    """What one line cost: its own time and what it called outside the program.

    Attributes:
        number: of the line, from 1.
        hits: how often it was begun.
        ns: CPU time of its thread.
        share: of the time of all lines.
    """

    number: int
    hits: int
    ns: int
    share: float


class LineProfile(msgspec.Struct, frozen=True, kw_only=True):
    """One execution, line by line.

    Attributes:
        lines: those that ran, in the order of the program.
        end: how the execution ended.
        detail: what went wrong where it did not return, one printable line.
        partial: its time was up before its end: later lines are missing.
        wall_ns: wall time of the execution under the meter.
    """

    lines: tuple[LineCost, ...]
    end: CallEnd = "returned"
    detail: str = ""
    partial: bool = False
    wall_ns: int = 0

    def hottest(self, most: int) -> tuple[LineCost, ...]:
        """The lines that took longest, the longest first."""
        return tuple(sorted(self.lines, key=lambda line: (-line.ns, line.number))[:most])


def profile_from(fact: ProfileFact, program: str) -> LineProfile:
    """A profile from what a sandbox told; lines that the program does not have are left out."""
    last = len(source_lines(program))
    told = {number: (hits, ns) for number, hits, ns in fact.lines if 0 < number <= last and hits > 0}
    total = sum(max(0, ns) for _, ns in told.values())
    lines = tuple(
        LineCost(number=number, hits=hits, ns=max(0, ns), share=max(0, ns) / total if total else 0.0)
        for number, (hits, ns) in sorted(told.items())
    )
    return LineProfile(
        lines=lines,
        end=fact.end,
        detail=one_line(fact.detail),
        partial=fact.partial,
        wall_ns=fact.wall_ns,
    )


def show_profile(profile: LineProfile, program: str, *, most: int = _MOST_SHOWN) -> list[str]:
    """A profile beside its program, as printable lines; of a long program, the hottest lines only.

    Args:
        profile: of the program.
        program: its text.
        most: how many of its lines are shown at the most.
    """
    source = source_lines(program)
    costs = {line.number: line for line in profile.lines}
    shown = range(1, len(source) + 1)
    wanted = set(shown) if len(source) <= most else {line.number for line in profile.hottest(most)}
    rows = [_row(number, costs.get(number), source[number - 1]) for number in shown if number in wanted]
    return [*_remarks(profile), f"{'line':>5} {'hits':>9} {'time':>9} {'share':>6}", *rows]


def source_lines(program: str) -> list[str]:
    """A program's lines as Python numbers them."""
    lines = program.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return lines[:-1] if lines[-1] == "" else lines


def _remarks(profile: LineProfile) -> list[str]:
    remarks = []
    if profile.partial:
        remarks.append("Its time was up before its end: this is the first part of the run.")
    if profile.end != "returned":
        remarks.append(f"The run ended with {profile.end}{f' ({profile.detail})' if profile.detail else ''}.")
    if not profile.lines:
        remarks.append("No line was seen to end.")
    return remarks


def _row(number: int, cost: LineCost | None, text: str) -> str:
    hits = time = share = ""
    if cost is not None:
        hits = f"{cost.hits:,}"
        if cost.share >= _WORTH_A_FIGURE:
            time, share = nanoseconds(cost.ns), percent(cost.share)
    shown = printable(text[: 4 * _TEXT_WIDTH].expandtabs(4))
    code = "".join(c if c.isprintable() else " " for c in shown)
    code = code if len(code) <= _TEXT_WIDTH else f"{code[: _TEXT_WIDTH - 1]}…"
    return f"{number:>5} {hits:>9} {time:>9} {share:>6}  {code}".rstrip()
