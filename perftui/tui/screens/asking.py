"""Small dialogs: a few lines to type that are checked as they are typed, and a choice of one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar

from textual import getters, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from perftui.text import one_line
from perftui.tui import styles
from perftui.tui.widgets.form import Field, FormField
from perftui.tui.widgets.key_bar import KeyBar

Check = Callable[[Mapping[str, str]], Mapping[str, str]]
"""From what is typed, by field, to what is wrong with it, by field."""


class AskScreen(ModalScreen[dict[str, str] | None]):
    """Asks for a few values; None where the person thinks better of it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "keep", "do it", id="ask.keep", tooltip="Take what is typed", priority=True),
        Binding("escape", "drop", "leave it", id="ask.drop", tooltip="Change nothing"),
    ]

    def __init__(self, title: str, detail: str, fields: Sequence[Field], check: Check) -> None:
        super().__init__()
        self._title = title
        self._detail = detail
        self._fields = fields
        self._check = check

    def compose(self) -> ComposeResult:
        """A box with the fields."""
        with Vertical(classes="asking"):
            yield Static(Content.styled(one_line(self._title), styles.TITLE))
            yield Static(Content(self._detail))
            with VerticalScroll(can_focus=False):
                for field in self._fields:
                    yield FormField(field)
            yield from self.compose_below()
            yield KeyBar()

    def compose_below(self) -> ComposeResult:
        """What stands under the fields: nothing, where nothing else is said."""
        yield from ()

    def on_mount(self) -> None:
        """The first field has the keys."""
        self.query(Input).first().focus()

    @property
    def typed(self) -> dict[str, str]:
        """What is typed, by field."""
        return {field.field.name: field.value for field in self.query(FormField)}

    @on(Input.Changed)
    def _changed(self) -> None:
        self._tell()

    def action_keep(self) -> None:
        """Close with the values, unless one cannot be used."""
        if not self._tell():
            self.dismiss(self.typed)

    def action_drop(self) -> None:
        """Close with nothing."""
        self.dismiss(None)

    def _tell(self) -> bool:
        errors = self._check(self.typed)
        for field in self.query(FormField):
            field.tell(errors.get(field.field.name, ""))
        return bool(errors)


class ChooseScreen(ModalScreen[str | None]):
    """One of several; None where the person thinks better of it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "take", "take", id="choose.take", tooltip="Take what is under the cursor"),
        Binding("j", "move('down')", "down", show=False, id="choose.down", tooltip="The one below"),
        Binding("k", "move('up')", "up", show=False, id="choose.up", tooltip="The one above"),
        Binding("escape", "drop", "leave it", id="choose.drop", tooltip="Take none"),
    ]

    list = getters.query_one(OptionList)

    def __init__(self, title: str, choices: Sequence[tuple[str, str]], chosen: str = "") -> None:
        """Make the dialog.

        Args:
            title: what is chosen.
            choices: what is answered, and the words for it; both may be foreign text.
            chosen: where the cursor begins.
        """
        super().__init__()
        self._title = title
        self._choices = choices
        self._chosen = chosen

    def compose(self) -> ComposeResult:
        """A box with a list."""
        with Vertical(classes="asking"):
            yield Static(Content.styled(one_line(self._title), styles.TITLE))
            options = [Option(Content(one_line(words, 300))) for _, words in self._choices]
            yield OptionList(*options, compact=True)
            yield KeyBar()

    def on_mount(self) -> None:
        """The cursor begins where it was."""
        names = [name for name, _ in self._choices]
        self.list.highlighted = names.index(self._chosen) if self._chosen in names else 0
        self.list.focus()

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._choices[event.option_index][0])

    def action_take(self) -> None:
        """Close with what is under the cursor."""
        self.list.action_select()

    def action_move(self, way: str) -> None:
        """Move the cursor."""
        if way == "down":
            self.list.action_cursor_down()
        else:
            self.list.action_cursor_up()

    def action_drop(self) -> None:
        """Close with none."""
        self.dismiss(None)


def number(text: str, *, least: float, most: float = float("inf"), whole: bool = False) -> str:
    """What is wrong with a typed number; empty where it can be used."""
    try:
        value = int(text) if whole else float(text)
    except ValueError:
        return "not a whole number" if whole else "not a number"
    if not least <= value <= most or value == float("inf"):
        bounds = f"at least {least:g}" if most == float("inf") else f"between {least:g} and {most:g}"
        return f"must be {bounds}"
    return ""
