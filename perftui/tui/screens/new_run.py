"""The form of a new run: checked as it is typed, with the command line that does the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.timer import Timer
from textual.widgets import Input, Static

from perftui.text import one_line
from perftui.tui import styles
from perftui.tui.kept import keeper_of
from perftui.tui.launching import Checked, Launcher, NewRun
from perftui.tui.messages import RunWanted
from perftui.tui.widgets.form import Field, FormField
from perftui.tui.widgets.key_bar import KeyBar

CHECK_SECONDS = 0.3
"""How long nothing is typed before the form is checked."""

_FIELDS = (
    Field("benchmark", "benchmark", "", "a name, a file or a folder of problems"),
    Field("data", "data file", "", "where the benchmark was not fetched"),
    Field("model", "model", "", "PROVIDER/NAME, or recorded:FILE"),
    Field("base_url", "base URL", "", "the provider's own"),
    Field("strategy", "strategy", "", "perfcodegen"),
    Field("chains", "chains", "", "1"),
    Field("problems", "problems", "", "all: ids, or ranges such as 0-9"),
    Field("limit", "at most", "", "no bound"),
    Field("timing_seconds", "timing, s", "", "by the number of problems"),
    Field("price", "price", "", "IN/OUT, in $ a million tokens"),
    Field("dollars", "dollars", "", "no bound; needs a price"),
    Field("sandbox", "sandbox", "", "docker; or process, which does not confine"),
)


class NewRunScreen(ModalScreen[None]):
    """Asks for a run, and has it begun."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+r", "start", "start", id="new.start", tooltip="Begin the run", priority=True),
        Binding("enter", "start", "start", show=False, id="new.start-too", priority=True),
        Binding("ctrl+y", "copy", "copy command", id="new.copy", tooltip="Copy the command line"),
        Binding("escape", "drop", "leave it", id="new.drop", tooltip="Begin nothing"),
    ]

    command_line = getters.query_one("#new-command", Static)

    def __init__(self, launcher: Launcher, form: NewRun | None = None) -> None:
        super().__init__()
        self._launcher = launcher
        self._form = form
        self._checked = Checked()
        self._soon: Timer | None = None

    def compose(self) -> ComposeResult:
        """The fields, as they were last, and the command line under them."""
        form = self._form or _last(keeper_of(self.app).kept.form)
        with Vertical(classes="asking"):
            yield Static(Content.styled("a new run", styles.TITLE))
            with VerticalScroll(can_focus=False):
                for field in _FIELDS:
                    value = str(getattr(form, field.name))
                    yield FormField(Field(field.name, field.label, value, field.hint))
            yield Static(id="new-command")
            yield KeyBar()

    def on_mount(self) -> None:
        """The first field has the keys."""
        self.query(Input).first().focus()
        self._offer()
        self._check()

    @property
    def form(self) -> NewRun:
        """What is typed."""
        return NewRun(**{field.field.name: field.value for field in self.query(FormField)})

    @on(Input.Changed)
    def _typed(self) -> None:
        if self._soon is not None:
            self._soon.stop()
        self._soon = self.set_timer(CHECK_SECONDS, self._check)

    def action_start(self) -> None:
        """Begin, where nothing is wrong."""
        self._check(then_start=True)

    def action_copy(self) -> None:
        """Copy the command line."""
        self.app.copy_to_clipboard(self._checked.command)
        self.notify("command line copied")

    def action_drop(self) -> None:
        """Begin nothing."""
        self.dismiss(None)

    @work(exclusive=True, group="check", exit_on_error=False)
    async def _check(self, *, then_start: bool = False) -> None:
        form = self.form
        checked = self._checked = await self._launcher.check(form)
        for field in self.query(FormField):
            name = field.field.name
            known = {**{str(k): v for k, v in checked.errors.items()}}
            remarks = {str(k): v for k, v in checked.remarks.items()}
            field.tell(known.get(name, ""), remarks.get(name, ""))
        self.command_line.update(Content.styled(one_line(checked.command, 400), styles.DIM))
        if then_start and checked.errors:
            self.app.bell()
        elif then_start:
            keeper_of(self.app).keep(form=_worth_keeping(form))
            self.dismiss(None)
            self.app.post_message(RunWanted(form))

    @work(group="choices", exit_on_error=False)
    async def _offer(self) -> None:
        choices = await self._launcher.choices()
        offered = {
            "benchmark": choices.benchmarks,
            "model": choices.models,
            "strategy": [name for name, _ in choices.strategies],
            "sandbox": choices.sandboxes,
        }
        for field in self.query(FormField):
            if field.field.name in offered:
                field.offer(offered[field.field.name])


def _last(kept: Mapping[str, str]) -> NewRun:
    return NewRun(**{field.name: kept[field.name] for field in _FIELDS if field.name in kept})


def _worth_keeping(form: NewRun) -> dict[str, str]:
    """What was typed; an address may hold a password, and is typed again."""
    typed = {field.name: str(getattr(form, field.name)) for field in _FIELDS}
    return {name: value for name, value in typed.items() if value and "@" not in value and "?" not in value}
