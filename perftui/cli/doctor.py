"""`perftui doctor`: what is there, what is missing, and its cure."""

from __future__ import annotations

import os
import platform
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import click

from perftui import __version__
from perftui.cli.database import chosen_database
from perftui.cli.options import with_db
from perftui.cli.stopping import run_to_end
from perftui.config import settings_path
from perftui.errors import ExitStatus, PerftuiError
from perftui.sandbox.cores import usable_cores
from perftui.text import one_line


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        mark: `ok`, `missing` where something useful is not there, `note` otherwise.
        subject: what was looked at.
        text: what was found; for something missing, with its cure.
    """

    mark: Literal["ok", "missing", "note"]
    subject: str
    text: str


@click.command()
@with_db
def doctor(db: Path | None) -> int:
    """Say what is there, what is missing, and its cure."""
    findings = [*_machine(), *run_to_end(lambda: _outside(db)), *_keys()]
    for finding in findings:
        click.echo(f"{finding.mark:<8} {finding.subject:<12} {one_line(finding.text, 400)}")
    missing = any(finding.mark == "missing" for finding in findings)
    return ExitStatus.ENVIRONMENT_LACKS if missing else ExitStatus.DONE


def _machine() -> list[Finding]:
    cores = usable_cores()
    timing = (
        f"timing is pinned to core {cores[-1]}, the others judge"
        if len(cores) > 1
        else "with one core, timing and judging take turns"
    )
    settings = settings_path(os.environ)
    return [
        Finding(
            "ok", "perftui", f"{__version__} on Python {platform.python_version()}, {platform.platform()}"
        ),
        Finding("ok", "cores", f"{len(cores)}; {timing}"),
        Finding(
            "note", "settings", f"{settings}" + ("" if settings.exists() else " (not there; defaults hold)")
        ),
    ]


async def _outside(db: Path | None) -> list[Finding]:
    return [
        await _look("docker", _docker),
        await _look("process", _process),
        await _look("database", lambda: _database(db)),
    ]


async def _look(subject: str, look: Callable[[], Awaitable[str]]) -> Finding:
    try:
        return Finding("ok", subject, await look())
    except PerftuiError as error:
        return Finding("missing", subject, str(error))


async def _docker() -> str:
    from perftui.sandbox.docker import engine_answers, open_engine  # noqa: PLC0415 - docker is slow to load
    from perftui.sandbox.image import find_image, image_tag  # noqa: PLC0415
    from perftui.sandbox.packaged import find_packaged, packages_of  # noqa: PLC0415

    async with open_engine() as engine:
        facts = await engine_answers(engine)
        image = await find_image(engine)
        built = f"image {image_tag()}" if image else "the image is built at first use (perftui sandbox build)"
        packaged = await find_packaged(engine)
        beside = f"; one with {', '.join(packages_of(packaged))}" if packaged else "; none with numpy yet"
        return f"engine {facts.version} at {engine.endpoint.url}; {built}{beside}"


async def _process() -> str:
    from perftui.sandbox.choose import open_pool  # noqa: PLC0415 - slow to load

    async with open_pool("process", slots=1, on_progress=lambda _: None) as pool:
        info = pool.info
        clock = (
            "CPU clock read from outside" if info.clock == "process-cpu" else "no clock: speed is unmeasured"
        )
        return ", ".join((f"Python {info.python}", *info.packages)) + f"; {info.confinement}; {clock}"


async def _database(named: Path | None) -> str:
    from perftui.store.writer import open_store  # noqa: PLC0415 - slow to load

    db = chosen_database(named)
    if not db.exists() and db.parent.is_dir():
        return f"{db}: not there yet; the first run makes it"
    async with open_store(db, create=False) as store:
        runs = await store.runs()
        return f"{db}: {len(runs)} runs"


def _keys() -> list[Finding]:
    from perftui.llm.providers import PROVIDERS, key_variable  # noqa: PLC0415 - keeps start-up quick

    names = sorted(name for provider in PROVIDERS if (name := key_variable(provider)) in os.environ)
    text = ", ".join(names) if names else "no provider's key is set; a run of your own server needs none"
    return [Finding("note", "keys", text)]
