"""Where benchmarks that were fetched are kept, and whether they are still what was published."""

from __future__ import annotations

import difflib
import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from perftui.download.content import holds
from perftui.download.model import DiskError, DownloadError, Told, Wanted
from perftui.errors import BadInputError, EnvironmentLacksError
from perftui.paths import published_dir
from perftui.problems.published.catalogue import BY_NAME, Published
from perftui.text import one_line

Begin = Callable[[str, int], Told]
"""Is given a file's name and its size in bytes; is told how its download goes on."""


def find_published(name: str) -> Published:
    """A benchmark that can be fetched.

    Raises:
        BadInputError: there is none of that name.
    """
    if name in BY_NAME:
        return BY_NAME[name]
    near = difflib.get_close_matches(name[:100], BY_NAME, n=2, cutoff=0.5)
    hint = f"near it are {', '.join(near)}" if near else f"there are {', '.join(BY_NAME)}"
    raise BadInputError(f"no benchmark {one_line(name, 60)!r} can be fetched: {hint}")


def benchmark_of(name: str) -> str:
    """The benchmark that a name stands for: of some, several forms are published."""
    return (BY_NAME[name].benchmark if name in BY_NAME else "") or name


def place_of(published: Published) -> Path:
    """Where it is kept: its file, or the folder of its files; it need not be there."""
    folder = published_dir() / published.name
    return folder if published.is_folder else folder / next(iter(published.files))


def is_here(published: Published) -> bool:
    """Whether all its files are there, whatever they hold."""
    return all((published_dir() / published.name / file).is_file() for file in published.files)


def kept(name: str, source: str) -> Path:
    """The file of a benchmark that was fetched, or the folder of its files.

    Args:
        name: of the benchmark.
        source: where its file can be had, for a person.

    Raises:
        BadInputError: it is not here, or not what was published; the text names the cure.
    """
    published = BY_NAME.get(name)
    if published is None:
        raise BadInputError(f"{name}: give its file with --data FILE ({source})")
    if not is_here(published):
        raise BadInputError(
            f"{name} is not here: perftui problems fetch {name}, or give its file with --data FILE ({source})"
        )
    for file, wanted in published.files.items():
        path = published_dir() / name / file
        if not _holds(path, wanted):
            raise BadInputError(
                f"{one_line(str(path))} is not what was published: perftui problems fetch {name} replaces it"
            )
    return place_of(published)


def fetch_published(
    published: Published, begin: Begin, on_wait: Callable[[], None], mirror: str | None
) -> bool:
    """Fetch what is missing of a benchmark, and what is not as it was published.

    Args:
        published: what to fetch.
        begin: is called as each file's download begins.
        on_wait: is called where another process fetches it and is waited for.
        mirror: where else its file is; with a slash at the end, where its files are.

    Returns:
        Whether anything had to be fetched.

    Raises:
        BadInputError: the mirror is one file where several are wanted.
        EnvironmentLacksError: it cannot be had; the text names the cure.
    """
    files = published.files if mirror is None else _mirrored(published, mirror)
    folder = published_dir() / published.name
    fetched = False
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _alone(folder, on_wait):
            for name, wanted in files.items():
                fetched |= _fetch_one(folder / name, wanted, begin)
    except DiskError as error:
        raise EnvironmentLacksError(_no_place(published, folder, str(error))) from error
    except DownloadError as error:
        raise EnvironmentLacksError(_not_to_be_had(published, str(error))) from error
    except OSError as error:
        raise EnvironmentLacksError(_no_place(published, folder, error.strerror or str(error))) from error
    return fetched


def _fetch_one(path: Path, wanted: Wanted, begin: Begin) -> bool:
    if path.is_file() and _holds(path, wanted):
        return False
    from perftui.download.fetch import fetch  # noqa: PLC0415 - httpx is slow to load

    fetch(wanted, path, begin(path.name, wanted.size))
    return True


def _holds(path: Path, wanted: Wanted) -> bool:
    try:
        return holds(path, wanted.sha256, wanted.size)
    except OSError:
        return False


def _mirrored(published: Published, mirror: str) -> dict[str, Wanted]:
    if not mirror.startswith(("http://", "https://")):
        raise BadInputError("--from: an http:// or https:// address is wanted")
    if published.is_folder and not mirror.endswith("/"):
        raise BadInputError(
            f"--from: {published.name} has {len(published.files)} files: give their folder, with / at its end"
        )
    return {
        name: msgspec.structs.replace(wanted, url=mirror + name if mirror.endswith("/") else mirror)
        for name, wanted in published.files.items()
    }


def _not_to_be_had(published: Published, reason: str) -> str:
    """What is said where nothing comes: why, and the ways that are left."""
    addresses = ", ".join(wanted.url for wanted in published.files.values())
    return (
        f"{published.name} was not fetched: {reason}; try again, take a mirror with --from URL, "
        f"or get it elsewhere and give it with --data ({addresses})"
    )


def _no_place(published: Published, folder: Path, reason: str) -> str:
    return (
        f"{published.name} was not fetched: {one_line(reason)}; it takes {published.size / 1e6:,.1f} MB "
        f"in {one_line(str(folder))}: free some, or set XDG_CACHE_HOME to another place"
    )


@contextmanager
def _alone(folder: Path, on_wait: Callable[[], None]) -> Iterator[None]:
    """Keep other processes from the same folder; the lock goes when its holder does."""
    with (folder / ".lock").open("wb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            on_wait()
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
