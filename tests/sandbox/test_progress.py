"""A build's events become whole, printable lines."""

from __future__ import annotations

import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st

from perftui.sandbox.progress import ProgressEvent, ProgressLines


@given(st.lists(st.text(max_size=20), max_size=10))
def test_lines_are_printable_however_the_stream_is_cut(pieces: list[str]) -> None:
    lines = ProgressLines()
    shown = [line for piece in pieces for line in lines.read(ProgressEvent(stream=piece))]
    assert all(line and line.isprintable() for line in shown)


def test_a_line_is_shown_once_it_is_whole() -> None:
    lines = ProgressLines()
    assert lines.read(ProgressEvent(stream="Step 1/2 : FR")) == []
    assert lines.read(ProgressEvent(stream="OM x\n ---> 1f\nStep 2/2 : ")) == ["Step 1/2 : FROM x"]
    assert lines.read(ProgressEvent(stream="\x1b[2JCOPY\n")) == [r"Step 2/2 : \x1b[2JCOPY"]


def test_a_download_tells_what_changed_and_not_each_tick() -> None:
    lines = ProgressLines()
    events = [
        ProgressEvent(status="Pulling from library/python", id="3.13-slim"),
        ProgressEvent(status="Pulling fs layer", id="a1"),
        *[ProgressEvent(status="Downloading", id="a1")] * 50,
        ProgressEvent(status="Pull complete", id="a1"),
        ProgressEvent(status="Status: Downloaded newer image"),
    ]
    assert [line for event in events for line in lines.read(event)] == [
        "3.13-slim: Pulling from library/python",
        "a1: Pull complete",
        "Status: Downloaded newer image",
    ]


def test_the_process_sandbox_is_opened_without_loading_docker() -> None:
    code = "import sys, perftui.sandbox.choose; sys.exit('docker' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
