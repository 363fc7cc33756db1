"""A run in plain text, on a terminal and in a file."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec
import pytest

from perftui.events.model import (
    Notice,
    ProblemStarted,
    RunEnded,
    RunPaused,
    RunResumed,
    SandboxLost,
    StageChanged,
)  # fmt: skip
from perftui.events.state import RunState
from perftui.headless.ending import ending
from perftui.headless.plain import Plain
from perftui.headless.told import opening
from tests.headless.conftest import Screen, output, read
from tests.support.story import ENVIRONMENT, Story, measurement, problem, ratio

NAMES = ("P/1", "P/2", "P/3", "P/4")


class Desk:
    """A person with two streams and a clock."""

    def __init__(self, *, terminal: bool = False, encoding: str = "utf-8", **environment: str) -> None:
        self.now = 1000.0
        self.out = Screen(terminal=terminal)
        self.err = Screen(terminal=terminal, encoding=encoding)
        self.reader = Plain(
            output(self.out, **environment), output(self.err, **environment), clock=lambda: self.now
        )


def story() -> Story:
    """Four problems: one better, one unmeasured, one unsolved, one that infrastructure failed."""
    told = Story([problem(name) for name in NAMES], chains=1)
    told.begin("P/1")
    fast = measurement(vs_reference=ratio(1.5))
    told.candidate(name="P/1", measured=fast, outcome="seed")
    told.chain_end("P/1")
    told.end("P/1")
    told.begin("P/2")
    told.candidate(name="P/2", outcome="seed")
    told.end("P/2")
    told.begin("P/3")
    told.candidate("wrong-answer", name="P/3", passed=1, outcome="wrong")
    told.end("P/3", "unsolved")
    told.begin("P/4")
    told.at(SandboxLost(reason="engine gone", retry=1), "P/4", 0, 0)
    told.end("P/4", "infrastructure", "infrastructure failed: the engine does not answer")
    return told


def ended(told: Story) -> Story:
    told.add(RunEnded(how="done"))
    return told


def test_in_a_file_there_are_lines_and_no_control_codes() -> None:
    desk = Desk()
    desk.reader.finish(read(desk.reader, ended(story()).events))
    assert desk.err.text.splitlines() == [
        "run abc123: 4 problems of made-up, 1 chain each, strategy perfcodegen, model recorded:made-up.jsonl",
        "timing: on core 1, at most 3 s a measurement, no bound on the run",
        "⚠ recorded model: its replies are replayed, no live model is asked",
        "⚠ process sandbox: programs run on this machine with no container around them",
        "✔ P/1 correct, 1.50x the reference (1.42x to 1.58x)",
        "✔ P/2 correct, speed unmeasured",
        "✗ P/3 wrong-answer: t2: wrong-answer",
        "⚠ P/4 sandbox lost, retry 1: engine gone",
        "⚠ P/4 infrastructure failed: the engine does not answer",
    ]
    assert "\x1b" not in desk.err.text + desk.out.text


def test_the_summary_goes_to_the_other_stream() -> None:
    desk = Desk()
    desk.reader.finish(read(desk.reader, ended(story()).events))
    rows = dict(re.split(r"\s{2,}", line, maxsplit=1) for line in desk.out.text.splitlines())
    assert rows == {
        "run": "abc123  done",
        "problems": "4 ended",
        "correct": "2 (50.0 % of the ended)",
        "optimised": "1 (25.0 % of the ended), over 10 % less time",
        "speedup": "1.50x the reference, geometric mean of 1 measured",
        "unmeasured": "1 correct",
        "infrastructure": "1 failed (sandboxes lost on the way: 1)",
        "timing": "0 s, 1 measurements",
        "model calls": "3",
        "tokens": "300 in prompts, 30 in replies",
        "elapsed": "28 s",
        "look at it": "perftui report abc123   perftui watch abc123",
    }


def test_a_run_that_can_go_on_says_how() -> None:
    told = story()
    told.add(RunEnded(how="interrupted", reason="a signal"))
    desk = Desk()
    desk.reader.finish(read(desk.reader, told.events))
    assert "run             abc123  interrupted: a signal\n" in desk.out.text
    assert "perftui resume abc123" in desk.out.text


def test_a_run_that_never_began_has_no_summary() -> None:
    desk = Desk()
    desk.reader.finish(RunState())
    assert (desk.out.text, desk.err.text) == ("", "")
    assert ending(RunState(), 0.0) == ""


def test_in_a_file_progress_comes_every_ten_seconds() -> None:
    desk = Desk()
    events = story().events
    state = read(desk.reader, events[:1])
    for second in range(1, 31):
        desk.now = 1000.0 + second
        desk.reader.on_tick(state)
    reports = [line for line in desk.err.text.splitlines() if line.startswith("0%")]
    assert [line.split("  ")[2] for line in reports] == ["0:09", "0:19", "0:29"]
    assert "0/4" in reports[0]
    assert "ETA ?" in reports[0]


def test_on_a_terminal_the_last_line_is_redrawn_at_most_five_times_a_second(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    desk = Desk(terminal=True)
    monkeypatch.setenv("COLUMNS", "200")
    state = read(desk.reader, story().events)
    for tick in range(100):
        desk.now = 1001.0 + tick * 0.02
        desk.reader.on_tick(
            msgspec.structs.replace(state, spent=msgspec.structs.replace(state.spent, prompt_tokens=tick))
        )
    assert 8 <= desk.err.text.count("\r\x1b[K[") <= 11


def test_on_a_terminal_lines_stay_above_the_live_one() -> None:
    desk = Desk(terminal=True, NO_COLOR="1")
    events = story().events
    state = read(desk.reader, events[:1])
    live = desk.err.text.rpartition("\r\x1b[K")[2]
    assert live.startswith("[░░░░░░░░░░]  0/4")
    desk.now += 0.1
    state = read(desk.reader, events[1:], state)
    assert f"\r\x1b[K✔ P/1 correct, 1.50x the reference (1.42x to 1.58x)\n{live}\r\x1b[K" in desk.err.text
    assert desk.err.text.endswith(f"the engine does not answer\n{live}")
    desk.reader.finish(state)
    assert desk.err.text.endswith("\r\x1b[K")
    assert "\x1b[3" not in desk.err.text


@pytest.mark.parametrize(
    ("environment", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)]
)
def test_colour_is_for_terminals_that_want_it(environment: dict[str, str], coloured: bool) -> None:
    desk = Desk(terminal=True, **environment)
    read(desk.reader, story().events)
    assert ("\x1b[32m✔ P/1" in desk.err.text) is coloured


def test_a_terminal_that_cannot_show_a_bar_gets_another() -> None:
    desk = Desk(terminal=True, encoding="ascii", NO_COLOR="1")
    read(desk.reader, story().events)
    assert "[##########]  4/4" in desk.err.text
    assert "\\u2714 P/1 correct" in desk.err.text


@pytest.mark.parametrize("columns", [20, 40, 80, 200])
def test_the_live_line_is_never_wider_than_the_terminal(
    columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    desk = Desk(terminal=True)
    state = read(desk.reader, story().events[:-1])
    for _ in range(3):
        desk.now += 50
        desk.reader.on_tick(state)
    drawn = desk.err.text.split("\r\x1b[K")[1:]
    assert drawn
    assert all(len(line) < columns for line in drawn)
    assert ("optimised" in drawn[-1]) is (columns >= 80)


def moments(told: Story) -> Iterator[tuple[float, str]]:
    """What a reader says who looks every second while calls wait."""
    desk = Desk()
    state = read(desk.reader, told.events)
    for second in range(130):
        desk.now = 1000.0 + second
        before = len(desk.err.text)
        desk.reader.on_tick(state)
        for line in desk.err.text[before:].splitlines():
            yield desk.now, line


def test_a_server_that_makes_calls_wait_is_told_now_and_then() -> None:
    told = Story(chains=2)
    told.begin()
    for chain in (0, 1):
        told.reply("P/1", chain, 0)
        waits = StageChanged(stage="back-off", detail="the server answered 429; again in 8 s")
        told.at(waits, "P/1", chain, 0)
    lines = [(at, line) for at, line in moments(told) if "wait" in line]
    assert [line for _, line in lines] == [
        "⚠ a call waits for the model server: the server answered 429; again in 8 s",
        "⚠ 2 calls wait for the model server: the server answered 429; again in 8 s",
    ]
    assert lines[1][0] - lines[0][0] == pytest.approx(60.0)


def test_what_happened_before_is_summed_up_and_not_told_again() -> None:
    told = story()
    told.add(RunResumed(environment=ENVIRONMENT))
    desk = Desk()
    desk.reader = Plain(output(desk.out), output(desk.err), clock=lambda: desk.now)
    desk.now = 5000.0
    reader = Plain(output(desk.out), output(desk.err), clock=lambda: desk.now)
    state = read(reader, told.events)
    assert "4 of 4 problems had ended before" in desk.err.text
    assert "✔ P/1" not in desk.err.text
    rerun = ProblemStarted(problem="P/1", attempt=2, seq=state.seq + 1, at=5001.0, run="abc123")
    state = read(reader, [rerun], state)
    assert "↻ P/1 rerun, attempt 2\n" in desk.err.text
    desk.now = told.events[-1].at + 7.0
    reader.finish(state)
    assert re.search(r"elapsed +7 s\n", desk.out.text)


def test_pauses_and_notices_are_told() -> None:
    told = Story()
    told.add(Notice(text="building\x1b[1m the image", severity="information"))
    told.add(RunPaused())
    desk = Desk()
    read(desk.reader, told.events)
    assert desk.err.text.endswith("· building\\x1b[1m the image\n‖ run paused\n")


def test_hostile_names_reach_no_terminal() -> None:
    evil = "P/\x1b]0;owned\x07\n1"
    told = Story([problem(evil)], chains=1)
    told.begin(evil)
    told.candidate(name=evil, outcome="seed")
    told.end(evil)
    desk = Desk(terminal=True, NO_COLOR="1")
    read(desk.reader, told.events)
    assert "\x1b]" not in desk.err.text
    assert "✔ P/\\x1b]0;owned\\x07 1 correct" in desk.err.text


def test_the_opening_names_what_a_reader_must_know() -> None:
    told = Story(chains=4)
    state = read(Desk().reader, told.events)
    assert state.plan is not None
    sandbox = msgspec.structs.replace(ENVIRONMENT.sandbox, clock="none")
    environment = msgspec.structs.replace(ENVIRONMENT, sandbox=sandbox, sandbox_reason="no engine answers")
    bare = msgspec.structs.replace(
        state,
        plan=msgspec.structs.replace(state.plan, model="recorded:/home/me/replies.jsonl"),
        environment=environment,
    )
    text = "\n".join(line.text for line in opening(bare))
    assert "4 chains each" in text
    assert "model recorded:replies.jsonl" in text
    assert "/home" not in text
    assert "no container around them (no engine answers)" in text
    assert "speed is unmeasured" in text
    live = msgspec.structs.replace(state, plan=msgspec.structs.replace(state.plan, model="openai/gpt-4o"))
    assert "recorded" not in "\n".join(line.text for line in opening(live))
    assert opening(RunState()) == []
