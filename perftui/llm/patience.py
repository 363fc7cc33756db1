"""How long a call is waited for, and when it is sent again."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import msgspec


class Patience(msgspec.Struct, frozen=True, kw_only=True):
    """Bounds on one call; all in seconds but `attempts`.

    Attributes:
        connect: until a connection stands.
        stall: without a byte from the server, before the stream counts as broken.
        total: of the whole call, all attempts and waits together.
        attempts: how many times it is sent at most.
        first_wait: before the second attempt; each further wait is twice as long …
        longest_wait: … up to this; also the most that a server's Retry-After is honoured.
    """

    connect: float = 10.0
    stall: float = 60.0
    total: float = 1800.0
    attempts: int = 10
    first_wait: float = 0.5
    longest_wait: float = 60.0

    def wait(self, attempt: int, retry_after: float | None) -> float:
        """Seconds to wait after a failed attempt.

        Exponential, with the upper half of each step left to chance so that calls that failed
        together do not come back together. A server's own wish is the least that is waited.

        Args:
            attempt: which attempt failed, 1-based.
            retry_after: what the server asked for, or None.
        """
        step = min(self.longest_wait, self.first_wait * 2.0 ** min(attempt - 1, 30))
        own = step * random.uniform(0.5, 1.0)  # noqa: S311  # jitter keeps no secret
        if retry_after is None:
            return own
        asked = min(retry_after, self.longest_wait)
        return max(own, asked + random.uniform(0.0, 0.1) * asked)  # noqa: S311  # likewise


def read_retry_after(header: str | None, now: datetime) -> float | None:
    """Seconds that a Retry-After header asks for, given as seconds or as an HTTP date (RFC 9110, 10.2.3).

    Returns:
        None where there is no header or it makes no sense; never negative.
    """
    if header is None:
        return None
    text = header.strip()
    if text.replace(".", "", 1).isdecimal() and text.isascii():
        return float(text)
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, IndexError, TypeError):
        return None
    if date.tzinfo is None:
        date = date.replace(tzinfo=UTC)
    return max(0.0, (date - now).total_seconds())
