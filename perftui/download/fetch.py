"""A file fetched to its end: attempts that go on where the last was cut off, then the checksum."""

from __future__ import annotations

import os
import random
from pathlib import Path

import httpx
import stamina
import stamina.instrumentation

from perftui import __version__
from perftui.download.content import holds
from perftui.download.model import DiskError, DownloadError, Patience, Told, Wanted
from perftui.download.part import Part
from perftui.download.transfer import CutOffError, transfer
from perftui.loopback import is_loopback
from perftui.text import one_line

# Waits are told through `Told.again`; stamina's own log lines would tear the progress.
stamina.instrumentation.set_on_retry_hooks(())


def fetch(wanted: Wanted, target: Path, told: Told, patience: Patience | None = None) -> None:
    """Fetch a file into its place; it is there whole, as it should be, or not at all.

    What came of it stays beside it if it is cut off, and is gone on with the next time.

    Raises:
        DownloadError: it cannot be had.
    """
    patience = patience or Patience()
    part = Part(target, wanted.url)
    try:
        with _client(wanted.url, patience) as client:
            _fetch_whole(client, wanted, part, told, patience)
        _settle(part, target)
    except OSError as error:
        raise DiskError(f"it cannot be stored: {one_line(error.strerror or type(error).__name__)}") from error


def _fetch_whole(client: httpx.Client, wanted: Wanted, part: Part, told: Told, patience: Patience) -> None:
    """Have the part hold what is wanted."""
    began_with = part.size
    _attempts(client, wanted, part, told, patience)
    if holds(part.path, wanted.sha256, wanted.size):
        return
    part.drop()
    if began_with:
        # What was here before may have been the part that was wrong.
        _attempts(client, wanted, part, told, patience)
        if holds(part.path, wanted.sha256, wanted.size):
            return
        part.drop()
    raise DownloadError(f"what came is not what was published: its SHA-256 is not {wanted.sha256}")


def _attempts(client: httpx.Client, wanted: Wanted, part: Part, told: Told, patience: Patience) -> None:
    tries = _Tries(part, told, patience)
    try:
        for attempt in stamina.retry_context(on=tries.next_wait, attempts=None, timeout=None):
            with attempt:
                transfer(client, wanted, part, told)
    except CutOffError as error:
        raise DownloadError(f"{error.reason} (tried {tries.all_in_all} times)") from error


class _Tries:
    """How often a file was cut off.

    Attributes:
        all_in_all: attempts so far.
    """

    def __init__(self, part: Part, told: Told, patience: Patience) -> None:
        self._part = part
        self._told = told
        self._patience = patience
        self._in_vain = 0
        self._size = part.size
        self.all_in_all = 1

    def next_wait(self, error: BaseException) -> bool | float:
        """Whether to go on after an error: the seconds to wait before, or False."""
        if not isinstance(error, CutOffError):
            return False
        gained = self._part.size - self._size >= self._patience.gain
        self._in_vain = 1 if gained else self._in_vain + 1
        self._size = self._part.size
        if self._in_vain >= self._patience.attempts:
            return False
        step = min(self._patience.longest_wait, self._patience.first_wait * 2.0 ** (self._in_vain - 1))
        asked = min(self._patience.longest_wait, error.retry_after or 0.0)
        seconds = max(asked, step * random.uniform(0.5, 1.0))  # noqa: S311  # jitter keeps no secret
        self._told.again(error.reason, seconds)
        self.all_in_all += 1
        return seconds


def _settle(part: Part, target: Path) -> None:
    with part.path.open("rb") as file:
        os.fsync(file.fileno())
    part.become(target)


def _client(url: str, patience: Patience) -> httpx.Client:
    try:
        return httpx.Client(
            follow_redirects=True,
            headers={"Accept-Encoding": "identity", "User-Agent": f"perftui/{__version__}"},
            timeout=httpx.Timeout(patience.stall, connect=patience.connect),
            trust_env=not is_loopback(url),
        )
    except (ImportError, ValueError, httpx.InvalidURL) as error:
        raise DownloadError(
            f"the proxy that the environment names cannot be used ({one_line(str(error))}): "
            "correct or unset HTTP_PROXY, HTTPS_PROXY and ALL_PROXY"
        ) from error
