"""Which containers of a pool are held, and how those are found that an engine has beyond them.

An engine that hangs or goes away leaves it open what became of a call: a container may be made after its
creation was given up, and one that could not be removed may outlive a restart.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import anyio

from perftui.sandbox.docker import DockerEngine, DockerError

APP_LABEL: Final = "perftui.sandbox"
SESSION_LABEL: Final = "perftui.session"

_CLOSE_SECONDS: Final = 5.0

_log = logging.getLogger(__name__)


class Roll:
    """The names of the containers that a pool holds."""

    def __init__(self) -> None:
        self._held: set[str] = set()
        self._in_doubt = False

    @contextmanager
    def holding(self, name: str) -> Iterator[None]:
        """Hold a container, from before its creation; a failure of the engine's meanwhile leaves a doubt."""
        self._held.add(name)
        try:
            yield
        except DockerError:
            self.doubt()
            raise
        finally:
            self._held.discard(name)

    def doubt(self) -> None:
        """Note that the engine may have containers that nobody holds."""
        self._in_doubt = True

    async def settle(self, engine: DockerEngine, session: str) -> None:
        """Where there is a doubt, remove what a session has beyond those that are held.

        Raises:
            DockerError: the engine failed; the doubt remains.
        """
        if not self._in_doubt:
            return
        for container in await engine.containers(f"{SESSION_LABEL}={session}"):
            if not self._held & set(container.names):
                await engine.remove(container.id)
        self._in_doubt = False

    async def close(self, engine: DockerEngine, session: str) -> None:
        """Settle once more, when nothing is held any longer; what is left then goes at the next start."""
        with anyio.move_on_after(_CLOSE_SECONDS, shield=True):
            try:
                await self.settle(engine, session)
            except DockerError as error:
                _log.info("sandboxes may be left behind: %s", error)
