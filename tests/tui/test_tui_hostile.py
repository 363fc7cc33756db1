"""Hostile text everywhere: every screen is walked, and nothing that is drawn commands the terminal.

The walks are without the last cleaning of each line, so that each pane is seen to clean what it shows.
"""

from __future__ import annotations

import unicodedata
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.content import Content
from textual.widgets import Static

from perftui.errors import BadInputError
from perftui.events import model as ev
from perftui.events.plan import Fork, Origin
from perftui.judging.results import as_plain
from perftui.problems.model import Problem
from perftui.timing.model import Trial
from perftui.tui.app import PerfApp
from perftui.tui.clean import CleanFilter, cleaned
from perftui.tui.glyphs import Glyphs
from perftui.tui.launching import Checked, Choices, NewRun
from perftui.tui.library import ExportForm, ForkEntry, RunEntry
from tests.tui.conftest import Clock, Driven
from tests.tui.fakes import NOW, RUN, FakeLibrary, FakeSession, full_run, make_problem, make_trials
from tests.tui.fakes_launching import FakeLauncher


@pytest.fixture
def unguarded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CleanFilter, "apply", lambda _self, segments, _background: segments)


HOSTILE = (
    "\x1b]52;c;aGk=\x07\x1b[2J\x9b31m\x85\r\x08\x00[@click=app.quit]k[/] [link=https://evil.example]l[/link]"
    "[red]r[/red] \u202ebidi\u2066\u200b\ud800\ue000 漢字👩‍💻 e"
    + "\u0301" * 40
    + " \x1b]8;;https://evil.example\x07"
)
"""Escape sequences of all kinds, markup, bidirectional overrides, half a character, piles of marks."""

_FREE = {
    "id", "title", "reason", "text", "code", "content", "label", "name", "got", "detail", "model", "template",
    "note", "trouble", "benchmark", "strategy", "python", "platform", "problem", "conversation", "perftui",
    "failed_test", "sandbox_reason", "confinement", "candidate", "parent", "best", "seed", "problems",
}  # fmt: skip
"""What comes from models, programs, files or other machines."""

_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def hostile(value: object, name: str = "") -> object:
    match value:
        case dict():
            return {key: hostile(item, key) for key, item in value.items()}
        case list() | tuple():
            return [hostile(item, name) for item in value]
        case str() if name in _FREE:
            return f"{value}{HOSTILE}"
    return value


def hostile_run(*, hold: bool) -> list[ev.Event]:
    """The run of the other tests, with hostile text behind each that is not ours."""
    events = [
        *full_run(hold=hold),
        ev.Notice(run=RUN, at=NOW, text="look", severity="warning"),
        ev.Notice(run=RUN, at=NOW, text="worse", severity="error"),
    ]
    plain = (msgspec.to_builtins(event, enc_hook=as_plain) for event in events)
    return [msgspec.convert(hostile(one), type(event)) for one, event in zip(plain, events, strict=True)]


class HostileLibrary(FakeLibrary):
    async def runs(self) -> Sequence[RunEntry]:
        entries = await super().runs()
        return [
            msgspec.structs.replace(one, benchmark=HOSTILE, model=HOSTILE, strategy=HOSTILE)
            for one in entries
        ]

    async def forks(self, run: str, problem_id: str) -> Sequence[ForkEntry]:
        origin = Origin(run=run, problem=problem_id, attempt=1, chain=0, round=0)
        return [ForkEntry(run=HOSTILE, origin=origin, model=HOSTILE, strategy=HOSTILE, status="done")]

    async def compare(self, base: str, other: str) -> str:
        return f"# {HOSTILE}\n\n| a | b |\n|---|---|\n| {HOSTILE} | `{HOSTILE}` |\n\n    {HOSTILE}\n"

    async def export(self, run: str, form: ExportForm) -> Path:
        raise BadInputError(HOSTILE)

    async def problem(self, run: str, problem_id: str) -> Problem | None:
        made = make_problem(problem_id)
        tests = tuple(msgspec.structs.replace(test, name=f"{test.name}{HOSTILE}") for test in made.tests)
        return msgspec.structs.replace(made, title=HOSTILE, statement=HOSTILE, tests=tests)

    async def trials(self, run: str, candidate: str) -> Sequence[Trial]:
        return make_trials()


class HostileLauncher(FakeLauncher):
    async def choices(self) -> Choices:
        return Choices(benchmarks=[HOSTILE], models=[HOSTILE], strategies=[(HOSTILE, HOSTILE)])

    async def check(self, form: NewRun) -> Checked:
        return Checked(errors={"benchmark": HOSTILE}, remarks={"model": HOSTILE}, command=HOSTILE)

    def command_of(self, fork: Fork) -> str:
        return HOSTILE


def drawn(app: PerfApp) -> Iterator[tuple[str, object]]:
    """Each piece of text that is on the terminal now, and its style."""
    for strip in app.screen._compositor.render_strips():
        for segment in strip:
            yield segment.text, segment.style


def see(it: Driven, after: str) -> str:
    """All text on the screen; nothing of it commands a terminal, or is a link or an action of the text's."""
    whole = []
    for text, style in drawn(it.app):
        whole.append(text)
        unseen = {c for c in text if unicodedata.category(c) in _UNSEEN}
        assert not unseen, (after, text, unseen)
        assert getattr(style, "link", None) is None, (after, text)
        assert "app.quit" not in str(getattr(style, "meta", None) or ""), (after, text)
    return "".join(whole)


@asynccontextmanager
async def driven(
    library: FakeLibrary, session: FakeSession | None, size: tuple[int, int]
) -> AsyncIterator[Driven]:
    app = PerfApp(
        library=library, session=session, launcher=HostileLauncher(), glyphs=Glyphs(), clock=Clock()
    )
    async with app.run_test(size=size, notifications=True) as pilot:
        it = Driven(app, pilot, session or FakeSession(), Clock())
        await it.settle()
        yield it


RUN_KEYS = (
    "slash", "x", "escape", "o", "o", "o", "F", "n", "j", "j", "question_mark", "escape", "ctrl+p", "escape",
    "T", "escape", "c", "escape", "X", "escape",
)  # fmt: skip
PROBLEM_KEYS = (
    "1", "t", "t", "t", "t", "vertical_line", "v", "right", "v", "t", "2", "3", "4", "5", "6", "0", "down",
    "down", "z", "z", "y", "right_square_bracket", "m", "f", "tab", "escape", "question_mark", "escape",
    "escape",
)  # fmt: skip
SIZES = [(80, 24), (120, 40), (200, 60)]


async def walk(it: Driven, keys: Sequence[str], where: str) -> str:
    told = ""
    for key in keys:
        await it.press(key)
        told += see(it, f"{where}: {key} on {type(it.app.screen).__name__}")
    return told


@pytest.mark.usefixtures("unguarded")
@pytest.mark.parametrize("size", SIZES)
async def test_a_run_and_its_problems(size: tuple[int, int]) -> None:
    async with driven(HostileLibrary(), FakeSession(hostile_run(hold=False)), size) as it:
        told = see(it, "the run")
        told += await walk(it, RUN_KEYS, "run")
        await it.press("home")
        for _ in range(8 if size == SIZES[0] else 2):
            await it.press("enter")
            told += see(it, "a problem")
            told += await walk(it, PROBLEM_KEYS, "problem")
            await it.press("down")
    assert "\\x1b]52;c" in told
    assert "[@click=app.quit]" in told


@pytest.mark.usefixtures("unguarded")
@pytest.mark.parametrize("size", SIZES)
async def test_a_held_action(size: tuple[int, int]) -> None:
    async with driven(HostileLibrary(), FakeSession(hostile_run(hold=True)), size) as it:
        await it.press("end", "up", "up", "up")
        for key in (
            "s",
            "down",
            "e",
            "down",
            "escape",
            "t",
            "escape",
            "w",
            "escape",
            "question_mark",
            "escape",
        ):
            await it.press(key)
            told = see(it, f"{key} on {type(it.app.screen).__name__}")
            assert "\\x1b]52;c" in told


@pytest.mark.usefixtures("unguarded")
@pytest.mark.parametrize("size", SIZES)
async def test_all_runs(size: tuple[int, int]) -> None:
    async with driven(HostileLibrary(), None, size) as it:
        told = see(it, "runs")
        keys = ("n", "a", "b", "tab", "escape", "space", "down", "space", "d", "down", "escape", "e", "enter",
                "escape", "delete", "y", "y", "escape", "P", "escape", "slash", "x", "escape")  # fmt: skip
        for key in keys:
            await it.press(key)
            told += see(it, f"{key} on {type(it.app.screen).__name__}")
    assert "[@click=app.quit]" in told


async def test_a_line_of_ten_million_characters() -> None:
    events = full_run(hold=False)
    endless = "x" * 10_000_000
    for position, event in enumerate(events):
        match event:
            case ev.ReplyReceived(reply=reply):
                events[position] = msgspec.structs.replace(
                    event, reply=msgspec.structs.replace(reply, text=endless)
                )
            case ev.CandidateFound():
                events[position] = msgspec.structs.replace(event, code=f"y = '{endless}'")
    async with driven(FakeLibrary(), FakeSession(events), (120, 40)) as it:
        await it.press("enter")
        told = await walk(
            it, ("1", "t", "t", "t", "t", "vertical_line", "3", "2", "4", "5", "6", "y"), "endless"
        )
    assert "more" in told


async def test_what_a_pane_forgot_is_cleaned_before_it_is_drawn() -> None:
    async with PerfApp(library=FakeLibrary(), glyphs=Glyphs(), clock=Clock()).run_test() as pilot:
        await pilot.app.mount(Static(Content(HOSTILE)))
        await pilot.pause()
        it = Driven(pilot.app, pilot, FakeSession(), Clock())  # type: ignore[arg-type]
        assert "[@click=app.quit]k[/]" in see(it, "a careless pane")


@given(st.text())
def test_cleaning_leaves_only_what_is_seen(text: str) -> None:
    assert not {c for c in cleaned(text) if unicodedata.category(c) in _UNSEEN}
    assert cleaned(cleaned(text)) == cleaned(text)
    if text.isprintable():
        assert cleaned(text) == text
