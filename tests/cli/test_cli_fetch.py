"""`problems fetch`, from a server on this machine, and what needs no `--data` after it."""

from __future__ import annotations

import fcntl
import gzip
import hashlib
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from perftui.cli import fetching
from perftui.download.model import Patience, Wanted
from perftui.problems.published import shelf
from perftui.problems.published.catalogue import Published
from tests.cli.conftest import QUICK, Here
from tests.support.command import Running, environment, perftui
from tests.support.file_server import FileServer, Serving
from tests.support.terminal import OnTerminal

TASK = {
    "task_id": "HumanEval/0",
    "prompt": 'def double(x):\n    """Twice x."""\n',
    "entry_point": "double",
    "canonical_solution": "    return 2 * x\n",
    "test": "def check(candidate):\n    assert candidate(2) == 4\n",
}
HASTY = Patience(stall=0.5, attempts=2, first_wait=0.01)
CONTENT = json.dumps(TASK).encode() + b"\n"


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.fixture
def server() -> Iterator[FileServer]:
    with FileServer(Serving(CONTENT)) as server:
        yield server


@pytest.fixture
def offered(here: Here, server: FileServer) -> FileServer:
    """A server of a small HumanEval, and of a COFFE of two equal files, which the catalogue names."""
    file = Wanted(url=f"{server.url}HumanEval.jsonl.gz", sha256=sha256(CONTENT), size=len(CONTENT))
    small = {
        "humaneval": {"HumanEval.jsonl.gz": file},
        "coffe-file": {"a.json": file, "b.json": file},
    }
    known = tuple(
        Published(name=name, what=f"small {name}", publisher="https://a.test", licence="MIT", files=files)
        for name, files in small.items()
    )
    by_name = {one.name: one for one in known}
    here.monkeypatch.setattr(shelf, "BY_NAME", by_name)
    here.monkeypatch.setattr(fetching, "PUBLISHED", known)
    here.monkeypatch.setattr("perftui.download.fetch.Patience", lambda: HASTY)
    return server


def kept(here: Here, *parts: str) -> Path:
    return here.home.joinpath(".cache", "perftui", "benchmarks", *parts)


def test_what_was_fetched_needs_no_data(here: Here, offered: FileServer) -> None:
    line = here.refused("problems", "list", "humaneval")
    assert line.startswith(
        "humaneval is not here: perftui problems fetch humaneval, or give its file with --data"
    )
    ended = here.perftui("problems", "fetch", "humaneval")
    path = kept(here, "humaneval", "HumanEval.jsonl.gz")
    assert (ended.status, ended.out) == (0, f"humaneval: fetched: {path} (MIT)\n"), ended.err
    assert ended.err.splitlines()[0] == "HumanEval.jsonl.gz: fetching 0.0 MB"
    assert here.perftui("problems", "list", "humaneval").out.startswith("HumanEval/0 ")
    here.write("s.jsonl", json.dumps({"task_id": "HumanEval/0", "completion": "    return x + x\n"}))
    judged = here.perftui("evaluate", "humaneval", "--samples", "s.jsonl", *QUICK, "--format", "json")
    assert [result["verdict"] for result in json.loads(judged.out)["results"]] == ["correct"], judged.err


def test_what_is_here_is_left_alone(here: Here, offered: FileServer) -> None:
    here.perftui("problems", "fetch", "humaneval")
    ended = here.perftui("problems", "fetch", "humaneval")
    assert ended.out.startswith("humaneval: already here: ")
    assert len(offered.asked) == 1


def test_a_file_that_changed_is_refused_and_replaced(here: Here, offered: FileServer) -> None:
    here.perftui("problems", "fetch", "humaneval")
    path = kept(here, "humaneval", "HumanEval.jsonl.gz")
    path.write_bytes(CONTENT.replace(b"2 * x", b"3 * x"))
    line = here.refused("problems", "list", "humaneval")
    assert line == f"{path} is not what was published: perftui problems fetch humaneval replaces it"
    assert here.perftui("problems", "fetch", "humaneval").out.startswith("humaneval: fetched: ")
    assert path.read_bytes() == CONTENT


def test_all_fetches_each_file_of_each(here: Here, offered: FileServer) -> None:
    ended = here.perftui("problems", "fetch", "all")
    assert ended.status == 0, ended.err
    assert [asked.path for asked in offered.asked] == ["/HumanEval.jsonl.gz"] * 3
    assert {path.name for path in kept(here, "coffe-file").iterdir()} == {"a.json", "b.json", ".lock"}
    assert ended.out.splitlines()[1] == f"coffe-file: fetched: {kept(here, 'coffe-file')} (MIT)"


def test_the_list_tells_which_are_here(here: Here, offered: FileServer) -> None:
    here.perftui("problems", "fetch", "humaneval")
    listed = here.perftui("problems", "list").out.splitlines()
    assert listed[0].split() == [
        *("humaneval", "here", "0.0", "MB", "MIT", "small", "humaneval", "https://a.test")
    ]
    assert listed[1].strip() == str(kept(here, "humaneval", "HumanEval.jsonl.gz"))
    assert listed[2].split()[:3] == ["coffe-file", "not", "here"]
    assert listed[3].strip() == "perftui problems fetch coffe-file"


@pytest.mark.parametrize("name", ["HumanEval.jsonl.gz", ""])
def test_a_mirror(here: Here, offered: FileServer, name: str) -> None:
    offered.script[0] = Serving(gzip.compress(CONTENT))
    mirror = f"{offered.url}mirror/{name}"
    ended = here.perftui("problems", "fetch", "humaneval", "--from", mirror)
    assert ended.status == 0, ended.err
    assert [asked.path for asked in offered.asked] == ["/mirror/HumanEval.jsonl.gz"]
    assert here.perftui("problems", "list", "humaneval").out.startswith("HumanEval/0 ")


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("humanevil",), "no benchmark 'humanevil' can be fetched: near it are humaneval"),
        (("zzz\x1b[31m",), "no benchmark 'zzz\\\\x1b[31m' can be fetched: there are humaneval, coffe-file"),
        (("humaneval", "coffe-file", "--from", "http://127.0.0.1/"), "--from: a mirror is for one benchmark"),
        (("coffe-file", "--from", "http://127.0.0.1/x"), "--from: coffe-file has 2 files: give their folder"),
        (("humaneval", "--from", "file:///etc/passwd"), "--from: an http:// or https:// address is wanted"),
        ((), "Missing argument 'NAME…'"),
    ],
)
def test_what_cannot_be_fetched(
    here: Here, offered: FileServer, arguments: tuple[str, ...], line: str
) -> None:
    assert here.refused("problems", "fetch", *arguments).startswith(line)
    assert offered.asked == []


def test_a_list_without_a_benchmark_takes_no_flags_of_one(here: Here) -> None:
    assert here.refused("problems", "list", "--limit", 3).startswith("name the benchmark")


def failed(here: Here, *arguments: str) -> str:
    """The last line of a fetch that fails for what is outside."""
    ended = here.perftui("problems", "fetch", *arguments)
    assert (ended.status, ended.out) == (3, "")
    return ended.err.splitlines()[-1]


def test_what_is_gone_is_said_with_the_ways_that_are_left(here: Here, offered: FileServer) -> None:
    offered.script[0] = Serving(status=404, etag=None)
    url = f"{offered.url}HumanEval.jsonl.gz"
    assert failed(here, "humaneval") == (
        f"perftui: humaneval was not fetched: {url} answered 404 Not Found; try again, take a mirror with "
        f"--from URL, or get it elsewhere and give it with --data ({url})"
    )


def test_offline(here: Here, offered: FileServer) -> None:
    with FileServer(Serving()) as gone:
        url = gone.url
    line = failed(here, "humaneval", "--from", url)
    assert line.startswith("perftui: humaneval was not fetched: the server cannot be reached: ")
    assert "(tried 2 times); try again, take a mirror with --from URL" in line


def test_what_is_not_what_was_published_is_not_kept(here: Here, offered: FileServer) -> None:
    offered.script[0] = Serving(CONTENT[:-1])
    line = failed(here, "humaneval")
    assert f"what came is not what was published: its SHA-256 is not {sha256(CONTENT)}" in line
    assert {path.name for path in kept(here, "humaneval").iterdir()} == {".lock"}


def test_no_place_for_it(here: Here, offered: FileServer) -> None:
    kept(here).parent.mkdir(parents=True)
    kept(here).write_text("a file where a folder should be")
    line = failed(here, "humaneval")
    assert line.startswith("perftui: humaneval was not fetched: Not a directory; it takes 0.0 MB in ")
    assert line.endswith(": free some, or set XDG_CACHE_HOME to another place")


def test_two_fetches_at_once_fetch_once(here: Here, offered: FileServer) -> None:
    folder = kept(here, "humaneval")
    folder.mkdir(parents=True)
    with (folder / ".lock").open("wb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)

        def other() -> None:
            (folder / "HumanEval.jsonl.gz").write_bytes(CONTENT)
            fcntl.flock(held, fcntl.LOCK_UN)

        soon = threading.Timer(0.3, other)
        soon.start()
        ended = here.perftui("problems", "fetch", "humaneval")
        soon.join()
    assert ended.err == "humaneval: another perftui fetches it: waiting for that\n"
    assert ended.out.startswith("humaneval: already here: ")
    assert offered.asked == []


SHARED = Path(__file__).parents[3] / "shared" / "data" / "humaneval" / "HumanEval.jsonl.gz"


@pytest.mark.skipif(not SHARED.exists(), reason=f"{SHARED} is not there")
def test_a_fetch_that_was_killed_is_gone_on_with_on_a_terminal(tmp_path: Path) -> None:
    content = SHARED.read_bytes()
    env = environment(tmp_path)
    where = tmp_path / ".cache" / "perftui" / "benchmarks" / "humaneval"
    with FileServer(Serving(content, hang_after=20_000), Serving(content)) as server:
        command = ("problems", "fetch", "humaneval", "--from", server.url)
        with Running(*command, cwd=tmp_path, env=env) as running:
            part = where / "HumanEval.jsonl.gz.part"
            running.until(lambda: part.exists() and part.stat().st_size > 0)
        begun = part.stat().st_size
        with OnTerminal(*command, cwd=tmp_path, env=env) as terminal:
            assert terminal.end() == 0
        assert server.asked[1].body == (begun, 206)
    assert f"\rHumanEval.jsonl.gz: [{'#' * 30}] 100% 0.0 MB, " in terminal.shown
    assert (where / "HumanEval.jsonl.gz").read_bytes() == content
    listed = perftui("problems", "list", "humaneval", cwd=tmp_path, env=env)
    assert len(listed.out.splitlines()) == 164, listed.err
