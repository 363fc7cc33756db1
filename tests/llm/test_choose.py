"""What `--model` may say."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from perftui.errors import BadInputError, EnvironmentLacksError
from perftui.llm.choose import open_model
from perftui.llm.openai_compatible import OpenAICompatible
from perftui.llm.providers import PROVIDERS, key_variable
from perftui.llm.recorded import Recorded
from perftui.llm.throttle import Throttled
from perftui.loopback import is_loopback
from tests.llm.conftest import Call, Serve
from tests.support.model_server import streamed


@pytest.fixture
def replies(tmp_path: Path) -> Path:
    path = tmp_path / "r.jsonl"
    path.write_text(json.dumps({"task_id": "t", "chain": 0, "turn": 0, "reply": "x"}))
    return path


async def opened(spec: str, environment: Mapping[str, str] | None = None, **more: Any) -> Throttled:
    model = open_model(spec, environment=environment or {}, **more)
    await model.aclose()
    return model


async def test_a_known_provider_with_its_key() -> None:
    model = await opened("openrouter/meta/llama-3", environment={"OPENROUTER_API_KEY": "k"}, model_calls=3)
    assert isinstance(model.inner, OpenAICompatible)
    assert (model.name, model.calls, model.recorded) == ("openrouter/meta/llama-3", 3, False)
    assert "https://openrouter.ai/api/v1" in repr(model.inner)


async def test_a_local_provider_needs_no_key() -> None:
    assert "http://localhost:11434/v1" in repr((await opened("ollama/qwen")).inner)


async def test_any_provider_at_a_given_address(serve: Serve) -> None:
    server = serve(lambda asked: streamed("ok"))
    for environment in ({}, {"MY_HOST_API_KEY": " secret\n"}):
        model = open_model("my-host/m", base_url=server.url + "/", environment=environment)
        assert (await Call().of(model)).text == "ok"
        await model.aclose()
    assert "authorization" not in server.asked[0].headers
    assert server.asked[1].headers["authorization"] == "Bearer secret"


async def test_a_recording(replies: Path) -> None:
    model = await opened(f"recorded:{replies}", pace=100.0)
    assert isinstance(model.inner, Recorded)
    assert (model.name, model.recorded) == ("recorded:r.jsonl", True)


@pytest.mark.parametrize(
    ("spec", "more", "line"),
    [
        ("gpt-4o", {}, "--model 'gpt-4o' cannot be read: write PROVIDER/NAME"),
        ("openai/", {}, "cannot be read"),
        ("/gpt", {}, "cannot be read"),
        ("", {}, "cannot be read"),
        ("no pe/x", {}, "cannot be read"),
        ("openai/g\x1b[31m", {}, "cannot be read"),
        ("acme/x", {}, "unknown provider 'acme'.*give --base-url, or one of anthropic,"),
        ("recorded:", {}, "names no file"),
        ("recorded:none.jsonl", {}, "no such file"),
        ("acme/x", {"base_url": "localhost:8000/v1"}, "cannot be read: write http"),
        ("acme/x", {"base_url": "ftp://host/v1"}, "cannot be read: write http"),
        ("acme/x", {"base_url": "http:///v1"}, "cannot be read: write http"),
        ("acme/x", {"base_url": "http://host:99999/v1"}, "cannot be read: write http"),
        ("acme/x", {"base_url": "http://[::1/v1"}, "cannot be read: write http"),
        ("acme/x", {"base_url": ""}, "cannot be read: write http"),
        ("acme/x", {"base_url": "http://host/v1?key=hidden"}, "must end with its path"),
        ("acme/x", {"base_url": "http://me:hidden@host/v1"}, "must hold no user or password"),
        ("acme/x", {"base_url": "http://host/v1", "model_calls": 0}, "at least 1"),
    ],
)
def test_what_cannot_be_read_is_told_in_a_line(spec: str, more: dict[str, Any], line: str) -> None:
    with pytest.raises(BadInputError, match=line) as caught:
        open_model(spec, environment={}, **more)
    assert str(caught.value).isprintable()
    assert "hidden" not in str(caught.value)


def test_what_does_not_go_with_a_recording(replies: Path) -> None:
    with pytest.raises(BadInputError, match="--base-url goes with"):
        open_model(f"recorded:{replies}", base_url="http://host/v1")
    with pytest.raises(BadInputError, match="pace"):
        open_model(f"recorded:{replies}", pace=0.0)


@pytest.mark.parametrize("key", ["", "  ", "sk-ключ", "sk-a\nb"])
def test_a_key_that_cannot_be_used_is_told_by_its_variable(key: str) -> None:
    with pytest.raises(EnvironmentLacksError, match="OPENAI_API_KEY") as caught:
        open_model("openai/gpt-4o", environment={"OPENAI_API_KEY": key})
    assert "sk-" not in str(caught.value)


def test_a_proxy_that_cannot_be_used_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "gopher://127.0.0.1:1")
    with pytest.raises(EnvironmentLacksError, match=r"proxy.*ALL_PROXY"):
        open_model("acme/x", base_url="https://example.org/v1", environment={})


async def test_a_loopback_server_is_never_asked_through_a_proxy(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    model = open_model("acme/x", base_url=serve(lambda asked: streamed("ok")).url, environment={})
    assert (await Call().of(model)).text == "ok"
    await model.aclose()


@pytest.mark.parametrize(
    ("url", "loopback"),
    [
        ("http://localhost:1/v1", True),
        ("http://127.3.2.1/v1", True),
        ("http://[::1]:80/v1", True),
        ("http://localhost.example.org/v1", False),
        ("https://10.0.0.1/v1", False),
    ],
)
def test_what_is_loopback(url: str, loopback: bool) -> None:
    assert is_loopback(url) is loopback


def test_providers_are_addresses_that_a_user_could_have_given() -> None:
    for name, provider in PROVIDERS.items():
        environment = {key_variable(name): "k"}
        for url in (None, provider.base_url):
            assert open_model(f"{name}/m", base_url=url, environment=environment).name == f"{name}/m"
