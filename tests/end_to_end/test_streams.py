"""Streams that are closed, full, piped into `head`, or cannot show what is to be shown."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.end_to_end.conftest import Place, make_place
from tests.support.bench import write_lines, write_replies
from tests.support.command import SECONDS, command

QUICK = ("--sandbox", "process", "--no-timing")
RUN = ("run", "problems", "--model", "recorded:replies.jsonl", "--limit", 1, *QUICK)
EVALUATE = ("evaluate", "problems", "--samples", "samples.jsonl", *QUICK)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A place with replies, samples and a run."""
    place = make_place(tmp_path_factory.mktemp("streams"))
    write_replies(place.folder / "replies.jsonl")
    write_lines(place.folder / "samples.jsonl", [{"task_id": "Add/1", "completion": "    return x + 1\n"}])
    ended = place.perftui(*RUN)
    assert ended.status == 0, ended.err
    return place


def in_shell(place: Place, text: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run a line of shell in which `$perftui` is the command."""
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", text],
        cwd=place.folder,
        env={**place.env, **env, "perftui": " ".join(command(()))},
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
        timeout=SECONDS,
    )


def words(arguments: tuple[object, ...]) -> str:
    return "$perftui " + " ".join(map(str, arguments))


def test_a_reader_that_goes_away_is_no_error(filled: Place) -> None:
    for arguments in (("export", "last"), ("strategies",), ("--help",), EVALUATE):
        ended = in_shell(filled, f"{words(arguments)} | true")
        assert ended.returncode == 0, (arguments, ended.stderr)
        assert "Traceback" not in ended.stderr
        assert "rror" not in ended.stderr


def test_a_run_whose_events_nobody_reads_any_more_is_interrupted(filled: Place) -> None:
    ended = in_shell(filled, f"{words((*RUN, '--pace', 400, '--json'))} | head -1 | cut -c1-21")
    assert (ended.returncode, ended.stdout, ended.stderr) == (130, '{"kind":"run-started"\n', "")
    assert in_shell(filled, "$perftui resume last").returncode == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_output_that_finds_no_room_is_told(filled: Place) -> None:
    for arguments in (("report", "last"), EVALUATE, (*RUN, "--json"), RUN):
        ended = in_shell(filled, f"{words(arguments)} >/dev/full")
        assert ended.returncode == 3, (arguments, ended.stderr)
        assert ended.stderr.endswith("perftui: the output cannot be written: No space left on device\n")
    assert in_shell(filled, f"{words(RUN)} 2>/dev/full").returncode == 0, (
        "a run needs nobody to see its progress"
    )


def test_streams_that_are_closed_are_no_error(filled: Place) -> None:
    assert in_shell(filled, f"{words(RUN)} <&- >&- 2>&-").returncode == 0
    assert in_shell(filled, f"{words((*RUN, '--json'))} >&-").returncode == 0
    assert in_shell(filled, f"{words(('report', 'last'))} >&-").returncode == 0
    assert in_shell(filled, f"{words(('report', 'nothing'))} 2>&-").returncode == 2


def test_characters_that_cannot_be_shown_are_no_error(filled: Place) -> None:
    ascii_only = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    run = in_shell(filled, words(RUN), **ascii_only)
    assert run.returncode == 0, run.stderr
    assert "recorded model" in run.stderr
    for what in (("report", "last"), EVALUATE):
        told = in_shell(filled, words(what), **ascii_only)
        assert told.returncode == 0
        assert told.stdout.isascii()
        assert "\\u" not in told.stdout
    assert in_shell(filled, words(EVALUATE), PYTHONIOENCODING="latin-1:strict").returncode == 0


def test_the_module_is_the_command(place: Place) -> None:
    script = Path(sys.executable).with_name("perftui")
    if not os.access(script, os.X_OK):
        pytest.skip("perftui is not installed here as a command")
    versions = [
        subprocess.run([*how, "--version"], env=place.env, capture_output=True, text=True, check=True).stdout
        for how in ([str(script)], [sys.executable, "-m", "perftui"])
    ]
    assert versions[0] == versions[1]
    assert versions[0].startswith("perftui, version ")
