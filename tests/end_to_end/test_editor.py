"""A person's own editor, on a real terminal: whatever it does, the screen comes back and the run goes on."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

from tests.end_to_end.conftest import Place
from tests.support.bench import write_replies
from tests.support.command import SECONDS
from tests.support.terminal import ENTER_SCREEN, LEAVE_SCREEN, OnTerminal

STEPPED = (
    "run", "problems", "--model", "recorded:replies.jsonl", "--sandbox", "process", "--no-timing", "--step",
)  # fmt: skip

_CODE = re.compile(r"\x1b\[[0-9;?<>$]*[a-zA-Z]")


def editing(place: Place, editor: str) -> OnTerminal:
    write_replies(place.folder / "replies.jsonl")
    return OnTerminal(*STEPPED, cwd=place.folder, env={**place.env, "EDITOR": editor, "VISUAL": ""})


def seen(terminal: OnTerminal, text: str) -> None:
    """Read until a text is there, however it was drawn: in pieces, between codes and spaces."""
    wanted = "".join(text.split())
    deadline = time.monotonic() + SECONDS
    while wanted not in "".join(_CODE.sub("", terminal.shown).split()):
        assert terminal._read(deadline), f"{text!r} was never shown: {terminal.shown}"


def script(folder: Path, text: str) -> str:
    path = folder / "my editor"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o700)
    return f"'{path}' --wait"


def test_what_an_editor_wrote_is_taken(place: Place) -> None:
    editor = script(place.folder, """echo "=== user" > "$2"; echo "say it in verse" >> "$2" """)
    with editing(place, editor) as terminal:
        seen(terminal, "look away")
        terminal.press("E")
        seen(terminal, "edited by hand")
        seen(terminal, "say it in verse")
    assert terminal.shown.count(ENTER_SCREEN) == 2


@pytest.mark.parametrize(
    ("editor", "said"),
    [
        ("no-such-editor", "no-such-editor"),
        ("false", "ended"),
        ("'unclosed", "$VISUAL"),
        ("cp /dev/null", "message:"),
    ],
)
def test_an_editor_that_fails_loses_nothing_and_the_screen_comes_back(
    place: Place, editor: str, said: str
) -> None:
    with editing(place, editor) as terminal:
        seen(terminal, "look away")
        terminal.press("E")
        seen(terminal, said)
        seen(terminal, "wrote")
    assert terminal.shown.rfind(ENTER_SCREEN) > 0


def test_ctrl_c_in_an_editor_is_the_editors_own(place: Place) -> None:
    waiting = "trap 'echo caught; over=1' INT; echo here; while [ -z \"$over\" ]; do sleep 0.1; done"
    editor = script(place.folder, f"""{waiting}; (echo "=== user"; echo "went on") > "$2" """)
    with editing(place, editor) as terminal:
        seen(terminal, "look away")
        terminal.press("E")
        seen(terminal, "here")
        terminal.press("\x03")
        seen(terminal, "caught")
        seen(terminal, "went on")
    assert not place.facts("run-ended")
    assert LEAVE_SCREEN in terminal.shown
