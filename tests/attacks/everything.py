"""The whole list of attacks."""

from __future__ import annotations

from tests.attacks.catalogue import Attack
from tests.attacks.themes import (
    channel,
    checks,
    compile_time,
    decoder,
    files,
    information,
    processes,
    resources,
    terminal,
    the_judge,
)

ATTACKS: tuple[Attack, ...] = (
    *resources.ATTACKS,
    *processes.ATTACKS,
    *the_judge.ATTACKS,
    *channel.ATTACKS,
    *information.ATTACKS,
    *files.ATTACKS,
    *terminal.ATTACKS,
    *decoder.ATTACKS,
    *compile_time.ATTACKS,
    *checks.ATTACKS,
)
"""All that are judged; those on the clock are in `gaming.py`, those in pairs in `mailbox.py`."""
