"""JSON lines of a run."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import msgspec

from perftui.events.model import Notice, ReplyText, StageChanged, StoredEvent
from perftui.headless.jsonl import JsonLines
from tests.headless.conftest import Screen, output, read
from tests.support.story import Story


def told() -> Story:
    story = Story()
    story.begin()
    story.candidate(outcome="seed")
    story.end()
    return story


def test_each_stored_event_is_one_object() -> None:
    out, err = Screen(), Screen()
    story = told()
    read(JsonLines(output(out), output(err)), story.events)
    lines = out.text.splitlines()
    objects = [json.loads(line) for line in lines]
    assert [one["seq"] for one in objects] == list(range(1, len(story.events) + 1))
    assert all({"seq", "at", "run", "problem", "chain", "round", "kind"} <= one.keys() for one in objects)
    assert objects[0]["kind"] == "run-started"
    assert objects[0]["plan"]["strategy"] == "perfcodegen"
    judged = next(one for one in objects if one["kind"] == "candidate-judged")
    assert (judged["problem"], judged["chain"], judged["round"]) == ("P/1", 0, 0)
    assert judged["verdict"]["kind"] == "correct"
    assert [msgspec.json.decode(line, type=StoredEvent) for line in lines] == story.events
    assert err.text == ""


def test_what_is_ephemeral_is_no_line_and_a_notice_goes_to_the_other_stream() -> None:
    out, err = Screen(), Screen()
    here = {"problem": "P/1", "chain": 0, "round": 0}
    ephemeral = [
        ReplyText(text="def", **here),
        StageChanged(stage="model", **here),
        Notice(text="pulling\x1b[31m the image\nnow"),
    ]
    read(JsonLines(output(out), output(err)), ephemeral)
    assert out.text == ""
    assert err.text == "perftui: pulling\\x1b[31m the image now\n"


def test_an_event_is_flushed_before_the_next_comes() -> None:
    out = Screen()
    reader = JsonLines(output(out), output(Screen()))
    for count, event in enumerate(told().events, start=1):
        read(reader, [event])
        assert len(out.text.splitlines()) == count


def test_a_closed_pipe_is_no_error() -> None:
    program = """
import sys
from perftui.headless.jsonl import JsonLines
from perftui.headless.output import Output
from perftui.events.model import RunPaused
from perftui.events.state import RunState
reader = JsonLines(Output(sys.stdout), Output(sys.stderr))
sys.stdin.readline()
for index in range(3):
    reader.on_event(RunPaused(seq=index + 1), RunState())
assert reader.gone
"""
    with subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONWARNINGS": "error"},
    ) as process:
        assert process.stdout is not None
        process.stdout.close()
        process.stdout = None
        _, errors = process.communicate(b"go\n", timeout=60)
    assert (process.returncode, errors) == (0, b"")
