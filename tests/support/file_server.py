"""A server of one file, as good or as bad as wanted: a script says how each request is answered."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_RANGE = re.compile(r"bytes=(\d+)-")


@dataclass(frozen=True)
class Serving:
    """How a request is answered.

    Attributes:
        content: the file.
        etag: of it, None for a server that names no version.
        ranges: whether a part of it can be asked for.
        cut_after: bytes after which the connection is closed.
        hang_after: bytes after which nothing more comes.
        sized: whether its length is said.
        status: another answer than the file.
        headers: more of them.
    """

    content: bytes = b""
    etag: str | None = '"one"'
    ranges: bool = True
    cut_after: int | None = None
    hang_after: int | None = None
    sized: bool = True
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class AskedFile:
    """A request as it came."""

    path: str
    headers: dict[str, str]
    body: tuple[int, int]
    """From which byte of the file it was answered, and the status."""


class FileServer:
    """Answers each request by the next of a script, and then by its last; a context manager.

    Attributes:
        script: the answers.
        asked: every request, in order.
    """

    def __init__(self, *script: Serving) -> None:
        self.script = list(script)
        self.asked: list[AskedFile] = []
        self.closing = threading.Event()
        self.connections: set[socket.socket] = set()
        self.lock = threading.Lock()
        self._http = _Http(("127.0.0.1", 0), _Handler)
        self._http.owner = self
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> FileServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._http.shutdown()
        for connection in list(self.connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._http.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        """Of the folder of files, with a slash at its end."""
        return f"http://127.0.0.1:{self._http.server_address[1]}/"

    def next(self) -> Serving:
        """How the request that came is to be answered."""
        with self.lock:
            return self.script.pop(0) if len(self.script) > 1 else self.script[0]


class _Http(ThreadingHTTPServer):
    daemon_threads = False
    block_on_close = True
    owner: FileServer

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is nobody's concern."""


class _Handler(BaseHTTPRequestHandler):
    server: _Http

    def setup(self) -> None:
        super().setup()
        self.server.owner.connections.add(self.connection)

    def finish(self) -> None:
        self.server.owner.connections.discard(self.connection)
        super().finish()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class names it so
        """Say nothing."""

    def do_GET(self) -> None:
        owner = self.server.owner
        serving = owner.next()
        start = self._start(serving)
        status = serving.status or (206 if start else 200)
        if start > len(serving.content) or (start and start == len(serving.content)):
            status = 416
        headers = {name.lower(): value for name, value in self.headers.items()}
        owner.asked.append(AskedFile(self.path, headers, (start, status)))
        self.send_response(status)
        for name, value in serving.headers.items():
            self.send_header(name, value)
        if serving.etag is not None:
            self.send_header("ETag", serving.etag)
        if status == 416:
            self.send_header("Content-Range", f"bytes */{len(serving.content)}")
            self.end_headers()
            return
        body = serving.content[start:]
        if status == 206:
            last = len(serving.content) - 1
            self.send_header("Content-Range", f"bytes {start}-{last}/{len(serving.content)}")
        if serving.sized:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self._send(body, serving)

    def _start(self, serving: Serving) -> int:
        match = _RANGE.fullmatch(self.headers.get("Range", ""))
        current = self.headers.get("If-Range") in {None, serving.etag}
        return int(match[1]) if match and serving.ranges and current and serving.status is None else 0

    def _send(self, body: bytes, serving: Serving) -> None:
        if serving.hang_after is not None:
            self.wfile.write(body[: serving.hang_after])
            self.wfile.flush()
            self.server.owner.closing.wait()
        elif serving.cut_after is not None:
            self.wfile.write(body[: serving.cut_after])
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_RDWR)
        else:
            self.wfile.write(body)
