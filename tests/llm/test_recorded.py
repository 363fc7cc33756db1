"""Recorded and given replies."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from perftui.errors import BadInputError
from perftui.llm.given import GivenPrograms
from perftui.llm.model import NoReplyError, Usage
from perftui.llm.recorded import Record, Recorded, pieces, read_records
from tests.llm.conftest import Call, asking

LINE = {"task_id": "t/1", "chain": 0, "turn": 0, "reply": "one two\nthree"}


def written(path: Path, *lines: object) -> Path:
    path.write_text("".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines))
    return path


async def test_a_turn_is_replayed_at_once(tmp_path: Path) -> None:
    path = written(
        tmp_path / "r.jsonl", LINE, "", {**LINE, "turn": 1, "prompt_tokens": 5, "completion_tokens": 6}
    )
    model = Recorded.from_file(path)
    call = Call(asking("t/1"))
    reply = await call.of(model)
    assert (reply.text, reply.usage, reply.recorded) == (LINE["reply"], Usage(), True)
    assert call.texts == [LINE["reply"]]
    assert model.name == "recorded:r.jsonl" == reply.model
    assert model.recorded
    second = await Call(asking("t/1", turn=1)).of(model)
    assert second.usage == Usage(prompt_tokens=5, completion_tokens=6)


@pytest.mark.parametrize("where", [("t/2", 0, 0), ("t/1", 1, 0), ("t/1", 0, 1)])
async def test_a_turn_that_is_not_there_says_so(tmp_path: Path, where: tuple[str, int, int]) -> None:
    model = Recorded.from_file(written(tmp_path / "r.jsonl", LINE))
    with pytest.raises(NoReplyError, match=f"no reply for {where[0]}, chain {where[1]}, turn {where[2]}"):
        await Call(asking(*where)).of(model)


async def test_a_gzipped_file_is_read_whatever_it_is_called(tmp_path: Path) -> None:
    path = tmp_path / "replies"
    path.write_bytes(gzip.compress(json.dumps(LINE).encode()))
    assert (await Call(asking("t/1")).of(Recorded.from_file(path))).text == LINE["reply"]


async def test_at_a_pace_it_streams_in_pieces(tmp_path: Path) -> None:
    model = Recorded.from_file(written(tmp_path / "r.jsonl", LINE), pace=2000.0)
    call = Call(asking("t/1"))
    began = anyio.current_time()
    reply = await call.of(model)
    assert call.shown == LINE["reply"]
    assert len(call.texts) > 2
    assert 0 < reply.seconds <= anyio.current_time() - began


@given(st.text(max_size=300), st.floats(10, 100_000))
def test_pieces_make_up_the_reply_in_order_of_time(text: str, pace: float) -> None:
    record = Record(task_id="t", chain=0, turn=0, reply=text)
    made = list(pieces(record, pace))
    assert "".join(piece for piece, _ in made) == text
    times = [at for _, at in made]
    assert times == sorted(times)
    assert made == list(pieces(record, pace))
    if made:
        assert times[-1] <= 0.6 + 1.6 * len(text) / pace


@pytest.mark.parametrize(
    ("bad", "what"),
    [
        ("{oops", "line 2: not a recorded reply"),
        ({"task_id": "t/1", "chain": 0, "turn": 0}, "line 2: not a recorded reply.*reply"),
        ({**LINE, "chain": -1}, "line 2: not a recorded reply.*chain"),
        ({**LINE, "turn": "0"}, "line 2: not a recorded reply.*turn"),
        ("[]", "line 2: not a recorded reply"),
        (LINE, "line 2: a second reply for t/1, chain 0, turn 0"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, bad: object, what: str) -> None:
    with pytest.raises(BadInputError, match=what) as caught:
        read_records(written(tmp_path / "r.jsonl", LINE, bad))
    assert "\n" not in str(caught.value)
    assert "r.jsonl" in str(caught.value)


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "no replies"),
        (b"\xff\xfe\n", "line 1: not a recorded reply"),
        (gzip.compress(json.dumps(LINE).encode() * 50, mtime=0)[:-12], "cannot be read"),
        (b"\x1f\x8b and then no gzip", "cannot be read"),
    ],
)
def test_a_bad_file_is_named(tmp_path: Path, data: bytes, what: str) -> None:
    path = tmp_path / "r.jsonl"
    path.write_bytes(data)
    with pytest.raises(BadInputError, match=what):
        read_records(path)


def test_a_file_that_is_not_there_or_is_a_folder(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="no such file"):
        read_records(tmp_path / "none.jsonl")
    with pytest.raises(BadInputError, match="a folder where a file is wanted"):
        read_records(tmp_path)


async def test_given_programs_are_the_first_reply_of_their_chain() -> None:
    model = GivenPrograms({("t/1", 1): "x = 1\n"}, name="samples:s.jsonl")
    call = Call(asking("t/1", chain=1))
    reply = await call.of(model)
    assert (reply.text, reply.recorded, call.texts) == ("x = 1\n", True, ["x = 1\n"])
    assert (model.name, model.recorded) == ("samples:s.jsonl", True)
    for other in (asking("t/1", chain=0), asking("t/1", chain=1, turn=1)):
        with pytest.raises(NoReplyError, match="has no program for t/1"):
            await Call(other).of(model)
