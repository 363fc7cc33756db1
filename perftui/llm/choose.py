"""From the text of `--model` to a model."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from perftui.errors import BadInputError, EnvironmentLacksError
from perftui.llm.model import ChatModel
from perftui.llm.openai_compatible import OpenAICompatible
from perftui.llm.patience import Patience
from perftui.llm.providers import PROVIDERS, Provider, key_variable
from perftui.llm.recorded import Record, Recorded, Turn
from perftui.llm.secret import Secret
from perftui.llm.throttle import Throttled
from perftui.text import one_line

RECORDED = "recorded:"
_PROVIDER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")


Records = Mapping[Turn, Record]


def open_model(
    spec: str,
    *,
    base_url: str | None = None,
    pace: float | None = None,
    model_calls: int = 16,
    environment: Mapping[str, str] | None = None,
    patience: Patience | None = None,
    records: Records | None = None,
) -> Throttled:
    """Open the model that `--model` names; nothing is sent yet.

    Args:
        spec: `PROVIDER/NAME`, `recorded:FILE` or, where records are given, `recorded:RUN`.
        base_url: of the server, None for the provider's own.
        pace: characters per second of recorded replies, None for all at once.
        model_calls: how many calls may be in flight.
        environment: where keys are looked up; the process's own by default.
        patience: how long a live call is waited for and how often it is sent.
        records: the replies of a stored run, which are replayed in the place of a file's.

    Raises:
        BadInputError: the spec, the URL or the file of replies cannot be used.
        EnvironmentLacksError: the provider's key is not set.
    """
    if model_calls < 1:
        raise BadInputError("the number of model calls at once must be at least 1")
    if spec.startswith(RECORDED):
        return Throttled(_open_recording(spec, base_url, pace, records), model_calls)
    keys = os.environ if environment is None else environment
    return Throttled(_open_live(spec, base_url, keys, patience), model_calls)


def _open_recording(
    spec: str, base_url: str | None, pace: float | None, records: Records | None
) -> ChatModel:
    file = spec.removeprefix(RECORDED)
    if not file:
        raise BadInputError("--model recorded: names no file; write recorded:FILE, or recorded:RUN")
    if base_url is not None:
        raise BadInputError("--base-url goes with PROVIDER/NAME, not with a recorded model")
    if pace is not None and not pace > 0:
        raise BadInputError("the pace of recorded replies must be above 0 characters per second")
    if records is not None:
        return Recorded(records, name=spec, pace=pace)
    return Recorded.from_file(Path(file), pace=pace)


def _open_live(
    spec: str, base_url: str | None, keys: Mapping[str, str], patience: Patience | None
) -> ChatModel:
    name, model = _split(spec)
    known = PROVIDERS.get(name)
    if base_url is not None:
        # A key that is missing may be right at an address of the user's own; the server will say.
        provider = Provider(name=name, base_url=_checked_url(base_url), needs_key=False)
    elif known is not None:
        provider = known
    else:
        raise BadInputError(
            f"unknown provider {name!r} in --model {one_line(spec, 80)!r}: "
            f"give --base-url, or one of {', '.join(PROVIDERS)}"
        )
    return OpenAICompatible(provider=provider, model=model, key=_key(provider, keys), patience=patience)


def _split(spec: str) -> tuple[str, str]:
    name, slash, model = spec.partition("/")
    if not slash or not model or not _PROVIDER_NAME.fullmatch(name) or not spec.isprintable():
        raise BadInputError(
            f"--model {one_line(spec, 80)!r} cannot be read: "
            "write PROVIDER/NAME, such as openai/gpt-4o, or recorded:FILE"
        )
    return name, model


def _key(provider: Provider, keys: Mapping[str, str]) -> Secret:
    variable = key_variable(provider.name)
    key = keys.get(variable, "").strip()
    if not key and provider.needs_key:
        raise EnvironmentLacksError(f"{provider.name} wants a key: set {variable}")
    if not (key.isascii() and key.isprintable()):
        raise EnvironmentLacksError(f"{variable} holds characters that no key has: set it anew")
    return Secret(key)


def _checked_url(url: str) -> str:
    """The URL where it is an address and nothing more: what else it held would be stored with the run."""
    url = url.strip()
    try:
        parts = urlsplit(url)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
        httpx.URL(url)
    except (ValueError, httpx.InvalidURL):
        raise BadInputError("--base-url cannot be read: write http://HOST:PORT/v1") from None
    if "@" in parts.netloc:
        raise BadInputError("--base-url must hold no user or password: give the key in the environment")
    if parts.query or parts.fragment:
        raise BadInputError("--base-url must end with its path, such as http://HOST:PORT/v1")
    if not good:
        raise BadInputError(f"--base-url {one_line(url, 80)!r} cannot be read: write http://HOST:PORT/v1")
    return url
