"""Hostile text on its whole way: from a program, through its verdict, to what a person or a script reads."""

from __future__ import annotations

import csv
import io
import re
import unicodedata

import msgspec
import pytest

from tests.attacks.themes.terminal import NASTY
from tests.support.bench import write_lines, write_problems
from tests.support.command import environment, perftui

PROGRAMS = [
    f"def add_1(x):\n    {line}\n"
    for line in (
        f"raise ValueError('{NASTY}')",
        f"raise type('{NASTY}'.replace(chr(0), ''), (Exception,), {{}})('x')",
        f"return '{NASTY}'",
        f"return {{'{NASTY}': ('{NASTY}',)}}",
        f"return type('{NASTY}'.replace(chr(0), ''), (), {{}})()",
        f"print('{NASTY}'); raise KeyError('{NASTY}')",
        "raise RuntimeError('=cmd|/c calc!A1')",
        "raise RuntimeError('[click](javascript:alert(1)) `code` **bold** <script>')",
    )
] + ["def add_1(x) '\u202e\x1b[2J\u2066' return\n", f"raise SyntaxError('{NASTY}')\n"]


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What `evaluate` prints of them, in each format."""
    folder = tmp_path_factory.mktemp("shown")
    write_problems(folder / "problems")
    samples = [{"task_id": "Add/1", "solution": program} for program in PROGRAMS]
    write_lines(folder / "samples.jsonl", samples)
    printed = {}
    for form in ("md", "csv", "json"):
        ended = perftui(
            *("evaluate", "problems", "--samples", "samples.jsonl", "--sandbox", "process", "--no-timing"),
            *("--format", form, "--db", folder / f"{form}.db"),
            cwd=folder,
            env=environment(folder),
        )
        assert ended.status == 0, ended.err
        _is_plain(ended.err, folder)
        printed[form] = ended.out
    return printed


def _is_plain(text: str, where: object) -> None:
    hidden = {
        c for c in text if c not in "\n\t" and unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"}
    }
    assert hidden == set(), where


@pytest.mark.parametrize("form", ["md", "csv", "json"])
def test_nothing_hidden_is_printed(shown: dict[str, str], form: str) -> None:
    _is_plain(shown[form], form)


def test_a_table_keeps_its_rows_and_columns(shown: dict[str, str]) -> None:
    rows = [line for line in shown["md"].splitlines() if line.startswith("|") and "Add/1" in line]
    assert len(rows) == len(PROGRAMS)
    assert len({len(re.findall(r"(?<!\\)\|", row)) for row in rows}) == 1


def test_csv_keeps_its_rows_and_columns(shown: dict[str, str]) -> None:
    head, *rows = csv.reader(io.StringIO(shown["csv"]))
    assert len(rows) == len(PROGRAMS)
    assert {len(row) for row in rows} == {len(head)}
    assert not any(cell.startswith(("=", "+", "@")) for row in rows for cell in row)


def test_no_program_gave_itself_a_verdict(shown: dict[str, str]) -> None:
    results = msgspec.json.decode(shown["json"])["results"]
    assert [result["verdict"] for result in results] == [
        *("error", "error", "wrong-answer", "wrong-answer", "wrong-answer", "error", "error", "error"),
        *("invalid-program", "error"),
    ]
    assert {result["tests_passed"] for result in results} == {0}
    assert all(result["reason"].isprintable() for result in results)
