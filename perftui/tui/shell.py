"""What the application is whatever it shows: its driver, its themes, how it speaks, and how it fails."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar

from rich.console import RenderableType
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver
from textual.filter import LineFilter
from textual.notifications import SeverityLevel
from textual.screen import Screen
from textual.worker import WorkerFailed

from perftui.text import one_line
from perftui.tui.ascii import AsciiFilter
from perftui.tui.clean import CleanFilter
from perftui.tui.commands import KeyCommands
from perftui.tui.driver import HardyDriver
from perftui.tui.glyphs import Glyphs, detect
from perftui.tui.kept import Keeper
from perftui.tui.outside import Way, escape_of
from perftui.tui.screens.help import HelpScreen, keys_of
from perftui.tui.screens.pictured import HEIGHTS, WIDTHS
from perftui.tui.themes import DARK, THEMES

LONGEST_NOTICE = 400

_log = logging.getLogger(__name__)


class Shell(App[int]):
    """An application that nothing it shows can break out of.

    Args:
        glyphs: marks to draw with, None for what the terminal can show.
        keymap: keys in the place of ours, by the id of the binding.
        keeper: keeps how the screen looks; None keeps nothing.
        outside: how what matters is told while the terminal says that nobody looks.

    Attributes:
        glyphs: marks to draw with.
        keeper: keeps how the screen looks.
        failure: the fault of its own by which it ended; the traceback is in the log.
    """

    TITLE = "perftui"
    CSS_PATH = "app.tcss"
    COMMANDS: ClassVar = {KeyCommands, *App.COMMANDS}
    HORIZONTAL_BREAKPOINTS = WIDTHS
    VERTICAL_BREAKPOINTS = HEIGHTS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark,f1", "help", "help", id="app.help", tooltip="Keys, and what the marks mean"),
        Binding("ctrl+p", "command_palette", "all", priority=True, id="app.palette", tooltip="All commands"),
    ]

    def __init__(
        self,
        *,
        glyphs: Glyphs | None = None,
        keymap: Mapping[str, str] | None = None,
        keeper: Keeper | None = None,
        outside: Way = "off",
    ) -> None:
        super().__init__()
        self.glyphs = glyphs or detect(_terminal_encoding(), os.environ)
        self.keeper = keeper or Keeper(None)
        self.failure: BaseException | None = None
        self._outside = outside
        self._keymap_of_ours = dict(keymap or {})

    def get_driver_class(self) -> type[Driver]:
        """Textual's choice of a driver, hardened where it is that of a terminal."""
        chosen = super().get_driver_class()
        return HardyDriver if chosen is LinuxDriver else chosen

    def furnish(self) -> None:
        """The theme and the keys of the person: before anything is shown."""
        for theme in THEMES:
            self.register_theme(theme)
        kept = self.keeper.kept.theme
        self.theme = kept if kept in self.available_themes else DARK.name
        self.set_keymap(self._keymap_of_ours)
        if self.keeper.trouble:
            self.notify(self.keeper.trouble, severity="warning")

    def watch_theme(self, theme: str) -> None:
        """A theme that was chosen is kept."""
        if self.is_running:
            self.keeper.keep(theme=theme)

    def action_help(self) -> None:
        """Show the keys of this screen."""
        if not isinstance(self.screen, HelpScreen):
            keys = keys_of(self.screen.active_bindings.values())
            self.push_screen(HelpScreen(self.screen.HELP or "", keys, self.glyphs))

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Textual's own, with the last cleaning; and ASCII only where the terminal has no more."""
        plain = [AsciiFilter()] if self.glyphs.plain else []
        return [CleanFilter(), *super().get_line_filters(), *plain]

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = False,  # noqa: ARG002 - never
    ) -> None:
        """Tell a line for a while; it may hold words of a file or a model, and is never markup."""
        told = one_line(message, LONGEST_NOTICE)
        super().notify(told, title=one_line(title), severity=severity, timeout=timeout, markup=False)

    def tell_outside(self, text: str) -> None:
        """Call for whoever looks at another window."""
        if self._driver is not None and not self.is_headless:
            in_tmux = bool(os.environ.get("TMUX"))
            self._driver.write(escape_of(self._outside, text, in_tmux=in_tmux))

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Textual's own commands, without those that this application has better ones for."""
        for command in super().get_system_commands(screen):
            if command.title not in {"Quit", "Keys"}:
                yield command

    # Textual would print pages of traceback, with the values of variables, where these three do not keep it.

    def _handle_exception(self, error: Exception) -> None:
        cause = error.error if isinstance(error, WorkerFailed) else error
        _log.error("the screen failed", exc_info=cause)
        self.failure = self.failure or cause
        super()._handle_exception(error)

    def _fatal_error(self) -> None:
        self._close_messages_no_wait()

    def panic(self, *_: RenderableType) -> None:
        """End the screen; what there is to say is in the log."""
        self._close_messages_no_wait()


def _terminal_encoding() -> str | None:
    """The encoding of the stream that textual draws on, which is not standard output."""
    return sys.__stderr__.encoding if sys.__stderr__ is not None else None
