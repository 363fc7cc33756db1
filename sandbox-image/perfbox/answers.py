"""What a frame from a child amounts to; all of it is hostile."""

from __future__ import annotations

from perfbox import outcome
from perfbox.child_link import NONCE_BYTES
from perfbox.handle import Handle
from perfbox.outcome import Outcome


def read_frame(kind: str, payload: bytes, nonce: bytes, expect: str, *, extra: int) -> Outcome:
    """An answer, held against its question.

    Args:
        kind: of the frame.
        payload: of the frame.
        nonce: of the question.
        expect: the kinds of answer that are in order.
        extra: how many bytes came after it that nothing asked for.
    """
    body = payload[NONCE_BYTES:]
    if payload[:NONCE_BYTES] != nonce or kind not in expect:
        return outcome.violation("a forged answer")
    if extra:
        return outcome.violation("more than one answer")
    if not body.isascii():
        return outcome.violation("an answer that cannot be read")
    return outcome.failure(body) if kind == "e" else Outcome("returned", kind, body)


def excess(child: Handle) -> Outcome:
    """What a child is told of that printed or answered more than allowed."""
    if child.too_long is None:
        return Outcome("output-limit", detail="printed text")
    if child.too_long == "v":
        return Outcome("output-limit", detail="coded output")
    return outcome.violation("an answer without end")
