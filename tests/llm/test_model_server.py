"""The model server of the tests, by itself and under a storm of calls."""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path

import anyio
import httpx

from perftui.llm.model import Reply
from perftui.llm.patience import Patience
from perftui.llm.throttle import Throttled
from tests.llm.conftest import Call, Connect, Serve, asking
from tests.support import model_server
from tests.support.model_server import recorded_script

PATIENT = Patience(stall=5.0, total=60.0, attempts=10, first_wait=0.005, longest_wait=0.05)


def recording(folder: Path, chains: int, turns: int) -> Path:
    """Replies that tell their own place."""
    path = folder / "replies.jsonl"
    records = (
        {"task_id": "über/1", "chain": chain, "turn": turn, "reply": f"reply {chain} {turn} " + "x" * 200}
        for chain in range(chains)
        for turn in range(turns)
    )
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


async def test_a_storm_of_faulty_calls_ends_with_every_reply_answered_once(
    serve: Serve, connect: Connect, tmp_path: Path
) -> None:
    path = recording(tmp_path, chains=10, turns=5)
    server = serve(recorded_script(path, pace=None, failures=0.4, chance=random.Random(1)))
    model = Throttled(connect(server, PATIENT), 6)
    replies: dict[tuple[int, int], Reply] = {}

    async def chain(index: int) -> None:
        for turn in range(5):
            call = Call(asking("über/1", index, turn))
            reply = replies[index, turn] = await call.of(model)
            assert call.shown == reply.text
            assert len(call.backoffs) == reply.attempts - 1

    async with anyio.create_task_group() as group:
        for index in range(10):
            group.start_soon(chain, index)
    assert all(reply.text.startswith(f"reply {c} {t} ") for (c, t), reply in replies.items())
    assert len(replies) == 50 == server.counts.answered.total()
    assert max(server.counts.answered.values()) == 1
    assert server.counts.requests.total() == sum(reply.attempts for reply in replies.values()) > 50


async def test_from_the_command_line_it_serves_counts_and_prints_its_address(
    connect: Connect, tmp_path: Path
) -> None:
    path = recording(tmp_path, chains=1, turns=1)
    command = [sys.executable, model_server.__file__, "--replies", str(path), "--pace", "20000"]
    async with await anyio.open_process(command, stderr=None) as process:
        try:
            assert process.stdout is not None
            url = (await process.stdout.receive()).decode().strip()
            model = connect(url, PATIENT)
            first = await Call(asking("über/1")).of(model)
            await Call(asking("über/1")).of(model)
            missing = await Call(asking("über/1", turn=9)).of(model)
            async with httpx.AsyncClient(trust_env=False) as client:
                counts = (await client.get(f"{url.removesuffix('/v1')}/counts")).json()
        finally:
            process.terminate()
    assert first.text.startswith("reply 0 0 ")
    assert missing.text == "There is nothing recorded for this."
    assert (counts["requests"], counts["answered"], counts["most_answered"]) == (3, 3, 2)
    assert sorted(body["requests"] for body in counts["bodies"].values()) == [1, 2]
