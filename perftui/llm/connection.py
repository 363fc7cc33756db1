"""The HTTP client of a model server."""

from __future__ import annotations

import httpx

from perftui.errors import EnvironmentLacksError
from perftui.llm.patience import Patience
from perftui.llm.secret import Secret
from perftui.loopback import is_loopback
from perftui.text import one_line


def open_client(base_url: str, key: Secret, patience: Patience) -> httpx.AsyncClient:
    """A client that sends the key with each request; how many connections it has is bounded elsewhere.

    Raises:
        EnvironmentLacksError: the proxy settings of the environment cannot be used.
    """
    headers = {
        "Accept": "text/event-stream, application/json",
        # What a server compresses could grow without bound after its bytes were counted.
        "Accept-Encoding": "identity",
        "Content-Type": "application/json",
    }
    if key:
        headers["Authorization"] = f"Bearer {key.reveal()}"
    try:
        return httpx.AsyncClient(
            headers=headers,
            timeout=httpx.Timeout(patience.stall, connect=patience.connect, pool=None),
            limits=httpx.Limits(max_connections=None),
            trust_env=not is_loopback(base_url),
        )
    except (ImportError, ValueError, httpx.InvalidURL) as error:
        raise EnvironmentLacksError(
            f"the proxy that the environment names cannot be used ({one_line(str(error))}): "
            "correct or unset HTTP_PROXY, HTTPS_PROXY and ALL_PROXY"
        ) from error
