"""What a child says of itself is hostile; what the system says of its end is not."""

from __future__ import annotations

import json
import signal
from typing import Any

import pytest

from perfbox import outcome

GOOD: dict[str, Any] = {"end": "raised", "type": "ValueError", "message": "m", "line": 3, "detail": ""}


def told(**changes: Any) -> outcome.Outcome:
    return outcome.failure(json.dumps({**GOOD, **changes}).encode())


def test_a_failure_is_read() -> None:
    found = told()
    assert (found.end, found.error_type, found.error_message, found.error_line) == (
        "raised",
        "ValueError",
        "m",
        3,
    )
    assert found.usable
    assert not found.from_candidate
    assert told(candidate=True).from_candidate


@pytest.mark.parametrize(
    "changes",
    [
        {"end": "returned"},
        {"end": "protocol-violation"},
        {"end": ["raised"]},
        {"line": "3"},
        {"line": -1},
        {"line": True},
        {"line": 1 << 40},
        {"type": None},
        {"message": "x" * 5000},
        {"detail": {}},
    ],
)
def test_a_failure_that_cannot_be_is_a_violation(changes: dict[str, Any]) -> None:
    assert told(**changes).end == "protocol-violation"


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b"null", b"\xff", b"[" * 50_000, b'{"end": "raised"}', b"NaN"]
)
def test_what_cannot_be_read_is_a_violation(body: bytes) -> None:
    assert outcome.failure(body).end == "protocol-violation"


def test_lone_surrogates_are_made_fit_to_pass_on() -> None:
    assert told(message="\ud800").error_message == "\\ud800"


@pytest.mark.parametrize(
    ("status", "out_of_memory", "end", "detail"),
    [
        (3 << 8, False, "exited", "exit status 3"),
        (signal.SIGKILL, False, "killed", "SIGKILL"),
        (signal.SIGKILL, True, "memory", "killed by the system for want of memory"),
        (signal.SIGSEGV | 0x80, True, "killed", "SIGSEGV"),
        (signal.SIGXCPU, False, "timeout", "CPU time"),
        (signal.SIGSYS, False, "forbidden-call", ""),
        (signal.SIGSYS | 0x80, True, "forbidden-call", ""),
        (50, False, "killed", "signal 50"),
    ],
)
def test_a_death_is_told_by_its_status(status: int, out_of_memory: bool, end: str, detail: str) -> None:
    found = outcome.death(status, out_of_memory=out_of_memory)
    assert (found.end, found.detail) == (end, detail)
    assert not found.usable
    assert found.is_breach is (end == "forbidden-call" or detail.startswith("killed by the system"))


def test_what_a_child_says_of_memory_is_no_breach_and_a_forged_answer_is() -> None:
    assert not told(end="memory", detail="killed by the system for want of memory").is_breach
    assert outcome.violation("a forged answer").is_breach
