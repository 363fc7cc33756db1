"""The three standard streams, made fit to be written to whatever was made of them."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from io import TextIOWrapper
from pathlib import Path

import click

from perftui.text import in_ascii, one_line


def settle_streams() -> None:
    """Open the streams that were closed on us, and let none fail on a character that it cannot show."""
    # In this order each takes its own descriptor, so that no database is opened in its place.
    if sys.stdin is None:
        sys.stdin = Path(os.devnull).open(encoding="utf-8")  # noqa: SIM115 - open as long as we run
    if sys.stdout is None:
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
    if sys.stderr is None:
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def tell(text: str) -> None:
    """Print a text for people, which ends with a line feed, in ASCII where nothing else can be shown."""
    has_unicode = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    click.echo(text if has_unicode else in_ascii(text), nl=False)


def fall_silent() -> None:
    """Let what was not written yet meet no error at the end: nobody can read it any more."""
    with suppress(OSError, ValueError, AttributeError):
        sink = os.open(os.devnull, os.O_WRONLY)
        os.dup2(sink, sys.stdout.fileno())
        os.close(sink)


def complain(text: str, status: int) -> int:
    """Say on stderr, in one line, what is wrong; the status is handed on."""
    with suppress(OSError):
        click.echo(f"perftui: {one_line(text, 2000)}", err=True)
    return status
