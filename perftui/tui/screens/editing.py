"""A text, or the messages of a conversation, edited in place or in the person's own editor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static, TextArea

from perftui.errors import BadInputError
from perftui.text import one_line
from perftui.tui import styles
from perftui.tui.own_editor import Draft, edit_outside
from perftui.tui.screens.confirm import ConfirmScreen
from perftui.tui.widgets.code_area import CodeArea, compile_trouble
from perftui.tui.widgets.key_bar import KeyBar


@dataclass(frozen=True)
class Part:
    """One of the texts.

    Attributes:
        label: what it is.
        text: as it is; may be hostile.
    """

    label: str
    text: str


class EditScreen(ModalScreen[tuple[str, ...] | None]):
    """Answers all texts; those that were not changed exactly as they were, None where none is kept."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "keep", "keep", id="edit.keep", tooltip="Keep what is written", priority=True),
        Binding("ctrl+o", "outside", "$EDITOR", id="edit.outside", tooltip="Go on in $EDITOR", priority=True),
        Binding(
            "ctrl+up", "part(-1)", "before", id="edit.before", tooltip="The message before", priority=True
        ),
        Binding("ctrl+down", "part(1)", "next", id="edit.next", tooltip="The next message", priority=True),
        Binding("escape", "drop", "drop", id="edit.drop", tooltip="Keep nothing of it", priority=True),
    ]

    title_line = getters.query_one("#edit-title", Static)
    trouble = getters.query_one("#edit-trouble", Static)

    def __init__(self, title: str, parts: Sequence[Part], at: int = 0, *, code: bool = False) -> None:
        super().__init__()
        self._title = title
        self._parts = parts
        self._at = at
        self._code = code
        self._areas = [CodeArea(part.text, code=code) for part in parts]
        self._shown = [area.text for area in self._areas]

    def compose(self) -> ComposeResult:
        """A box with the text."""
        with Vertical(id="edit"):
            yield Static(id="edit-title")
            yield from self._areas
            yield Static(id="edit-trouble")
            yield KeyBar()

    def on_mount(self) -> None:
        """The text has the keys."""
        self._show()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There may be one text only; a question over the editor has its own escape."""
        if action == "part":
            return len(self._parts) > 1
        return super().check_action(action, parameters)

    @property
    def texts(self) -> tuple[str, ...]:
        """All texts as they are now."""
        return tuple(
            part.text if area.text == shown else area.text
            for part, area, shown in zip(self._parts, self._areas, self._shown, strict=True)
        )

    @property
    def changed(self) -> bool:
        """Whether any is not as it was."""
        return [area.text for area in self._areas] != self._shown

    def action_keep(self) -> None:
        """Close with the texts, unless it is a program that does not compile."""
        if not (self._code and compile_trouble(self._areas[0].text)):
            self.dismiss(self.texts)
        else:
            self.app.bell()

    def action_drop(self) -> None:
        """Close; where something was changed, ask first."""
        if not self.changed:
            self.dismiss(None)
            return

        def answered(yes: bool | None) -> None:  # noqa: FBT001 - textual's callback
            if yes:
                self.dismiss(None)

        self.app.push_screen(ConfirmScreen("Drop what you wrote?", "It is kept nowhere."), answered)

    def action_part(self, step: int) -> None:
        """Go to another text."""
        self._at = (self._at + step) % len(self._parts)
        self._show()

    @work(exclusive=True, group="editor", exit_on_error=False)
    async def action_outside(self) -> None:
        """Go on in the person's own editor."""
        area = self._areas[self._at]
        draft = Draft(area.text, ".py" if self._code else ".md")
        try:
            text = await edit_outside(self.app, draft)
        except BadInputError as error:
            self.notify(f"{error} (what you wrote is in {draft.path})", severity="error")
            return
        draft.forget()
        area.take(text)
        self._tell()

    @on(TextArea.Changed)
    def _changed(self) -> None:
        self._tell()

    def _show(self) -> None:
        for index, area in enumerate(self._areas):
            area.display = index == self._at
        self._areas[self._at].focus()
        self._tell()

    def _tell(self) -> None:
        part = self._parts[self._at]
        words = one_line(part.label) + (" · changed" if self.changed else "")
        self.title_line.update(
            Content.assemble((one_line(self._title), styles.WARN), (f"  {words}", styles.DIM))
        )
        self.trouble.display = self._code
        if self._code:
            trouble = compile_trouble(self._areas[0].text)
            said = (f"! does not compile: {trouble}", styles.BAD) if trouble else ("compiles", styles.GOOD)
            self.trouble.update(Content.assemble(said))
