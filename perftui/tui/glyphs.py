"""The marks of the screen: each has a word, an ASCII form and a style, so that colour is never alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from perftui.events.model import Stage
from perftui.events.state import ProblemStatus
from perftui.refine.chain import OutcomeKind
from perftui.tui import styles

ASCII_VARIABLE = "PERFTUI_ASCII"

LineMark = Literal["cursor", "branch", "last-branch", "trunk", "ellipsis", "bar", "plus", "minus", "caret"]


class Glyph(NamedTuple):
    """A mark.

    Attributes:
        mark: one cell wide.
        plain: the same where the terminal has ASCII only.
        word: what it means, in a word or two.
        style: of the mark.
    """

    mark: str
    plain: str
    word: str
    style: str


OUTCOMES: dict[OutcomeKind, Glyph] = {
    "seed": Glyph("●", "o", "first correct program of its chain", styles.GOOD),
    "wrong": Glyph("✗", "x", "wrong", styles.BAD),
    "flagged": Glyph("!", "!", "suspected of cheating", styles.WARN),
    "unmeasured": Glyph("◆", "+", "optimised and correct, speed unmeasured", styles.LIVE),
    "kept": Glyph("▲", "^", "faster than the best so far, kept", styles.GOOD),
    "beats-reference": Glyph("★", "*", "kept, and beats the reference", styles.BEST),
    "same": Glyph("=", "=", "within noise of the best so far", styles.DIM),
    "slower": Glyph("▽", "v", "correct but slower, not kept", styles.WARN),
    "larger": Glyph("◫", "M", "correct but takes more memory, not kept", styles.WARN),
    "taken": Glyph("△", "A", "correct, taken in the place of what was there", styles.LIVE),
    "dropped": Glyph("✖", "X", "wrong: the chain falls back to its seed", styles.BAD),
    "no-program": Glyph("∅", "0", "no program in the reply", styles.BAD),
    "text": Glyph("¶", "t", "prose for the next prompt", styles.DIM),
    "skipped": Glyph("»", ">", "skipped by a person", styles.DIM),
    "no-reply": Glyph("¿", "?", "no reply", styles.WARN),
    "infrastructure": Glyph("⚠", "#", "infrastructure failed, not the program", styles.WARN),
}
"""What came of a round."""

OPTIMISED = OUTCOMES["unmeasured"]._replace(word="optimised and correct, to be measured")
RUNNING = Glyph("…", ".", "running", styles.LIVE)

STOPPED = Glyph("⊘", "c", "cut short", styles.DIM)

STAGES: dict[Stage, Glyph] = {
    "queued": Glyph("·", ".", "queued", styles.DIM),
    "held": Glyph("◈", "@", "held for you", styles.WARN),
    "paused": Glyph("‖", "|", "paused", styles.WARN),
    "model": Glyph("✎", "~", "the model writes", styles.LIVE),
    "back-off": Glyph("↻", "&", "backing off", styles.WARN),
    "sandbox": Glyph("◌", "_", "waits for a sandbox", styles.DIM),
    "judging": Glyph("◑", "j", "judging", styles.LIVE),
    "lane": Glyph("◔", "w", "waits for the timing lane", styles.DIM),
    "timing": Glyph("◷", "m", "timing", styles.LIVE),
    "profiling": Glyph("◶", "p", "profiling", styles.LIVE),
}
"""What a chain does now."""

STATUSES: dict[ProblemStatus, Glyph] = {
    "waiting": Glyph("·", "-", "waiting", styles.DIM),
    "running": RUNNING,
    "solved": Glyph("✔", "o", "solved", styles.GOOD),
    "unsolved": Glyph("✗", "x", "unsolved", styles.BAD),
    "infrastructure": OUTCOMES["infrastructure"],
    "left-out": Glyph("⊖", "l", "left out: its reference fails its tests", styles.DIM),
    "cancelled": Glyph("⊘", "c", "cancelled", styles.DIM),
}
"""How a problem stands."""

FLAGGED = Glyph("⚑", "!", "suspected of cheating", styles.WARN)

_LINES: dict[LineMark, tuple[str, str]] = {
    "cursor": ("▌", ">"),
    "branch": ("├", "|"),
    "last-branch": ("└", "`"),
    "trunk": ("│", "|"),
    "ellipsis": ("…", "~"),
    "bar": ("█", "#"),
    "plus": ("+", "+"),
    "minus": ("-", "-"),
    "caret": ("▌", "_"),
}
_LEVELS = "▁▂▃▄▅▆▇█"
_EIGHTHS = ("", "▏", "▎", "▍", "▌", "▋", "▊", "▉")


class Glyphs:
    """The marks as this terminal can show them."""

    def __init__(self, *, plain: bool = False) -> None:
        self.plain = plain

    def mark(self, glyph: Glyph) -> str:
        """The one cell of a glyph."""
        return glyph.plain if self.plain else glyph.mark

    def part(self, glyph: Glyph) -> tuple[str, str]:
        """A glyph as styled text."""
        return self.mark(glyph), glyph.style

    def line(self, name: LineMark) -> str:
        """A mark that lists and trees are drawn with."""
        return _LINES[name][self.plain]

    def bar(self, share: float, width: int) -> str:
        """A horizontal bar of at most `width` cells; a share above zero shows at least a sliver."""
        share = min(max(share, 0.0), 1.0)
        if self.plain:
            return "#" * (max(1, round(share * width)) if share > 0 else 0)
        eighths = max(1, round(share * width * 8)) if share > 0 else 0
        return "█" * (eighths // 8) + _EIGHTHS[eighths % 8]

    def level(self, share: float) -> str:
        """One cell that is filled from below; in ASCII there is none."""
        return "" if self.plain else _LEVELS[round(min(max(share, 0.0), 1.0) * 7)]


def detect(encoding: str | None, environment: Mapping[str, str]) -> Glyphs:
    """The marks for a terminal: ASCII where it is asked for, or where the encoding is not UTF-8."""
    asked = environment.get(ASCII_VARIABLE, "") not in {"", "0"}
    unicode = (encoding or "").lower().replace("-", "").startswith("utf8")
    return Glyphs(plain=asked or not unicode)


def plain_marks() -> dict[str, str]:
    """The ASCII form of every mark."""
    return {mark: glyph.plain for mark, glyph in _BY_MARK.items()}


def style_of(mark: str) -> str:
    """The style of a mark that came from elsewhere."""
    return _BY_MARK[mark].style if mark in _BY_MARK else styles.DIM


_BY_MARK = {
    glyph.mark: glyph
    for glyph in (*OUTCOMES.values(), *STAGES.values(), *STATUSES.values(), FLAGGED, STOPPED)
}
