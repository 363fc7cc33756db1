"""A sandbox on a core for a piece of work, and another one where it is lost."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from perftui.sandbox.cores import Cores
from perftui.sandbox.protocol import NoSandboxError, Sandbox, SandboxInfo, SandboxLostError, SandboxPool
from perftui.text import one_line

T = TypeVar("T")

MAX_LOSSES = 3
"""How many sandboxes one piece of work may lose."""


@dataclass(frozen=True)
class Bench:
    """Where the work of preparing is done.

    Attributes:
        pool: sandboxes.
        cores: who may use which core.
        rank: the place of the problem in the run; the first is served first.
    """

    pool: SandboxPool
    cores: Cores
    rank: int = 0

    @property
    def info(self) -> SandboxInfo:
        """What the sandboxes are."""
        return self.pool.info

    async def run(self, work: Callable[[Sandbox, int], Awaitable[T]]) -> T:
        """Do a piece of work in a sandbox, on the core that is given to it.

        Raises:
            SandboxLostError: so many sandboxes in a row were lost under it.
        """
        for loss in range(1, MAX_LOSSES + 1):
            try:
                async with self.cores.judging(self.rank) as core, self.pool.lease() as sandbox:
                    return await work(sandbox, core)
            except NoSandboxError:
                raise
            except SandboxLostError as error:
                if loss == MAX_LOSSES:
                    raise SandboxLostError(
                        f"the sandbox was lost {MAX_LOSSES} times: {one_line(str(error))}"
                    ) from error
        raise AssertionError("the loop returns or raises")
