"""What keeps programs that run beside perftui, as its own user, from reading its memory and its environment.

Keys come from the environment, and `/proc/<pid>/environ` shows it to every process of the same user.
"""

from __future__ import annotations

import ctypes
import sys
from typing import Final

_PR_SET_DUMPABLE: Final = 4


def shelter_host() -> bool:
    """Let no other process of this user look into this one; False where the system has no such thing."""
    if sys.platform != "linux":
        return False
    return bool(ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, ctypes.c_ulong(0), 0, 0, 0) == 0)
