"""A field of a form: its name, what is typed, and a line that tells what is wrong or what follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual import getters
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.suggester import SuggestFromList
from textual.widgets import Input, Static

from perftui.text import one_line
from perftui.tui import styles


@dataclass(frozen=True)
class Field:
    """What is asked for.

    Attributes:
        name: in the answer.
        label: for a person.
        value: what stands there at first.
        hint: what an empty field means.
    """

    name: str
    label: str
    value: str = ""
    hint: str = ""


class FormField(Vertical):
    """One line to type, and one beneath it where there is something to say."""

    DEFAULT_CSS = """
    FormField {
        height: auto;
        & > Horizontal { height: 1; }
        & .label { width: 16; color: $text-muted; }
        & Input { width: 1fr; }
        & .note { height: auto; padding-left: 16; display: none; }
    }
    """

    input = getters.query_one(Input)

    def __init__(self, field: Field) -> None:
        super().__init__()
        self.field = field

    def compose(self) -> ComposeResult:
        """Label and line, and the note under them."""
        with Horizontal():
            yield Static(Content(self.field.label), classes="label")
            yield Input(
                self.field.value,
                placeholder=self.field.hint,
                compact=True,
                select_on_focus=False,
                name=self.field.name,
            )
        yield Static(classes="note")

    @property
    def value(self) -> str:
        """What is typed."""
        return self.input.value.strip()

    def offer(self, choices: Sequence[str]) -> None:
        """Complete what is typed from these."""
        self.input.suggester = SuggestFromList([one_line(choice) for choice in choices], case_sensitive=False)

    def tell(self, error: str = "", remark: str = "") -> None:
        """Say what is wrong, or else what follows."""
        note = self.query_one(".note", Static)
        words = f"! {error}" if error else remark
        note.update(Content.styled(one_line(words, 300), styles.BAD if error else styles.DIM))
        note.display = bool(words)
