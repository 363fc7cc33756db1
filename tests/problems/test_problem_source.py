from __future__ import annotations

import gzip
from pathlib import Path

import msgspec
import pytest

from perftui.errors import BadInputError
from perftui.problems.source import read_records, read_text


class Row(msgspec.Struct):
    name: str
    size: int = 0


def rows(path: Path) -> list[tuple[int, Row]]:
    return list(read_records(path, Row))


def test_records_come_with_their_lines(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"name": "a", "other": 1}\n\n  \n{"name": "b", "size": 2}\r\n')
    assert rows(path) == [(1, Row("a")), (4, Row("b", 2))]


def test_gzip_is_told_by_its_content(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(gzip.compress(b'{"name": "a"}\n'))
    assert rows(path) == [(1, Row("a"))]
    assert read_text(path) == '{"name": "a"}\n'


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "holds no records"),
        (b"\n \n", "holds no records"),
        (gzip.compress(b'{"name": "a"}' * 100, mtime=0)[:-9], "not a whole gzip file"),
        (b"\x1f\x8b\x08 nonsense", "not a whole gzip file"),
        (b'{"name": "a"}\n{"name": "b"\n', "line 2: not JSON"),
        (b'{"name": "a"}\n[]\n', "line 2: Expected `object`"),
        (b'{"size": 1}\n', "line 1: Object missing required field `name`"),
        (b'{"name": 5}\n', r"line 1: Expected `str`, got `int` - at `\$.name`"),
        (b'{"name": "\xff"}\n', "line 1: not JSON"),
        (b"[" * 100_000, "line 1: "),
        (b"\x00\x01\x02", "line 1: not JSON"),
    ],
)
def test_a_broken_file_is_told_in_one_line(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(content)
    with pytest.raises(BadInputError, match=message) as caught:
        rows(path)
    assert str(caught.value).startswith(str(path))
    assert str(caught.value).isprintable()


def test_what_cannot_be_opened_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="no such file"):
        rows(tmp_path / "absent.jsonl")
    with pytest.raises(BadInputError, match="a folder where a file is wanted"):
        rows(tmp_path)
    with pytest.raises(BadInputError, match="cannot be read"):
        rows(Path("a\0b"))
    with pytest.raises(BadInputError, match="cannot be read"):
        rows(tmp_path / ("a" * 500))


def test_text_that_is_not_utf8_is_told_by_its_line(tmp_path: Path) -> None:
    path = tmp_path / "problem.toml"
    path.write_bytes(b"a = 1\nb = '\xff'\n")
    with pytest.raises(BadInputError, match="line 2: not UTF-8 text"):
        read_text(path)


def test_a_path_cannot_upset_the_terminal(tmp_path: Path) -> None:
    with pytest.raises(BadInputError) as caught:
        read_text(tmp_path / "a\x1b[31m\n.toml")
    assert str(caught.value).isprintable()
