"""One attempt at a file: one request, and what comes of it."""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

import httpx

from perftui.download.model import DiskError, DownloadError, Told, Wanted
from perftui.download.part import Part
from perftui.text import one_line

_RANGE = re.compile(r"bytes (?P<first>\d{1,18})-\d{1,18}/(?P<whole>\d{1,18}|\*)")
_WHOLE = re.compile(r"bytes \*/(?P<whole>\d{1,18})")
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
_PACKED = frozenset({"", "identity", "gzip", "x-gzip"})
_NO_PLACE = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.EFBIG: "a file may not become that large here",
}


class CutOffError(Exception):
    """An attempt ended before the file was whole, for a reason that may pass.

    Attributes:
        reason: one printable line.
        retry_after: seconds that the server asked for, or None.
    """

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after = retry_after


def transfer(client: httpx.Client, wanted: Wanted, part: Part, told: Told) -> None:
    """Fetch what is missing of a part; what came stays there if it is cut off.

    Raises:
        CutOffError: it may go better next time.
        DownloadError: it will not.
    """
    with _told_as_ours(), client.stream("GET", wanted.url, headers=_headers(part)) as response:
        if response.status_code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            _settle_range(response, part)
            return
        _refuse_failure(response)
        start, whole = _extent(response, part)
        if (whole or 0) > wanted.most_bytes:
            part.drop()
            raise DownloadError(f"{whole:,} bytes are offered where {wanted.size:,} are expected")
        _take(response, wanted, part, told, start=start, whole=whole)


def _headers(part: Part) -> dict[str, str]:
    validator = part.validator
    if not part.size or validator is None:
        return {}
    return {"Range": f"bytes={part.size}-", "If-Range": validator}


def _settle_range(response: httpx.Response, part: Part) -> None:
    """After "no such range": the part is whole, or is of no use."""
    match = _WHOLE.fullmatch(response.headers.get("content-range", ""))
    if match is None or int(match["whole"]) != part.size:
        part.drop()
        raise CutOffError("the server has another file than the one that was begun")


def _refuse_failure(response: httpx.Response) -> None:
    status = response.status_code
    said = one_line(f"{status} {response.reason_phrase}".strip(), 80)
    if status in _PASSING:
        raise CutOffError(f"the server answered {said}", _retry_after(response))
    if status not in {HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT}:
        raise DownloadError(f"{one_line(str(response.url))} answered {said}")
    if response.headers.get("content-encoding", "").strip().lower() not in _PACKED:
        raise DownloadError(f"{one_line(str(response.url))} answered in an encoding that was not asked for")


def _retry_after(response: httpx.Response) -> float | None:
    text = response.headers.get("retry-after", "").strip()
    return float(text) if text.isascii() and text.isdecimal() else None


def _extent(response: httpx.Response, part: Part) -> tuple[int, int | None]:
    """Where an answer begins in the file, and how long the whole is; None where that is not said."""
    if response.status_code == HTTPStatus.PARTIAL_CONTENT:
        match = _RANGE.fullmatch(response.headers.get("content-range", ""))
        if match is None or int(match["first"]) != part.size:
            part.drop()
            raise CutOffError("the server sent another part than the one that was asked for")
        return part.size, None if match["whole"] == "*" else int(match["whole"])
    length = response.headers.get("content-length", "")
    return 0, int(length) if length.isascii() and length.isdecimal() else None


def _validator(response: httpx.Response) -> str | None:
    """What names this version for `If-Range`, which wants it strong (RFC 9110, 13.1.5)."""
    etag: str = response.headers.get("etag", "")
    validator: str = etag if etag and not etag.startswith("W/") else response.headers.get("last-modified", "")
    return validator if validator and validator.isascii() and validator.isprintable() else None


def _take(
    response: httpx.Response, wanted: Wanted, part: Part, told: Told, *, start: int, whole: int | None
) -> None:
    so_far = start
    told.came(so_far, whole)
    with part.go_on() if start else part.begin(_validator(response)) as file:
        # Raw, since what a server packs could grow without bound after its bytes were counted; and as they
        # come, since of a piece that is gathered all is lost where its rest is cut off.
        for piece in response.iter_raw():
            so_far += len(piece)
            if so_far > wanted.most_bytes:
                part.drop()
                raise DownloadError(f"more comes than the {wanted.size:,} bytes that are expected")
            file.write(piece)
            told.came(so_far, whole)


@contextmanager
def _told_as_ours() -> Iterator[None]:
    """Turn what goes wrong on the way and on the disk into errors of one line."""
    try:
        yield
    except (httpx.UnsupportedProtocol, httpx.TooManyRedirects, httpx.InvalidURL) as error:
        raise DownloadError(f"the address leads nowhere: {one_line(str(error))}") from error
    except httpx.TimeoutException as error:
        raise CutOffError("the server does not answer, or went silent") from error
    except httpx.ConnectError as error:
        raise CutOffError(f"the server cannot be reached: {one_line(str(error))}") from error
    except httpx.HTTPError as error:
        raise CutOffError(f"cut off: {one_line(str(error)) or type(error).__name__}") from error
    except OSError as error:
        what = _NO_PLACE.get(error.errno or 0) or error.strerror or type(error).__name__
        raise DiskError(f"it cannot be stored: {one_line(what)}") from error
