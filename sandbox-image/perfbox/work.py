"""What a child is asked to be, and where it runs, as the supervisor has it."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any

from perfbox.limits import Limits


@dataclass(frozen=True)
class Place:
    """Where and how a child runs."""

    zygote: int
    core: int
    limits: Limits
    role: str = "candidate"
    packages: tuple[str, ...] = ()

    @classmethod
    def of(cls, control: dict[str, Any], limits: Limits) -> Place:
        """Where a job's message wants its child."""
        return cls(control["zygote"], control["core"], limits, packages=tuple(control["packages"]))

    def deadline(self, end_ns: int, calls: int = 1) -> int:
        """Monotonic time at which so many calls must be done, in a job that ends at `end_ns`."""
        return min(end_ns, time.monotonic_ns() + int(self.limits.test_seconds * 1e9) * max(1, calls))


@dataclass(frozen=True)
class Order:
    """What a child is asked to be (`perfbox.order.Order`), before it is coded."""

    duty: str
    entry_point: str | None
    source: bytes
    options: dict[str, Any]

    @property
    def feeds_stdin(self) -> bool:
        """Whether the program reads its input from stdin."""
        return self.duty == "stdin" or bool(self.options.get("feeds_stdin", False))

    def coded(self, output_bytes: int) -> bytes:
        """As the child reads it."""
        head = {
            "duty": self.duty,
            "entry_point": self.entry_point,
            "output_bytes": output_bytes,
            "options": self.options,
        }
        return json.dumps(head).encode("ascii") + b"\n" + self.source
