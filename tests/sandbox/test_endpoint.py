"""Where the engine is looked for, and what is said where it is not there."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import NoReturn

import anyio
import pytest

from perftui.errors import BadInputError, EnvironmentLacksError
from perftui.sandbox.endpoint import Endpoint, connect, default_endpoint, parse_endpoint


@pytest.mark.parametrize(
    ("url", "endpoint"),
    [
        ("unix:///run/docker.sock", Endpoint(socket="/run/docker.sock")),
        ("tcp://10.0.0.7:2376", Endpoint(host="10.0.0.7", port=2376)),
        ("tcp://engine", Endpoint(host="engine", port=2375)),
        ("tcp://[::1]:2375", Endpoint(host="::1", port=2375)),
    ],
)
def test_addresses_are_read_and_written_alike(url: str, endpoint: Endpoint) -> None:
    assert parse_endpoint(url) == endpoint
    assert parse_endpoint(endpoint.url) == endpoint


@pytest.mark.parametrize(
    "url", ["", "docker", "ssh://me@host", "unix://relative", "tcp://", "tcp://h:port", "npipe:////x"]
)
def test_other_forms_are_refused_in_one_line(url: str) -> None:
    with pytest.raises(BadInputError, match="is not supported: give unix:///PATH"):
        parse_endpoint(url)


def test_docker_host_comes_first() -> None:
    assert default_endpoint({"DOCKER_HOST": "unix:///x.sock", "HOME": "/h"}) == Endpoint(socket="/x.sock")


def test_an_engine_behind_tls_is_refused_with_a_way_round() -> None:
    with pytest.raises(BadInputError, match="ssh -nNT"):
        default_endpoint({"DOCKER_HOST": "tcp://h:2376", "DOCKER_TLS_VERIFY": "1"})


def test_a_socket_of_the_user_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("perftui.sandbox.endpoint._DEFAULT_SOCKET", tmp_path / "none.sock")
    assert default_endpoint({"HOME": str(tmp_path)}).socket == str(tmp_path / "none.sock")
    desktop = tmp_path / ".docker/run/docker.sock"
    desktop.parent.mkdir(parents=True)
    desktop.touch()
    assert default_endpoint({"HOME": str(tmp_path)}) == Endpoint(socket=str(desktop))


async def test_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentLacksError, match=r"install and start Docker.*--sandbox process"):
        await connect(Endpoint(socket=str(tmp_path / "none.sock")))


async def test_nobody_listens(tmp_path: Path) -> None:
    path = tmp_path / "dead.sock"
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    with pytest.raises(EnvironmentLacksError, match=r"Connection refused.*start Docker"):
        await connect(Endpoint(socket=str(path)))


async def test_no_permission(monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(_: str) -> NoReturn:
        raise PermissionError(13, "Permission denied")

    # Root may connect to any socket, so the refusal is made here.
    monkeypatch.setattr(anyio, "connect_unix", refuse)
    with pytest.raises(EnvironmentLacksError, match="group docker"):
        await connect(Endpoint(socket="/run/docker.sock"))
