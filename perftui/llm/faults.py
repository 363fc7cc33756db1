"""What a server's error means for a call: try again, fail it, or stop asking at all."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import httpx
import msgspec

from perftui.llm.model import ModelFailedError, ModelRefusedError, RequestRefusedError
from perftui.llm.patience import read_retry_after
from perftui.llm.secret import Secret
from perftui.llm.wire import ErrorReply, read_error

_PASSING = {408, 409, 425, 429}
_NO_SUCH_MODEL = re.compile(
    r"\bmodel\b.{0,120}\b(?:does not exist|not exist|not found|not a valid model|is not supported)\b"
    r"|not a valid model|unknown model|invalid model|no such model",
    re.IGNORECASE | re.DOTALL,
)
_SPENT = {"insufficient_quota", "billing_hard_limit_reached"}


class BrokenCallError(Exception):
    """An attempt failed in a way that may pass.

    Attributes:
        reason: one printable line without secrets.
        retry_after: seconds that the server asked to wait, or None.
    """

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after = retry_after


class Server(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a call goes to, as its errors name it.

    Attributes:
        base_url: without user or query.
        model: the model's name at the server.
        key_variable: the environment variable of the key.
        key: sent with each call; may be empty.
    """

    base_url: str
    model: str
    key_variable: str
    key: Secret

    def __repr__(self) -> str:
        return f"Server({self.base_url!r}, {self.model!r})"


def status_fault(
    status: int, headers: httpx.Headers, body: bytes, server: Server
) -> BrokenCallError | ModelFailedError:
    """The error that an HTTP status stands for."""
    said = read_error(body)
    text = server.key.hide(said.text)
    line = f"the server answered {status}" + (f": {text}" if text else "")
    if status in {401, 403}:
        return ModelRefusedError(f"{line}; {key_advice(server)}")
    if status == 402 or (status == 429 and said.label in _SPENT):
        return ModelRefusedError(f"{line}; the account has nothing left to spend")
    if status in _PASSING or (status >= 500 and status != 501):
        return BrokenCallError(line, read_retry_after(headers.get("retry-after"), datetime.now(UTC)))
    if status in {400, 404, 422} and _is_no_such_model(said):
        return ModelRefusedError(f"{line}; check the name {server.model!r}")
    if status in {404, 405} or 300 <= status < 400:
        return ModelRefusedError(f"{line}; check the base URL {server.base_url}")
    return RequestRefusedError(line)


def stream_fault(body: bytes, server: Server) -> BrokenCallError | ModelFailedError:
    """The error that a chunk or a reply with status 200 carries in its text."""
    said = read_error(body)
    if isinstance(said.label, int) and 400 <= said.label < 600:
        return status_fault(said.label, httpx.Headers(), body, server)
    return BrokenCallError(f"the server broke off: {server.key.hide(said.text) or 'an error without a text'}")


def transport_fault(error: httpx.HTTPError, server: Server, stall: float) -> BrokenCallError:
    """The error that a connection's failure stands for."""
    match error:
        case httpx.ConnectTimeout() | httpx.ConnectError():
            what = f"cannot connect to {server.base_url}"
        case httpx.ReadTimeout():
            what = f"no byte from the server for {stall:g} s"
        case httpx.RemoteProtocolError() | httpx.ReadError():
            what = "the server hung up half-way"
        case _:
            what = "the connection failed"
    detail = server.key.hide(str(error))
    return BrokenCallError(f"{what} ({detail})" if detail else what)


def key_advice(server: Server) -> str:
    """What to do about a key that was refused, or is missing."""
    return f"check {server.key_variable}" if server.key else f"set {server.key_variable} to a key"


def _is_no_such_model(said: ErrorReply) -> bool:
    return said.label == "model_not_found" or _NO_SUCH_MODEL.search(said.text) is not None
