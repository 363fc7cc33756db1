from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass, field
from pathlib import Path

from perftui.download.fetch import fetch
from perftui.download.model import Patience, Wanted
from tests.support.file_server import FileServer

CONTENT = random.Random(7).randbytes(300_000)
HASTY = Patience(connect=2.0, stall=0.3, attempts=4, gain=1 << 20, first_wait=0.01, longest_wait=0.05)


@dataclass
class Heard:
    """What was told of a download."""

    came_: list[tuple[int, int | None]] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)

    def came(self, so_far: int, whole: int | None) -> None:
        self.came_.append((so_far, whole))

    def again(self, reason: str, seconds: float) -> None:
        self.reasons.append(reason)
        self.waits.append(seconds)


def wanted(server: FileServer, content: bytes = CONTENT) -> Wanted:
    return Wanted(url=f"{server.url}file", sha256=hashlib.sha256(content).hexdigest(), size=len(content))


def fetched(server: FileServer, target: Path, patience: Patience = HASTY, content: bytes = CONTENT) -> Heard:
    heard = Heard()
    fetch(wanted(server, content), target, heard, patience)
    return heard
