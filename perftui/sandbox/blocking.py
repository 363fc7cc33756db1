"""Blocking calls in threads that do not hold up the end of the process.

Python waits for its ordinary threads when it ends, and so for every call that an engine does not answer.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Generic, ParamSpec, TypeVar

import anyio

T = TypeVar("T")
P = ParamSpec("P")


class AbandonedError(Exception):
    """Nobody waits for the call any longer."""


class Caller:
    """Who waits for a blocking call, as the call's thread sees it."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._gone = threading.Event()

    def leave(self) -> None:
        """Wait no longer."""
        self._gone.set()

    def check(self) -> None:
        """Go on only where somebody waits.

        Raises:
            AbandonedError: nobody does.
        """
        if self._gone.is_set():
            raise AbandonedError

    def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a function on the event loop's thread; give what it returns, or raise what it does.

        Raises:
            AbandonedError: nobody waits any longer.
        """
        result: concurrent.futures.Future[T] = concurrent.futures.Future()

        def call() -> None:
            try:
                self.check()
                result.set_result(function(*args, **kwargs))
            except BaseException as error:  # noqa: BLE001 - raised in the call's thread
                result.set_exception(error)

        self.post(call)
        return result.result()

    def post(self, function: Callable[[], object]) -> None:
        """Have the event loop's thread run a function some time.

        Raises:
            AbandonedError: the loop has closed.
        """
        try:
            self._loop.call_soon_threadsafe(function)
        except RuntimeError as error:
            raise AbandonedError from error


class _Answer(Generic[T]):
    """What a call came to."""

    def __init__(self) -> None:
        self.values: list[T] = []
        self.error: BaseException | None = None
        self.there = anyio.Event()


async def in_thread(work: Callable[[Caller], T], *, cut: bool, limiter: anyio.CapacityLimiter) -> T:
    """Run blocking work in a thread of its own.

    Args:
        work: is given who waits for it.
        cut: whether a cancellation leaves it to itself; else it is waited for.
        limiter: bounds how many are waited for at once.
    """
    caller, answer = Caller(asyncio.get_running_loop()), _Answer[T]()

    def run() -> None:
        try:
            answer.values.append(work(caller))
        except BaseException as error:  # noqa: BLE001 - raised where it is waited for
            answer.error = error
        with suppress(AbandonedError):
            caller.post(answer.there.set)

    async with limiter:
        threading.Thread(target=run, name="Docker call", daemon=True).start()
        try:
            with anyio.CancelScope(shield=not cut):
                await answer.there.wait()
        finally:
            caller.leave()
    if answer.error is not None:
        raise answer.error
    return answer.values[0]
