"""A live model against a server that is good, slow, faulty or hostile."""

from __future__ import annotations

import json

import anyio
import pytest

from perftui.errors import EnvironmentLacksError
from perftui.llm import answer as answer_module
from perftui.llm.model import Backoff, ModelFailedError, ModelRefusedError, Usage
from perftui.llm.patience import Patience
from perftui.llm.preflight import preflight
from perftui.llm.throttle import Throttled
from tests.llm.conftest import HASTY, KEY, Call, Connect, Serve, asking
from tests.support.model_server import (
    DONE,
    Answer,
    Asked,
    HangUp,
    Pause,
    Script,
    Stall,
    Step,
    as_json,
    broken,
    delta,
    event,
    failed,
    raw_stream,
    streamed,
)  # fmt: skip

GOOD = "def add(a, b):\n    return a + b  # 你好\n"


def first_then(*answers: Answer) -> Script:
    """A script that gives these answers in turn, the last one for ever."""
    return lambda asked: answers[min(asked.index, len(answers) - 1)]


async def test_a_streamed_reply_comes_piece_by_piece(serve: Serve, connect: Connect) -> None:
    server = serve(first_then(streamed(GOOD, piece=5, usage=(21, 9))))
    call = Call(asking(max_tokens=100))
    reply = await call.of(connect(server))
    assert reply.text == GOOD == call.shown
    assert len(call.texts) > 3
    assert reply.usage == Usage(prompt_tokens=21, completion_tokens=9)
    assert (reply.finish, reply.attempts, reply.model, reply.recorded) == ("stop", 1, "fake-1", False)
    assert call.backoffs == []


async def test_what_is_sent(serve: Serve, connect: Connect) -> None:
    server = serve(first_then(streamed(GOOD)))
    await Call(asking("Übung/1 a", 2, 3, max_tokens=100)).of(connect(server))
    asked = server.asked[0]
    assert asked.headers["authorization"] == f"Bearer {KEY}"
    assert asked.headers["x-perftui-call"] == "%C3%9Cbung/1%20a;chain=2;turn=3"
    assert asked.body == {
        "model": "small",
        "messages": [
            {"role": "system", "content": "You write Python."},
            {"role": "user", "content": "Add."},
        ],
        "temperature": 0.5,
        "stream": True,
        "stream_options": {"include_usage": True},
        "max_tokens": 100,
    }


async def test_no_key_is_no_header(serve: Serve, connect: Connect) -> None:
    server = serve(first_then(streamed(GOOD)))
    await Call().of(connect(server, key=""))
    assert "authorization" not in server.asked[0].headers


async def test_one_connection_serves_many_calls(serve: Serve, connect: Connect) -> None:
    server = serve(first_then(streamed(GOOD)))
    model = connect(server)
    for _ in range(3):
        await Call().of(model)
    assert len(server.connections) == 1


async def test_reasoning_is_not_part_of_the_text(serve: Serve, connect: Connect) -> None:
    thinking = event({"choices": [{"delta": {"reasoning_content": "hmm", "content": None}}]})
    parts = [{"type": "thinking", "thinking": []}, {"type": "text", "text": "b"}]
    listed = event({"choices": [{"delta": {"content": parts}}]})
    server = serve(first_then(raw_stream(thinking, delta("a"), listed, DONE)))
    assert (await Call().of(connect(server))).text == "ab"


async def test_odd_chunks_do_no_harm(serve: Serve, connect: Connect) -> None:
    chunks = (
        b": keep-alive\n\n",
        event({"choices": []}),
        event({"choices": None, "usage": None}),
        event({"choices": [{"index": 1, "delta": {"content": "other"}}, {"delta": {"content": "a"}}]}),
        b"event: message\r\ndata: " + json.dumps({"choices": [{"delta": {}}]}).encode() + b"\r\n\r\n",
        event({"choices": [{"delta": {"content": "b"}, "finish_reason": "length"}], "extra": [1]}),
    )
    server = serve(first_then(raw_stream(*chunks)))
    reply = await Call().of(connect(server))
    assert (reply.text, reply.finish) == ("ab", "length")


async def test_a_reply_that_is_not_streamed_is_taken(serve: Serve, connect: Connect) -> None:
    body = {
        "model": "whole",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": GOOD}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 3, "completion_tokens": None},
    }
    call = Call()
    reply = await call.of(connect(serve(first_then(as_json(body)))))
    assert (reply.text, call.texts, reply.usage.prompt_tokens) == (GOOD, [GOOD], 3)


@pytest.mark.parametrize(
    "fault",
    [
        failed(429, "slow down", Retry_After="0.01"),
        failed(500, "oops"),
        failed(503, "overloaded"),
        failed(408, "timeout"),
        broken("def a", HangUp()),
        broken("def a", Stall()),
        raw_stream(delta("def a"), b"data: {oops\n\n"),
        raw_stream(delta("def a"), b'data: "\\ud83d"\n\n'),
        raw_stream(delta("def a")),
        raw_stream(delta("def a"), event({"error": {"message": "upstream died", "code": 502}})),
        raw_stream(delta("x"), event({"choices": [{"delta": {}, "finish_reason": "error"}]})),
        Answer(200, (("Content-Type", "application/json"),), (b"[1, 2",)),
        Answer(200, (), (HangUp(),)),
    ],
)
async def test_what_may_pass_is_tried_again(serve: Serve, connect: Connect, fault: Answer) -> None:
    server = serve(first_then(fault, fault, streamed(GOOD)))
    call = Call()
    reply = await call.of(connect(server))
    assert reply.text == GOOD == call.shown
    assert reply.attempts == 3 == len(server.asked)
    assert [backoff.attempt for backoff in call.backoffs] == [1, 2]
    assert all(backoff.reason and backoff.seconds > 0 for backoff in call.backoffs)


async def test_a_reply_starts_anew_only_where_text_was_shown(serve: Serve, connect: Connect) -> None:
    call = Call()
    await call.of(connect(serve(first_then(failed(500, "no"), broken("half", HangUp()), streamed("ok")))))
    assert call.texts == ["half", "", "ok"]


async def test_a_server_that_never_answers_well_is_given_up(serve: Serve, connect: Connect) -> None:
    server = serve(first_then(failed(500, "always\nbroken")))
    call = Call()
    with pytest.raises(
        ModelFailedError, match=r"^the server answered 500: always broken \(tried 4 times in"
    ) as caught:
        await call.of(connect(server))
    assert not isinstance(caught.value, ModelRefusedError)
    assert len(server.asked) == HASTY.attempts
    assert len(call.backoffs) == HASTY.attempts - 1


async def test_the_total_time_bounds_even_a_stream_that_drips(serve: Serve, connect: Connect) -> None:
    drip = [Pause(0.05), delta("x")] * 200
    patience = Patience(stall=5.0, total=0.3, attempts=3, first_wait=0.01)
    with anyio.fail_after(5), pytest.raises(ModelFailedError, match=r"no whole reply within 0\.3 s"):
        await Call().of(connect(serve(first_then(raw_stream(*drip))), patience))


async def test_no_wait_is_begun_that_would_pass_the_total(serve: Serve, connect: Connect) -> None:
    patience = Patience(total=5.0, longest_wait=60.0)
    call = Call()
    with anyio.fail_after(4), pytest.raises(ModelFailedError, match="429"):
        await call.of(connect(serve(first_then(failed(429, "later", Retry_After="50"))), patience))
    assert call.backoffs == []


@pytest.mark.parametrize("end", [HangUp(), Stall()])
async def test_a_hang_up_after_the_end_loses_nothing(serve: Serve, connect: Connect, end: Step) -> None:
    finish = event({"choices": [{"delta": {"content": "b"}, "finish_reason": "stop"}]})
    server = serve(first_then(raw_stream(delta("a"), finish, end)))
    reply = await Call().of(connect(server))
    assert (reply.text, reply.attempts) == ("ab", 1)


@pytest.mark.parametrize(
    ("fault", "line"),
    [
        (failed(401, "bad"), "check TEST_API_KEY"),
        (failed(403, "not you"), "check TEST_API_KEY"),
        (failed(402, "pay"), "nothing left to spend"),
        (failed(429, "pay", code="insufficient_quota"), "nothing left to spend"),
        (failed(404, "The model `small` does not exist"), "check the name 'small'"),
        (failed(400, "small is not a valid model ID"), "check the name 'small'"),
        (failed(404, "x", code="model_not_found"), "check the name 'small'"),
        (as_json({"detail": "Not Found"}, 404), "Not Found; check the base URL http://127"),
        (Answer(307, (("Location", "/elsewhere"),)), "check the base URL"),
    ],
)
async def test_what_cannot_succeed_is_refused_at_once(
    serve: Serve, connect: Connect, fault: Answer, line: str
) -> None:
    server = serve(first_then(fault))
    with pytest.raises(ModelRefusedError) as caught:
        await Call().of(connect(server))
    assert line in str(caught.value)
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("fault", "line"),
    [
        (
            failed(400, "maximum context length is 8192"),
            "the server answered 400: maximum context length is 8192",
        ),
        (
            as_json({"detail": [{"loc": ["body", "n"], "msg": "bad"}]}, 422),
            "the server answered 422: body.n: bad",
        ),
        (as_json([{"error": {"message": "in a list"}}], 400), "the server answered 400: in a list"),
        (as_json({"error": "plain"}, 400), "the server answered 400: plain"),
        (Answer(400, (), (b"<b>\x1b[31mno</b>",)), r"the server answered 400: <b>\x1b[31mno</b>"),
        (Answer(400), "the server answered 400"),
        (Answer(200, (("Content-Type", "text/html"),), (b"<html>",)), "a web page; check the base URL"),
    ],
)
async def test_what_a_request_is_to_blame_for_fails_at_once(
    serve: Serve, connect: Connect, fault: Answer, line: str
) -> None:
    server = serve(first_then(fault))
    with pytest.raises(ModelFailedError) as caught:
        await Call().of(connect(server))
    assert line in str(caught.value)
    assert not isinstance(caught.value, ModelRefusedError)
    assert len(server.asked) == 1


async def test_an_error_in_a_stream_that_stays_is_not_tried_again(serve: Serve, connect: Connect) -> None:
    server = serve(first_then(raw_stream(event({"error": {"message": "filtered", "code": 400}}))))
    with pytest.raises(ModelFailedError, match="filtered"):
        await Call().of(connect(server))
    assert len(server.asked) == 1


async def test_a_reply_without_bound_is_cut_off(
    serve: Serve, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answer_module, "MAX_TEXT", 1 << 20)
    server = serve(first_then(raw_stream(*[delta("x" * 100_000)] * 20, DONE)))
    with pytest.raises(ModelFailedError, match="longer than 1 million"):
        await Call().of(connect(server))
    assert len(server.asked) == 1


async def test_a_line_without_end_is_cut_off(
    serve: Serve, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answer_module, "MAX_BODY", 200_000)
    server = serve(first_then(raw_stream(*[b"data: " + b"x" * 50_000] * 10)))
    with pytest.raises(ModelFailedError, match="has no end"):
        await Call().of(connect(server))


async def test_stream_options_are_left_out_once_they_are_refused(serve: Serve, connect: Connect) -> None:
    def script(asked: Asked) -> Answer:
        if "stream_options" in asked.body:
            return failed(400, "Unknown field: stream_options")
        return streamed(GOOD)

    server = serve(script)
    model = connect(server)
    for _ in range(2):
        call = Call()
        assert (await call.of(model)).attempts == 1
        assert call.backoffs == []
    assert ["stream_options" in asked.body for asked in server.asked] == [True, False, False]


async def test_a_server_that_wants_max_completion_tokens_gets_them(serve: Serve, connect: Connect) -> None:
    def script(asked: Asked) -> Answer:
        if "max_tokens" in asked.body:
            return failed(400, "'max_tokens' is not supported. Use 'max_completion_tokens' instead.")
        return streamed(GOOD)

    server = serve(script)
    await Call(asking(max_tokens=9)).of(connect(server))
    assert server.asked[1].body["max_completion_tokens"] == 9


@pytest.mark.parametrize("status", [400, 401, 500])
async def test_the_key_is_never_shown(serve: Serve, connect: Connect, status: int) -> None:
    model = connect(serve(first_then(failed(status, f"you sent {KEY} and Bearer {KEY} and sk-other***xyz"))))
    call = Call()
    with pytest.raises(ModelFailedError) as caught:
        await call.of(model)
    told = [str(caught.value), repr(caught.value), repr(model), repr(vars(model)), *map(repr, call.backoffs)]
    assert not any(KEY in text or "sk-other" in text for text in told)


async def test_a_call_can_be_cancelled_while_it_streams(serve: Serve, connect: Connect) -> None:
    model = connect(serve(first_then(broken("half", Stall()))), Patience())
    backoffs: list[Backoff] = []
    with anyio.fail_after(5), anyio.CancelScope() as scope:
        await model.reply(asking(), on_text=lambda _: scope.cancel(), on_backoff=backoffs.append)
    assert scope.cancelled_caught
    assert backoffs == []


async def test_a_server_that_is_not_there_is_told_by_its_address(connect: Connect) -> None:
    url = "http://127.0.0.1:9/v1"
    with pytest.raises(ModelFailedError, match=f"cannot connect to {url}"):
        await Call().of(connect(url))
    with pytest.raises(EnvironmentLacksError, match=f"no model server answers at {url}"):
        await preflight(connect(url))


async def test_preflight_takes_any_answer_but_a_refused_key(serve: Serve, connect: Connect) -> None:
    server = serve(first_then(streamed(GOOD)))
    model = Throttled(connect(server), 2)
    await preflight(model)
    server.models = Answer(404)
    await preflight(model)
    server.models = failed(401, "who are you")
    with pytest.raises(EnvironmentLacksError, match=r"refuses the key \(401\): check TEST_API_KEY"):
        await preflight(model)
    with pytest.raises(EnvironmentLacksError, match="set TEST_API_KEY to a key"):
        await preflight(connect(server, key=""))
    assert server.asked == []
