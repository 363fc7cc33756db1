"""The `process` sandbox: the supervisor as a plain subprocess, for those who accept the risk.

Resource limits hold, and on Linux a filter of system calls; there is no container around it, and
programs can read the files that the user can.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import anyio
from anyio.abc import Process
from anyio.streams.stapled import StapledByteStream

from perftui.paths import sandbox_image_dir
from perftui.sandbox.channel import SupervisorClient
from perftui.sandbox.pool import Started
from perftui.sandbox.protocol import SandboxLostError
from perftui.sandbox.shelter import shelter_host
from perftui.text import one_line

_LEAVE_SECONDS: Final = 2.0
_INTERPRETER_NEEDS: Final = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT")


@asynccontextmanager
async def process_sandbox() -> AsyncIterator[Started]:
    """Start a supervisor; it ends with the context, or with this process.

    Raises:
        SandboxLostError: it does not come up.
    """
    shelter_host()
    # Cut off half-way, it would leave a process that nobody waits for.
    with anyio.CancelScope(shield=True):
        process = await anyio.open_process(
            _command(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={name: os.environ[name] for name in _INTERPRETER_NEEDS if name in os.environ},
            # An interrupt at the terminal is for the host, which then closes the channel.
            start_new_session=True,
        )
    try:
        yield await _greet(process)
    finally:
        with anyio.CancelScope(shield=True):
            await _close(process)


def _command() -> list[str]:
    return [sys.executable, "-I", "-B", "-X", "utf8", str(sandbox_image_dir() / "perfbox"), "--process"]


async def _greet(process: Process) -> Started:
    if process.stdin is None or process.stdout is None:
        raise SandboxLostError("the supervisor has no channel")
    client = SupervisorClient(StapledByteStream(process.stdin, process.stdout))
    try:
        hello = await client.hello()
    except SandboxLostError as error:
        raise SandboxLostError(f"{error}: {await _complaint(process)}") from error
    return Started(client, hello.info("process", "no container"))


async def _complaint(process: Process) -> str:
    """The last line that a supervisor which does not come up wrote to stderr."""
    said = b""
    if process.stderr is not None:
        with anyio.move_on_after(_LEAVE_SECONDS):
            async for chunk in process.stderr:
                said = (said + chunk)[-2000:]
    lines = said.decode("utf-8", "replace").strip().splitlines()
    return one_line(lines[-1]) if lines else "it said nothing"


async def _close(process: Process) -> None:
    """Let go of the channel, which ends the supervisor and all its children; kill it where it lingers."""
    if process.stdin is not None:
        await process.stdin.aclose()
    with anyio.move_on_after(_LEAVE_SECONDS):
        await process.wait()
    if process.returncode is None:
        process.kill()
    await process.aclose()
