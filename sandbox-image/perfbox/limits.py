"""What a job allows a program, as the host sends it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Limits:
    """Bounds on a program: seconds of wall time, bytes of address space, bytes of output."""

    test_seconds: float
    total_seconds: float
    memory_bytes: int
    output_bytes: int

    @classmethod
    def of(cls, raw: dict[str, Any]) -> Limits:
        """Read them from a control frame."""
        return cls(
            float(raw["test_seconds"]),
            float(raw["total_seconds"]),
            int(raw["memory_bytes"]),
            int(raw["output_bytes"]),
        )
