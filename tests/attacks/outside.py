"""A look at sandboxes from outside of them: what runs in them, what has changed, what is left."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
from docker import APIClient
from docker.errors import APIError

from perftui.sandbox.container import APP_LABEL
from perftui.sandbox.endpoint import default_endpoint
from perftui.sandbox.owner_labels import owner_from_labels

HOUSEHOLD = 4
"""The supervisor and its zygotes. Beside them, one child at the most waits for the next program."""

_FIRST_SLOT_UID = 20_000


@dataclass(frozen=True)
class Seen:
    """One process of a sandbox, as `ps` has it: its pid on this machine, its user, its state, its threads."""

    pid: int
    uid: int
    state: str
    threads: int
    command: str


def out_of_place(processes: Sequence[Seen]) -> list[Seen]:
    """What should not run in a sandbox where nothing is judged: all but its own, and one child that waits.

    That child becomes a slot's user only while it is being set up, so it is known by being one too many.
    """
    corpses = [seen for seen in processes if seen.state.startswith("Z")]
    alive = [seen for seen in processes if seen not in corpses]
    programs = [seen for seen in alive if seen.uid >= _FIRST_SLOT_UID]
    return [*corpses, *programs[1:], *alive[HOUSEHOLD + 1 :]]


class Engine:
    """The Docker engine, asked without perftui."""

    def __init__(self) -> None:
        self._client: Any = APIClient(base_url=default_endpoint().url, version="auto")

    def containers(self) -> list[str]:
        """The sandboxes of this process."""
        found = self._client.containers(all=True, filters={"label": APP_LABEL})
        owners = {container["Id"]: owner_from_labels(container["Labels"]) for container in found}
        return [name for name, owner in owners.items() if owner is not None and owner.pid == os.getpid()]

    def processes(self, container: str) -> list[Seen]:
        """What runs in a container."""
        try:
            told = self._client.top(container, ps_args="-eo pid,uid,stat,nlwp,args")
        except APIError:
            return []  # it is gone
        return [Seen(int(row[0]), int(row[1]), row[2], int(row[3]), row[4]) for row in told["Processes"]]

    def changes(self, container: str) -> list[str]:
        """Files of a container that are not as in its image."""
        return [change["Path"] for change in self._client.diff(container) or []]

    def kill(self, container: str) -> None:
        """Kill a container; harmless where it is gone."""
        with suppress(APIError):
            self._client.kill(container)

    def close(self) -> None:
        """Let go."""
        self._client.close()


def descendants(pid: int) -> list[int]:
    """The processes below one, the dead and not yet reaped among them."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [found for child in map(int, children) for found in (child, *descendants(child))]


async def until(condition: Callable[[], bool], seconds: float = 20) -> None:
    """Wait for something that another process does."""
    with anyio.fail_after(seconds):
        while not condition():  # noqa: ASYNC110 - other processes set no event
            await anyio.sleep(0.02)
