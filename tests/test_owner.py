"""A process is told from those that are not it, and from what cannot be seen."""

from __future__ import annotations

import dataclasses
import errno
import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from perftui import owner as owner_module
from perftui.owner import Owner, life_of, owner_of, this_owner
from tests.support.processes import process_that_ended

LINUX = Path("/proc/self/stat").exists()


@pytest.fixture(params=["as it is here", "by ps"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of the ways by which a start time is found; Linux's own ps tells it a second off at times."""
    if request.param == "by ps":
        without_proc(monkeypatch)
        monkeypatch.setattr(subprocess, "run", ps_of_macos)


def ps_of_macos(command: list[str], *, env: dict[str, str], **_: object) -> subprocess.CompletedProcess[str]:
    *asked, pid = command
    assert asked == ["/bin/ps", "-o", "lstart=", "-p"]
    assert env == {"LC_ALL": "C", "TZ": "UTC"}
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return subprocess.CompletedProcess(command, 1, stdout="")
    return subprocess.CompletedProcess(command, 0, stdout="Mon Nov 23 06:04:08 2026    \n")


def without_proc(monkeypatch: pytest.MonkeyPatch) -> None:
    real = Path.exists
    monkeypatch.setattr(Path, "exists", lambda path: not path.as_posix().startswith("/proc") and real(path))


def changed(**facts: str) -> Owner:
    return dataclasses.replace(this_owner(), **facts)


def test_this_process_lives(way: None) -> None:
    assert this_owner().pid == os.getpid()
    assert this_owner().host == platform.node()
    assert this_owner().started
    assert this_owner() == this_owner()
    assert life_of(this_owner(), this_owner()) == "alive"


def test_a_child_lives_until_it_ends(way: None) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        owner = owner_of(child.pid)
        assert life_of(owner, this_owner()) == "alive"
    assert life_of(owner, this_owner()) == "gone"


def test_one_that_ended_is_gone() -> None:
    assert life_of(process_that_ended(), this_owner()) == "gone"


def test_a_later_process_with_the_same_pid_is_another(way: None) -> None:
    assert life_of(changed(started="1"), this_owner()) == "gone"


def test_before_the_last_boot_all_are_gone() -> None:
    assert life_of(changed(boot="an earlier one"), this_owner()) == "gone"


@pytest.mark.parametrize("change", [{"host": "elsewhere"}, {"space": "pid:[1]"}])
def test_what_cannot_be_seen_from_here_is_unknown(change: dict[str, str]) -> None:
    assert life_of(dataclasses.replace(process_that_ended(), **change), this_owner()) == "unknown"


def test_one_whose_start_was_never_told_may_be_any_with_its_pid() -> None:
    assert life_of(changed(started=""), this_owner()) == "unknown"
    assert life_of(dataclasses.replace(process_that_ended(), started=""), this_owner()) == "gone"


@pytest.mark.parametrize(
    ("refusal", "life"), [(None, "unknown"), (errno.EPERM, "unknown"), (errno.ESRCH, "gone")]
)
def test_one_that_the_system_hides_is_unknown(
    refusal: int | None, life: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def kill(pid: int, signal: int) -> None:
        assert signal == 0
        if refusal is not None:
            raise OSError(refusal, os.strerror(refusal))

    me = this_owner()
    without_proc(monkeypatch)
    monkeypatch.setattr(owner_module, "_started_by_ps", lambda _: "")
    monkeypatch.setattr(os, "kill", kill)
    assert life_of(me, me) == life


def test_a_ps_that_is_not_there_tells_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(*_: object, **__: object) -> None:
        raise FileNotFoundError("/bin/ps")

    without_proc(monkeypatch)
    monkeypatch.setattr(subprocess, "run", run)
    assert this_owner().started == ""


def test_a_pid_that_cannot_be_is_gone() -> None:
    assert life_of(dataclasses.replace(this_owner(), pid=1 << 80), this_owner()) == "gone"


@pytest.mark.skipif(not LINUX, reason="only Linux shows zombies in /proc")
def test_a_zombie_is_gone() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        owner = owner_of(child.pid)
        assert life_of(owner, this_owner()) == "alive"
        child.kill()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        assert life_of(owner, this_owner()) == "gone"
