"""Help: what this screen is for, its keys, and what every mark means."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual import getters
from textual.app import ComposeResult
from textual.binding import ActiveBinding, Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen

from perftui.tui import glyphs, styles
from perftui.tui.glyphs import Glyph, Glyphs
from perftui.tui.text import Line, fit
from perftui.tui.widgets.key_bar import KeyBar
from perftui.tui.widgets.line_view import LineView


class HelpScreen(ModalScreen[None]):
    """Shows the keys that hold on the screen that it was called from."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,f1,q", "dismiss", "close", id="help.close", tooltip="Close the help"),
    ]

    view = getters.query_one(LineView)

    def __init__(self, about: str, keys: Iterable[tuple[str, str, str]], marks: Glyphs) -> None:
        super().__init__()
        self._about = about
        self._keys = list(keys)
        self._marks = marks

    def compose(self) -> ComposeResult:
        """A box that scrolls."""
        with Vertical(id="help"):
            yield LineView(id="help-text")
            yield KeyBar()

    def on_mount(self) -> None:
        """Fill it."""
        self.view.show(_lines(self._about, self._keys, self._marks))
        self.view.focus()


def keys_of(bindings: Iterable[ActiveBinding]) -> list[tuple[str, str, str]]:
    """Key, short word and explanation of each command, one a command, in order."""
    found: dict[str, tuple[list[str], str, str]] = {}
    for active in bindings:
        binding = active.binding
        if not binding.description or not binding.tooltip or binding.system:
            continue
        keys, _, _ = found.setdefault(binding.action, ([], binding.description, binding.tooltip))
        keys.append(binding.key_display or _short(binding.key))
    return [(" ".join(keys), word, tooltip) for keys, word, tooltip in found.values()]


def _short(key: str) -> str:
    names = {"question_mark": "?", "slash": "/", "escape": "esc", "upper_g": "G", "upper_s": "S"}
    return names.get(key, key.replace("ctrl+", "^"))


def _lines(about: str, keys: list[tuple[str, str, str]], marks: Glyphs) -> list[Line]:
    lines = [Line(Content(about)), Line(Content("")), _heading("keys")]
    for key, word, tooltip in keys:
        cells = Content.assemble(
            (fit(key, 14), styles.KEY), (fit(word, 18), styles.HEAD), (tooltip, styles.DIM)
        )
        lines.append(Line(cells, hang=32))
    lines += [Line(Content("")), _heading("marks of rounds")]
    lines += [_mark(glyph, marks) for glyph in (*glyphs.OUTCOMES.values(), glyphs.RUNNING)]
    lines += [Line(Content("")), _heading("marks of problems")]
    at_rest = [glyph for glyph in glyphs.STATUSES.values() if glyph.word != "running"]
    lines += [_mark(glyph, marks) for glyph in (*glyphs.STAGES.values(), *at_rest, glyphs.FLAGGED)]
    lines += [Line(Content("")), _heading("figures")]
    told = (
        "1.21x [1.08–1.33]: times faster, with the interval that it rests on; over 1 is faster.",
        "same: the whole interval lies within ±10 %.  unmeasured: nothing can be said, nothing is guessed.",
    )
    return lines + [Line(Content(text)) for text in told]


def _heading(text: str) -> Line:
    return Line(Content.styled(text, styles.TITLE))


def _mark(glyph: Glyph, marks: Glyphs) -> Line:
    return Line(Content.assemble("  ", marks.part(glyph), f"  {glyph.word}"))
