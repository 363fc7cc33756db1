"""What is to be fetched, and what is told meanwhile."""

from __future__ import annotations

from typing import Protocol

import msgspec

_SLACK = 64 << 10


class DownloadError(Exception):
    """A file cannot be had; the text is one line, printable, and says why."""


class DiskError(DownloadError):
    """What came could not be written."""


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """A file that somebody published.

    Its checksum and its size are those of the content: gzip around it, or none, is the server's affair.

    Attributes:
        url: where it is.
        sha256: of the content, in hexadecimal.
        size: of the content, in bytes.
    """

    url: str
    sha256: str
    size: int

    @property
    def most_bytes(self) -> int:
        """More than this is never read: gzip makes nothing longer by much."""
        return self.size + self.size // 100 + _SLACK


class Told(Protocol):
    """Is told how a download goes on."""

    def came(self, so_far: int, whole: int | None) -> None:
        """So many bytes are here, of so many; None where the server did not say."""

    def again(self, reason: str, seconds: float) -> None:
        """It was cut off, for a printable reason, and goes on after so many seconds."""


class Patience(msgspec.Struct, frozen=True, kw_only=True):
    """Bounds on a download; in seconds but `attempts` and `gain`.

    Attributes:
        connect: until a connection stands.
        stall: without a byte from the server, before it counts as cut off.
        attempts: how many times in a row it may be cut off …
        gain: … unless so many bytes came in between.
        first_wait: before the second attempt; each further wait is twice as long …
        longest_wait: … up to this; also the most that a server's Retry-After is honoured.
    """

    connect: float = 10.0
    stall: float = 30.0
    attempts: int = 5
    gain: int = 1 << 20
    first_wait: float = 0.5
    longest_wait: float = 30.0
