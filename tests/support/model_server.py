"""A model server of our own: OpenAI's chat completions on a local port, as good or as bad as wanted.

In a test it follows a script. From the command line it answers from a file of recorded replies, as
slowly and as faultily as its flags say:

    python tests/support/model_server.py --replies FILE --port 0 --failures 0.2 --pace 400
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import hashlib
import json
import random
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote

CALL_HEADER = "x-perftui-call"


@dataclass(frozen=True)
class Pause:
    """Nothing is sent for so many seconds."""

    seconds: float


@dataclass(frozen=True)
class Stall:
    """Nothing is sent any more, and the connection stays open until the server closes."""


@dataclass(frozen=True)
class HangUp:
    """The connection is closed without an end of the answer."""


Step = bytes | Pause | Stall | HangUp


@dataclass(frozen=True)
class Answer:
    """What one request is answered with."""

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    steps: tuple[Step, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether a client gets a reply out of it."""
        if self.status != 200:
            return False
        if self.headers == STREAM:
            return self.steps[-1:] == (DONE,)
        return all(isinstance(step, bytes | Pause) for step in self.steps)


@dataclass(frozen=True)
class Asked:
    """A request as a script sees it."""

    method: str
    path: str
    headers: dict[str, str]
    body: dict[str, object]
    raw: bytes
    times: int
    """How often the same request came before."""
    index: int
    """How many requests came before."""


Script = Callable[[Asked], Answer]


def event(chunk: object) -> bytes:
    """One server-sent event."""
    return f"data: {json.dumps(chunk)}\n\n".encode()


def delta(text: str, **more: object) -> bytes:
    """A chunk that adds text."""
    return event({"model": "fake-1", "choices": [{"index": 0, "delta": {"content": text, **more}}]})


DONE = b"data: [DONE]\n\n"
STREAM = (("Content-Type", "text/event-stream"),)


def streamed(text: str, *, piece: int = 7, pause: float = 0.0, usage: tuple[int, int] = (11, 7)) -> Answer:
    """A good reply, in pieces."""
    steps: list[Step] = []
    for start in range(0, len(text), piece):
        if pause:
            steps.append(Pause(pause))
        steps.append(delta(text[start : start + piece]))
    steps.append(event({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}))
    tokens = {"prompt_tokens": usage[0], "completion_tokens": usage[1]}
    steps += [event({"choices": [], "usage": tokens}), DONE]
    return Answer(headers=STREAM, steps=tuple(steps))


def broken(text: str, end: Step) -> Answer:
    """A reply of which only so much comes."""
    return Answer(headers=STREAM, steps=(delta(text), end))


def raw_stream(*steps: Step) -> Answer:
    """A stream of whatever is given."""
    return Answer(headers=STREAM, steps=steps)


def as_json(body: object, status: int = 200, **headers: str) -> Answer:
    """An answer that is JSON."""
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Answer(status, (("Content-Type", "application/json"), *named), (json.dumps(body).encode(),))


def failed(status: int, message: str, *, code: str | None = None, **headers: str) -> Answer:
    """An error as OpenAI words it."""
    return as_json({"error": {"message": message, "code": code}}, status, **headers)


@dataclass
class Counts:
    """What came and what was answered, by request."""

    requests: Counter[str] = field(default_factory=Counter)
    answered: Counter[str] = field(default_factory=Counter)

    def report(self) -> dict[str, object]:
        """As `GET /counts` gives it."""
        bodies = {
            key: {"requests": number, "answered": self.answered[key]} for key, number in self.requests.items()
        }
        return {
            "requests": self.requests.total(),
            "answered": self.answered.total(),
            "most_answered": max(self.answered.values(), default=0),
            "bodies": bodies,
        }


class FakeServer:
    """A server that answers by a script until it is closed; a context manager.

    Attributes:
        asked: every request for a reply, in order.
        counts: the same, counted; two requests are the same where call and body are.
        models: what `GET /models` is answered with.
    """

    def __init__(self, script: Script, *, port: int = 0) -> None:
        self._script = script
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self.asked: list[Asked] = []
        self.counts = Counts()
        self.connections: set[socket.socket] = set()
        self.models = as_json({"object": "list", "data": []})
        self._http = _Http(("127.0.0.1", port), _Handler)
        self._http.owner = self
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> FakeServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._http.shutdown()
        for connection in list(self.connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._http.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        """The base URL."""
        return f"http://127.0.0.1:{self._http.server_address[1]}/v1"

    def decide(
        self, method: str, path: str, headers: dict[str, str], raw: bytes
    ) -> tuple[Answer, str | None]:
        """The answer to a request, and the key it is counted under."""
        if path.endswith("/counts"):
            with self._lock:
                return as_json(self.counts.report()), None
        if path.endswith("/models"):
            return self.models, None
        if method != "POST" or not path.endswith("/chat/completions"):
            return Answer(404, (("Content-Type", "text/plain"),), (b"no such page",)), None
        key = f"{headers.get(CALL_HEADER, '')} {hashlib.sha256(raw).hexdigest()[:16]}".strip()
        with self._lock:
            times = self.counts.requests[key]
            asked = Asked(method, path, headers, json.loads(raw), raw, times, len(self.asked))
            self.counts.requests[key] += 1
            self.asked.append(asked)
        return self._script(asked), key

    def note_answered(self, key: str) -> None:
        """A reply was sent to its last byte."""
        with self._lock:
            self.counts.answered[key] += 1

    def sleep(self, seconds: float | None) -> bool:
        """Wait, for ever where None; True where the server closes meanwhile."""
        return self._closing.wait(seconds)


class _Http(ThreadingHTTPServer):
    daemon_threads = False
    block_on_close = True
    request_queue_size = 256
    owner: FakeServer

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is nobody's concern."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Http

    def setup(self) -> None:
        super().setup()
        self.server.owner.connections.add(self.connection)

    def finish(self) -> None:
        self.server.owner.connections.discard(self.connection)
        super().finish()

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class names it so
        """Say nothing."""

    def _answer(self) -> None:
        raw = self.rfile.read(int(self.headers.get("content-length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        owner = self.server.owner
        answer, key = owner.decide(self.command, self.path, headers, raw)
        self.send_response(answer.status)
        for name, value in answer.headers:
            self.send_header(name, value)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        if not self._send(answer.steps):
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        if key is not None and answer.whole:
            owner.note_answered(key)
        self.wfile.write(b"0\r\n\r\n")

    def _send(self, steps: Iterable[Step]) -> bool:
        """Send an answer's body; False where it ends by a hang-up."""
        for step in steps:
            match step:
                case bytes():
                    self.wfile.write(b"%x\r\n%s\r\n" % (len(step), step))
                case Pause(seconds):
                    if self.server.owner.sleep(seconds):
                        return False
                case Stall():
                    self.server.owner.sleep(None)
                    return False
                case HangUp():
                    return False
        return True


def recorded_script(replies: Path, *, pace: float | None, failures: float, chance: random.Random) -> Script:
    """Answers from a file of recorded replies; some requests fail the first times they come.

    Args:
        replies: JSON lines `{"task_id", "chain", "turn", "reply"}`, plain or gzipped.
        pace: characters per second, None for all at once.
        failures: the share of requests that fail, one way or another.
        chance: decides which.
    """
    opener = gzip.open if replies.suffix == ".gz" else open
    known: dict[tuple[str, int, int], str] = {}
    with opener(replies, "rt", encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                record = json.loads(line)
                known[record["task_id"], record["chain"], record["turn"]] = record["reply"]

    def script(asked: Asked) -> Answer:
        text = known.get(_call_of(asked), "There is nothing recorded for this.")
        if asked.times < 3 and chance.random() < failures:
            return chance.choice(_faults(text))
        piece = 24
        return streamed(text, piece=piece, pause=piece / pace if pace else 0.0)

    return script


def _call_of(asked: Asked) -> tuple[str, int, int]:
    problem, _, rest = asked.headers.get(CALL_HEADER, "").partition(";")
    numbers = dict(part.split("=", 1) for part in rest.split(";") if "=" in part)
    return unquote(problem), int(numbers.get("chain", 0)), int(numbers.get("turn", 0))


def _faults(text: str) -> list[Answer]:
    half = text[: len(text) // 2]
    return [
        failed(429, "too many requests", Retry_After="0.1"),
        failed(500, "something went wrong"),
        failed(503, "overloaded"),
        broken(half, HangUp()),
        raw_stream(delta(half), b"data: {oops\n\n"),
    ]


def main() -> None:
    """Serve until the process is ended."""
    parser = argparse.ArgumentParser(
        description="An OpenAI-compatible server that answers from recorded replies."
    )
    parser.add_argument("--replies", type=Path, required=True)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument(
        "--pace", type=float, default=None, help="characters per second; at once where left out"
    )
    parser.add_argument("--failures", type=float, default=0.0, help="share of requests that fail, 0 to 1")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    script = recorded_script(options.replies, pace=options.pace, failures=options.failures, chance=chance)
    with FakeServer(script, port=options.port) as server:
        print(server.url, flush=True)
        while True:
            time.sleep(3600)


if __name__ == "__main__":
    main()
