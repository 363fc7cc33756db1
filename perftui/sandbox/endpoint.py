"""Where the Docker engine listens: a Unix socket, or a TCP port."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import anyio
from anyio.abc import ByteStream

from perftui.errors import BadInputError, EnvironmentLacksError
from perftui.text import one_line

_DEFAULT_SOCKET = Path("/var/run/docker.sock")
_TCP_PORT = 2375


@dataclass(frozen=True)
class Endpoint:
    """An address of the engine: either `socket`, or `host` and `port`."""

    socket: str = ""
    host: str = ""
    port: int = 0

    @property
    def url(self) -> str:
        """The address as docker's clients write it."""
        if self.socket:
            return f"unix://{self.socket}"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"tcp://{host}:{self.port}"

    @property
    def is_local(self) -> bool:
        """Whether the engine's processes are this machine's (as far as an address can tell)."""
        return bool(self.socket)


def default_endpoint(environ: Mapping[str, str] = os.environ) -> Endpoint:
    """The endpoint that DOCKER_HOST names, or the first of the usual sockets that exists.

    Raises:
        BadInputError: DOCKER_HOST has a form that is not supported.
    """
    named = environ.get("DOCKER_HOST", "").strip()
    if not named:
        usual = _usual_sockets(environ)
        return Endpoint(socket=str(next((path for path in usual if path.exists()), usual[0])))
    if environ.get("DOCKER_TLS_VERIFY") and not named.startswith("unix://"):
        raise BadInputError(
            "DOCKER_TLS_VERIFY: an engine behind TLS is not supported; forward its socket "
            "(ssh -nNT -L ./docker.sock:/var/run/docker.sock HOST) and set DOCKER_HOST=unix://$PWD/docker.sock"
        )
    return parse_endpoint(named)


def parse_endpoint(url: str) -> Endpoint:
    """Read an address in the form of DOCKER_HOST.

    Raises:
        BadInputError: it has another form.
    """
    scheme, separator, rest = url.partition("://")
    if separator and scheme == "unix" and rest.startswith("/"):
        return Endpoint(socket=rest)
    if separator and scheme in ("tcp", "http"):
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port or _TCP_PORT
        except ValueError:
            host, port = None, 0
        if host:
            return Endpoint(host=host, port=port)
    raise BadInputError(f"DOCKER_HOST={one_line(url)} is not supported: give unix:///PATH or tcp://HOST:PORT")


async def connect(endpoint: Endpoint) -> ByteStream:
    """Open a connection to the engine.

    Raises:
        EnvironmentLacksError: nothing listens there, or this user may not connect.
    """
    try:
        if endpoint.socket:
            return await anyio.connect_unix(endpoint.socket)
        return await anyio.connect_tcp(endpoint.host, endpoint.port)
    except OSError as error:
        raise EnvironmentLacksError(refusal(endpoint, error)) from error


def refusal(endpoint: Endpoint, error: OSError) -> str:
    """Why no connection can be opened, with its cure, in one line."""
    where = endpoint.url
    cure = "start Docker, or set DOCKER_HOST, or use --sandbox process"
    if isinstance(error, PermissionError):
        return f"no permission to use Docker at {where}: add yourself to the group docker, or run as root"
    if isinstance(error, FileNotFoundError):
        return f"no Docker engine at {where}: install and {cure}"
    reason = one_line(error.strerror or str(error) or type(error).__name__, 80)
    return f"no Docker engine answers at {where} ({reason}): {cure}"


def _usual_sockets(environ: Mapping[str, str]) -> list[Path]:
    """Docker's own, Docker Desktop's, and that of an engine without root, in this order."""
    sockets = [_DEFAULT_SOCKET]
    if home := environ.get("HOME"):
        sockets.append(Path(home) / ".docker/run/docker.sock")
    if runtime := environ.get("XDG_RUNTIME_DIR"):
        sockets.append(Path(runtime) / "docker.sock")
    return sockets
