"""The sweep by user, tried on processes that would rather stay."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from perftui.paths import sandbox_image_dir

USER = 20_999
SWEEP = f"""
import os, signal, sys
sys.path.insert(0, {str(sandbox_image_dir())!r})
from perfbox import linux
from perfbox.sweeper import Sweeper, SurvivorError, _processes, _user

linux.adopt_orphans()
ready, told = os.pipe()
for _ in range(20):
    if os.fork() == 0:
        os.setsid()
        os.setresuid({USER}, {USER}, {USER})
        for number in (1, 2, 3, 15):
            signal.signal(number, signal.SIG_IGN)
        if os.fork() == 0:
            os.write(told, b"x")
            while True:
                signal.pause()
        os._exit(0)
count = 0
while count < 20:
    count += len(os.read(ready, 20))
left = [pid for pid in _processes() if _user(pid) == {USER}]
Sweeper(frozenset()).sweep({USER})
print(len(left) >= 20, [pid for pid in _processes() if _user(pid) == {USER}], os.getresuid())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")
@pytest.mark.skipif(os.geteuid() != 0, reason="only root may become another user")
def test_all_processes_of_a_user_are_ended_and_the_sweeper_stays_itself() -> None:
    found = subprocess.run(
        [sys.executable, "-c", SWEEP], capture_output=True, text=True, timeout=30, check=False
    )
    assert found.stdout.strip() == "True [] (0, 0, 0)", found.stderr
