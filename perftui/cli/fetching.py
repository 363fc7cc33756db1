"""`perftui problems fetch`, and which benchmarks are here."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from functools import partial

import click

from perftui.errors import BadInputError
from perftui.headless.output import Output
from perftui.problems.published.catalogue import PUBLISHED, Published
from perftui.problems.published.shelf import fetch_published, find_published, is_here, place_of
from perftui.text import one_line

ALL = "all"
_LINE_SECONDS = 5.0
_FRAME_SECONDS = 0.1
_BAR = 30
_MB = 1e6


def fetch_all(names: Sequence[str], mirror: str | None) -> None:
    """Fetch benchmarks by name, in the catalogue's order, and say where each is.

    Raises:
        BadInputError: a name is unknown, or a mirror is given for several.
        EnvironmentLacksError: one cannot be had; those before it are here.
    """
    chosen = {find_published(name).name for name in names if name != ALL}
    wanted = [published for published in PUBLISHED if ALL in names or published.name in chosen]
    if mirror is not None and len(wanted) != 1:
        raise BadInputError("--from: a mirror is for one benchmark")
    for published in wanted:
        fetched = fetch_published(published, Meter, partial(_say_waiting, published), mirror)
        what = "fetched" if fetched else "already here"
        click.echo(f"{published.name}: {what}: {one_line(str(place_of(published)))} ({published.licence})")


def list_published() -> None:
    """Print each benchmark that has a name: whether it is here, its size, licence and source, and where."""
    for published in PUBLISHED:
        here = is_here(published)
        state = "here" if here else "not here"
        size = f"{published.size / _MB:,.1f} MB"
        where = place_of(published) if here else f"perftui problems fetch {published.name}"
        click.echo(
            f"{published.name:<16} {state:<9} {size:>10}  {published.licence:<11} {published.what:<36} "
            f"{published.publisher}\n{'':<16} {one_line(str(where))}"
        )


def _say_waiting(published: Published) -> None:
    click.echo(f"{published.name}: another perftui fetches it: waiting for that", err=True)


class Meter:
    """How far one file is, on stderr: a bar on a terminal, a line now and then elsewhere."""

    def __init__(self, name: str, size: int) -> None:
        self._name = name
        self._size = size
        self._terminal = Output(sys.stderr).is_terminal
        self._began = time.monotonic()
        self._shown = self._began
        self._first: int | None = None
        if not self._terminal:
            click.echo(f"{name}: fetching {size / _MB:,.1f} MB", err=True)

    def came(self, so_far: int, whole: int | None) -> None:
        """Show it, where it is time to."""
        if self._first is None:
            self._first = so_far
        now = time.monotonic()
        done = whole is not None and so_far >= whole
        if not done and now - self._shown < (_FRAME_SECONDS if self._terminal else _LINE_SECONDS):
            return
        self._shown = now
        rate = (so_far - self._first) / _MB / max(now - self._began, 1e-3)
        text = f"{self._name}: {self._share(so_far, whole)} {so_far / _MB:,.1f} MB, {rate:,.1f} MB/s"
        if self._terminal:
            click.echo(f"\r{text}\x1b[K", err=True, nl=done)
        else:
            click.echo(text, err=True)

    def again(self, reason: str, seconds: float) -> None:
        """Say that it was cut off."""
        start = "\r\x1b[K" if self._terminal else ""
        click.echo(f"{start}{self._name}: {reason}; again in {seconds:.1f} s", err=True)

    def _share(self, so_far: int, whole: int | None) -> str:
        if whole is None or whole <= 0:
            return "so far"
        share = min(so_far / whole, 1.0)
        if not self._terminal:
            return f"{share:.0%}"
        full = round(share * _BAR)
        return f"[{'#' * full}{'.' * (_BAR - full)}] {share:4.0%}"
