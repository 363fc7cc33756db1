"""Frames as they come in pieces; and what the guest's code needs of its interpreter."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfbox import frames
from perfbox.clock import process_cpu_ns, settled_cpu_ns
from perftui.paths import sandbox_image_dir


@given(st.lists(st.tuples(st.sampled_from("abz"), st.binary(max_size=50))), st.integers(1, 20))
def test_frames_come_out_whole_however_they_come_in(sent: list[tuple[str, bytes]], size: int) -> None:
    data = b"".join(frames.pack(kind, payload) for kind, payload in sent)
    buffer = frames.FrameBuffer(limit=50)
    taken = []
    for start in range(0, len(data), size):
        buffer.feed(data[start : start + size])
        while (frame := buffer.take()) is not None:
            taken.append(frame)
    assert taken == sent
    assert len(buffer) == 0


@given(st.lists(st.integers(0, 3 * frames.CHUNK), max_size=6))
def test_parts_are_written_whole_and_in_order(sizes: list[int]) -> None:
    parts = [bytes([number]) * size for number, size in enumerate(sizes)]
    with tempfile.TemporaryFile() as file:
        frames.write_parts(file.fileno(), parts)
        file.seek(0)
        assert file.read() == b"".join(parts)


def test_a_frame_that_is_too_long_is_refused_by_its_header() -> None:
    buffer = frames.FrameBuffer(limit=10)
    buffer.feed(frames.pack("v", bytes(11))[:5])
    with pytest.raises(frames.FrameTooLongError) as caught:
        buffer.take()
    assert (caught.value.kind, caught.value.length) == ("v", 11)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets another process's clock be read")
def test_another_process_s_clock_can_be_read_until_it_is_reaped() -> None:
    pid = os.fork()
    if pid == 0:
        until = time.process_time() + 0.02
        while time.process_time() < until:
            pass
        os._exit(0)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    spent = process_cpu_ns(pid)
    os.waitpid(pid, 0)
    assert 0.02e9 <= spent < 5e9
    assert process_cpu_ns(pid) == 0


@pytest.mark.parametrize(
    "file", sorted((sandbox_image_dir() / "perfbox").glob("*.py")), ids=lambda file: file.name
)
def test_the_guest_is_written_for_python_3_9_and_its_standard_library(file: Path) -> None:
    tree = ast.parse(file.read_text(), feature_version=(3, 9))
    imported = {
        name.split(".")[0]
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert imported <= sys.stdlib_module_names | {"perfbox", "__future__"}
    assert not any(isinstance(node, ast.Match) for node in ast.walk(tree))


@pytest.mark.skipif(sys.platform != "linux", reason="the clock of another process is Linux's")
def test_a_process_that_has_gone_to_rest_is_read_with_all_that_it_used() -> None:
    program = """
import os, time
while os.read(0, 1):
    until = time.process_time_ns() + 3_000_000
    while time.process_time_ns() < until: pass
    os.write(1, b"x")
"""
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(b"x")
        child.stdout.read(1)
        before = settled_cpu_ns(child.pid)
        for _ in range(50):
            child.stdin.write(b"x")
            child.stdout.read(1)
            now = settled_cpu_ns(child.pid)
            assert now - before >= 3_000_000
            assert process_cpu_ns(child.pid) == now
            before = now
        child.stdin.close()


@pytest.mark.skipif(sys.platform != "linux", reason="the clock of another process is Linux's")
def test_a_process_that_does_not_rest_is_read_all_the_same() -> None:
    with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as child:
        assert settled_cpu_ns(child.pid) >= 0
        child.kill()
