"""The application: screens over runs. It drains events on a timer, and the engine knows nothing of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Coroutine, Mapping
from typing import ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen, Screen

from perftui.engine.control import RunSession
from perftui.errors import ExitStatus, PerftuiError
from perftui.events.commands import Stop
from perftui.tui.feed import Feed
from perftui.tui.glyphs import Glyphs
from perftui.tui.kept import Keeper
from perftui.tui.launching import Launcher
from perftui.tui.library import Library
from perftui.tui.messages import ForkOpened, ForkWanted, GoOnWith, ReplayWanted, RunWanted
from perftui.tui.noticing import Noticing
from perftui.tui.outside import Way
from perftui.tui.screens.pictured import PicturedScreen
from perftui.tui.screens.quit import QuitScreen
from perftui.tui.screens.run import RunScreen
from perftui.tui.screens.runs import RunsScreen
from perftui.tui.screens.step import StepScreen
from perftui.tui.shell import Shell

POLLS_A_SECOND = 8
LOADING_SECONDS = 0.02
STOP_SECONDS = 20.0
"""How long a stopping run is waited for before the screen leaves."""


class PerfApp(Shell):
    """Shows runs. It ends with an exit status: 130 where a run was interrupted, else 0.

    Attributes:
        own: what is seen of the run of this process, None where there is none.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "quit_asked", "quit", id="app.quit", tooltip="Leave; a run of yours is asked about"),
        Binding("ctrl+q,ctrl+c", "quit_asked", "quit", show=False, priority=True, id="app.quit-now"),
    ]

    def __init__(
        self,
        *,
        library: Library,
        session: RunSession | None = None,
        launcher: Launcher | None = None,
        opened: str | None = None,
        replay: float | None = None,
        glyphs: Glyphs | None = None,
        keymap: Mapping[str, str] | None = None,
        keeper: Keeper | None = None,
        outside: Way = "off",
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Make the application.

        Args:
            library: all runs there are.
            session: a run of this process, opened at once; quitting asks before it is stopped.
            launcher: begins runs; None where none can be begun.
            opened: the id of another run that is shown at once; leaving it interrupts nothing.
            replay: plays that run again, so many times as fast as it was.
            glyphs: marks to draw with, None for what the terminal can show.
            keymap: keys in the place of ours, by the id of the binding.
            keeper: keeps how the screen looks; None keeps nothing.
            outside: how what matters is told while the terminal says that nobody looks.
            clock: seconds since the epoch.
        """
        super().__init__(glyphs=glyphs, keymap=keymap, keeper=keeper, outside=outside)
        self.library = library
        self.launcher = launcher
        self._opened = opened
        self._replay_speed = replay
        self._clock = clock
        self.own = self._feed(session) if session is not None else None
        self._begun: dict[str, Feed] = {}
        self._loads = False
        self._loaded: list[Feed] = []
        self._noticing: dict[str, Noticing] = {}
        self._second = 0
        self._stopping: float | None = None

    def on_mount(self) -> None:
        """Show the runs; over them, the run of this process."""
        self.furnish()
        self.push_screen(RunsScreen(self.library, self.glyphs))
        if self.own is not None:
            self.own.poll()
            self.push_screen(RunScreen(self.own))
        elif self._opened is not None and self._replay_speed is not None:
            self.post_message(ReplayWanted(self._opened, self._replay_speed))
        elif self._opened is not None:
            self._open_other(self._opened)
        self.set_interval(1 / POLLS_A_SECOND, self.tick)

    def tick(self) -> None:
        """Take in what happened, and hand one picture to what can be seen."""
        if not self.is_running:
            # It ends: screens lose their widgets before their timers.
            return
        changed = [feed for feed in self._feeds() if feed.poll() or feed in self._loaded]
        self._loaded.clear()
        second = int(self._clock())
        clock_moved, self._second = second != self._second, second
        for screen in self._seen():
            if not isinstance(screen, PicturedScreen | StepScreen | QuitScreen):
                continue
            # A screen that was pushed a moment ago has no widgets yet; it draws when it is mounted.
            if screen.is_mounted and (clock_moved or screen.feed in changed):
                screen.show(screen.feed.picture())
        for feed in self._feeds():
            # What there is when a run is opened is looked at at once: all that comes later is news.
            if feed in changed or feed.session.run not in self._noticing:
                self._tell(feed)
        self._leave_when_stopped()
        if not self._loads and any(feed.loading for feed in changed):
            self._loads = True
            self.set_timer(LOADING_SECONDS, self._load)

    def _load(self) -> None:
        """Fold a long past piece by piece, as fast as keys and frames leave room for."""
        self._loads = False
        if not self.is_running:
            return
        loading = [feed for feed in self._feeds() if feed.loading]
        for feed in loading:
            if feed.poll():
                self._loaded.append(feed)
        if loading:
            self._loads = True
            self.set_timer(LOADING_SECONDS, self._load)

    def request_stop(self) -> None:
        """Stop the run of this process and leave, as a confirmed quit does; again, leave at once."""
        going = self._going()
        if self._stopping is not None or not going:
            self._leave()
            return
        if not isinstance(self.screen, QuitScreen):
            self.push_screen(QuitScreen(going[0], stopping_since=self._clock()))
        else:
            self.screen.stopping()
        self._stop()

    def action_quit_asked(self) -> None:
        """Leave; where a run of this process would be interrupted, ask first."""
        if isinstance(self.screen, QuitScreen):
            self.screen.action_go()
        elif going := self._going():
            self.push_screen(QuitScreen(going[0]))
        else:
            self._leave()

    @on(RunsScreen.RunOpened)
    def _open_run(self, event: RunsScreen.RunOpened) -> None:
        own = next((feed for feed in self._owned() if feed.session.run == event.run), None)
        if own is not None:
            self.push_screen(RunScreen(own))
        else:
            self._open_other(event.run)

    @on(ForkOpened)
    @work(exclusive=True, group="open", exit_on_error=False)
    async def _open_fork(self, event: ForkOpened) -> None:
        from perftui.tui.screens.problem import ProblemScreen  # noqa: PLC0415 - as below

        own = next((feed for feed in self._owned() if feed.session.run == event.run), None)
        if own is None:
            try:
                own = self._feed(await self.library.open(event.run))
            except PerftuiError as error:
                self.notify(str(error), title="cannot open the run", severity="error")
                return
            own.poll()
        await self.push_screen(ProblemScreen(own, event.problem, self.library))

    @on(GoOnWith)
    def _go_on(self, event: GoOnWith) -> None:
        if self.launcher is not None:
            self._begin(self.launcher.go_on(event.run, event.commands))

    @on(ForkWanted)
    def _fork(self, event: ForkWanted) -> None:
        if self.launcher is not None:
            self._begin(self.launcher.fork(event.fork), event.fork.origin.problem)

    @on(RunWanted)
    def _start(self, event: RunWanted) -> None:
        if self.launcher is not None:
            self._begin(self.launcher.start(event.form))

    @on(ReplayWanted)
    @work(exclusive=True, group="open", exit_on_error=False)
    async def _replay(self, event: ReplayWanted) -> None:
        try:
            session = await self.library.replay(event.run, event.speed)
        except PerftuiError as error:
            self.notify(str(error), title="cannot play the run", severity="error")
            return
        feed = self._feed(session)
        feed.poll()
        await self.push_screen(RunScreen(feed))

    @work(group="begin", exit_on_error=False)
    async def _begin(self, beginning: Coroutine[None, None, RunSession], problem: str | None = None) -> None:
        """Show a run that begins in this process, once it is set up."""
        self.notify("setting up the sandboxes …", timeout=3)
        try:
            session = await beginning
        except PerftuiError as error:
            self.notify(str(error), title="the run cannot begin", severity="error", timeout=15)
            return
        feed = self._begun.get(session.run)
        if feed is None or not feed.going:
            feed = self._begun[session.run] = self._feed(session)
        feed.poll()
        await self.push_screen(RunScreen(feed))
        if problem is not None:
            self.post_message(RunScreen.ProblemOpened(feed, problem))

    @work(exclusive=True, group="open", exit_on_error=False)
    async def _open_other(self, run: str) -> None:
        try:
            session = await self.library.open(run)
        except PerftuiError as error:
            self.notify(str(error), title="cannot open the run", severity="error")
            return
        feed = self._feed(session)
        feed.poll()
        await self.push_screen(RunScreen(feed))

    @on(RunScreen.ProblemOpened)
    def _open_problem(self, event: RunScreen.ProblemOpened) -> None:
        from perftui.tui.screens.problem import ProblemScreen  # noqa: PLC0415 - keeps the first paint quick

        self.push_screen(ProblemScreen(event.feed, event.problem, self.library))

    @on(QuitScreen.Confirmed)
    def _quit_confirmed(self) -> None:
        self._stop()

    @on(QuitScreen.Forced)
    def _quit_forced(self) -> None:
        self._leave()

    def _stop(self) -> None:
        self._stopping = self._clock()
        for feed in self._going():
            feed.send(Stop())

    def _leave_when_stopped(self) -> None:
        if self._stopping is None:
            return
        if not self._going() or self._clock() - self._stopping > STOP_SECONDS:
            self._leave()

    def _leave(self) -> None:
        interrupted = self._stopping is not None or bool(self._going())
        self.exit(int(ExitStatus.INTERRUPTED if interrupted else ExitStatus.DONE))

    def _tell(self, feed: Feed) -> None:
        for notice in feed.take_notices():
            if notice.severity != "information":
                self.notify(notice.text, severity=notice.severity)
        if feed.loading or feed.player is not None:
            return
        noticing = self._noticing.setdefault(feed.session.run, Noticing())
        for news in noticing.news(feed.state):
            if news.inside:
                self.notify(news.text, severity=news.severity)
            if not self.app_focus:
                self.tell_outside(news.text)

    def _feed(self, session: RunSession) -> Feed:
        return Feed(session, glyphs=self.glyphs, clock=self._clock)

    def _feeds(self) -> list[Feed]:
        """The run of this process, and those that screens are open on."""
        shown = [screen.feed for screen in self.screen_stack if isinstance(screen, PicturedScreen)]
        feeds = [*self._owned(), *shown]
        return list({id(feed): feed for feed in feeds}.values())

    def _owned(self) -> list[Feed]:
        """The runs of this process."""
        return [*([] if self.own is None else [self.own]), *self._begun.values()]

    def _going(self) -> list[Feed]:
        return [feed for feed in self._owned() if feed.going]

    def _seen(self) -> list[Screen[object]]:
        """The screen on top, and those that shine through from below it."""
        seen: list[Screen[object]] = []
        for screen in reversed(self.screen_stack):
            seen.append(screen)
            if not isinstance(screen, ModalScreen):
                break
        return seen
